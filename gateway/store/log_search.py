"""SQL of officers' search: cards, newest first, a page at a time, however many there are.

A condition that an index answers drives the walk: the one that the planner expects to fit fewest cards. The others are
looked at card by card, `WALKED` of them at a time, until a page is full or whoever asks has waited enough: where few of
many cards fit, a page may hold few entries or none and yet have a next one. So no page takes longer in a larger log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

WALKED = 5_000
"""Most cards that are looked at in one step beside those that are shown."""

_GATHERED = 20_000
"""Most cards that are gathered from an inverted index and put in order; beyond, walking the newest is quicker."""
_UNKNOWN_SHARE = 0.005
"""What the planner expects of a value that its statistics do not hold (PostgreSQL's DEFAULT_CONTAIN_SEL)."""

Place = tuple[datetime, UUID]
"""A card's place in the order: its instant to the second, and its id."""

CONDITIONS: Mapping[str, str] = {
    "worker": "c.who = :worker",
    "family": "c.household = :family AND c.household IS NOT NULL",
    "person": "c.subjects @> ARRAY[CAST(:person AS uuid)]",
    "agency": "c.agency = :agency",
    "role": "c.role = :role",
    "team": "c.team = :team",
    "purpose": "c.purpose = :purpose",
    "agreement": "audit.agreement_names(c.agreements) @> ARRAY[CAST(:agreement AS text)]",
    "event": "c.event_class = :event",
    "phase": "c.phase = :phase",
    "decision": "c.decision = :decision",
    "outcome": "c.outcome = :outcome",
    "reason": "c.reason = :reason",
    "sealed": "c.sealed = :sealed",
    "refers_to": "c.refers_to = :refers_to",
    "request": "c.request_id = :request AND c.request_id IS NOT NULL",
    "trace": "c.trace_id = :trace AND c.trace_id IS NOT NULL",
}
"""What a search may ask for; values are parameters of the same name."""

_GATHERING = frozenset({"person", "agreement", "refers_to", "request", "trace"})
"""Indexed without the order of time: the cards that fit are gathered first."""
_CARD_BY_CARD: Mapping[str, str] = {
    "agreement": "EXISTS (SELECT FROM unnest(c.agreements) AS relied (clause) WHERE :agreement IN"
    " (clause, split_part(clause, '/', 1), split_part(split_part(clause, '/', 1), '@', 1)))",
}
"""The same where it is asked of single cards: without the function that the index was made with."""
_UNINDEXED = frozenset({"phase", "decision", "reason", "sealed"})
_ORDER = "ORDER BY c.recorded_at DESC, c.entry_id DESC"
_SHOWN = (
    " SELECT f.entry_id, f.event_class, f.recorded_at, f.leaf_index, e.leaf, o.fields FROM fitting f"
    " LEFT JOIN audit.entry e USING (entry_id) LEFT JOIN audit.opening o USING (entry_id)"
    " ORDER BY f.recorded_at DESC, f.entry_id DESC"
)


@dataclass(frozen=True, slots=True)
class CardSearch:
    """What to look for: `asked` by names of `CONDITIONS`; `since` is included, `until` not; the first `size` leaves."""

    asked: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class CardPage:
    """Entries with leaf and opening, newest first, and the place from which the next page goes on, if there is one."""

    rows: Sequence[Row[Any]]
    next: Place | None


def search_cards(
    connection: Connection,
    search: CardSearch,
    before: Place | None,
    limit: int,
    enough: Callable[[], bool] = lambda: True,
) -> CardPage:
    """A page of the entries that fit. `before` is where the page before ended; `enough` is asked after each step."""
    drives = _driver(connection, search.asked)
    page = _step(connection, search, drives, before, limit)
    rows = [*page.rows]
    while page.next is not None and len(rows) < limit and not enough():
        page = _step(connection, search, drives, page.next, limit - len(rows))
        rows += page.rows
    return CardPage(rows, page.next)


def _step(connection: Connection, search: CardSearch, drives: str | None, before: Place | None, limit: int) -> CardPage:
    bounds, values = _bounds(search, before)
    rest = [_CARD_BY_CARD.get(name, CONDITIONS[name]) for name in search.asked if name != drives]
    gathered = drives in _GATHERING
    if gathered:
        # What is gathered has been looked at already, so that no page of it needs to be broken off.
        bounds, rest = [*bounds, *rest], []
    walk = _walk(drives, bounds, gathered=gathered)
    fitting = f"{walk} LIMIT :limit"
    if rest:
        fitting = f"SELECT * FROM ({walk} LIMIT {WALKED}) c WHERE {' AND '.join(rest)} {_ORDER} LIMIT :limit"  # noqa: S608 - fixed texts; values are parameters
    shown = text(f"WITH fitting AS ({fitting}){_SHOWN}")
    rows = connection.execute(shown, {**search.asked, **values, "limit": limit + 1}).all()
    if len(rows) > limit:
        return CardPage(rows[:limit], (rows[limit - 1].recorded_at, rows[limit - 1].entry_id))
    if not rest:
        return CardPage(rows, None)
    # The step is not full: either nothing more fits, or the walk was broken off at this card.
    end = text(f"SELECT c.recorded_at, c.entry_id FROM ({walk} OFFSET {WALKED - 1} LIMIT 1) c")  # noqa: S608 - the same
    last = connection.execute(end, {**search.asked, **values}).first()
    return CardPage(rows, None if last is None else (last.recorded_at, last.entry_id))


def _walk(drives: str | None, bounds: Sequence[str], *, gathered: bool) -> str:
    """Cards in order, by the condition that drives alone."""
    where = [*([CONDITIONS[drives]] if drives and not gathered else []), *bounds]
    of = "audit.card c"
    if drives and gathered:
        # Kept apart from the order, or the planner may walk all cards by time in the hope of meeting these soon.
        held = f"SELECT * FROM audit.card c WHERE {CONDITIONS[drives]}"  # noqa: S608 - fixed texts
        of = f"(WITH held AS MATERIALIZED ({held}) SELECT * FROM held) c"  # noqa: S608 - the same
    return f"SELECT c.* FROM {of} WHERE {' AND '.join(where) or 'true'} {_ORDER}"  # noqa: S608 - the same


def _bounds(search: CardSearch, before: Place | None) -> tuple[list[str], dict[str, Any]]:
    bounds: list[str] = []
    values: dict[str, Any] = {}
    if search.since is not None:
        bounds.append("c.recorded_at >= :since")
        values["since"] = search.since
    if search.until is not None:
        bounds.append("c.recorded_at < :until")
        values["until"] = search.until
    if search.size is not None:
        bounds.append("c.leaf_index < :size")
        values["size"] = search.size
    if before is not None:
        bounds.append("(c.recorded_at, c.entry_id) < (:before_at, :before_id)")
        values |= {"before_at": before[0], "before_id": before[1]}
    return bounds, values


def _driver(connection: Connection, asked: Mapping[str, Any]) -> str | None:
    """The condition that fits fewest cards as the planner expects, or `None` to walk all of them by time."""
    expected = {name: _expected(connection, name, asked) for name in asked if name not in _UNINDEXED}
    usable = {
        name: rows
        for name, rows in expected.items()
        if name not in _GATHERING or rows <= _GATHERED or _turns_out_few(connection, name, asked, rows)
    }
    return min(usable, key=lambda name: usable[name], default=None)


def _turns_out_few(connection: Connection, name: str, asked: Mapping[str, Any], expected: float) -> bool:
    """Whether something that the planner may know nothing of fits few cards, by counting them as far as it matters.

    In a log of millions its guess is too many to gather, and what is rarest, an agreement that ended years ago, would
    be looked for card by card. What it knows to be frequent is not counted: that would take longer than a page may.
    """
    cards = connection.execute(text("SELECT reltuples FROM pg_class WHERE oid = 'audit.card'::regclass")).scalar_one()
    if expected > _UNKNOWN_SHARE * float(cards) + 1:
        return False
    held = f"SELECT FROM audit.card c WHERE {CONDITIONS[name]} LIMIT {_GATHERED + 1}"
    found = connection.execute(text(f"SELECT count(*) FROM ({held}) held"), {name: asked[name]})  # noqa: S608 - fixed texts; the value is a parameter
    return int(found.scalar_one()) <= _GATHERED


def _expected(connection: Connection, name: str, asked: Mapping[str, Any]) -> float:
    plan = connection.execute(
        text(f"EXPLAIN (FORMAT JSON) SELECT FROM audit.card c WHERE {CONDITIONS[name]}"), {name: asked[name]}
    ).scalar_one()
    return float(plan[0]["Plan"]["Plan Rows"])


def newest_waiting(connection: Connection, who: str, purpose: str) -> Row[Any] | None:
    """The newest entry of somebody for a purpose that is not in the tree yet, with its opening."""
    return connection.execute(
        text(
            "SELECT e.entry_id, e.event_class, e.recorded_at, NULL AS leaf_index, e.leaf, o.fields"
            " FROM audit.pending p JOIN audit.entry e USING (entry_id) JOIN audit.opening o USING (entry_id)"
            " WHERE o.fields #>> '{who,1}' = to_json(CAST(:who AS text))::text"
            " AND o.fields #>> '{purpose,1}' = to_json(CAST(:purpose AS text))::text"
            " ORDER BY e.recorded_at DESC, e.entry_id DESC LIMIT 1"
        ),
        {"who": who, "purpose": purpose},
    ).first()


def waiting_entries_count(connection: Connection) -> int:
    """How many entries are committed and not in the tree yet, so that no search finds them."""
    return int(connection.execute(text("SELECT count(*) FROM audit.pending")).scalar_one())


def completing_entries(connection: Connection, entry_id: UUID) -> tuple[UUID, ...]:
    """Entries that refer to this one, in the order of their leaves: the outcome of an authorisation, and others."""
    rows = connection.execute(
        text("SELECT entry_id FROM audit.card WHERE refers_to = :entry_id ORDER BY leaf_index LIMIT 20"),
        {"entry_id": entry_id},
    )
    return tuple(rows.scalars())
