"""Accesses as the log's cards tell them, the ties that the database finds, and what review made of each access."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from gateway.store.desk_tables import DeclarationRow

_COLUMNS = """
SELECT c.entry_id, c.leaf_index, c.recorded_at, c.event_class, c.who, c.agency, coalesce(c.role, '') AS role, c.team,
       coalesce(c.purpose, '') AS purpose, c.household, c.reason, c.subjects
"""
_IS_ACCESS = """c.who IS NOT NULL AND c.role IS NOT NULL AND c.purpose IS NOT NULL
   AND ((c.phase = 'authorisation' AND c.event_class IN ('consultation', 'disclosure', 'override')
         AND c.household IS NOT NULL)
        OR (c.event_class = 'search' AND c.phase = 'outcome'
            AND (cardinality(c.subjects) > 0 OR c.outcome = 'nothing-found'))
        OR (c.event_class = 'denied' AND c.household IS NOT NULL))
"""
_CARDS = f"{_COLUMNS} FROM audit.card c WHERE {_IS_ACCESS}"
_HAPPENED = "CAST(audit.opened(o.fields, 'detail') ->> 'happened_at' AS timestamptz)"


@dataclass(frozen=True, slots=True)
class CardRow:
    """One access as its card tells it. `household` is the handle of the family that was opened.

    Role and purpose are empty where an entry has none; an access has both. `happened_at` is set where the entry tells
    of what was before it, as a line of a paper journal does; `is_access`: review comes to it.
    """

    entry_id: UUID
    leaf_index: int
    recorded_at: datetime
    event_class: str
    who: str
    agency: str
    role: str
    team: str | None
    purpose: str
    household: UUID | None
    reason: str | None
    subjects: tuple[UUID, ...]
    happened_at: datetime | None = None
    agreements: tuple[str, ...] = ()
    is_access: bool = True

    @property
    def when(self) -> datetime:
        """When it was done, which an entry may tell of afterwards."""
        return self.happened_at or self.recorded_at


@dataclass(frozen=True, slots=True)
class AskedTie:
    """One access and one person of it, to be looked up. A family's own person is found by the database."""

    number: int
    worker: str
    team: str | None
    agency: str
    role: str
    family: UUID | None
    person: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FoundTie:
    """A tie of the access with that number; `days` and `about` as `gateway.review.access.Known` has them."""

    number: int
    tie: str
    reach: str
    days: int
    about: str | None


def lock_progress(connection: Connection) -> int:
    """The first leaf that has not been looked at, held until the transaction ends: one run at a time."""
    return int(connection.execute(text("SELECT next_leaf FROM desk.review_progress FOR UPDATE")).scalar_one())


def move_progress(connection: Connection, next_leaf: int) -> None:
    """Remember how far the leaves have been looked at."""
    connection.execute(text("UPDATE desk.review_progress SET next_leaf = :next"), {"next": next_leaf})


def newest_leaf(connection: Connection) -> int:
    """The index of the last card, or -1 for a log without any."""
    return int(connection.execute(text("SELECT coalesce(max(leaf_index), -1) FROM audit.card")).scalar_one())


