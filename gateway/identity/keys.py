"""Signing keys as files of one owner, and public key sets as partners publish them (RFC 7517)."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, KeySet, KeySetSerialization, OKPKey, RSAKey

from gateway.identity.errors import KeyFileError

PrivateKey = ECKey | OKPKey | RSAKey
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MINIMUM_RSA_BITS = 2048  # NIST SP 800-131A revision 2
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # RFC 7518 section 6
_ASYMMETRIC = frozenset({"EC", "RSA", "OKP"})


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """The key that signs tokens now, and the earlier ones whose tokens may still be on their way."""

    signing: ECKey = field(repr=False)
    earlier: tuple[ECKey, ...] = field(default=(), repr=False)

    @property
    def public(self) -> KeySet:
        """Every key a token of ours may be verified with, public halves only."""
        return KeySet([_public_half(key) for key in (self.signing, *self.earlier)])


def generate_es256_key() -> ECKey:
    """A P-256 key for ES256 (RFC 7518 section 3.4); its `kid` is its thumbprint (RFC 7638)."""
    key = ECKey.generate_key("P-256")
    key.ensure_kid()
    return key


def generate_ed25519_key() -> OKPKey:
    """An Ed25519 key (RFC 8037); its `kid` is its thumbprint (RFC 7638)."""
    key = OKPKey.generate_key("Ed25519")
    key.ensure_kid()
    return key


def save_private_key(key: PrivateKey, path: Path) -> None:
    """Write `key` to a new file of mode 0600: PEM (PKCS #8) where the name ends in `.pem`, a JWK otherwise.

    A file that already exists is never overwritten: `KeyFileError`.
    """
    if path.suffix == ".pem":
        content = bytes(key.as_pem(private=True))
    else:
        content = json.dumps(key.as_dict(private=True), sort_keys=True).encode() + b"\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as exc:
        raise KeyFileError("the key file exists or cannot be created") from exc
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def load_private_key(path: Path) -> PrivateKey:
    """The key in `path`, JWK or PEM; `KeyFileError` where the file is not ours alone or holds no private key."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as exc:
        raise KeyFileError("the key file cannot be opened") from exc
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & _OTHERS or status.st_uid != os.geteuid():
            raise KeyFileError("the key file must belong to this user alone (mode 0600)")
        return _parse_private(file.read())


def public_jwks(*keys: PrivateKey) -> dict[str, Any]:
    """The public halves of `keys` as a JWK set (RFC 7517 section 5), for publishing or for registering a client."""
    return {"keys": [_public_half(key).as_dict(private=False, use="sig") for key in keys]}


def import_public_jwks(jwks: Mapping[str, Any]) -> KeySet:
    """A partner's or provider's JWK set; `KeyFileError` if it is unsafe to trust.

    Refused: no key, a symmetric key, a private key (its owner has just lost it), RSA under 2048 bits, one `kid` twice.
    """
    entries = jwks.get("keys")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise KeyFileError("the key set holds no keys")
    signing = [entry for entry in entries if entry.get("use", "sig") == "sig"]
    if any(entry.get("kty") not in _ASYMMETRIC or _PRIVATE_MEMBERS & entry.keys() for entry in signing):
        raise KeyFileError("the key set must hold public keys only")
    try:
        keys = KeySet.import_key_set(cast("KeySetSerialization", {"keys": signing}))
        weak = any(isinstance(key, RSAKey) and key.public_key.key_size < _MINIMUM_RSA_BITS for key in keys)
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeyFileError("the key set cannot be read") from None
    if weak:
        raise KeyFileError("an RSA key of the set is shorter than 2048 bits")
    kids = [key.kid for key in keys]
    if len(set(kids)) != len(kids):
        raise KeyFileError("the key set holds one key id twice")
    return keys


def _public_half(key: PrivateKey) -> PrivateKey:
    public = key.as_dict(private=False)
    public["kid"] = key.kid or key.thumbprint()
    return type(key).import_key(public)


def _parse_private(content: bytes) -> PrivateKey:
    try:
        is_jwk = content.lstrip().startswith(b"{")
        key = JWKRegistry.import_key(json.loads(content)) if is_jwk else _parse_pem(content)
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeyFileError("the key file cannot be read") from None
    if not isinstance(key, ECKey | OKPKey | RSAKey) or not key.is_private:
        raise KeyFileError("the key file holds no private key")
    key.ensure_kid()
    return key


def _parse_pem(content: bytes) -> PrivateKey:
    for kind in (ECKey, OKPKey, RSAKey):
        try:
            return kind.import_key(content)
        except (JoseError, ValueError, TypeError):
            continue
    raise KeyFileError("the key file holds no key of a kind we use")
