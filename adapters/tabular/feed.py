"""The feed that a mapping file describes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_rows import csv_rows
from adapters.csv_shape import PLAIN, CsvShape
from adapters.errors import FeedUnreadableError
from adapters.port import FeedProfile, RawRow, Translation
from adapters.sources import start_of
from adapters.tabular.columns import ColumnSpec, RowValues
from adapters.tabular.groups import Group
from adapters.tabular.layouts import Layouts
from adapters.tabular.parts import needs
from adapters.tabular.sources import holds
from adapters.tabular.structured_rows import json_alone, rows_of_json, rows_of_xml, xml_alone
from adapters.tabular.templates import ResidenceTemplate, StatementTemplate, Template
from adapters.xml_rows import XmlNode, looks_like_xml
from concept_model.place import Address
from concept_model.records import ConceptRecord

_AddressKey = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True, slots=True)
class ExpectedFact:
    """A fact that an example expects: the parts that it names have to be equal."""

    line: int
    item: str
    parts: Mapping[str, str]
    """Of subject, occurrence, valid_from, valid_to, at, role and nature, as text; an empty text: not given."""
    value: Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Example:
    """A row and what has to become of it: these facts and no others, or this error."""

    name: str
    line: int
    row: Mapping[str, str]
    facts: tuple[ExpectedFact, ...] = ()
    error_code: str = ""
    error_column: str = ""
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MappedFeed:
    """A `Feed` out of a mapping file."""

    profile: FeedProfile
    columns: tuple[ColumnSpec, ...]
    templates: tuple[Template, ...]
    examples: tuple[Example, ...]
    layouts: Layouts
    groups: Mapping[str, Group] = field(default_factory=dict)
    match_only: bool = False
    """True where the feed may say who and where somebody is, so that records can be linked, and nothing else."""

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split a file into rows. Raise `FeedUnreadableError` if it is not a file of this feed with its columns."""
        columns = tuple(spec for spec in self.columns if not spec.part_of)
        start = start_of(source).lstrip()
        if self.layouts.xml and looks_like_xml(source):
            return rows_of_xml(source, self.layouts.xml, columns, self.groups)
        if self.layouts.json and start.startswith((b"{", b"[")):
            return rows_of_json(source, self.layouts.json, columns, self.groups)
        if self.layouts.ndjson and start.startswith(b"{"):
            return rows_of_json(source, self.layouts.ndjson, columns, self.groups)
        if self.layouts.ndjson and start.startswith(b"["):
            message = "The file is one JSON list; this feed takes one object a line."
            raise FeedUnreadableError(message, "Send NDJSON: each object on a line of its own, no list around them.")
        if self.layouts.csv is None:
            kinds = " or ".join(kind.upper() for kind in self.layouts.formats)
            message = f"The file is not {kinds}."
            raise FeedUnreadableError(message, f"Export it again as {kinds}.")
        required = frozenset(spec.name for spec in columns if spec.required)
        known = frozenset(spec.name for spec in columns)
        return csv_rows(source, required=required, known=known, shape=_shape_of(start, self.layouts.csv))

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """A file of the mapping's XML or JSON with that row."""
        kept = tuple(spec for spec in self.columns if not spec.part_of and keeps(spec.name))
        lines_or_list = self.layouts.ndjson or self.layouts.json
        if isinstance(row.payload, XmlNode) and self.layouts.xml:
            return xml_alone(row.payload, self.layouts.xml, kept, self.groups)
        if isinstance(row.payload, dict) and lines_or_list:
            return json_alone(row.payload, lines_or_list, kept, self.groups)
        return ""

    def of_before(self, renamed: Mapping[str, str]) -> "MappedFeed":
        """The feed as it reads CSV files whose columns have names of before, given with those of now."""
        if self.layouts.csv is None:
            return self
        also = {**self.layouts.csv.also, **{old.casefold(): new for old, new in renamed.items()}}
        return replace(self, layouts=replace(self.layouts, csv=replace(self.layouts.csv, also=also)))

    def translate(self, row: RawRow) -> Translation:
        """Turn one row into concept records or row errors."""
        if row.problem is not None:
            return Translation(row, errors=(row.problem,))
        cells = Cells(self._with_parts(row))
        values = {spec.name: cells.text(spec.name) if spec.split else spec.read(cells) for spec in self.columns}
        used = [template for template in self.templates if holds(template.when, values)]
        addresses = self._addresses(cells)
        for template in used:
            _check_template(cells, values, template)

        def build() -> Iterator[ConceptRecord]:
            for template in used:
                record = template.build(values, addresses.get(_address_key(template)))
                if record is not None:
                    yield record

        return self._as_sent(row, cells.translation(build))

    def _with_parts(self, row: RawRow) -> RawRow:
        made = [spec for spec in self.columns if spec.split or spec.join]
        if not made:
            return row
        cells = dict(row.cells)
        for spec in made:
            if spec.split:
                cells.update(spec.split.parts(row.cells.get(spec.name, "")))
            else:
                parts = (row.cells.get(name, "").strip() for name in spec.join)
                cells[spec.name] = spec.joined_by.join(filter(None, parts))
        return replace(row, cells=cells)

    def _as_sent(self, row: RawRow, translation: Translation) -> Translation:
        # What was found in a part is told of the column that the partner has. Two templates may share a period: its
        # error is told once.
        parts = {spec.name: spec.part_of for spec in self.columns if spec.part_of}
        errors = dict.fromkeys(replace(one, column=parts.get(one.column, one.column)) for one in translation.errors)
        flags = dict.fromkeys(replace(one, column=parts.get(one.column, one.column)) for one in translation.flags)
        return Translation(row, translation.records, tuple(errors), tuple(flags), translation.refused)

    def _addresses(self, cells: Cells) -> Mapping[_AddressKey | None, Address | None]:
        keys = dict.fromkeys(key for template in self.templates if (key := _address_key(template)))
        return {key: cells.address(*key) for key in keys}


def _shape_of(start: bytes, shape: CsvShape) -> CsvShape:
    """The shape of a file: templates and rows handed back have commas, whatever parts the partner's own cells."""
    first_line = start.replace(b"\0", b"").partition(b"\n")[0]
    return shape if shape.delimiter.encode() in first_line else replace(shape, delimiter=PLAIN.delimiter)


def _address_key(template: Template) -> _AddressKey | None:
    if isinstance(template, ResidenceTemplate):
        return template.lines, template.postcode, template.uprn
    return None


def _check_template(cells: Cells, values: RowValues, template: Template) -> None:
    spell = getattr(template, "spell", None)
    if spell and spell.valid_from and spell.valid_to:
        start, end = values[spell.valid_from], values[spell.valid_to]
        if isinstance(start, date) and isinstance(end, date):
            cells.in_order(spell.valid_from, spell.valid_to, start, end)
    by = template.when[0].column if template.when else ""
    needed = template.needs if isinstance(template, StatementTemplate) and template.when else ()
    for column in dict.fromkeys((*needed, *template.subject.columns())):
        if not cells.text(column):
            _needs(cells, column, by)


def _needs(cells: Cells, column: str, by: str) -> None:
    if by:
        needs(cells, column, by)
    else:
        cells.required(column)
