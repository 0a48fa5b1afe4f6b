"""Names of columns in a file's first row, matched to those that a feed knows. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from adapters.errors import FeedUnreadableError, SuspiciousContentError

MAX_COLUMNS = 2000
"""The widest table that councils exchange, the CORE lettings log, has some 500."""


_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def canonical_names(sent: Sequence[str], known: frozenset[str], also: Mapping[str, str] = _NO_NAMES) -> tuple[str, ...]:
    """The names without spaces around them; one that matches a known name but for letter case gets that name.

    `also` are further names, in lower case, of known columns.
    """
    canonical = {**also, **{name.casefold(): name for name in known}}
    return tuple(canonical.get(cell.strip().casefold(), cell.strip()) for cell in sent)


def check_names(names: Sequence[str], required: frozenset[str], known: frozenset[str], hint: str = "") -> None:
    """Raise `FeedUnreadableError` where a required column is missing, a known one is there twice, or all are too many.

    `hint` ends the remedy for a missing column.
    """
    if len(names) > MAX_COLUMNS:
        message = f"The file has {len(names)} columns; {MAX_COLUMNS} are the most."
        raise SuspiciousContentError(message, "Send the columns that the feed's page lists.")
    missing = ", ".join(sorted(required.difference(names)))
    if missing:
        message = f"The file has no column {missing}."
        raise FeedUnreadableError(message, f"Add the column {missing}. {hint}".rstrip())
    for name in sorted(known):
        if names.count(name) > 1:
            message = f"The column {name} is there twice."
            raise FeedUnreadableError(message, f"Keep one column named {name}.")
