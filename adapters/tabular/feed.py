"""The feed that a mapping file describes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_rows import csv_rows
from adapters.port import FeedProfile, RawRow, RowFlag, Translation
from adapters.tabular.columns import ColumnSpec, RowValues
from adapters.tabular.parts import needs
from adapters.tabular.templates import ResidenceTemplate, StatementTemplate, Template
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

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split a file into rows. Raise `FeedUnreadableError` if it is not a CSV file with the required columns."""
        required = frozenset(spec.name for spec in self.columns if spec.required)
        return csv_rows(source, required=required, known=frozenset(spec.name for spec in self.columns))

    def translate(self, row: RawRow) -> Translation:
        """Turn one row into concept records or row errors."""
        if row.problem is not None:
            return Translation(row, errors=(row.problem,))
        cells = Cells(row)
        values = {spec.name: spec.read(cells) for spec in self.columns}
        used = [template for template in self.templates if template.when is None or template.when.holds(values)]
        addresses = self._addresses(cells)
        for template in used:
            _check_template(cells, values, template)

        def build() -> Iterator[ConceptRecord]:
            for template in used:
                record = template.build(values, addresses.get(_address_key(template)))
                if record is not None:
                    yield record

        translation = cells.translation(build)
        return _without_repeats(translation)

    def _addresses(self, cells: Cells) -> Mapping[_AddressKey | None, Address | None]:
        keys = dict.fromkeys(key for template in self.templates if (key := _address_key(template)))
        return {key: cells.address(*key) for key in keys}


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
    if isinstance(template, StatementTemplate) and template.when:
        for column in template.needs:
            if not cells.text(column):
                needs(cells, column, template.when.column)


def _without_repeats(translation: Translation) -> Translation:
    # Two templates may share a period: its error is told once.
    errors, flags = dict.fromkeys(translation.errors), dict[RowFlag, None].fromkeys(translation.flags)
    return Translation(translation.row, translation.records, tuple(errors), tuple(flags), translation.refused)
