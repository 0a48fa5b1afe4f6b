"""How a partner's facts were used: counts out of the cards, frozen by month, and the accesses to one person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert

from gateway.store.log import stream
from gateway.store.use_tables import PartnerUseRow

_TABLE = PartnerUseRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
# A sealed look-up is in no count and in no answer: that it is missing must not tell of it (practice P1, P2).
_SHOWN = "c.phase = 'outcome' AND c.outcome = 'done' AND NOT c.sealed AND c.sources && CAST(:sources AS text[])"


@dataclass(frozen=True, slots=True)
class PersonSpan:
    """Whom linkage took a record for, from when until when; `until` is `None` for the present."""

    person_id: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class UseLine:
    """One access by another agency: when, by whom as a role, and what for."""

    at: datetime
    agency: str
    role: str | None
    team: str | None
    purpose: str


def first_entry(connection: Connection) -> datetime | None:
    """When the log began, or `None` for one without leaves."""
    found: datetime | None = connection.execute(text("SELECT min(recorded_at) FROM audit.card")).scalar_one()
    return found


def counted_months(connection: Connection, agency: str) -> dict[date, dict[str, int]]:
    """The months that have been counted for an agency: month to purpose to accesses."""
    rows = connection.execute(
        text("SELECT month, purpose, accesses FROM desk.partner_use WHERE agency = :agency ORDER BY month, purpose"),
        {"agency": agency},
    )
    months: dict[date, dict[str, int]] = {}
    for row in rows:
        months.setdefault(row.month, {})[row.purpose] = row.accesses
    return months


def count_uses(
    connection: Connection, agency: str, sources: Sequence[str], since: datetime, until: datetime
) -> dict[str, int]:
    """Accesses by other agencies that showed facts of these sources, by purpose. Uncut: only merged may they leave."""
    rows = connection.execute(
        text(
            f"SELECT c.purpose, count(*) AS accesses FROM audit.card c WHERE {_SHOWN} AND c.agency <> :agency"  # noqa: S608 - fixed texts; values are parameters
            " AND c.recorded_at >= :since AND c.recorded_at < :until GROUP BY c.purpose"
        ),
        {"agency": agency, "sources": list(sources), "since": since, "until": until},
    )
    return {row.purpose: row.accesses for row in rows}


def keep_month(connection: Connection, agency: str, month: date, counts: Mapping[str, int], now: datetime) -> None:
    """Keep a month's counts. Where another request was faster, its counts stand."""
    rows = [
        {"month": month, "agency": agency, "purpose": purpose, "accesses": accesses, "counted_at": now}
        for purpose, accesses in counts.items()
    ]
    if rows:
        connection.execute(insert(_TABLE).on_conflict_do_nothing(), rows)


def persons_of_record(connection: Connection, digests: Sequence[bytes]) -> list[PersonSpan]:
    """Whom the record of a source key, under any version of the digest key, was taken for."""
    rows = connection.execute(
        text("SELECT * FROM hearth.persons_of_record(CAST(:digests AS bytea[]))"), {"digests": list(digests)}
    )
    return [PersonSpan(row.person_id, row.since, row.until) for row in rows]


def uses_of_person(
    connection: Connection, agency: str, sources: Sequence[str], spans: Sequence[PersonSpan]
) -> list[UseLine]:
    """Accesses by other agencies that showed these persons in their spans, and facts of these sources; oldest first."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT c.recorded_at, c.entry_id, c.agency, c.role, c.team, c.purpose FROM audit.card c"  # noqa: S608 - fixed texts; values are parameters
            " JOIN unnest(CAST(:persons AS uuid[]), CAST(:since AS timestamptz[]), CAST(:until AS timestamptz[]))"
            " AS s (person_id, since, until) ON c.subjects @> ARRAY[s.person_id]"
            " AND c.recorded_at >= date_trunc('second', s.since) AND (s.until IS NULL OR c.recorded_at < s.until)"
            f" WHERE {_SHOWN} AND c.agency <> :agency ORDER BY c.recorded_at, c.entry_id"
        ),
        {
            "persons": [one.person_id for one in spans], "since": [one.since for one in spans],
            "until": [one.until for one in spans], "agency": agency, "sources": list(sources),
        },
    )  # fmt: skip
    return [UseLine(row.recorded_at, row.agency, row.role, row.team, row.purpose) for row in rows]


def own_collections(connection: Connection, agency: str) -> dict[UUID, set[UUID]]:
    """Batches of which the log's collection entries say that this agency sent them, with the ids of the entries."""
    rows = connection.execute(
        text(
            "SELECT c.entry_id, audit.opened(o.fields, 'detail') ->> 'batch' AS batch FROM audit.card c"
            " JOIN audit.opening o USING (entry_id) WHERE c.agency = :agency AND c.event_class = 'collection'"
        ),
        {"agency": agency},
    )
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        if row.batch is not None:
            found.setdefault(UUID(row.batch), set()).add(row.entry_id)
    return found


def own_openings(connection: Connection, agency: str, size: int) -> Iterator[Row[Any]]:
    """Openings of an agency's own entries among the first `size` leaves, in their order."""
    return stream(
        connection,
        "SELECT c.leaf_index, c.event_class, o.fields FROM audit.card c JOIN audit.opening o USING (entry_id)"
        " WHERE c.agency = :agency AND c.leaf_index < :size ORDER BY c.leaf_index",
        agency=agency, size=size,
    )  # fmt: skip
