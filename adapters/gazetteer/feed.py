"""A feed of addresses: each record of a transfer is a row, and says one thing of the place with its UPRN.

Streets are named by records of their own, which stand before the addresses that use them; so `rows` hands each address
the name of its street. What is kept is reference data of the place `uprn/<UPRN>`, no record of any person.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_records import RecordReader
from adapters.csv_rows import csv_rows
from adapters.gazetteer.record_types import (
    BLPU,
    BLPU_STATE,
    CLASSIFICATION,
    DELIVERY_POINT,
    LAYOUTS,
    LEAST,
    LOGICAL_STATUS,
    LPI,
    PASSED_OVER,
    STREET,
)
from adapters.port import Column, FeedProfile, RawRow, RowError, Translation
from adapters.sources import reader, start_of
from concept_model.identifiers import normal_postcode
from concept_model.statement import ListEntry

_MOST_STREETS = 500_000
_ITEM = ("place.address",)
_BEGINNING = re.compile(rb'"?[0-9]{2}"?\s*,')
_UNDECODABLE = re.compile("[\x00\ud800-\udfff]")
_Value = dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class GazetteerFeed:
    """A `Feed` of records without a header, each of the type that its first cell names."""

    profile: FeedProfile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row a record; records handed back to be mended come with the names of their columns.

        Raise `FeedUnreadableError` where the file begins with neither a record type nor the names.
        """
        if not _BEGINNING.match(start_of(source).lstrip()):
            known = frozenset(column.name for column in self.profile.columns)
            return csv_rows(source, required=frozenset({"RECORD_IDENTIFIER"}), known=known)
        text = io.TextIOWrapper(reader(source), encoding="utf-8-sig", errors="surrogateescape", newline="")
        return _rows(RecordReader(text))

    def translate(self, row: RawRow) -> Translation:
        """Turn one record into an entry of its place, or row errors."""
        if row.problem is not None:
            return Translation(row, errors=(row.problem,))
        cells = Cells(row)
        kind = cells.text("RECORD_IDENTIFIER")
        if kind in PASSED_OVER or kind == STREET:
            return Translation(row)
        if kind not in _READERS:
            remedy = "Send the record types of BS 7666 transfers alone."
            cells.error("RECORD_IDENTIFIER", "code-unknown", "The first column holds no record type.", remedy)
            return cells.translation(tuple)
        if cells.text("CHANGE_TYPE") == "D":
            cells.remark("CHANGE_TYPE", "record-not-kept", "The record deletes one: retract it, or send a full set.")
            return cells.translation(tuple)
        return _translated(cells, kind, row.payload if isinstance(row.payload, tuple) else ())


def _rows(records: RecordReader) -> Iterator[RawRow]:
    streets: dict[str, tuple[str, ...]] = {}
    for number in count(1):
        try:
            sent = records.next_record()
        except csv.Error:
            records.give_up()
            yield _problem(number, "A quotation mark is not closed, or the record is too long.")
            continue
        if sent is None:
            return
        if not any(cell.strip() for cell in sent):
            continue
        yield _row(number, sent, streets)


def _row(number: int, sent: list[str], streets: dict[str, tuple[str, ...]]) -> RawRow:
    kind = sent[0].strip()
    names = LAYOUTS.get(kind, ("RECORD_IDENTIFIER",))
    if any(_UNDECODABLE.search(cell) for cell in sent):
        return _problem(number, "A cell holds bytes that are not UTF-8 text.", "encoding-invalid")
    if kind in LAYOUTS and not LEAST[kind] <= len(sent) <= len(names):
        return _problem(number, f"The record of type {kind} has {len(sent)} cells, not {len(names)}.")
    cells = dict(zip(names, (cell.strip() for cell in sent), strict=False))
    if kind == STREET and len(streets) < _MOST_STREETS:
        streets[cells["USRN"]] = tuple(
            filter(None, (cells["STREET_DESCRIPTION"], cells["LOCALITY"], cells["TOWN_NAME"]))
        )
    return RawRow(number, cells, payload=streets.get(cells.get("USRN", ""), ()) if kind == LPI else None)


def _problem(number: int, message: str, code: str = "row-shape") -> RawRow:
    remedy = "Check that the export finished and that nothing changed the file since."
    return RawRow(number, {}, problem=RowError(number, "", code, message, remedy))


def _translated(cells: Cells, kind: str, street: tuple[str, ...]) -> Translation:
    cells.required("UPRN")
    uprn = cells.uprn("UPRN")
    start, end = cells.period("START_DATE", "END_DATE")
    occurrence, value = _READERS[kind](cells, street)

    def build() -> Iterator[ListEntry]:
        yield ListEntry(
            subject=f"uprn/{uprn}", item="place.address", occurrence=occurrence, valid_from=start, valid_to=end,
            value={**value, "uprn": uprn},
        )  # fmt: skip

    return cells.translation(build)


