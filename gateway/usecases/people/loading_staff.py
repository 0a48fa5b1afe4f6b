"""Load an agency's staff list: work is kept as it is, what is personal as keyed tokens alone.

The list answers two questions of review and no other: when does somebody work, and is the person they looked at tied to
their own life. For the second only tokens are kept, under the key that records are found by, so that a tie is the
equality of two tokens inside the database. Nothing of the list is shown to anybody, and a new list replaces the old.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from audit.entry import Entry
from gateway.custody import KeyRing
from gateway.review.rosters import RosterError, parse_leave, parse_shifts
from gateway.store.ledger import append
from gateway.store.staff import StaffRow, on_other_lists, replace_staff
from gateway.usecases.families.search_tokens import phone_tokens, place_tokens
from gateway.usecases.log.log_parts import LogParts
from linkage.tokens import search_tokens

PURPOSE = "log_oversight"
REQUIRED = ("worker_ref", "agency", "role", "team")
OPTIONAL = ("line_manager", "hours", "leave", "surname", "birth_date", "postcode", "uprn", "phone")
MOST_ROWS = 100_000
_ELSEWHERE = "is on another agency's list; load that agency's list without them first"
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class StaffProblem:
    """What is wrong with a row, counted from 1 below the header; 0 is the header or the file. Never a value."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class StaffLoad:
    """What became of a list. With any problem nothing was loaded."""

    agency: str
    loaded: int
    forgotten: int
    problems: tuple[StaffProblem, ...]


def load_staff(parts: LogParts, content: bytes, entry_of: Callable[[dict[str, object]], Entry]) -> StaffLoad:
    """Replace an agency's list with the one in a CSV file, and append the entry that `entry_of` makes of its detail.

    All rows or none. A file is of one agency; whoever it no longer names is forgotten.
    """
    rows, problems = _read(content)
    agencies = sorted({row["agency"] for _, row in rows})
    if not problems and len(agencies) != 1:
        problems.append(StaffProblem(0, "agency", "a file holds the staff of one agency, and at least one of them"))
    staff = [] if problems else [one for number, row in rows for one in _staff(number, row, parts, problems)]
    if problems:
        return StaffLoad(agencies[0] if len(agencies) == 1 else "", 0, 0, tuple(problems))
    with parts.database.transaction("hg_desk") as connection:
        elsewhere = on_other_lists(connection, agencies[0], [one.worker_ref for one in staff])
        moved = tuple(
            StaffProblem(number, "worker_ref", _ELSEWHERE) for number, row in rows if row["worker_ref"] in elsewhere
        )
        if moved:
            return StaffLoad(agencies[0], 0, 0, moved)
        append(connection, entry_of({"row_count": len(staff), "recipient_agency": agencies[0]}))
        forgotten = replace_staff(connection, agencies[0], staff, parts.clock())
    return StaffLoad(agencies[0], len(staff), forgotten, ())


def _read(content: bytes) -> tuple[list[tuple[int, Mapping[str, str]]], list[StaffProblem]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = tuple(reader.fieldnames or ())
        rows = [(number, row) for number, row in enumerate(reader, start=1)]
    except (UnicodeDecodeError, csv.Error):
        return [], [StaffProblem(0, "", "the file is no CSV in UTF-8; save it again as CSV")]
    problems = [StaffProblem(0, name, "this column is missing") for name in REQUIRED if name not in header]
    if set(header) - {*REQUIRED, *OPTIONAL}:
        allowed = ", ".join((*REQUIRED, *OPTIONAL))
        problems.append(StaffProblem(0, "", f"a column is none of {allowed}; leave it out"))
    if len(rows) > MOST_ROWS:
        problems.append(StaffProblem(0, "", f"there are more than {MOST_ROWS} rows; send one agency's staff alone"))
    if problems:
        return [], problems
    seen: set[str] = set()
    for number, row in rows:
        problems += _row_problems(number, row, seen)
    return [(number, {name: (row.get(name) or "").strip() for name in header}) for number, row in rows], problems


def _row_problems(number: int, row: Mapping[str | None, object], seen: set[str]) -> Iterator[StaffProblem]:
    if None in row or None in row.values():
        yield StaffProblem(number, "", "the row has more or fewer cells than the header")
        return
    cells = {str(name): str(value).strip() for name, value in row.items()}
    for name in sorted(name for name, value in cells.items() if "\x00" in value):
        yield StaffProblem(number, name, "holds a character that is no text (U+0000); type it anew")
    for name in REQUIRED:
        if not cells[name]:
            yield StaffProblem(number, name, "is empty")
    for name in ("worker_ref", "agency", "role", "line_manager"):
        if cells.get(name) and not _REF.fullmatch(cells[name]):
            yield StaffProblem(number, name, "is no reference of letters, digits and . _ : -")
    if cells["worker_ref"] in seen:
        yield StaffProblem(number, "worker_ref", "stands in an earlier row too")
    seen.add(cells["worker_ref"])
    if cells.get("birth_date") and not _DAY.fullmatch(cells["birth_date"]):
        yield StaffProblem(number, "birth_date", "is no day like 1980-05-31")


def _staff(
    number: int, row: Mapping[str, str], parts: LogParts, problems: list[StaffProblem]
) -> Iterator[StaffRow]:  # fmt: skip
    for name, parse in (("hours", parse_shifts), ("leave", parse_leave)):
        try:
            parse(row.get(name, ""))
        except RosterError as error:
            problems.append(StaffProblem(number, name, str(error)))
            return
    yield StaffRow(
        row["worker_ref"], row["agency"], row["role"], row["team"], row.get("line_manager") or None,
        row.get("hours", ""), parse_leave(row.get("leave", "")), tuple(_tokens(row, parts.custody.token)),
    )  # fmt: skip


def _tokens(row: Mapping[str, str], ring: KeyRing) -> Iterator[tuple[str, bytes]]:
    """Tokens of what is personal, under every key version kept: records keep the tokens of their time."""
    whole = search_tokens(family_names=(row.get("surname", ""),), birth_date_text=row.get("birth_date") or None,
                          postcodes=(row.get("postcode", ""),))  # fmt: skip
    plain = {
        "surname": {one for one in whole if one.startswith("family:")},
        "birth-date": {one for one in whole if one.startswith("dob:")},
        "postcode": {one for one in whole if one.startswith("postcode:")},
        "uprn": place_tokens(row.get("uprn", "")),
        "phone": phone_tokens(row.get("phone", "")),
    }
    for kind, texts in plain.items():
        for token in sorted({digest for text in texts for digest in ring.digests("search", text.encode())}):
            yield kind, token
