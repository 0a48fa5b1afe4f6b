"""A partner's pack: the whole log as commitments, the partner's own entries opened, and how its data was used.

The folder of an export (`audit.export`) with two files more:

    uses.json   canonical JSON: what others did with the partner's data, by purpose and month, small counts merged:
                {"2026-10": [[["attendance", "early_help"], 12], [["council_tax"], null]]}, null where it is too small
    pack.note   signed note of the log's key over seven lines: header, log, agency, tree size, time, and the SHA-256 of
                openings.ndjson and uses.json (base64)

Opened are entries of the partner's own acts and no other's. Of its look-ups for sealed purposes only when they were
made and by which agency is open (practice P2); of others' look-ups nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from audit.canonical import Json, parse_canonical
from audit.encoding import to_base64
from audit.entry import EventClass, format_second
from audit.errors import AuditError, ExportError
from audit.export import CHECKPOINT, ENTRIES, OPENINGS, read_openings
from audit.keys import SignerKey, VerifierKey
from audit.leaf import Opening
from audit.notes import open_note, sign_note, signer_of
from audit.verify_export import ExportVerdict, Trust, verify_export

HEADER = "hearthgate/partner-pack/v1"
NOTE = "pack.note"
USES = "uses.json"
SEALED_FIELDS = frozenset({"agency", "at", "request_id", "sealed"})
"""What is open of a partner's own look-up for a sealed purpose: that it was made, so that it can be reconciled."""
OWN_FIELDS = SEALED_FIELDS | {
    "authentication", "client", "decision", "outcome", "phase", "purpose", "refers_to", "role", "service", "team",
    "who",
}  # fmt: skip
"""What is open of any other act of the partner's."""
LOOK_UP_FIELDS = OWN_FIELDS | {"household", "items_shown", "reason", "shown_counts", "subjects"}
"""What is open of a look-up by the partner's own staff that may be told: they saw it."""
COLLECTION_FIELDS = OWN_FIELDS | {"detail"}
"""What is open of the partner's own files: batch, counts and the root of the rows' digests."""

_FORM = re.compile(
    rf"{HEADER}\n"
    r"log (?P<log>[A-Za-z0-9./_-]{1,128})\n"
    r"agency (?P<agency>[A-Za-z0-9._:-]{1,128})\n"
    r"size (?P<size>0|[1-9][0-9]{0,18})\n"
    r"at (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    r"openings (?P<openings>[A-Za-z0-9+/]{43}=)\n"
    r"uses (?P<uses>[A-Za-z0-9+/]{43}=)\n"
)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_LOOK_UPS = frozenset(
    {EventClass.CONSULTATION, EventClass.DISCLOSURE, EventClass.SEARCH, EventClass.PRINT, EventClass.EXPORT}
)


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry of the partner's own acts, as the pack opens it. `batch` is set for its files."""

    leaf_index: int
    entry_id: str
    event: str
    batch: str | None


@dataclass(frozen=True, slots=True)
class PackVerdict:
    """What was found right: the log beneath, whose pack it is, as of when, and how many of its entries are open.

    `earlier_key`: it was signed by a key that the log had before.
    """

    export: ExportVerdict
    agency: str
    at: str
    own: int
    earlier_key: bool


def fields_opened(event: str, *, sealed: bool) -> frozenset[str]:
    """The fields that a pack opens of an entry of the partner's own."""
    if event == EventClass.COLLECTION:
        return COLLECTION_FIELDS
    if sealed or event == EventClass.OVERRIDE:
        return SEALED_FIELDS
    return LOOK_UP_FIELDS if event in _LOOK_UPS else OWN_FIELDS


def seal_pack(folder: Path, agency: str, size: int, at: datetime, log_key: SignerKey) -> None:
    """Sign an export folder that holds openings and uses as the pack of an agency. `at` is aware."""
    text = (
        f"{HEADER}\nlog {log_key.name}\nagency {agency}\nsize {size}\nat {format_second(at)}\n"
        f"openings {_digest(folder / OPENINGS)}\nuses {_digest(folder / USES)}\n"
    )
    if not _FORM.fullmatch(text):
        raise ExportError(NOTE, "would hold a value that its form does not allow")
    (folder / NOTE).write_text(sign_note(text, [log_key]), encoding="utf-8", newline="")


def is_pack(path: Path) -> bool:
    """Whether a path is the folder of a partner's pack, with its note or, as somebody may have taken that out, without.

    An export has no uses: a folder with uses is held to what a pack has to be.
    """
    return (path / NOTE).exists() or (path / USES).exists()


def verify_pack(folder: Path, trust: Trust) -> PackVerdict:
    """Check a pack: signature, both files, the export beneath, and that nothing is open but what a pack opens.

    Raises `ExportError` or another `AuditError` that says what is wrong and where.
    """
    keys = () if trust.log_key is None else trust.keys()
    if keys:
        # A log that has just rotated its key signs the note with the new one and may have signed the head before.
        trust = replace(trust, log_key=signer_of(_bytes(folder / CHECKPOINT), keys), earlier_keys=keys)
    export = verify_export(folder, trust)
    if export.own_key is not None:
        keys = (export.own_key,)
    if not keys:
        raise ExportError(NOTE, "no key was given to check its signature with")
    key, found = _opened_note(folder, keys)
    if found["log"] != export.head.checkpoint.origin or int(found["size"]) != export.head.checkpoint.size:
        raise ExportError(NOTE, "is of another log, or of another size of it")
    for name in (OPENINGS, USES):
        if _digest(folder / name) != found[name.partition(".")[0]]:
            raise ExportError(name, "is not the file that was signed")
    _check_uses(_bytes(folder / USES))
    own = _count_own(folder, found["agency"])
    return PackVerdict(export, found["agency"], found["at"], own, earlier_key=key != keys[0])


