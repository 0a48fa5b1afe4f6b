"""Notices: incidents that may need one, what was raised, who has read it, what is overdue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gateway.store.desk_tables import NoticeRow

_TABLE = NoticeRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 100


@dataclass(frozen=True, slots=True)
class NoticeCandidate:
    """A recent incident at which a child was present. `unit` is the URN of the child's school on that day."""

    fact_key: bytes
    fact_id: UUID
    person_id: UUID
    family_id: UUID
    band: int
    source_no: int
    happened_on: date
    unit: str


def notice_candidates(connection: Connection, since: date) -> list[NoticeCandidate]:
    """Incidents that happened on or after a day, oldest first: ids, days and URNs, nothing else."""
    rows = connection.execute(text("SELECT * FROM hearth.notice_candidates(:since)"), {"since": since})
    return [
        NoticeCandidate(
            bytes(row.fact_key), row.fact_id, row.person_id, row.family_id, row.band, row.source_no,
            row.happened_on, row.unit,
        )
        for row in rows
    ]  # fmt: skip


def save_notice(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Insert a notice; False where one for the same reason stands already."""
    kept = insert(_TABLE).values(**values).on_conflict_do_nothing(index_elements=["reason_key"])
    return connection.execute(kept.returning(_TABLE.c.notice_id)).one_or_none() is not None


def whom_it_tells_of(connection: Connection, reason_key: bytes) -> UUID | None:
    """Whose page the notice of this reason opens now; None where that is nobody's any more."""
    row = connection.execute(
        text(
            "WITH RECURSIVE named AS (SELECT p.person_id, p.redirect_to FROM desk.notice n"
            " JOIN hearth.person p ON p.family_id = n.family_id WHERE n.reason_key = :reason"
            " UNION SELECT p.person_id, p.redirect_to FROM hearth.person p JOIN named n"
            " ON p.person_id = n.redirect_to) SELECT person_id FROM named WHERE redirect_to IS NULL"
        ),
        {"reason": reason_key},
    )
    found: UUID | None = row.scalar()
    return found


def notices_for(connection: Connection, agency: str, role: str, unit: str, now: datetime) -> list[NoticeRow]:
    """Notices that a reader may open, newest first."""
    rows = connection.execute(
        select(_TABLE)
        .where(_is_for(agency, role, unit, now))
        .order_by(_TABLE.c.raised_at.desc(), _TABLE.c.notice_id)
        .limit(_LISTED)
    )
    return [NoticeRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def notice_for(
    connection: Connection, notice_id: UUID, agency: str, role: str, unit: str, now: datetime
) -> NoticeRow | None:  # fmt: skip
    """One notice, if this reader may open it."""
    row = connection.execute(
        select(_TABLE).where(_TABLE.c.notice_id == notice_id, _is_for(agency, role, unit, now))
    ).one_or_none()
    return None if row is None else NoticeRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def mark_read(connection: Connection, notice_id: UUID, now: datetime) -> None:
    """Note when a notice was first read."""
    unread = and_(_TABLE.c.notice_id == notice_id, _TABLE.c.read_at.is_(None))
    connection.execute(update(_TABLE).where(unread).values(read_at=now))


def escalate_overdue(connection: Connection, now: datetime) -> list[NoticeRow]:
    """Mark every notice that is overdue, unread and not yet escalated, and return them."""
    overdue = and_(
        _TABLE.c.read_at.is_(None), _TABLE.c.escalated_at.is_(None), _TABLE.c.escalates_to_role.is_not(None),
        _TABLE.c.read_by <= now,
    )  # fmt: skip
    rows = connection.execute(update(_TABLE).where(overdue).values(escalated_at=now).returning(_TABLE))
    return [NoticeRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def _is_for(agency: str, role: str, unit: str, now: datetime) -> ColumnElement[bool]:
    """The recipient at once, whom it escalates to when it is overdue; without a unit it is for the role."""
    overdue = or_(_TABLE.c.escalated_at.is_not(None), and_(_TABLE.c.read_at.is_(None), _TABLE.c.read_by <= now))
    reader = or_(_TABLE.c.recipient_role == role, and_(_TABLE.c.escalates_to_role == role, overdue))
    return and_(_TABLE.c.recipient_agency == agency, _TABLE.c.recipient_unit.in_([unit, ""]), reader)
