"""Emergencies: break-glass as it was declared, whom it was told, and what a second person said of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, or_, select, update

from gateway.store.desk_tables import EmergencyAlertRow, EmergencyRow

_TABLE = EmergencyRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_ALERTS = EmergencyAlertRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 100


def save_emergency(
    connection: Connection, values: Mapping[str, Any], told: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Insert an emergency and one alert for each (agency, role) that is told of it."""
    connection.execute(insert(_TABLE), [dict(values)])
    alerts = [
        {"emergency_id": values["emergency_id"], "agency": agency, "role": role, "raised_at": now}
        for agency, role in told
    ]
    if alerts:
        connection.execute(insert(_ALERTS), alerts)


def list_emergencies(connection: Connection, told: tuple[str, str] | None) -> list[EmergencyRow]:
    """Emergencies that an (agency, role) was told of, newest first; with `None`, all of them."""
    rows = connection.execute(
        _of(told).order_by(_TABLE.c.opened_at.desc(), _TABLE.c.emergency_id).limit(_LISTED)
    )  # fmt: skip
    return [EmergencyRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def lock_emergency(connection: Connection, emergency_id: UUID, told: tuple[str, str] | None) -> EmergencyRow | None:
    """One of those, its row locked until the transaction ends."""
    row = connection.execute(
        _of(told).where(_TABLE.c.emergency_id == emergency_id).with_for_update(of=_TABLE)
    ).one_or_none()  # fmt: skip
    return None if row is None else EmergencyRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def change_emergency(connection: Connection, emergency_id: UUID, values: Mapping[str, Any]) -> None:
    """Note an answer, a suspension or its end."""
    connection.execute(update(_TABLE).where(_TABLE.c.emergency_id == emergency_id).values(**values))


def break_glass_rests(connection: Connection, subject: str, now: datetime) -> bool:
    """Whether this person may not break glass now: suspended, or past the hour by which somebody should have looked.

    The deadline counts by itself: a job that has not run yet lends nobody a minute.
    """
    overdue = and_(_unanswered(now), _TABLE.c.suspended_at.is_(None))
    suspended = and_(_TABLE.c.suspended_at.is_not(None), _TABLE.c.lifted_at.is_(None))
    found = connection.execute(
        select(_TABLE.c.emergency_id).where(_TABLE.c.subject == subject, or_(overdue, suspended)).limit(1)
    )
    return found.first() is not None


def suspend_overdue(connection: Connection, now: datetime) -> list[EmergencyRow]:
    """Suspend for every emergency that nobody answered in time, and return them."""
    overdue = and_(_unanswered(now), _TABLE.c.suspended_at.is_(None))
    rows = connection.execute(update(_TABLE).where(overdue).values(suspended_at=now).returning(_TABLE))
    return [EmergencyRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def _of(told: tuple[str, str] | None) -> Select[Any]:
    if told is None:
        return select(_TABLE)
    alerts = select(_ALERTS.c.emergency_id).where(_ALERTS.c.agency == told[0], _ALERTS.c.role == told[1])
    return select(_TABLE).where(_TABLE.c.emergency_id.in_(alerts))


def _unanswered(now: datetime) -> ColumnElement[bool]:
    return and_(_TABLE.c.answered_at.is_(None), _TABLE.c.confirm_by <= now)
