"""Entries as officers are shown them: opened values, each checked against the leaf, and a line of some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from audit.canonical import Json
from audit.encoding import from_base64
from audit.errors import EntryError
from audit.leaf import Opening, opened_values, parse_leaf
from gateway.usecases.log.verifying_entry import contradicted_column
from gateway.usecases.register.decided_on import without_inputs


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry as a line. A field is `None` or empty where it was not given, or was erased.

    `index` is its place in the tree, `None` while it waits. `intact` is false when the stored values do not fit the
    commitments of the leaf, or id, class or time of the row are not those inside it: then no value is shown, and the
    log is to be verified.
    """

    entry_id: UUID
    event: str
    at: datetime
    index: int | None
    intact: bool
    who: str | None = None
    role: str | None = None
    team: str | None = None
    agency: str | None = None
    purpose: str | None = None
    reason: str | None = None
    household: str | None = None
    subjects: tuple[str, ...] = ()
    phase: str | None = None
    decision: str | None = None
    outcome: str | None = None
    items_shown: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    refers_to: str | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """An entry's line and its opened values by name (`audit.entry.Entry`); none where they do not fit the leaf.

    What a decision rested on is left out: an officer may read who was shown what, not everybody's states.
    """

    line: LogLine
    values: Mapping[str, Json]


def opened_entry(row: Row[Any]) -> OpenedEntry:
    """An entry from its row: entry_id, event_class, recorded_at, leaf, fields, leaf_index."""
    values = _values(row)
    if values is None:
        line = LogLine(row.entry_id, row.event_class, row.recorded_at, row.leaf_index, intact=False)
        return OpenedEntry(line, {})
    return OpenedEntry(_line(row, values), without_inputs(values))


def _line(row: Row[Any], values: Mapping[str, Json]) -> LogLine:
    at = values.get("at")
    return LogLine(
        entry_id=row.entry_id, event=row.event_class,
        at=row.recorded_at if at is None else datetime.fromisoformat(str(at)),
        index=row.leaf_index, intact=True,
        who=_text(values, "who"), role=_text(values, "role"), team=_text(values, "team"),
        agency=_text(values, "agency"), purpose=_text(values, "purpose"), reason=_text(values, "reason"),
        household=_text(values, "household"), subjects=_texts(values, "subjects"), phase=_text(values, "phase"),
        decision=_text(values, "decision"), outcome=_text(values, "outcome"),
        items_shown=_texts(values, "items_shown"), sources=_texts(values, "sources"),
        agreements=_texts(values, "agreements"), refers_to=_text(values, "refers_to"),
        sealed=values.get("sealed") is True,
    )  # fmt: skip


def _values(row: Row[Any]) -> Mapping[str, Json] | None:
    """The opened values, each checked against the leaf; `None` when one or a column of the row does not fit."""
    try:
        openings = {
            name: Opening(from_base64(salt), value.encode()) for name, (salt, value) in (row.fields or {}).items()
        }
        if contradicted_column(row, parse_leaf(row.leaf)) is not None:
            return None
        return opened_values(row.leaf, openings)
    except (EntryError, ValueError, TypeError, AttributeError):
        return None


def _text(values: Mapping[str, Json], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)


def _texts(values: Mapping[str, Json], name: str) -> tuple[str, ...]:
    value = values.get(name)
    return tuple(str(one) for one in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
