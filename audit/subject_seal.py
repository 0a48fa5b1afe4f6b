"""The seal of a subject report: the log's key over the whole pack, so that nothing that a report says can be changed.

    report.note   signed note of the log's key over three lines: header, log, and the SHA-256 of report.json (base64)

What the maps prove nobody can change. Titles, contact, capacity, the hour, the release, and of which look-ups nothing
was shown are the council's word: the seal says that it is, and holds for what is not in a map yet as well. Every line
but the header begins with a word, so that no seal can be read as a checkpoint, whose second line is a number. It is
made of the pack alone, and Ed25519 gives one signature: the same pack has the same seal.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from audit.encoding import to_base64
from audit.errors import AuditError, SubjectPackError
from audit.keys import SignerKey, VerifierKey
from audit.notes import open_note, sign_note, signer_of

HEADER = "hearthgate/subject-pack-seal/v1"
SEAL = "report.note"
"""The file of a report's folder that holds the seal."""

_FORM = re.compile(rf"{HEADER}\nlog (?P<log>[A-Za-z0-9./_-]{{1,128}})\npack (?P<pack>[A-Za-z0-9+/]{{43}}=)\n")


def seal_subject_pack(data: bytes, log_key: SignerKey) -> bytes:
    """The seal of an encoded pack, as bytes of a signed note. Raises `NoteError` for a key of a wrong kind."""
    return sign_note(f"{HEADER}\nlog {log_key.name}\npack {_digest(data)}\n", [log_key]).encode()


def check_seal(note: bytes, data: bytes, log_id: str, log_keys: Sequence[VerifierKey]) -> VerifierKey:
    """Check that a key of the log's has sealed exactly these bytes of a pack; which. Raises `SubjectPackError`."""
    key = signer_of(note, log_keys)
    try:
        text = open_note(note, [key]).text
    except AuditError as error:
        raise SubjectPackError(SEAL, str(error)) from None
    found = _FORM.fullmatch(text)
    if found is None or found["log"] != log_id:
        raise SubjectPackError(SEAL, "is not the seal of a report of this log")
    if found["pack"] != _digest(data):
        raise SubjectPackError(SEAL, "is of another report.json: something that the report says was changed")
    return key


def _digest(data: bytes) -> str:
    return to_base64(sha256(data).digest())