def _blpu(cells: Cells, street: tuple[str, ...]) -> tuple[str, _Value]:
    del street
    return "blpu", {
        "status": cells.code("LOGICAL_STATUS", LOGICAL_STATUS, keep_unlisted=True),
        "state": cells.code("BLPU_STATE", BLPU_STATE, keep_unlisted=True),
        "parent": cells.uprn("PARENT_UPRN"),
        "postcode": normal_postcode(cells.text("POSTCODE_LOCATOR")),
        "latitude": cells.number("LATITUDE"),
        "longitude": cells.number("LONGITUDE"),
    }


def _lpi(cells: Cells, street: tuple[str, ...]) -> tuple[str, _Value]:
    unit, building = _numbered(cells, "SAO"), _numbered(cells, "PAO")
    # A building that has only a number stands on the line of its street.
    on_street = f"{building} {street[0]}".strip() if street and not cells.text("PAO_TEXT") else building
    rest = street[1:] if street and not cells.text("PAO_TEXT") else street
    return f"lpi/{cells.key('LPI_KEY')}", {
        "lines": "\n".join(filter(None, (unit, on_street, *rest))),
        "status": cells.code("LOGICAL_STATUS", LOGICAL_STATUS, keep_unlisted=True),
    }


def _delivery_point(cells: Cells, street: tuple[str, ...]) -> tuple[str, _Value]:
    del street
    number, dependent, road = map(cells.text, ("BUILDING_NUMBER", "DEPENDENT_THOROUGHFARE", "THOROUGHFARE"))
    roads = (f"{number} {dependent}", road) if dependent else (f"{number} {road}",)
    lines = (
        cells.text("ORGANISATION_NAME"), cells.text("DEPARTMENT_NAME"), cells.text("SUB_BUILDING_NAME"),
        cells.text("BUILDING_NAME"), *map(str.strip, roads), cells.text("DOUBLE_DEPENDENT_LOCALITY"),
        cells.text("DEPENDENT_LOCALITY"), cells.text("POST_TOWN"),
    )  # fmt: skip
    return f"delivery-point/{cells.key('UDPRN')}", {
        "lines": "\n".join(filter(None, lines)),
        "postcode": normal_postcode(cells.text("POSTCODE")) or cells.text("POSTCODE") or None,
    }


def _classification(cells: Cells, street: tuple[str, ...]) -> tuple[str, _Value]:
    del street
    return f"classification/{cells.key('CLASS_KEY')}", {"classification": cells.required("CLASSIFICATION_CODE")}


def _numbered(cells: Cells, part: str) -> str:
    """A unit (SAO) or building (PAO): its name, then `12A-14`."""
    first = cells.text(f"{part}_START_NUMBER") + cells.text(f"{part}_START_SUFFIX")
    last = cells.text(f"{part}_END_NUMBER") + cells.text(f"{part}_END_SUFFIX")
    number = f"{first}-{last}" if first and last else first
    return " ".join(filter(None, (cells.text(f"{part}_TEXT"), number)))


_READERS: Mapping[str, Callable[[Cells, tuple[str, ...]], tuple[str, _Value]]] = {
    BLPU: _blpu,
    LPI: _lpi,
    DELIVERY_POINT: _delivery_point,
    CLASSIFICATION: _classification,
}
_KEYS = frozenset({"RECORD_IDENTIFIER", "CHANGE_TYPE", "PRO_ORDER", "LPI_KEY", "UDPRN", "CLASS_KEY", "USRN"})


def _columns() -> tuple[Column, ...]:
    names = dict.fromkeys(name for kind in _READERS for name in LAYOUTS[kind])
    return tuple(
        Column(name, () if name in _KEYS else _ITEM, name.replace("_", " ").capitalize(), name == "RECORD_IDENTIFIER")
        for name in names
    )


GAZETTEER = GazetteerFeed(
    FeedProfile(
        name="gazetteer",
        row_key=("UPRN",),
        source="gazetteer",
        title="Addresses (AddressBase Premium, LLPG)",
        formats=("csv",),
        columns=_columns(),
        example_rows=(
            {
                "RECORD_IDENTIFIER": "21", "CHANGE_TYPE": "I", "PRO_ORDER": "1", "UPRN": "100000000001",
                "LOGICAL_STATUS": "1", "BLPU_STATE": "2", "POSTCODE_LOCATOR": "ZZ1 1ZZ", "START_DATE": "2001-03-19",
            },
            {
                "RECORD_IDENTIFIER": "28", "CHANGE_TYPE": "I", "PRO_ORDER": "2", "UPRN": "100000000001", "UDPRN": "1",
                "BUILDING_NUMBER": "1", "THOROUGHFARE": "EXAMPLE STREET", "POST_TOWN": "EXAMPLETON",
                "POSTCODE": "ZZ1 1ZZ",
            },
        ),
    )
)  # fmt: skip
