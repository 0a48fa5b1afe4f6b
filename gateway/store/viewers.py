"""Who was shown facts of somebody, out of the log, as hg_erase; and the notices that tell them, as hg_desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gateway.store.correction_tables import CorrectionNoticeRow

_TABLE = CorrectionNoticeRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 100
# Entries about a person: leaves by their card, and those that are not leaves yet by their opening.
_LOOKS = text(
    """
    WITH about AS (
      SELECT c.entry_id FROM audit.card c WHERE c.subjects && CAST(:persons AS uuid[])
         -- A card's instant is cut to the second, as in the leaf.
         AND c.recorded_at >= date_trunc('second', CAST(:since AS timestamptz))
       UNION
      SELECT w.entry_id FROM audit.pending p JOIN audit.opening w USING (entry_id)
       WHERE ARRAY(SELECT jsonb_array_elements_text(coalesce(audit.opened(w.fields, 'subjects'), '[]'))::uuid)
             && CAST(:persons AS uuid[])
    ), looked AS (
      SELECT o.entry_id, (audit.opened(o.fields, 'at') #>> '{}')::timestamptz AS at,
             audit.opened(o.fields, 'who') #>> '{}' AS who, audit.opened(o.fields, 'agency') #>> '{}' AS agency,
             audit.opened(o.fields, 'role') #>> '{}' AS role, audit.opened(o.fields, 'team') #>> '{}' AS team,
             audit.opened(o.fields, 'purpose') #>> '{}' AS purpose,
             (audit.opened(o.fields, 'household') #>> '{}')::uuid AS household,
             coalesce((audit.opened(o.fields, 'sealed') #>> '{}')::boolean, false) AS sealed,
             audit.opened(o.fields, 'phase') #>> '{}' AS phase,
             ARRAY(SELECT jsonb_array_elements_text(coalesce(audit.opened(o.fields, 'subjects'), '[]'))::uuid)
               AS subjects,
             ARRAY(SELECT jsonb_array_elements_text(coalesce(audit.opened(o.fields, 'items_shown'), '[]'))) AS items,
             ARRAY(SELECT jsonb_array_elements_text(coalesce(audit.opened(o.fields, 'sources'), '[]'))) AS sources,
             ARRAY(SELECT jsonb_object_keys(coalesce(audit.opened(o.fields, 'shown_counts'), '{}'))) AS counted,
             -- Those of the authorisation: what may have been shown where no outcome tells what was.
             coalesce(audit.opened(coalesce(a.fields, o.fields), 'masks'), '{}') AS masks,
             audit.opened(o.fields, 'detail') ->> 'channel' AS channel
        FROM about JOIN audit.opening o USING (entry_id)
        LEFT JOIN audit.opening a ON a.entry_id = (audit.opened(o.fields, 'refers_to') #>> '{}')::uuid
                                 AND audit.opened(o.fields, 'phase') #>> '{}' = 'outcome'
    )
    SELECT l.* FROM looked l
     WHERE l.phase = 'outcome'
        OR (l.phase = 'authorisation'
            AND NOT EXISTS (SELECT FROM audit.card x WHERE x.refers_to = l.entry_id AND x.phase = 'outcome')
            AND NOT EXISTS (SELECT FROM audit.pending p JOIN audit.opening w USING (entry_id)
                             WHERE (audit.opened(w.fields, 'refers_to') #>> '{}')::uuid = l.entry_id))
     ORDER BY l.at, l.entry_id
    """
)


@dataclass(frozen=True, slots=True)
class Look:
    """An access that showed facts of persons, or an authorisation without an outcome, which may have.

    `items`, `counted` (the items with a count) and `sources` are those of an outcome; `masks`, by person and band,
    those of its authorisation.
    """

    entry_id: UUID
    at: datetime
    who: str
    agency: str
    role: str | None
    team: str | None
    purpose: str | None
    household: UUID | None
    sealed: bool
    phase: str
    subjects: tuple[UUID, ...]
    items: tuple[str, ...]
    counted: tuple[str, ...]
    sources: tuple[str, ...]
    masks: Mapping[str, str]
    channel: str | None


def looks_at(connection: Connection, persons: Sequence[UUID], since: datetime) -> list[Look]:
    """Every access since an instant that was about one of the persons, oldest first, leaf or not yet."""
    rows = connection.execute(_LOOKS, {"persons": list(persons), "since": since})
    return [
        Look(
            row.entry_id, row.at, row.who, row.agency, row.role, row.team, row.purpose, row.household, row.sealed,
            row.phase, tuple(row.subjects), tuple(row.items), tuple(row.counted), tuple(row.sources), row.masks,
            row.channel,
        )
        for row in rows
    ]  # fmt: skip


def hidden_places(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, datetime]:
    """Those of some facts that tell where somebody protected has been since, each with the instant since when."""
    rows = connection.execute(text("SELECT * FROM hearth.hidden_places(CAST(:keys AS bytea[]))"), {"keys": list(keys)})
    return {bytes(row.fact_key): row.hidden_from for row in rows}


def save_correction_notices(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Insert notices; gives the ids of those whom nobody had told of the same occasion before."""
    values = [dict(row) for row in rows]
    if not values:
        return set()
    kept = insert(_TABLE).values(values).on_conflict_do_nothing(index_elements=["occasion_id", "viewer", "agency"])
    return set(connection.execute(kept.returning(_TABLE.c.notice_id)).scalars())


def notices_to(connection: Connection, viewer: str, agency: str) -> list[CorrectionNoticeRow]:
    """Notices for one reader, newest first."""
    rows = connection.execute(
        select(_TABLE)
        .where(_TABLE.c.viewer == viewer, _TABLE.c.agency == agency)
        .order_by(_TABLE.c.told_at.desc(), _TABLE.c.notice_id)
        .limit(_LISTED)
    )
    return [CorrectionNoticeRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def mark_notice_read(
    connection: Connection, notice_id: UUID, viewer: str, agency: str, now: datetime
) -> CorrectionNoticeRow | None:
    """Note that a notice was read by whom it is for, and give it; `None` where there is none of theirs."""
    own = (_TABLE.c.notice_id == notice_id, _TABLE.c.viewer == viewer, _TABLE.c.agency == agency)
    read = update(_TABLE).where(*own).values(read_at=func.coalesce(_TABLE.c.read_at, now))
    row = connection.execute(read.returning(_TABLE)).one_or_none()
    return None if row is None else CorrectionNoticeRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


@dataclass(frozen=True, slots=True)
class ToldGroup:
    """How many people of one role and team were told of an occasion."""

    agency: str
    role: str | None
    team: str | None
    people: int


def told_of(connection: Connection, occasion_id: UUID) -> list[ToldGroup]:
    """Who was told of an occasion, by role; nobody whose reading was sealed, nor who asked alone."""
    table = _TABLE
    rows = connection.execute(
        select(table.c.agency, table.c.role, table.c.team, func.count())
        .where(table.c.occasion_id == occasion_id, ~table.c.sealed, table.c.kind != "answered")
        .group_by(table.c.agency, table.c.role, table.c.team)
        .order_by(table.c.agency, table.c.role, table.c.team)
    )
    return [ToldGroup(*row) for row in rows]
