"""The paper journal of an emergency, taken into the log afterwards: who looked, with whom, about which family, and why.

While the log cannot be written nothing is read from the gateway. Those who must act use the phone and the continuity
list, and write each use into a numbered journal, two people to a line. Afterwards somebody types it and somebody else
checks it against the paper:

    (1) every row is right, or none is taken; what is wrong is said by row, in words
    (2) a line that is in the log already is passed over; one that said something else then is an error
    (3) each line becomes an override of its own, sealed, marked with the journal, and comes to the review queue
    (4) one more entry says who typed and who checked; all in one transaction

The time of an entry is when it was taken in; when it happened is the paper's word, and stands beside it.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from audit.canonical import Json, canonical_json
from audit.entry import Entry, EventClass, Outcome
from audit.errors import AuditError
from concept_model.items import ITEMS
from gateway.store.journal import entries_of_lines
from gateway.store.ledger import append
from gateway.store.reviews import raise_review
from gateway.store.subject_releases import subject_of
from gateway.usecases.log.entries import written_by
from gateway.usecases.log.log_parts import LogParts

COLUMNS = (
    "line", "at", "worker", "agency", "role", "team", "second_person", "purpose", "family", "items", "case_reference",
    "reason",
)  # fmt: skip
"""Heading of the file. `family` is the handle as pages show it, empty where nobody was found; `items` are the names of
what was read or passed on, with semicolons between them; `team`, `items` and `case_reference` may be empty."""

REVIEW = "paper-journal"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TEXT = 1000
_TEAM = 200
_DIGITS = 10
_MOST_ROWS = 5000
_NAMES = frozenset(item.name for item in ITEMS)


class JournalError(AuditError):
    """A journal cannot be taken in: what is wrong in which row, in words and without a value. Nothing was taken."""

    code = "journal-invalid"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is right. `row` is its place in the file, the heading being row 1."""

    row: int
    line: int
    at: datetime
    worker: str
    agency: str
    role: str
    team: str | None
    second_person: str
    purpose: str
    family: UUID | None
    items: tuple[str, ...]
    case_reference: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a journal: lines that are new in the log, and those that were there before."""

    new: int
    known: int


def read_journal(body: bytes, now: datetime) -> list[Line]:
    """Read a journal's file (CSV, UTF-8). Raises `JournalError` naming every row that is wrong."""
    try:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise JournalError(["the file is not CSV in UTF-8; save it as that"]) from None
    if not rows or tuple(rows[0]) != COLUMNS:
        raise JournalError([f"row 1: the heading has to be {','.join(COLUMNS)}"])
    if len(rows) > _MOST_ROWS:
        raise JournalError([f"the file has more than {_MOST_ROWS} rows; take it in as several"])
    problems: list[str] = []
    lines: list[Line] = []
    for number, cells in enumerate(rows[1:], 2):
        if not any(map(str.strip, cells)):
            # Spreadsheets end a file with rows of which nobody has typed anything.
            continue
        told = dict(zip(COLUMNS, cells, strict=False))
        at = _instant(told.get("at", ""))
        found = _problems(cells, told, at, now)
        problems += [f"row {number}: {one}" for one in found]
        if at is not None and not found:
            lines.append(_line(number, told, at))
    seen: dict[int, int] = {}
    for one in lines:
        if one.line in seen:
            problems.append(f"row {one.row}: its line number stands in row {seen[one.line]}, too")
        seen.setdefault(one.line, one.row)
    if problems:
        raise JournalError(problems)
    return lines


def take_in_journal(
    parts: LogParts, journal: str, lines: Sequence[Line], closing: Entry, *, typed_by: str, checked_by: str
) -> TakenIn:
    """Take a journal into the log, once. `closing` says at which account it was done; its fields are set here.

    Raises `JournalError`, for the journal's id or the two people too, and for a family that is not there.
    """
    if not _ID.fullmatch(journal):
        raise JournalError(["the journal's id is letters, digits, dots and dashes, as printed on its cover"])
    if not _ID.fullmatch(typed_by) or not _ID.fullmatch(checked_by) or typed_by == checked_by:
        raise JournalError(["two people take a journal in, by their staff numbers: one types, another checks"])
    with parts.database.transaction("hg_desk") as connection:
        known = _known(parts, connection, journal, lines)
        problems = [
            f"row {line.row}: this line of the journal is in the log already and said something else"
            for line in lines
            if known.get(line.line) not in {None, "", *_digests(parts, journal, line)}
        ]
        fresh = [line for line in lines if line.line not in known]
        people = {line.row: subject_of(connection, line.family) if line.family else None for line in fresh}
        problems += [
            f"row {line.row}: there is no such family; look it up again or leave it empty"
            for line in fresh
            if line.family is not None and people[line.row] is None
        ]
        if problems:
            raise JournalError(problems)
        for line in fresh:
            entry = _override(parts, journal, line, people[line.row])
            append(connection, entry)
            raise_review(connection, parts.mint(), REVIEW, entry, entry.at)
        append(connection, _closed(closing, journal, len(fresh), typed_by, checked_by))
    return TakenIn(len(fresh), len(lines) - len(fresh))


