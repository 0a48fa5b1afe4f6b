"""The `version` and the `earlier` versions of a mapping file: what its columns were called before, and until when."""

from collections.abc import Mapping
from datetime import date

from adapters.port import EarlierVersion
from adapters.tabular.columns import ColumnSpec
from adapters.tabular.document import Value, as_list, as_table, as_text, keys_of
from adapters.tabular.errors import MappingError
from adapters.tabular.layouts import Layouts

_REQUIRED = frozenset({"version", "deprecated_on", "ends_on"})
_OPTIONAL = frozenset({"renamed"})


def parse_version(keys: Mapping[str, Value]) -> str:
    """The version in force; "1" where the file names none. Raise `MappingError` for earlier ones of an unnamed one."""
    if "version" in keys:
        return as_text(keys["version"], "version")
    if "earlier" in keys:
        message = "Earlier versions stand beside a version that has no name."
        raise MappingError(keys["earlier"].line, message, 'Add the version in force, such as `version: "2"`.')
    return "1"


def parse_earlier(
    keys: Mapping[str, Value], version: str, columns: Mapping[str, ColumnSpec], layouts: Layouts
) -> tuple[EarlierVersion, ...]:
    """The earlier versions that are still taken, each until its day. Raise `MappingError`."""
    found: dict[str, EarlierVersion] = {}
    for one in as_list(keys["earlier"], "earlier") if "earlier" in keys else ():
        table = keys_of(
            as_table(one, "an earlier version"), "An earlier version", required=_REQUIRED, optional=_OPTIONAL
        )
        name = as_text(table["version"], "version")
        if name == version or name in found:
            raise MappingError(one.line, f"Version {name} is there twice.", "Give each version its own name.")
        begins, ends = (_day(table[key], key) for key in ("deprecated_on", "ends_on"))
        if ends < _a_year_after(begins):
            message = "A version ends less than twelve months after its senders are told."
            raise MappingError(table["ends_on"].line, message, "Let it end a year after deprecated_on, or later.")
        renamed = _renamed(table["renamed"], columns, layouts) if "renamed" in table else {}
        found[name] = EarlierVersion(name, begins, ends, renamed)
    return tuple(found.values())


def _renamed(value: Value, columns: Mapping[str, ColumnSpec], layouts: Layouts) -> Mapping[str, str]:
    """Names of before to those of now."""
    if layouts.csv is None:
        message = "Only the columns of a CSV format can have had other names."
        raise MappingError(value.line, message, "Leave renamed out, or name the other paths in a mapping of its own.")
    taken = {name.casefold() for spec in columns.values() for name in (spec.name, *spec.also)}
    renamed = {}
    for old, new in as_table(value, "renamed").entries.items():
        now = as_text(new, "renamed")
        if now not in columns or columns[now].part_of:
            raise MappingError(new.line, f"Column {now!r} of today is no column.", "Name a declared column.")
        if old.casefold() in taken:
            raise MappingError(new.line, f"Column {old!r} of before is a column of today.", "Name what it was called.")
        renamed[old] = now
    return renamed


def _day(value: Value, what: str) -> date:
    try:
        return date.fromisoformat(as_text(value, what))
    except ValueError:
        raise MappingError(value.line, f"{what} is no day.", "Write it as 2026-04-01.") from None


def _a_year_after(day: date) -> date:
    """The 29th of February gives way to the first of March."""
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
