"""Load mapping files. Anything unknown, unused or contradictory in one refuses, with its line and a remedy."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.port import Column, FeedProfile
from adapters.tabular.columns import ColumnSpec
from adapters.tabular.document import Table, Value, as_bool, as_list, as_table, as_text, keys_of, read_document
from adapters.tabular.errors import MappingError
from adapters.tabular.examples import check_examples
from adapters.tabular.feed import Example, MappedFeed
from adapters.tabular.parse_columns import parse_columns
from adapters.tabular.parse_examples import parse_examples
from adapters.tabular.parse_records import KEY, PARSERS, Scope
from adapters.tabular.parse_statement import parse_statement
from adapters.tabular.templates import PersonTemplate, StatementTemplate, Template

_REQUIRED = frozenset({"name", "source", "title", "key", "columns", "records", "examples"})
_OPTIONAL = frozenset({"duplicate_free"})
_NAME = re.compile(r"[a-z][a-z0-9-]{1,60}")
_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,40}")
_PARSERS = {**PARSERS, "statement": parse_statement}
_SUFFIX = ".yaml"


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
    keys = keys_of(document, "The file", required=_REQUIRED, optional=_OPTIONAL)
    columns = parse_columns(keys["columns"])
    key = _key(keys["key"], columns)
    templates = tuple(_templates(keys["records"], Scope(columns, key)))
    examples = parse_examples(keys["examples"], columns)
    _all_used(keys["columns"], columns, key, templates)
    profile = FeedProfile(
        name=_matching(keys["name"], "name", _NAME),
        source=_matching(keys["source"], "source", _SOURCE),
        title=as_text(keys["title"], "title"),
        formats=("csv",),
        columns=_profile_columns(columns, templates),
        duplicate_free=as_bool(keys["duplicate_free"], "duplicate_free") if "duplicate_free" in keys else False,
        example_rows=_example_rows(examples),
    )
    return MappedFeed(profile, tuple(columns.values()), templates, examples)


def _matching(value: Value, what: str, pattern: re.Pattern[str]) -> str:
    text = as_text(value, what)
    if not pattern.fullmatch(text):
        raise MappingError(
            value.line, f"{what} has letters that it may not have.", f"It has to match {pattern.pattern}"
        )
    return text


def _key(value: Value, columns: Mapping[str, ColumnSpec]) -> str:
    name = Scope(columns, "").column(value, "key", KEY)
    if not columns[name].required:
        raise MappingError(value.line, f"The key column {name} is not required.", "Add required: true to it.")
    return name


def _templates(value: Value, scope: Scope) -> Iterator[Template]:
    known = frozenset(_PARSERS)
    seen: list[Template] = []
    for entry in as_list(value, "records"):
        keys = keys_of(as_table(entry, "A record"), "A record", required=frozenset(), optional=known)
        if len(keys) != 1:
            raise MappingError(
                entry.line, "A record is of exactly one kind.", f"Use one of {', '.join(sorted(known))}."
            )
        ((kind, given),) = keys.items()
        template = _PARSERS[kind](as_table(given, kind), scope)
        if template in seen:
            raise MappingError(entry.line, f"This {kind} is there twice.", "Take one out.")
        seen.append(template)
        yield template


def _used(templates: tuple[Template, ...]) -> Iterator[str]:
    for template in templates:
        yield from (column for column, _ in template.columns())
        if template.when:
            yield template.when.column
        if isinstance(template, StatementTemplate):
            yield from template.occurrence
        yield from filter(None, (getattr(template, "subject", ""),))


def _all_used(value: Value, columns: Mapping[str, ColumnSpec], key: str, templates: tuple[Template, ...]) -> None:
    used = {key, *_used(templates)}
    entries = as_table(value, "columns").entries
    for name in columns:
        if name not in used:
            remedy = "Use it in a record or take it out: a column that feeds nothing must not be kept."
            raise MappingError(entries[name].line, f"Column {name} feeds no record.", remedy)


def _profile_columns(columns: Mapping[str, ColumnSpec], templates: tuple[Template, ...]) -> tuple[Column, ...]:
    items: dict[str, dict[str, None]] = {name: {} for name in columns}
    for template in templates:
        for column, item in template.columns():
            items[column][item] = None
        if template.when and not isinstance(template, StatementTemplate):
            _items_of_condition(template, items)
    return tuple(
        Column(spec.name, tuple(items[name]), spec.description, spec.required) for name, spec in columns.items()
    )


def _items_of_condition(template: Template, items: dict[str, dict[str, None]]) -> None:
    if template.when:
        for _, item in template.columns():
            items[template.when.column][item] = None
        if isinstance(template, PersonTemplate) and template.protected:
            items[template.when.column]["identity.protected"] = None


def _example_rows(examples: tuple[Example, ...]) -> tuple[Mapping[str, str], ...]:
    good = [example.row for example in examples if example.facts]
    return tuple(good[:2])
