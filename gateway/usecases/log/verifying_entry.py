"""Verify one entry: its columns, its openings, and that its tickets admit what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from audit.canonical import Json, parse_canonical
from audit.encoding import from_base64
from audit.entry import COMMITTED_FIELDS, EventClass, Phase, format_second
from audit.errors import EntryError
from audit.leaf import Leaf, Opening, check_openings, parse_leaf
from gateway.store.batch_seal import SealedTicket
from gateway.usecases.subjects.erasure_plan import ALONE

_ERASABLE = frozenset(ALONE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in which column, and at which entry, leaf or checkpoint. Holds no value of an entry."""

    column: str
    problem: str
    where: str

    def __str__(self) -> str:
        return f"{self.column}, {self.where}: {self.problem}"


class FoundError(Exception):
    """Ends a verification at the first thing that is wrong."""

    def __init__(self, column: str, problem: str, where: str) -> None:
        self.finding = Finding(column, problem, where)
        super().__init__(str(self.finding))


class EntryCheck:
    """Checks entries one by one, and remembers which fields are missing where, and which erasures say why."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.lacking: dict[str, frozenset[str]] = {}
        self._said: dict[str, frozenset[str]] = {}

    def check(self, row: Row[Any], tickets: Sequence[SealedTicket] | None) -> None:
        """Check an entry's row. `tickets` is `None` for one on the queue, whose tickets are not sealed yet."""
        where = str(row.entry_id)
        leaf = self._leaf(row, where)
        opened = _opened(row, where)
        if len(opened) < len(COMMITTED_FIELDS):
            self.lacking[where] = frozenset(COMMITTED_FIELDS) - opened.keys()
        if leaf.event is EventClass.ERASURE:
            fields, entries = _erased(opened)
            # Who acted, when, for what and whether it was sealed stays whatever is erased: no excuse for an edit.
            if where in self.lacking or fields - _ERASABLE:
                problem = "an erasure names, or itself lacks, a field that no erasure takes"
                raise FoundError("audit.opening.fields", problem, where)
            for entry in entries:
                self._said[entry] = self._said.get(entry, frozenset()) | fields
        if tickets is not None and (tickets or _admits(opened)):
            _check_tickets(tickets, opened, where)

    def check_erasures(self) -> None:
        """Openings lack exactly the fields that erasure entries name for them.

        A field that is missing and was not erased is a cheat. One that was erased and is there came back with a backup:
        the erasures are to be applied again.
        """
        for entry in sorted(self.lacking.keys() | self._said.keys()):
            lacking, said = self.lacking.get(entry, frozenset()), self._said.get(entry, frozenset())
            if lacking - said:
                raise FoundError("audit.opening.fields", "a field is missing and no erasure says so", entry)
            if said - lacking:
                raise FoundError("audit.opening.fields", "a field is there that an erasure says is gone", entry)

    def erased(self, entry: str, field: str) -> bool:
        """Whether a field of an entry checked before is missing."""
        return field in self.lacking.get(entry, ())

    def _leaf(self, row: Row[Any], where: str) -> Leaf:
        try:
            leaf = parse_leaf(row.leaf)
        except EntryError as error:
            raise FoundError("audit.entry.leaf", str(error), where) from None
        if leaf.log_id != self._origin:
            raise FoundError("audit.entry.leaf", "is a leaf of another log", where)
        if (column := contradicted_column(row, leaf)) is not None:
            raise FoundError("audit.entry." + column, f"is not the {_COLUMNS[column]} inside the leaf", where)
        return leaf


_COLUMNS = {"entry_id": "id", "event_class": "class", "recorded_at": "time"}
"""The columns of an entry's row that stand in its leaf as well, and what they hold."""


def contradicted_column(row: Row[Any], leaf: Leaf) -> str | None:
    """The first column of an entry's row that says another thing than its leaf, or `None`."""
    # As text, since a leaf's time may be none at all.
    same_time = not row.recorded_at.microsecond and format_second(row.recorded_at) == leaf.at
    inside = (leaf.entry_id == str(row.entry_id), leaf.event.value == row.event_class, same_time)
    return next((name for name, fits in zip(_COLUMNS, inside, strict=True) if not fits), None)


def _opened(row: Row[Any], where: str) -> Mapping[str, Opening]:
    """The openings, each checked against its commitment."""
    try:
        openings = {name: Opening(from_base64(salt), value.encode()) for name, (salt, value) in row.fields.items()}
        check_openings(row.leaf, openings)
    except EntryError as error:
        raise FoundError("audit.opening.fields", str(error), where) from None
    except (ValueError, TypeError, AttributeError):
        raise FoundError("audit.opening.fields", "is not salt and value for each field", where) from None
    return openings


def _value(opened: Mapping[str, Opening], name: str) -> Json:
    """One value; only what was committed comes here, so it is canonical JSON."""
    return parse_canonical(opened[name].value) if name in opened else None


def _admits(opened: Mapping[str, Opening]) -> bool:
    return "masks" in opened and opened["masks"].value != b"{}"


def _erased(opened: Mapping[str, Opening]) -> tuple[frozenset[str], list[str]]:
    """Which fields of which entries an erasure says are gone; nothing, where it was of something else."""
    detail = _value(opened, "detail")
    if not isinstance(detail, Mapping):
        return frozenset(), []
    fields, entries = detail.get("erased_fields"), detail.get("records")
    if not isinstance(fields, list | tuple) or not isinstance(entries, list | tuple):
        return frozenset(), []
    return frozenset(str(one) for one in fields), [str(one) for one in entries]


def _check_tickets(tickets: Sequence[SealedTicket], opened: Mapping[str, Opening], where: str) -> None:
    """A ticket belongs to an authorisation and admits exactly the entry's masks. Erased fields check nothing."""
    if tickets and _value(opened, "phase") not in {None, Phase.AUTHORISATION.value}:
        raise FoundError("audit.ticket.entry_id", "the entry authorises nothing", where)
    masks = _value(opened, "masks")
    if isinstance(masks, Mapping):
        said = {key: int(str(mask) or "0", 16) for key, mask in masks.items()}
        admitted = {f"{person}:{band}": _mask(shown) for one in tickets for person, band, shown, _, _ in one.subjects}
        if said.keys() != admitted.keys():
            problem = "the tickets are not for the persons and bands of the entry"
            raise FoundError("audit.ticket_subject.ticket_id, person_id or band", problem, where)
        if said != admitted:
            raise FoundError("audit.ticket_subject.shown", "admits other items than the entry says", where)
    detail = _value(opened, "detail")
    until = detail.get("authorised_until") if isinstance(detail, Mapping) else None
    if until is not None and any(one.not_after != datetime.fromisoformat(str(until)) for one in tickets):
        raise FoundError("audit.ticket.not_after", "is not the end that the entry says", where)


def _mask(sealed: str) -> int:
    """The number of a mask as `SealedTicket` holds it, bit 0 first."""
    width, digits = int(sealed[:8], 16), sealed[8:]
    bits = format(int(digits or "0", 16), f"0{len(digits) * 4}b")[:width]
    return int(bits[::-1] or "0", 2)
