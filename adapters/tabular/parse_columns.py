"""The `columns` of a mapping file."""

import re
from collections.abc import Iterator, Mapping

from adapters.tabular.columns import COLUMN_TYPES, ColumnSpec, Split
from adapters.tabular.date_formats import DateFormat, date_format
from adapters.tabular.document import (
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
from adapters.tabular.groups import Group

COLUMN_KEYS = frozenset({
    "type", "description", "required", "codes", "unlisted", "scheme", "also", "path", "formats", "negate", "split",
    "join",
})  # fmt: skip
SPLIT_KEYS = frozenset({"by", "into", "from_end"})
JOIN_KEYS = frozenset({"of", "by"})
_PART_KEYS = COLUMN_KEYS - {"split", "join", "also", "path"}
_NEEDS_TYPE = {
    "codes": ("code",), "unlisted": ("code",), "scheme": ("local_id",), "split": ("text",),
    "formats": ("date", "partial_date"), "negate": ("money", "number"),
}  # fmt: skip
_MAX_SEPARATOR = 5
_SCHEME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
_RESERVED_SCHEMES = frozenset({"nhs_number", "upn", "nino", "pnc_id"})


def parse_columns(table: Table, numbered: Mapping[str, tuple[Group, int]]) -> Mapping[str, ColumnSpec]:
    """Columns by name, in the order of the file, each part of a split one after it. Raise `MappingError`."""
    columns: dict[str, ColumnSpec] = {}
    taken: dict[str, None] = {}
    for spec, line in _columns(table, numbered):
        for name in (spec.name, *spec.also):
            if not name.strip() or name != name.strip():
                raise MappingError(line, "A column's name has spaces around it.", "Take the spaces out.")
            if name.casefold() in taken:
                message = f"Two columns differ from {name!r} in letter case only."
                raise MappingError(line, message, "Keep one: the names in a file may have any letter case.")
            taken[name.casefold()] = None
        columns[spec.name] = spec
    for spec in columns.values():
        for name in spec.join:
            if name not in columns or columns[name].part_of:
                remedy = "Declare it among the columns of the file."
                raise MappingError(table.line, f"Column {spec.name} joins {name!r}, which is no column.", remedy)
    if not columns:
        raise MappingError(table.line, "No column is declared.", "Declare the columns of the file.")
    return columns


def _columns(table: Table, numbered: Mapping[str, tuple[Group, int]]) -> Iterator[tuple[ColumnSpec, int]]:
    for name, described in table.entries.items():
        given = as_table(described, f"Column {name}")
        group, number = numbered.get(name, (None, 0))
        spec = _column(name, given, COLUMN_KEYS, group=group.name if group else "", number=number)
        yield spec, described.line
        if spec.split:
            into = as_table(as_table(given.entries["split"], "split").entries["into"], "split: into")
            for part, told in into.entries.items():
                yield _column(part, as_table(told, f"Column {part}"), _PART_KEYS, part_of=name), told.line


def _column(
    name: str, described: Table, allowed: frozenset[str], *, part_of: str = "", group: str = "", number: int = 0
) -> ColumnSpec:
    what = f"Column {name}"
    keys = keys_of(described, what, required=frozenset(), optional=allowed)
    kind = as_text(keys["type"], f"{what}: type") if "type" in keys else "text"
    if kind not in COLUMN_TYPES:
        raise MappingError(keys["type"].line, f"{what} has an unknown type.", did_you_mean(kind, COLUMN_TYPES))
    for key, needed in _NEEDS_TYPE.items():
        if key in keys and kind not in needed:
            remedy = f"Set type: {' or '.join(needed)}."
            raise MappingError(keys[key].line, f"{what} has {key} but is of type {kind}.", remedy)
    if kind == "code" and "codes" not in keys:
        raise MappingError(described.line, f"{what} is of type code without codes.", "Add codes, or set type: text.")
    join, joined_by = _join(keys["join"], what) if "join" in keys else ((), "")
    return ColumnSpec(
        name=name,
        type=kind,
        description=as_text(keys["description"], f"{what}: description") if "description" in keys else name,
        required=as_bool(keys["required"], f"{what}: required") if "required" in keys else False,
        codes=_codes(keys["codes"], what) if "codes" in keys else None,
        keep_unlisted=_keep(keys["unlisted"], what) if "unlisted" in keys else False,
        scheme=_scheme(keys, described, what) if kind == "local_id" else "",
        also=_also(keys["also"], what) if "also" in keys else (),
        path=as_text(keys["path"], f"{what}: path") if "path" in keys else "",
        formats=_formats(keys["formats"], what) if "formats" in keys else (),
        negate=as_bool(keys["negate"], f"{what}: negate") if "negate" in keys else False,
        split=_split(keys["split"], what) if "split" in keys else None,
        part_of=part_of or (join[0] if join else ""),
        join=join,
        joined_by=joined_by,
        group=group,
        number=number,
    )


def _also(value: Value, what: str) -> tuple[str, ...]:
    named = as_list(value, f"{what}: also") if isinstance(value, Sequence) else (value,)
    return tuple(as_text(one, f"{what}: also") for one in named)


def _formats(value: Value, what: str) -> tuple[DateFormat, ...]:
    named = as_list(value, f"{what}: formats") if isinstance(value, Sequence) else (value,)
    return tuple(date_format(as_text(one, f"{what}: formats"), one.line) for one in named)


def _split(value: Value, what: str) -> Split:
    what = f"{what}: split"
    keys = keys_of(
        as_table(value, what), what, required=frozenset({"by", "into"}), optional=SPLIT_KEYS - {"by", "into"}
    )
    by = as_text(keys["by"], f"{what}: by")
    into = as_table(keys["into"], f"{what}: into").entries
    if len(by) > _MAX_SEPARATOR or len(into) < 2:  # noqa: PLR2004 - one part is no split
        remedy = "Cut by one to five characters, `line` or `space`, into at least two named parts."
        raise MappingError(value.line, f"{what} does not cut.", remedy)
    return Split(by, tuple(into), as_bool(keys["from_end"], f"{what}: from_end") if "from_end" in keys else False)


def _codes(value: Value, what: str) -> Mapping[str, str]:
    """A list of codes kept as they are, or a mapping of what is sent to what is kept."""
    if isinstance(value, Sequence):
        pairs = [(as_text(code, f"{what}: a code"), code) for code in as_list(value, f"{what}: codes")]
        sent = [(text, text, code.line) for text, code in pairs]
    else:
        table = as_table(value, f"{what}: codes")
        sent = [(text, as_text(kept, f"{what}: code {text}"), kept.line) for text, kept in table.entries.items()]
    codes: dict[str, str] = {}
    for text, kept, line in sent:
        if text.casefold() in codes:
            raise MappingError(line, f"{what} lists one code twice.", "Letter case does not count: keep one of them.")
        codes[text.casefold()] = kept
    return codes


def _join(value: Value, what: str) -> tuple[tuple[str, ...], str]:
    what = f"{what}: join"
    keys = keys_of(as_table(value, what), what, required=JOIN_KEYS, optional=frozenset())
    by = as_text(keys["by"], f"{what}: by")
    of = tuple(as_text(one, f"{what}: of") for one in as_list(keys["of"], f"{what}: of"))
    return of, {"space": " ", "nothing": ""}.get(by, by)


def _keep(value: Value, what: str) -> bool:
    if as_text(value, f"{what}: unlisted") not in {"keep", "refuse"}:
        raise MappingError(value.line, f"{what}: unlisted is neither keep nor refuse.", "Write keep or refuse.")
    return as_text(value, what) == "keep"


def _scheme(keys: Mapping[str, Value], described: Table, what: str) -> str:
    if "scheme" not in keys:
        raise MappingError(described.line, f"{what} is a local_id without a scheme.", "Add scheme: whose number it is.")
    scheme = as_text(keys["scheme"], f"{what}: scheme")
    if not _SCHEME.fullmatch(scheme) or scheme in _RESERVED_SCHEMES:
        remedy = "Use lower-case letters, digits, - and _; national numbers have types of their own."
        raise MappingError(keys["scheme"].line, f"{what} has a scheme that cannot be used.", remedy)
    return scheme
