"""What a cell of an input of `hearthgate link` says, without what spreadsheets put around or for it."""

from collections.abc import Collection

import duckdb

from gateway.commands.link_dates import DATES
from gateway.commands.link_tables import literal, quoted
from linkage.sql_rules import trimmed

KEYS = ("source", "source_key")
_NAMES = frozenset({"given_name", "family_name"})
# A number that a spreadsheet or a data frame took for one of fractions.
_NUMBERS = frozenset({"nhs_number", "uprn", "phone", "national_id"})
# What databases and spreadsheets write where nothing is. Of names some are somebody's: those have rules of their own.
_NOTHING = (
    "null", "(null)", "[null]", "<null>", "n/a", "#n/a", "<na>", "none", "\\n", "#null!", "#ref!",
    "#value!", "#name?", "#div/0!", "#num!",
)  # fmt: skip
# And where a home is not known: with a postcode beside it, all of whom that is said would live in one house.
_NO_ADDRESS = (
    "unknown", "not known", "n/k", "nk", "nka", "address unknown", "address not known", "unknown address", "nfa",
    "no fixed abode", "of no fixed abode", "no fixed address", "no address", "not provided", "not recorded",
    "not stated", "not disclosed", "not available", "withheld", "address withheld", "tbc", "tba", "-", ".",
)  # fmt: skip


def cell_of(name: str, column: str) -> str:
    """SQL of what a column of theirs says of `name`, one of our columns; NULL where it is empty."""
    cell = quoted(column)
    if name in KEYS:
        cell = f"case when starts_with({cell}, '=') or starts_with({cell}, chr(39)) then {_bare(cell)} else {cell} end"
    # Around other cells the rules for their columns take tabs and the like away; a key has no rule.
    whole = trimmed(cell) if name in {*KEYS, *DATES} else f"trim({cell})"
    return _of_number(name, f"nullif({whole}, '')")


def cleared_cell_of(name: str, column: str) -> str:
    """The same for a table that `clear_nothings` never sees: without words for nothing and what a spreadsheet adds."""
    text = _of_number(name, f"nullif({trimmed(_bare(quoted(column)))}, '')")
    return f"case when {text} in ({_words(_NOTHING)}) then null else {text} end"


def keyless() -> str:
    """Whether a row has no source or no key, in SQL: nothing, or a word for nothing."""
    return " or ".join(f"{name} is null or {name} in ({_words(_NOTHING)})" for name in KEYS)


def clear_nothings(connection: duckdb.DuckDBPyConnection, present: Collection[str]) -> None:
    """Take words for nothing out of `rows`, and what keeps a spreadsheet from taking a text for a number.

    Hardly any cells are such: to find them by a filter costs a hundredth of a rule for each cell.
    """
    for name in (name for name in present if name not in KEYS):
        marked = f"({name} >= '=' and {name} < '>') or ({name} >= chr(39) and {name} < '(')"
        connection.execute(
            f"update rows set {name} = nullif(trim({_bare(name)}), '') where {marked}"  # noqa: S608 - our own columns
        )
        if name not in _NAMES:
            nothing = (*_NOTHING, *_NO_ADDRESS) if name == "address" else _NOTHING
            connection.execute(f"update rows set {name} = null where {name} in ({_words(nothing)})")  # noqa: S608 - as above


def _words(nothing: Collection[str]) -> str:
    """Words as they are written, in small letters and in capitals."""
    forms = (form for word in nothing for form in (word, word.upper(), word.capitalize(), word.title()))
    return ", ".join(map(literal, dict.fromkeys(("nan", "NaN", "NaT", *forms))))


def _bare(cell: str) -> str:
    """What stands in ="0770", or after an apostrophe before a number."""
    return (
        rf"""case {cell}[1] when '=' then regexp_replace({cell}, '^="(.*)"$', '\1') """
        rf"when chr(39) then regexp_replace({cell}, '^.([0-9+])', '\1') else {cell} end"
    )


def _of_number(name: str, text: str) -> str:
    return rf"regexp_replace({text}, '^([0-9]+)\.0+$', '\1')" if name in _NUMBERS else text
