"""Checks the folder of a subject report: the pack, its seal, the words beside it, and the receipts of its maps.

report.json      the pack (audit.subject_pack)
report.note      its seal (audit.subject_seal); of a pack alone, the file of its name that ends in `.note`
report.txt/html  the words, which must be those that the pack gives (audit.subject_report)
map-receipts/    receipts of the pack's maps (audit.map_receipt), where they were handed over
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from audit.checkpoint import OpenedCheckpoint
from audit.errors import AuditError, ReceiptError, SubjectPackError
from audit.map_receipt import RECEIPTS_FOLDER, VerifiedMap, verify_map_receipt
from audit.subject_pack import MAX_PACK_BYTES, PACK_FORMAT
from audit.subject_report import PACK, WORDS, check_words, checked_letter, count_not_shown, count_teams_told
from audit.subject_seal import SEAL, check_seal
from audit.verify_export import Trust
from audit.verify_subject_pack import VerifiedPack, verify_subject_pack

_AN_HOUR_AND_ITS_MAP = timedelta(hours=2)
_FIRST_BYTES = 200
_MAX_SEAL_BYTES = 10_000
_MAX_RECEIPT_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class VerifiedReport:
    """A report that stands, and the heads of the log in which receipts show its maps.

    `not_shown` counts the look-ups of which the council says that nothing of the person was shown, `teams_told` the
    lines whose team it tells by another name than the one in the log; `earlier_key`: the seal is of a key that the log
    had before; `unproved` is how long before it was made its proof ends; `files` are what was read of it.
    """

    proved: VerifiedPack
    heads: tuple[OpenedCheckpoint, ...]
    not_shown: int
    teams_told: int
    earlier_key: bool
    unproved: timedelta
    files: frozenset[str]

    @property
    def unreceipted(self) -> int:
        """How many of the pack's maps no receipt shows in the log."""
        return len(self.proved.pack.maps) - self.proved.receipts

    def sentence(self) -> str:
        """What was proved, and what is the council's word, in one line."""
        said = f"the rest of what it says is sealed by {'an earlier' if self.earlier_key else 'the'} key of the log"
        if self.not_shown:
            said += f", that {self.not_shown} look-up(s) showed nothing of the person included"
        if self.teams_told:
            said += f"; {self.teams_told} line(s) name a team as the council tells it, not as the log does"
        if self.unproved > _AN_HOUR_AND_ITS_MAP:
            hours = self.unproved // timedelta(hours=1)
            said += f"; CHECK why it proves nothing of the {hours} hours before it was made: maps are taken every hour"
        return f"{self.proved.sentence()}; {said}"


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
    key, *earlier = trust.keys()
    pack = path / PACK if path.is_dir() else path
    receipts = sorted((path / RECEIPTS_FOLDER).glob("*.json"))
    maps = [_receipt(one, trust) for one in receipts]
    data = _read(pack, MAX_PACK_BYTES)
    proved = verify_subject_pack(data, key, [one.coverage for one in maps], trust.origin, earlier)
    sealed_by = check_seal(_seal(pack), data, proved.pack.log_id, trust.keys())
    letter = checked_letter(proved.pack)
    if path.is_dir():
        check_words(path, letter)
    # A receipt of any other map proves nothing of this report, however well it is witnessed.
    heads = tuple(one.head for one in maps if one.coverage in proved.maps)
    return VerifiedReport(
        proved, heads, count_not_shown(proved.pack), count_teams_told(proved.pack), earlier_key=sealed_by != key,
        unproved=letter.made_at - letter.proved_until,
        files=frozenset({PACK, SEAL, *WORDS, *(f"{RECEIPTS_FOLDER}/{one.name}" for one in receipts)}),
    )  # fmt: skip


def _receipt(path: Path, trust: Trust) -> VerifiedMap:
    key, *earlier = trust.keys()
    try:
        return verify_map_receipt(_read(path, _MAX_RECEIPT_BYTES), key, trust.witnesses, trust.origin, earlier)
    except AuditError as error:
        told = f"{RECEIPTS_FOLDER}/{path.name}: {error}"
        raise ReceiptError(told) from None


def _seal(pack: Path) -> bytes:
    try:
        return _read(pack.with_suffix(Path(SEAL).suffix), _MAX_SEAL_BYTES)
    except SubjectPackError as error:
        problem = f"{error.problem}; without it anybody could have changed the report: ask the council for a new one"
        raise SubjectPackError(error.place, problem) from None


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError:
        raise SubjectPackError(path.name, "is missing or cannot be read") from None
    if len(data) > limit:
        raise SubjectPackError(path.name, "is longer than any such file")
    return data
