"""How the file of a mapping is laid out: as CSV with its header where the partner puts it, as XML or as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.csv_shape import CsvShape
from adapters.tabular.columns import ColumnSpec
from adapters.tabular.document import (
    Scalar,
    Sequence,
    Table,
    Value,
    as_bool,
    as_list,
    as_table,
    as_text,
    did_you_mean,
    keys_of,
)
from adapters.tabular.errors import MappingError

KIND_KEYS: Mapping[str, frozenset[str]] = {
    "csv": frozenset({"header", "names_in_row", "rows_begin", "label_columns", "delimiter"}),
    "xml": frozenset({"root", "row"}),
    "json": frozenset({"rows"}),
    "ndjson": frozenset(),
}
DELIMITERS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_MOST_HEADER_ROWS = 50


@dataclass(frozen=True, slots=True)
class XmlLayout:
    """A document whose outermost element is `root` and in which every `row` element is a row."""

    root: str
    row: str


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """Objects: one a line, a list, or the list at `rows` (names joined by slashes); one object alone is one row."""

    rows: tuple[str, ...] = ()
    lines: bool = False


Layout = CsvShape | XmlLayout | JsonLayout


@dataclass(frozen=True, slots=True)
class Layouts:
    """The ways in which the file comes: at most one CSV, one XML, one JSON document and one of JSON lines."""

    csv: CsvShape | None = None
    xml: XmlLayout | None = None
    json: JsonLayout | None = None
    ndjson: JsonLayout | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """Their names, as a profile tells them."""
        return tuple(kind for kind in KIND_KEYS if getattr(self, kind) is not None)


def parse_layouts(value: Value) -> Layouts:
    """The `format` of a mapping file: one layout or a list of them. Raise `MappingError`."""
    given = as_list(value, "format") if isinstance(value, Sequence) else (value,)
    found: dict[str, Layout] = {}
    for one in given:
        kind, layout = _layout(as_table(one, "format"))
        if kind in found:
            raise MappingError(one.line, f"format describes {kind} twice.", "Keep one of them.")
        found[kind] = layout
    return Layouts(**found)  # type: ignore[arg-type]  # each kind has its own class, as `_layout` makes it


def check_paths(columns: Mapping[str, ColumnSpec], layouts: Layouts, lines: Mapping[str, Value]) -> None:
    """A path is for XML and JSON; a file without names has no other names. Raise `MappingError`."""
    structured = layouts.xml or layouts.json or layouts.ndjson
    for name, spec in columns.items():
        if spec.path and not structured:
            raise MappingError(lines[name].line, f"Column {name} has a path, but no format has.", "Take path out.")
        if spec.also and not layouts.csv:
            raise MappingError(lines[name].line, f"Column {name} has also, but no CSV format.", "Take also out.")


def _layout(table: Table) -> tuple[str, Layout]:
    if "kind" not in table.entries:
        raise MappingError(table.line, "format lacks kind.", f"Add kind: {', '.join(KIND_KEYS)}.")
    kind = as_text(table.entries["kind"], "format: kind")
    if kind not in KIND_KEYS:
        raise MappingError(table.line, "format has an unknown kind.", did_you_mean(kind, frozenset(KIND_KEYS)))
    needed = frozenset({"kind"}) | (KIND_KEYS[kind] if kind == "xml" else frozenset())
    keys = keys_of(table, f"format {kind}", required=needed, optional=KIND_KEYS[kind])
    if kind == "csv":
        return kind, _csv(keys)
    if kind == "xml":
        return kind, XmlLayout(as_text(keys["root"], "format: root"), as_text(keys["row"], "format: row"))
    rows = as_text(keys["rows"], "format: rows") if "rows" in keys else ""
    return kind, JsonLayout(tuple(filter(None, rows.split("/"))), lines=kind == "ndjson")


def _csv(keys: Mapping[str, Value]) -> CsvShape:
    header = as_bool(keys["header"], "format: header") if "header" in keys else True
    names = _count(keys, "names_in_row", 1) if header else 0
    if not header and "names_in_row" in keys:
        raise MappingError(keys["names_in_row"].line, "A file without header names no columns.", "Keep one of both.")
    begin = _count(keys, "rows_begin", names + 1)
    if begin <= names:
        raise MappingError(keys["rows_begin"].line, "Rows begin before the names end.", "Count rows from 1.")
    delimiter = as_text(keys["delimiter"], "format: delimiter") if "delimiter" in keys else "comma"
    if delimiter not in DELIMITERS:
        remedy = did_you_mean(delimiter, frozenset(DELIMITERS))
        raise MappingError(keys["delimiter"].line, "format has an unknown delimiter.", remedy)
    return CsvShape(names, begin, _count(keys, "label_columns", 0, least=0), DELIMITERS[delimiter])


def _count(keys: Mapping[str, Value], key: str, otherwise: int, least: int = 1) -> int:
    if key not in keys:
        return otherwise
    value = keys[key]
    if isinstance(value, Scalar) and type(value.value) is int and least <= value.value <= _MOST_HEADER_ROWS:
        return value.value
    raise MappingError(value.line, f"format: {key} is no count.", f"Write a number up to {_MOST_HEADER_ROWS}.")
