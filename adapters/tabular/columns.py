"""Typed columns of a mapped feed, and the values of one row."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.cell_values import DATE_SENTINELS
from adapters.cells import Cells
from adapters.tabular.date_formats import DateFormat, parse_as
from adapters.tabular.parts import telecom
from concept_model.base import Scalar
from concept_model.identifiers import Identifier
from concept_model.person import Telecom

CellValue = str | int | float | dt.date | dt.datetime | Identifier | Telecom | None
"""What a cell becomes. An empty cell is None."""
RowValues = Mapping[str, CellValue]

IDENTIFIER_TYPES = frozenset({"nhs_number", "upn", "nino", "pnc_id", "local_id"})
TEXT_TYPES = frozenset({"text", "key", "code"})


@dataclass(frozen=True, slots=True)
class Split:
    """How a cell is cut: `by` text, `line` or `space`; the last part (or, from the end, the first) keeps the rest."""

    by: str
    into: tuple[str, ...]
    from_end: bool = False

    def parts(self, text: str) -> dict[str, str]:
        """The parts by name; one that the text has too little for is empty."""
        by = {"line": "\n", "space": None}.get(self.by, self.by)
        if self.by == "line":
            text = text.replace("\r\n", "\n")
        most = len(self.into) - 1
        cut = text.rsplit(by, most) if self.from_end else text.split(by, most)
        cut = [part.strip() for part in cut]
        missing = [""] * (len(self.into) - len(cut))
        return dict(zip(self.into, (*missing, *cut) if self.from_end else (*cut, *missing), strict=True))


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column as a mapping file declares it. `codes` maps what is sent (lower case) to what is kept."""

    name: str
    type: str
    description: str
    required: bool = False
    codes: Mapping[str, str] | None = None
    keep_unlisted: bool = False
    scheme: str = ""
    also: tuple[str, ...] = ()
    """Other names that the column is known to come under."""
    path: str = ""
    """Where the value stands in XML or JSON; empty: under the column's own name."""
    formats: tuple[DateFormat, ...] = ()
    """The only ways in which the dates of this column are written; none: the usual two."""
    negate: bool = False
    """True where the sender's sign is the other way round: a debt written as -12.50."""
    split: Split | None = None
    part_of: str = ""
    """The column of the file that this one is a part of, or begins with."""
    join: tuple[str, ...] = ()
    """The columns of the file that this one is put together from, `joined_by` between them."""
    joined_by: str = ""
    group: str = ""
    number: int = field(default=0)
    """The repeat group and the number in it that this column stands for."""

    def read(self, cells: Cells) -> CellValue:
        """Read the cell of one row, noting errors and flags."""
        if self.required and self.type != "key":
            cells.required(self.name)
        return _READERS[self.type](cells, self)


def scalar(value: CellValue) -> Scalar:
    """A cell's value as a field of an item holds it: dates as ISO 8601 text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Identifier | Telecom):
        return value.value
    return value


def as_key(value: CellValue) -> str:
    """A cell's value as part of a key."""
    kept = scalar(value)
    return "" if kept is None else str(kept).lower() if isinstance(kept, bool) else str(kept)


def _text(cells: Cells, spec: ColumnSpec) -> CellValue:
    return cells.text(spec.name) or None


def _key(cells: Cells, spec: ColumnSpec) -> CellValue:
    # A key that may be empty is checked for its length only where there is one.
    return cells.key(spec.name) or None if spec.required or cells.text(spec.name) else None


def _code(cells: Cells, spec: ColumnSpec) -> CellValue:
    return cells.code(spec.name, spec.codes or {}, keep_unlisted=spec.keep_unlisted)


def _date(cells: Cells, spec: ColumnSpec) -> CellValue:
    if not spec.formats:
        return cells.date(spec.name)
    text = cells.text(spec.name)
    day = parse_as(spec.formats, text)
    if text and day is None:
        written = " or ".join(one.written for one in spec.formats)
        cells.error(
            spec.name, "date-invalid", f"The column {spec.name} cannot be read.", f"Write the date as {written}."
        )
    if day in DATE_SENTINELS:
        cells.remark(spec.name, "date-sentinel", f"The column {spec.name} holds a date that stands for not known.")
        return None
    return day


def _partial_date(cells: Cells, spec: ColumnSpec) -> CellValue:
    if not spec.formats:
        return cells.partial_date(spec.name)
    day = _date(cells, spec)
    return day.isoformat() if isinstance(day, dt.date) else None


def _signed(value: int | float | None, spec: ColumnSpec) -> CellValue:  # noqa: PYI041 - both are what a cell becomes
    return -value if spec.negate and value else value


def _identifier(cells: Cells, spec: ColumnSpec) -> CellValue:
    return cells.identifier(spec.scheme or spec.type, spec.name)


_READERS: Mapping[str, Callable[[Cells, ColumnSpec], CellValue]] = {
    "text": _text,
    "key": _key,
    "code": _code,
    "date": _date,
    "partial_date": _partial_date,
    "datetime": lambda cells, spec: cells.datetime(spec.name),
    "number": lambda cells, spec: _signed(cells.number(spec.name), spec),
    "money": lambda cells, spec: _signed(cells.money(spec.name), spec),
    "flag": lambda cells, spec: cells.flag(spec.name),
    "sex": lambda cells, spec: cells.sex(spec.name),
    "phone": lambda cells, spec: telecom(cells, "phone", spec.name),
    "email": lambda cells, spec: telecom(cells, "email", spec.name),
    # Read by `Cells.address` as parts of one address, with the checks that belong to it.
    "postcode": _text,
    "uprn": _text,
    **dict.fromkeys(IDENTIFIER_TYPES, _identifier),
}
COLUMN_TYPES = frozenset(_READERS)
