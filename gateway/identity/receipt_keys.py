"""Receipts as JSON Web Signatures (RFC 7515) with Ed25519 (RFC 8037, RFC 9864), and the key set that verifies them."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from gateway.custody import KeyRing, KeyVersion

TYPE = "hearthgate-receipt+jwt"
"""Header member `typ` (RFC 8725 section 3.11): no token of ours can be taken for a receipt, nor a receipt for one."""
_ALGORITHM = "Ed25519"


def sign_receipt(ring: KeyRing, claims: Mapping[str, Any]) -> str:
    """The claims, signed with the key in use, in the compact form."""
    version = ring.current
    header = {"alg": _ALGORITHM, "typ": TYPE, "kid": key_id(version)}
    payload = json.dumps(claims, sort_keys=True, separators=(",", ":"))
    return jws.serialize_compact(header, payload, OKPKey.import_key(_private(version)), algorithms=[_ALGORITHM])


def receipt_key_set(ring: KeyRing) -> dict[str, Any]:
    """The public halves of every version kept, newest first, as a JWK set (RFC 7517 section 5)."""
    return {"keys": [_public(version) | _USE for version in reversed(ring.versions)]}


def key_id(version: KeyVersion) -> str:
    """The `kid` of a version."""
    return f"receipt-{version.key_id}"


_USE = {"use": "sig", "alg": _ALGORITHM}


def _public(version: KeyVersion) -> dict[str, Any]:
    public = Ed25519PrivateKey.from_private_bytes(version.secret).public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public), "kid": key_id(version)}


def _private(version: KeyVersion) -> dict[str, Any]:
    return _public(version) | {"d": _base64url(version.secret)}


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