def _check_uses(data: bytes) -> None:
    """A member told twice is read one way by one program and another way by the next; so is any other spelling."""
    try:
        months = parse_canonical(data.removesuffix(b"\n"))
    except ValueError as error:
        raise ExportError(USES, str(error)) from None
    if not isinstance(months, Mapping):
        raise ExportError(USES, "does not tell of months")
    for month, cells in months.items():
        told = _purposes(cells) if _MONTH.fullmatch(month) else None
        if told is None:
            problem = f"month {month}: is not a list of purposes with a count, or with none where it is small"
            raise ExportError(USES, problem)
        if len(set(told)) < len(told):
            problem = f"month {month}: counts a purpose twice"
            raise ExportError(USES, problem)


def _purposes(cells: Json) -> list[str] | None:
    """The purposes of a month's cells, or `None` where one is not purposes and a count."""
    told: list[str] = []
    for cell in cells if isinstance(cells, list) else [None]:
        purposes, count = cell if isinstance(cell, list) and len(cell) == 2 else (None, None)  # noqa: PLR2004 - as above
        if not isinstance(purposes, list) or not purposes or not all(isinstance(one, str) for one in purposes):
            return None
        if count is not None and (type(count) is not int or count < 0):
            return None
        told += map(str, purposes)
    return told


def _count_own(folder: Path, agency: str) -> int:
    """How many entries are open. Reconciling goes by ids, so two acts under one would pass for one."""
    seen: set[str] = set()
    for one in own_entries(folder, agency):
        if one.entry_id in seen:
            raise ExportError(ENTRIES, "bears the id of an entry before it", one.leaf_index, "entry_id")
        seen.add(one.entry_id)
    return len(seen)


def own_entries(folder: Path, agency: str | None = None) -> Iterator[OwnEntry]:
    """The opened entries of a pack whose export was verified, in the order of the log.

    With `agency`, each is required to be that agency's and to have no other field open than a pack opens: raises
    `ExportError` naming leaf and field.
    """
    try:
        with (folder / ENTRIES).open("rb") as table, (folder / OPENINGS).open("rb") as lines:
            rows = iter(table)
            read = -1
            row: Mapping[str, Json] = {}
            for index, fields in read_openings(lines):
                while read < index:
                    row, read = _row(next(rows, b""), read + 2), read + 1
                values = {name: _value(opening, index, name) for name, opening in fields.items()}
                event = str(row.get("event_class"))
                if agency is not None:
                    _require_own(index, event, values, agency)
                yield OwnEntry(index, str(row.get("entry_id")), event, _batch(values))
    except OSError:
        raise ExportError(OPENINGS, "is missing or cannot be read") from None


def _require_own(index: int, event: str, values: dict[str, Json], agency: str) -> None:
    if values.get("agency") != agency:
        raise ExportError(OPENINGS, "is not an entry of this partner", index, "agency")
    more = values.keys() - fields_opened(event, sealed=values.get("sealed") is not False)
    if more:
        raise ExportError(OPENINGS, "is open and does not belong into this pack", index, min(more))


def _batch(values: dict[str, Json]) -> str | None:
    detail = values.get("detail")
    batch = detail.get("batch") if isinstance(detail, dict) else None
    return batch if isinstance(batch, str) else None


def _row(line: bytes, number: int) -> Mapping[str, Json]:
    try:
        found = parse_canonical(line.removesuffix(b"\n"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        problem = f"line {number}: " + ("is not of the format" if line else "is missing")
        raise ExportError(ENTRIES, problem)
    return found


def _value(opening: Opening, index: int, name: str) -> Json:
    try:
        return parse_canonical(opening.value)
    except ValueError as error:
        raise ExportError(OPENINGS, str(error), index, name) from None


def _opened_note(folder: Path, keys: Sequence[VerifierKey]) -> "tuple[VerifierKey, re.Match[str]]":
    note = _bytes(folder / NOTE)
    key = signer_of(note, keys)
    try:
        text = open_note(note, [key]).text
    except AuditError as error:
        raise ExportError(NOTE, str(error)) from None
    found = _FORM.fullmatch(text)
    if found is None:
        raise ExportError(NOTE, "is not of the format")
    return key, found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise ExportError(path.name, "is missing or cannot be read") from None


def _digest(path: Path) -> str:
    hashed = sha256()
    try:
        with path.open("rb") as file:
            for piece in iter(lambda: file.read(1 << 16), b""):
                hashed.update(piece)
    except OSError:
        raise ExportError(path.name, "is missing or cannot be read") from None
    return to_base64(hashed.digest())
