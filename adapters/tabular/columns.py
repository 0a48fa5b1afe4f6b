"""Typed columns of a mapped feed, and the values of one row."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.cells import Cells
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
class ColumnSpec:
    """One column as a mapping file declares it. `codes` maps what is sent (lower case) to what is kept."""

    name: str
    type: str
    description: str
    required: bool = False
    codes: Mapping[str, str] | None = None
    keep_unlisted: bool = False
    scheme: str = ""

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


def _identifier(cells: Cells, spec: ColumnSpec) -> CellValue:
    return cells.identifier(spec.scheme or spec.type, spec.name)


_READERS: Mapping[str, Callable[[Cells, ColumnSpec], CellValue]] = {
    "text": _text,
    "key": _key,
    "code": _code,
    "date": lambda cells, spec: cells.date(spec.name),
    "partial_date": lambda cells, spec: cells.partial_date(spec.name),
    "datetime": lambda cells, spec: cells.datetime(spec.name),
    "number": lambda cells, spec: cells.number(spec.name),
    "money": lambda cells, spec: cells.money(spec.name),
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
