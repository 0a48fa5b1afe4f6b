"""The `columns` of a mapping file."""

import re
from collections.abc import Mapping

from adapters.tabular.columns import COLUMN_TYPES, ColumnSpec
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

_OPTIONAL = frozenset({"type", "description", "required", "codes", "unlisted", "scheme"})
_SCHEME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
_RESERVED_SCHEMES = frozenset({"nhs_number", "upn", "nino", "pnc_id"})


def parse_columns(value: Value) -> Mapping[str, ColumnSpec]:
    """Columns by name, in the order of the file. Raise `MappingError`."""
    columns: dict[str, ColumnSpec] = {}
    for name, described in as_table(value, "columns").entries.items():
        if not name.strip() or name != name.strip():
            raise MappingError(described.line, "A column's name has spaces around it.", "Take the spaces out.")
        if name.casefold() in {known.casefold() for known in columns}:
            message = f"Two columns differ from {name!r} in letter case only."
            raise MappingError(described.line, message, "Keep one: the names in a file may have any letter case.")
        columns[name] = _column(name, as_table(described, f"Column {name}"))
    if not columns:
        raise MappingError(value.line, "No column is declared.", "Declare the columns of the file.")
    return columns


def _column(name: str, described: Table) -> ColumnSpec:
    what = f"Column {name}"
    keys = keys_of(described, what, required=frozenset(), optional=_OPTIONAL)
    kind = as_text(keys["type"], f"{what}: type") if "type" in keys else "text"
    if kind not in COLUMN_TYPES:
        raise MappingError(keys["type"].line, f"{what} has an unknown type.", did_you_mean(kind, COLUMN_TYPES))
    for key, needed in (("codes", "code"), ("unlisted", "code"), ("scheme", "local_id")):
        if key in keys and kind != needed:
            raise MappingError(keys[key].line, f"{what} has {key} but is of type {kind}.", f"Set type: {needed}.")
    if kind == "code" and "codes" not in keys:
        raise MappingError(described.line, f"{what} is of type code without codes.", "Add codes, or set type: text.")
    return ColumnSpec(
        name=name,
        type=kind,
        description=as_text(keys["description"], f"{what}: description") if "description" in keys else name,
        required=as_bool(keys["required"], f"{what}: required") if "required" in keys else False,
        codes=_codes(keys["codes"], what) if "codes" in keys else None,
        keep_unlisted=_keep(keys["unlisted"], what) if "unlisted" in keys else False,
        scheme=_scheme(keys, described, what) if kind == "local_id" else "",
    )


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
