"""Custody of keys: created by command, versioned, one file a purpose, 0600; every rotation is an audit entry.

Purposes: `log` signs checkpoints (Ed25519); `digest` keys the digests of source keys, facts and rows; `token` keys
search tokens; `field` seals rejected rows and typed reasons (AES-256-GCM); `receipt` signs receipts of files (Ed25519).
A rotation appends a version: the newest is used for what is made from then on, earlier ones stay for what was made
with them. Digests and tokens are looked up under every version kept, so nothing has to be made again. Role passwords
of the database lie beside them.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import KeyCustodyError

PURPOSES = ("log", "digest", "token", "field", "receipt")
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One version of a key: 32 secret bytes and a short id that may be shown."""

    key_id: str
    secret: bytes = attribute(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All versions of one purpose's key, newest last."""

    purpose: str
    versions: tuple[KeyVersion, ...]

    @property
    def current(self) -> KeyVersion:
        """The version in use."""
        return self.versions[-1]

    def digest(self, label: str, *parts: bytes) -> bytes:
        """HMAC-SHA-256 under the current version; parts are length-prefixed, so none runs into the next."""
        return _keyed(self.current, label, parts)

    def digests(self, label: str, *parts: bytes) -> tuple[bytes, ...]:
        """The same under every version kept, newest first."""
        return tuple(_keyed(version, label, parts) for version in reversed(self.versions))

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt under the current version (AES-256-GCM), bound to where the text belongs."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        key_id = bytes.fromhex(self.current.key_id)
        return key_id + nonce + _cipher(self.current).encrypt(nonce, plain, bound_to)

    def unseal(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt; raises `KeyCustodyError` if the key is gone or the text was moved or changed."""
        key_id, nonce = sealed[:_KEY_ID_BYTES].hex(), sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        for version in self.versions:
            if version.key_id == key_id:
                try:
                    return _cipher(version).decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], bound_to)
                except InvalidTag:
                    break
        raise KeyCustodyError("a sealed text cannot be opened: its key is gone, or it is not where it belongs")


@dataclass(frozen=True, slots=True)
class Custody:
    """The key rings that a process works with, and the passwords of the database roles."""

    log: KeyRing
    digest: KeyRing
    token: KeyRing
    field: KeyRing
    receipt: KeyRing
    role_passwords: dict[str, str] = attribute(repr=False)


def create_keys(folder: Path, roles: Iterable[str]) -> list[str]:
    """Create whatever is missing and return the names of what was made; nothing that exists is touched."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = []
    for purpose in PURPOSES:
        path = folder / f"{purpose}.json"
        if not path.exists():
            _write(path, {"versions": [_new_version()]})
            made.append(purpose)
    for role in roles:
        path = folder / f"{role}.password"
        if not path.exists():
            _write_text(path, secrets.token_urlsafe(32))
            made.append(role)
    return made


def rotate_key(folder: Path, purpose: str) -> tuple[str, str]:
    """Append a version; return the ids of the old and the new current version."""
    if purpose not in PURPOSES:
        message = f"there is no key for that purpose; the purposes are {', '.join(PURPOSES)}"
        raise KeyCustodyError(message)
    path = folder / f"{purpose}.json"
    old = load_ring(folder, purpose).current.key_id
    document = json.loads(path.read_text())
    version = _new_version()
    document["versions"].append(version)
    staging = path.with_suffix(".new")
    _write(staging, document)
    staging.replace(path)
    return old, version["key_id"]


def load_custody(folder: Path, roles: Iterable[str]) -> Custody:
    """Load every ring and password; raises `KeyCustodyError` naming the file that is missing or open to others."""
    rings = {purpose: load_ring(folder, purpose) for purpose in PURPOSES}
    passwords = {role: _read(folder / f"{role}.password") for role in roles}
    return Custody(**rings, role_passwords=passwords)


def load_ring(folder: Path, purpose: str) -> KeyRing:
    """Load one key ring."""
    try:
        document = json.loads(_read(folder / f"{purpose}.json"))
        versions = tuple(KeyVersion(v["key_id"], bytes.fromhex(v["secret"])) for v in document["versions"])
    except (ValueError, KeyError, TypeError):
        message = f"the key file {purpose}.json cannot be read"
        raise KeyCustodyError(message) from None
    return KeyRing(purpose, versions)


def _keyed(version: KeyVersion, label: str, parts: tuple[bytes, ...]) -> bytes:
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (label.encode(), *parts))
    return hmac.new(version.secret, message, hashlib.sha256).digest()


def _new_version() -> dict[str, str]:
    return {"key_id": secrets.token_hex(_KEY_ID_BYTES), "secret": secrets.token_hex(32)}


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            message = f"the key file {path.name} is open to others; set its mode to 0600"
            raise KeyCustodyError(message)
        return path.read_text()
    except FileNotFoundError:
        message = f"the key file {path.name} is missing; run `hearthgate keys create`"
        raise KeyCustodyError(message) from None


def _write(path: Path, document: object) -> None:
    _write_text(path, json.dumps(document))


def _write_text(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


@lru_cache(16)
def _cipher(version: KeyVersion) -> AESGCM:
    """To set a cipher up takes longer than to seal a row with it."""
    return AESGCM(version.secret)
