"""A `statement` of a mapping file: one data item of the register, its fields out of columns of fitting types."""

from collections.abc import Mapping

from adapters.cell_values import parse_date
from adapters.tabular.columns import TEXT_TYPES
from adapters.tabular.document import Table, Value, as_table, as_text, did_you_mean, keys_of
from adapters.tabular.errors import MappingError
from adapters.tabular.parse_records import COMMON_KEYS, OCCURRENCE_TYPES, SPELL_KEYS, choice
from adapters.tabular.scope import Scope
from adapters.tabular.sources import Source
from adapters.tabular.templates import BLOCK_CONCEPTS, StatementTemplate, Template
from concept_model.base import Nature
from concept_model.base import Scalar as Constant
from concept_model.items import ITEMS, Block, Item, ItemField

_ITEMS = {item.name: item for item in ITEMS}
STATEMENT_KEYS = frozenset({"item", "value", "occurrence", "role", "nature", "needs", "at"}) | SPELL_KEYS
ENTRY_KEYS = frozenset({"item", "value", "occurrence"}) | SPELL_KEYS
_NEEDED = frozenset({"item", "value"})
_NATURES = frozenset(nature.value for nature in Nature)
_FIELD_TYPES: Mapping[str, frozenset[str]] = {
    "text": TEXT_TYPES | {"phone", "email"},
    "code": TEXT_TYPES,
    "date": frozenset({"date"}),
    "number": frozenset({"number"}),
    "money": frozenset({"money"}),
    "flag": frozenset({"flag"}),
}


def parse_statement(table: Table, scope: Scope) -> Template:
    """A `statement` template. Its concept (circumstance, event, intervention, goal) follows from the item."""
    keys = keys_of(table, "statement", required=_NEEDED, optional=STATEMENT_KEYS - _NEEDED | COMMON_KEYS)
    item = _item(keys["item"])
    if item.block is Block.LISTS:
        message = f"The item {item.name} speaks of no person."
        raise MappingError(keys["item"].line, message, "Use an entry template, for places and services.")
    what = f"statement {item.name}"
    role = scope.source(keys["role"], f"{what}: role", TEXT_TYPES) if "role" in keys else Source()
    needs = scope.each(keys, "needs", what, frozenset({spec.type for spec in scope.columns.values()}))
    when = scope.when(keys, what)
    if needs and not when:
        remedy = "Add when, or make the columns required: true."
        raise MappingError(keys["needs"].line, f"{what}: needs stands without when.", remedy)
    return StatementTemplate(
        subject=scope.subject(keys, what),
        item=item.name,
        concept=BLOCK_CONCEPTS[item.block],
        value=_value(as_table(keys["value"], f"{what}: value"), item, scope),
        occurrence=scope.each(keys, "occurrence", what, OCCURRENCE_TYPES),
        role=role if role.column or role.constant is None else Source(constant=str(role.constant)),
        nature=choice(keys["nature"], f"{what}: nature", _NATURES) if "nature" in keys else "fact",
        needs=needs,
        spell=scope.spell(keys, what),
        when=when,
    )


def parse_entry(table: Table, scope: Scope) -> Template:
    """An `entry` template: reference data of a place or a service, of an item of the block of lists."""
    keys = keys_of(table, "entry", required=_NEEDED, optional=ENTRY_KEYS - _NEEDED | COMMON_KEYS)
    item = _item(keys["item"])
    what = f"entry {item.name}"
    if item.block is not Block.LISTS:
        message = f"The item {item.name} speaks of a person."
        raise MappingError(keys["item"].line, message, "Use a statement template.")
    return StatementTemplate(
        subject=scope.subject(keys, what),
        item=item.name,
        concept=BLOCK_CONCEPTS[item.block],
        value=_value(as_table(keys["value"], f"{what}: value"), item, scope),
        occurrence=scope.each(keys, "occurrence", what, OCCURRENCE_TYPES),
        spell=scope.spell(keys, what),
        when=scope.when(keys, what),
    )


def _item(value: Value) -> Item:
    name = as_text(value, "statement: item")
    item = _ITEMS.get(name)
    if item is None:
        message = f"No data item is named {name!r}."
        raise MappingError(value.line, message, did_you_mean(name, frozenset(_ITEMS)))
    if item.block not in BLOCK_CONCEPTS:
        message = f"The item {name} is no statement about a person."
        raise MappingError(value.line, message, "Use a person, residence, membership or relationship template.")
    return item


def _value(table: Table, item: Item, scope: Scope) -> tuple[tuple[str, Source], ...]:
    fields = {field.name: field for field in item.fields}
    entries = keys_of(table, f"statement {item.name}: value", required=frozenset(), optional=frozenset(fields))
    if not any(not (isinstance(given, Table) and "constant" in given.entries) for given in entries.values()):
        remedy = "Take at least one field from a column."
        raise MappingError(table.line, f"statement {item.name}: value holds nothing that a row says.", remedy)
    return tuple((name, _field(given, fields[name], item, scope)) for name, given in entries.items())


def _field(given: Value, field: ItemField, item: Item, scope: Scope) -> Source:
    what = f"statement {item.name}: {field.name}"
    source = scope.source(given, what, _FIELD_TYPES[field.kind])
    fixed = [source.constant] if not source.column else list((source.mapped or {}).values())
    if not all(_fits(constant, field) for constant in fixed):
        raise MappingError(given.line, f"{what} has a constant that is no {field.kind}.", f"Write a {field.kind}.")
    return source


def _fits(constant: Constant, field: ItemField) -> bool:
    if field.kind == "flag":
        return isinstance(constant, bool)
    if field.kind in {"number", "money"}:
        return isinstance(constant, int | float) and not isinstance(constant, bool)
    if field.kind == "date":
        return isinstance(constant, str) and parse_date(constant) is not None and constant[4:5] == "-"
    return isinstance(constant, str)