def cards_between(connection: Connection, first: int, last: int) -> list[CardRow]:
    """Accesses of the leaves `first` to `last`, both included, in the order of the log."""
    rows = connection.execute(
        text(f"{_CARDS} AND c.leaf_index BETWEEN :first AND :last ORDER BY c.leaf_index"),
        {"first": first, "last": last},
    )
    return [_card(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def cards_since(connection: Connection, since: datetime, until: datetime) -> list[CardRow]:
    """Accesses of a time, `since` included, that have been looked at before; in the order of the log."""
    rows = connection.execute(
        text(
            f"{_CARDS} AND c.recorded_at >= :since AND c.recorded_at < :until"
            " AND EXISTS (SELECT FROM desk.access_review r WHERE r.access_id = c.entry_id) ORDER BY c.leaf_index"
        ),
        {"since": since, "until": until},
    )
    return [_card(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def cards_of(connection: Connection, entries: Sequence[UUID]) -> list[CardRow]:
    """Entries as cards, whatever they are; those that are not leaves yet, or whose opening was erased, are left out."""
    rows = connection.execute(
        text(
            f"{_COLUMNS}, {_HAPPENED} AS happened_at, c.agreements, coalesce({_IS_ACCESS}, false) AS is_access"
            " FROM audit.card c LEFT JOIN audit.opening o ON o.entry_id = c.entry_id"
            " WHERE c.who IS NOT NULL AND c.agency IS NOT NULL AND c.entry_id = ANY (:entries) ORDER BY c.leaf_index"
        ),
        {"entries": list(entries)},
    )
    return [_card(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def reasons_said(connection: Connection, entries: Sequence[UUID]) -> dict[UUID, DeclarationRow]:
    """By entry, the declaration that it rests on, reason and case sealed; erased ones, which say nothing, are left out.

    An entry without one, or whose opening was erased, has none.
    """
    rows = connection.execute(
        text(
            "SELECT o.entry_id, d.* FROM audit.opening o JOIN desk.declaration d"
            " ON d.declaration_id = CAST(audit.opened(o.fields, 'declaration') #>> '{}' AS uuid)"
            " WHERE o.entry_id = ANY (:entries) AND d.sealed_reason <> ''"
        ),
        {"entries": list(entries)},
    )
    told = (dict(row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public accessor
    return {one.pop("entry_id"): DeclarationRow(**one) for one in told}


def save_judgements(connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write what review found, over what it found before where anything of it changed.

    A row has `access_id`, `leaf_index`, `path`, `signals` and `score`.
    """
    if rows:
        connection.execute(
            text(
                "INSERT INTO desk.access_review AS r (access_id, leaf_index, path, signals, score, judged_at)"
                " VALUES (:access_id, :leaf_index, :path, :signals, :score, :now)"
                " ON CONFLICT (access_id) DO UPDATE SET path = excluded.path, signals = excluded.signals,"
                " score = excluded.score, judged_at = excluded.judged_at"
                " WHERE (r.path, r.signals, r.score) IS DISTINCT FROM (excluded.path, excluded.signals, excluded.score)"
            ),
            [{**row, "now": now} for row in rows],
        )


def judgements_of(connection: Connection, entries: Sequence[UUID]) -> dict[UUID, tuple[str | None, tuple[str, ...]]]:
    """Path and signals of accesses by their entries; those that review has not come to are left out."""
    rows = connection.execute(
        text("SELECT access_id, path, signals FROM desk.access_review WHERE access_id = ANY (:entries)"),
        {"entries": list(entries)},
    )
    return {row.access_id: (row.path, tuple(row.signals)) for row in rows}


# As hg_decide: codes and days, no value of any record.


def work_ties(connection: Connection, asked: Sequence[AskedTie]) -> list[FoundTie]:
    """Ties of work."""
    rows = connection.execute(
        text(
            "SELECT * FROM hearth.work_ties(CAST(:no AS integer[]), CAST(:worker AS text[]), CAST(:team AS text[]),"
            " CAST(:agency AS text[]), CAST(:role AS text[]), CAST(:family AS uuid[]), CAST(:person AS uuid[]),"
            " CAST(:at AS timestamptz[]))"
        ),
        {
            **_columns(asked), "team": [one.team for one in asked], "agency": [one.agency for one in asked],
            "role": [one.role for one in asked],
        },
    )  # fmt: skip
    return [FoundTie(row.no, row.tie, row.reach, row.days, row.about) for row in rows]


def life_ties(connection: Connection, asked: Sequence[AskedTie], rare: int) -> list[FoundTie]:
    """Ties of life. `rare`: how many persons may have a last name that is to count as uncommon."""
    rows = connection.execute(
        text(
            "SELECT * FROM hearth.life_ties(CAST(:no AS integer[]), CAST(:worker AS text[]), CAST(:family AS uuid[]),"
            " CAST(:person AS uuid[]), CAST(:at AS timestamptz[]), :rare)"
        ),
        {**_columns(asked), "rare": rare},
    )
    return [FoundTie(row.no, row.tie, "person", 0, None) for row in rows]


def _columns(asked: Sequence[AskedTie]) -> dict[str, object]:
    return {
        "no": [one.number for one in asked], "worker": [one.worker for one in asked],
        "family": [one.family for one in asked], "person": [one.person for one in asked],
        "at": [one.at for one in asked],
    }  # fmt: skip


def _card(row: RowMapping) -> CardRow:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    lists: dict[str, Any] = {name: tuple(values[name]) for name in ("subjects", "agreements") if name in values}
    return CardRow(**{**values, **lists})