def _problems(cells: Sequence[str], told: Mapping[str, str], at: datetime | None, now: datetime) -> list[str]:
    """What is wrong with a row, in words that repeat none of it."""
    if len(cells) != len(COLUMNS):
        return [f"has {len(cells)} columns where {len(COLUMNS)} belong"]
    found = []
    if not _is_line_number(told["line"]):
        found.append("line is the number printed on the paper")
    if at is None:
        found.append("at is a date and time with its zone, as 2026-11-20T18:50:00Z")
    elif at > now:
        found.append("at is in the future")
    found += [f"{name} is a staff number" for name in ("worker", "second_person") if not _ID.fullmatch(told[name])]
    if told["worker"] == told["second_person"]:
        found.append("second_person is somebody else than worker: two people stand for every line")
    found += [f"{name} is a code of the register" for name in ("agency", "role", "purpose")
              if not _CODE.fullmatch(told[name])]  # fmt: skip
    if told["family"] and _handle(told["family"]) is None:
        found.append("family is the handle from the page's address, or empty where nobody was found")
    if not _items(told["items"]) <= _NAMES:
        found.append("items are names from the list of data items, with semicolons between them")
    return found + _problems_of_words(cells, told)


def _problems_of_words(cells: Sequence[str], told: Mapping[str, str]) -> list[str]:
    found = []
    if any("\x00" in cell for cell in cells):
        found.append("holds a character that is no text (U+0000); type the row anew")
    if not 0 < len(told["reason"].strip()) <= _TEXT:
        found.append(f"reason says in up to {_TEXT} characters who was at risk and why it could not wait")
    if len(told["team"]) > _TEAM or len(told["case_reference"]) > _TEXT:
        found.append(f"team has up to {_TEAM} characters and case_reference up to {_TEXT}")
    return found


def _is_line_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS and 0 < int(text) <= 10**9


def _line(row: int, told: Mapping[str, str], at: datetime) -> Line:
    return Line(
        row, int(told["line"]), at, told["worker"], told["agency"], told["role"], told["team"].strip() or None,
        told["second_person"], told["purpose"], _handle(told["family"]), tuple(sorted(_items(told["items"]))),
        told["case_reference"].strip() or None, told["reason"].strip(),
    )  # fmt: skip


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _handle(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _items(text: str) -> set[str]:
    return {part.strip() for part in text.split(";") if part.strip()}


def _ids(parts: LogParts, journal: str, line: Line) -> list[UUID]:
    """The entry that a line becomes, the same each time: under every version of the digest key, the newest first."""
    found = parts.custody.digest.digests("journal-line", journal.encode(), str(line.line).encode())
    return [UUID(bytes=digest[:16], version=5) for digest in found]


def _digests(parts: LogParts, journal: str, line: Line) -> list[str]:
    said = canonical_json([
        line.at.isoformat(), line.worker, line.agency, line.role, line.team, line.second_person, line.purpose,
        str(line.family), list(line.items), line.case_reference, line.reason,
    ])  # fmt: skip
    return [digest.hex() for digest in parts.custody.digest.digests("journal-row", journal.encode(), said)]


def _known(parts: LogParts, connection: Connection, journal: str, lines: Sequence[Line]) -> dict[int, str]:
    """Lines that are in the log, with the digest of what they said."""
    ids = {entry: line.line for line in lines for entry in _ids(parts, journal, line)}
    return {ids[entry]: digest for entry, digest in entries_of_lines(connection, list(ids)).items()}


def _override(parts: LogParts, journal: str, line: Line, person: UUID | None) -> Entry:
    detail: dict[str, Json] = {
        **written_by(), "channel": "paper journal", "emergency_journal": journal, "override": "emergency",
        "happened_at": line.at.isoformat(), "second_person": line.second_person, "justification": line.reason,
        "case_reference": line.case_reference, "records": [f"{journal}/{line.line}"],
        "after_digest": _digests(parts, journal, line)[0],
    }  # fmt: skip
    return Entry(
        entry_id=str(_ids(parts, journal, line)[0]), event=EventClass.OVERRIDE, at=parts.clock(),
        log_id=parts.settings.log_origin, who=line.worker, agency=line.agency, role=line.role, team=line.team,
        authentication="paper journal", purpose=line.purpose,
        household=None if line.family is None else str(line.family),
        subjects=() if person is None else (str(person),), items_shown=line.items,
        outcome=Outcome.NOTHING_FOUND if line.family is None else Outcome.DONE, sealed=True,
        detail={key: value for key, value in detail.items() if value is not None},
    )  # fmt: skip


def _closed(closing: Entry, journal: str, taken: int, typed_by: str, checked_by: str) -> Entry:
    detail = {**closing.detail, "emergency_journal": journal, "row_count": taken, "second_person": checked_by}
    return replace(closing, on_behalf_of=typed_by, detail=detail)
