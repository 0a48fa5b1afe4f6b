"""Detached Ed25519 signatures (RFC 8032), one per party, over the canonical JSON digest of a version.

What is signed: the document's name, its digest, the digest of the version it supersedes, party, signatory and date.
"""

import base64
import binascii
import hashlib
import json
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime

from agreements.document import Clause, Identifier

_CONTEXT = b"hearthgate/agreement-signature/1\n"


class Signature(Clause):
    """One party's signature. Binary values are standard base64; digests are SHA-256 in hexadecimal."""

    party: Identifier
    name: str
    office: str
    signed_at: AwareDatetime
    signature: str


class SignatureFile(Clause):
    """`<id>@<version>.sig.json`."""

    document: str
    digest: str
    predecessor: str | None
    signatures: tuple[Signature, ...]


class Signatory(Clause):
    """Who signs for a party."""

    party: Identifier
    name: str
    office: str


def canonical_json(content: object) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8, dates as ISO 8601: the same content gives the same bytes."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return text.encode()


def document_digest(content: object) -> str:
    """SHA-256 of the canonical JSON of a document as read from its file, hexadecimal."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def sign_document(
    document: str,
    digest: str,
    predecessor: str | None,
    signatory: Signatory,
    signed_at: datetime,
    key: Ed25519PrivateKey,
) -> Signature:
    """Sign for one party."""
    message = _message(document, digest, predecessor, signatory, signed_at)
    return Signature(
        party=signatory.party,
        name=signatory.name,
        office=signatory.office,
        signed_at=signed_at,
        signature=base64.b64encode(key.sign(message)).decode(),
    )


def signature_holds(file: SignatureFile, signature: Signature, public_key: str) -> bool:
    """Whether a signature of the file was made with the party's key. Any malformed part reads as false."""
    signatory = Signatory(party=signature.party, name=signature.name, office=signature.office)
    message = _message(file.document, file.digest, file.predecessor, signatory, signature.signed_at)
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature.signature, validate=True), message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_key_text(key: Ed25519PrivateKey) -> str:
    """The public half as the keys file holds it."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _message(document: str, digest: str, predecessor: str | None, signatory: Signatory, signed_at: datetime) -> bytes:
    return _CONTEXT + canonical_json(
        {
            "document": document,
            "digest": digest,
            "predecessor": predecessor,
            "party": signatory.party,
            "name": signatory.name,
            "office": signatory.office,
            "signed_at": signed_at.isoformat(),
        }
    )


def _plain(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    if isoformat is None:
        raise TypeError("only dates, text, numbers, lists and mappings can be signed")
    return str(isoformat())
