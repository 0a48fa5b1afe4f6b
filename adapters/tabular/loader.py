"""Load mapping files. Anything unknown, unused or contradictory in one refuses, with its line and a remedy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from adapters.csv_shape import CsvShape
from adapters.port import Column, FeedProfile
from adapters.tabular.columns import ColumnSpec
from adapters.tabular.document import (
    Scalar,
    Table,
    Value,
    as_bool,
    as_list,
    as_table,
    as_text,
    keys_of,
    read_document,
)
from adapters.tabular.errors import MappingError
from adapters.tabular.examples import check_examples
from adapters.tabular.feed import Example, MappedFeed
from adapters.tabular.groups import Group, expand_columns, expand_record, parse_groups
from adapters.tabular.layouts import Layouts, check_paths, parse_layouts
from adapters.tabular.parse_columns import parse_columns
from adapters.tabular.parse_examples import parse_examples
from adapters.tabular.parse_records import PARSERS
from adapters.tabular.parse_statement import parse_entry, parse_statement
from adapters.tabular.scope import Scope
from adapters.tabular.sources import Key
from adapters.tabular.templates import (
    PersonTemplate,
    RelationshipTemplate,
    ResidenceTemplate,
    StatementTemplate,
    Template,
)
from adapters.tabular.versions import parse_earlier, parse_version

REQUIRED_KEYS = frozenset({"name", "source", "title", "key", "columns", "records", "examples"})
OPTIONAL_KEYS = frozenset({
    "duplicate_free", "earlier", "format", "groups", "match_only", "never_kept", "row_key", "version",
    "youngest",
})  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9-]{1,60}")
_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,40}")
RECORD_PARSERS = {**PARSERS, "statement": parse_statement, "entry": parse_entry}
_SUFFIX = ".yaml"
_AGES = range(1, 100)


def load_mapping(text_or_path: str | Path) -> MappedFeed:
    """Make a feed of the text of a mapping file, or of the file at a `Path`. Raise `MappingError`.

    The examples are parsed, not run: `check_examples` runs them.
    """
    if isinstance(text_or_path, str):
        return _feed(read_document(text_or_path))
    try:
        return _feed(read_document(text_or_path.read_text(encoding="utf-8")))
    except MappingError as error:
        raise error.in_file(text_or_path.name) from None
    except UnicodeDecodeError:
        raise MappingError(0, "The file is not UTF-8.", "Save it as UTF-8.", text_or_path.name) from None


def load_mappings(folder: Path) -> dict[str, MappedFeed]:
    """Load every `*.yaml` of a folder, by name of feed. An example that fails refuses the whole folder."""
    feeds: dict[str, MappedFeed] = {}
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        feed = load_mapping(path)
        name = feed.profile.name
        if name in feeds:
            raise MappingError(1, "Another file has a feed of that name.", "Give each feed its own name.", path.name)
        for failure in check_examples(feed):
            message = f"Example {failure.name!r} fails: {failure.message}"
            raise MappingError(failure.line, message, "Correct the mapping or the example.", path.name)
        feeds[name] = feed
    return feeds


def _feed(document: Table) -> MappedFeed:
    keys = keys_of(document, "The file", required=REQUIRED_KEYS, optional=OPTIONAL_KEYS)
    groups = parse_groups(keys["groups"]) if "groups" in keys else {}
    layouts = parse_layouts(keys["format"]) if "format" in keys else Layouts(csv=CsvShape())
    table, numbered = expand_columns(as_table(keys["columns"], "columns"), groups)
    columns = parse_columns(table, numbered)
    check_paths(columns, layouts, table.entries)
    key = _key(keys["key"], columns)
    match_only = as_bool(keys["match_only"], "match_only") if "match_only" in keys else False
    templates = tuple(_templates(keys["records"], Scope(columns, key), groups, match_only=match_only))
    examples = parse_examples(keys["examples"], columns)
    _all_used(table, columns, key, templates)
    described = _profile_columns(columns, templates)
    version = parse_version(keys)
    profile = FeedProfile(
        name=_matching(keys["name"], "name", _NAME),
        source=_matching(keys["source"], "source", _SOURCE),
        title=as_text(keys["title"], "title"),
        formats=layouts.formats,
        columns=described,
        duplicate_free=as_bool(keys["duplicate_free"], "duplicate_free") if "duplicate_free" in keys else False,
        youngest=_youngest(keys["youngest"]) if "youngest" in keys else None,
        example_rows=_example_rows(examples),
        never_kept=_never_kept(keys["never_kept"], columns) if "never_kept" in keys else (),
        row_key=_row_key(keys, described, columns, key),
        version=version,
        earlier=parse_earlier(keys, version, columns, layouts),
    )
    return MappedFeed(
        profile, tuple(columns.values()), templates, examples, _with_names(layouts, columns), groups, match_only
    )


def _youngest(value: Value) -> int:
    if isinstance(value, Scalar) and type(value.value) is int and value.value in _AGES:
        return value.value
    raise MappingError(value.line, "youngest has to be an age in years, 1 to 99.", "Write it as a number, such as 18.")


def _with_names(layouts: Layouts, columns: Mapping[str, ColumnSpec]) -> Layouts:
    """The layouts, the CSV one knowing the columns in their order and their other names."""
    if layouts.csv is None:
        return layouts
    names = tuple(name for name, spec in columns.items() if not spec.part_of)
    also = {other.casefold(): spec.name for spec in columns.values() for other in spec.also}
    return replace(layouts, csv=replace(layouts.csv, names=names, also=also))


def _row_key(
    keys: Mapping[str, Value], described: tuple[Column, ...], columns: Mapping[str, ColumnSpec], key: Key
) -> tuple[str, ...]:
    """What names a row: as the mapping says, else the key of the file and every required column that is a key alone."""
    if "row_key" in keys:
        scope = Scope(columns, key)
        return scope.each(keys, "row_key", "The file", frozenset(spec.type for spec in columns.values()))
    alone = {column.name for column in described if column.required and not column.items}
    return tuple(name for name in columns if name in alone or name in set(key.columns()))


def _never_kept(value: Value, columns: Mapping[str, ColumnSpec]) -> tuple[str, ...]:
    named = tuple(as_text(one, "never_kept") for one in as_list(value, "never_kept"))
    for name in named:
        if name in columns:
            raise MappingError(value.line, f"never_kept names the declared column {name!r}.", "Keep one of both.")
    return named


def _matching(value: Value, what: str, pattern: re.Pattern[str]) -> str:
    text = as_text(value, what)
    if not pattern.fullmatch(text):
        raise MappingError(
            value.line, f"{what} has letters that it may not have.", f"It has to match {pattern.pattern}"
        )
    return text


def _key(value: Value, columns: Mapping[str, ColumnSpec]) -> Key:
    key = Scope(columns, Key(())).key_of(value, "key")
    for name in key.columns():
        if not columns[name].required:
            raise MappingError(value.line, f"The key column {name} is not required.", "Add required: true to it.")
    return key


def _templates(value: Value, scope: Scope, groups: Mapping[str, Group], *, match_only: bool) -> Iterator[Template]:
    known = frozenset(RECORD_PARSERS)
    seen: list[Template] = []
    for entry in as_list(value, "records"):
        keys = keys_of(as_table(entry, "A record"), "A record", required=frozenset(), optional=known)
        if len(keys) != 1:
            raise MappingError(
                entry.line, "A record is of exactly one kind.", f"Use one of {', '.join(sorted(known))}."
            )
        ((kind, given),) = keys.items()
        for table in expand_record(kind, as_table(given, kind), groups):
            template = RECORD_PARSERS[kind](table, scope)
            if match_only and isinstance(template, StatementTemplate):
                remedy = "Take it out, or take match_only out and say in the agreement why more than linkage is needed."
                raise MappingError(entry.line, f"A feed that is match_only keeps no {kind}.", remedy)
            if template in seen:
                raise MappingError(entry.line, f"This {kind} is there twice.", "Take one out.")
            seen.append(template)
            yield template


def _used(templates: tuple[Template, ...]) -> Iterator[str]:
    for template in templates:
        yield from (column for column, _ in template.columns())
        yield from (condition.column for condition in template.when)
        yield from template.subject.columns()
        if isinstance(template, StatementTemplate | ResidenceTemplate):
            yield from template.occurrence
        if isinstance(template, RelationshipTemplate):
            yield from template.other.columns()


def _all_used(table: Table, columns: Mapping[str, ColumnSpec], key: Key, templates: tuple[Template, ...]) -> None:
    used = {*key.columns(), *_used(templates)}
    used |= {part for name in used for part in columns[name].join}
    for name, spec in columns.items():
        if name not in used and spec.split is None:
            remedy = "Use it in a record or take it out: a column that feeds nothing must not be kept."
            line = table.entries[name if name in table.entries else spec.part_of].line
            raise MappingError(line, f"Column {name} feeds no record.", remedy)


def _profile_columns(columns: Mapping[str, ColumnSpec], templates: tuple[Template, ...]) -> tuple[Column, ...]:
    items: dict[str, dict[str, None]] = {name: {} for name in columns}
    for template in templates:
        for column, item in template.columns():
            for sent in columns[column].join or (columns[column].part_of or column,):
                items[sent][item] = None
        if not isinstance(template, StatementTemplate):
            _items_of_conditions(template, items)
    return tuple(
        Column(spec.name, tuple(items[name]), spec.description, spec.required)
        for name, spec in columns.items()
        if not spec.part_of
    )


def _items_of_conditions(template: Template, items: dict[str, dict[str, None]]) -> None:
    for condition in template.when:
        for _, item in template.columns():
            items[condition.column][item] = None
        if isinstance(template, PersonTemplate) and template.protected:
            items[condition.column]["identity.protected"] = None


def _example_rows(examples: tuple[Example, ...]) -> tuple[Mapping[str, str], ...]:
    good = [example.row for example in examples if example.facts]
    return tuple(good[:2])
