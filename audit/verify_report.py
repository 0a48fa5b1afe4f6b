"""Checks the folder of a subject report: the pack, the words beside it, and the receipts of its maps.

report.json      the pack (audit.subject_pack)
report.txt/html  the words, which must be those that the pack gives (audit.subject_report)
map-receipts/    receipts of the pack's maps (audit.map_receipt), where they were handed over
"""

from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import OpenedCheckpoint
from audit.errors import AuditError, NoteError, ReceiptError, SubjectPackError
from audit.keys import VerifierKey
from audit.map_receipt import RECEIPTS_FOLDER, VerifiedMap, verify_map_receipt
from audit.subject_pack import MAX_PACK_BYTES, PACK_FORMAT
from audit.subject_report import PACK, check_words
from audit.verify_export import Trust
from audit.verify_subject_pack import VerifiedPack, verify_subject_pack

_FIRST_BYTES = 200
_MAX_RECEIPT_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class VerifiedReport:
    """A report that stands, and the heads of the log in which receipts show its maps."""

    proved: VerifiedPack
    heads: tuple[OpenedCheckpoint, ...]


def is_report(path: Path) -> bool:
    """Whether a folder holds a report, or a file is a pack."""
    if path.is_dir():
        return (path / PACK).is_file()
    # Members stand in the order of their names: the format of a pack comes behind its instant.
    try:
        with path.open("rb") as file:
            return f'"format":"{PACK_FORMAT}"'.encode() in file.read(_FIRST_BYTES)
    except OSError:
        return False


def verify_report(path: Path, trust: Trust) -> VerifiedReport:
    """Verify a report's folder, or a pack alone. Raises `AuditError`; receipts name their file."""
    if trust.log_key is None:
        raise NoteError("a report is checked against the log's key: give it with --key")
    key = VerifierKey.parse(trust.log_key) if isinstance(trust.log_key, str) else trust.log_key
    if not path.is_dir():
        return VerifiedReport(verify_subject_pack(_read(path, MAX_PACK_BYTES), key, (), trust.origin), ())
    maps = [_receipt(one, key, trust) for one in sorted((path / RECEIPTS_FOLDER).glob("*.json"))]
    data = _read(path / PACK, MAX_PACK_BYTES)
    proved = verify_subject_pack(data, key, [one.coverage for one in maps], trust.origin)
    check_words(path, proved.pack)
    return VerifiedReport(proved, tuple(one.head for one in maps))


def _receipt(path: Path, key: VerifierKey, trust: Trust) -> VerifiedMap:
    try:
        return verify_map_receipt(_read(path, _MAX_RECEIPT_BYTES), key, trust.witnesses, trust.origin)
    except AuditError as error:
        told = f"{RECEIPTS_FOLDER}/{path.name}: {error}"
        raise ReceiptError(told) from None


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError:
        raise SubjectPackError(path.name, "is missing or cannot be read") from None
    if len(data) > limit:
        raise SubjectPackError(path.name, "is longer than any such file")
    return data
