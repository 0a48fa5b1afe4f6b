"""SQL of alerts about feeds: opened once, looked at, closed. Figures and names of columns; nothing of anybody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gateway.store.feed_tables import FeedAlertRow

_ALERT = FeedAlertRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 200


def open_alert(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Open an alert, unless one of its feed, kind and part is open; gives whether it is new."""
    opened = upsert(FeedAlertRow).values(**values).on_conflict_do_nothing().returning(_ALERT.c.alert_id)
    return connection.execute(opened).scalar() is not None


def open_alerts(connection: Connection, feed: str) -> list[FeedAlertRow]:
    """Alerts of a feed that are not closed, oldest first."""
    found = select(_ALERT).where(_ALERT.c.feed == feed, _ALERT.c.closed_at.is_(None))
    rows = connection.execute(found.order_by(_ALERT.c.raised_at, _ALERT.c.alert_id))
    return [FeedAlertRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def listed_alerts(
    connection: Connection, agency: str | None = None, feed: str | None = None, *, closed: bool = False
) -> list[FeedAlertRow]:
    """Alerts, newest first: of an agency or of all, of a feed or of all, with those that are `closed` or without."""
    found = select(_ALERT)
    if agency is not None:
        found = found.where(_ALERT.c.agency == agency)
    if feed is not None:
        found = found.where(_ALERT.c.feed == feed)
    if not closed:
        found = found.where(_ALERT.c.closed_at.is_(None))
    rows = connection.execute(found.order_by(_ALERT.c.raised_at.desc(), _ALERT.c.alert_id).limit(_LISTED))
    return [FeedAlertRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def lock_alert(connection: Connection, alert_id: UUID) -> FeedAlertRow | None:
    """One alert, its row locked until the transaction ends."""
    row = connection.execute(select(_ALERT).where(_ALERT.c.alert_id == alert_id).with_for_update()).one_or_none()
    return None if row is None else FeedAlertRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def change_alert(connection: Connection, alert_id: UUID, values: Mapping[str, Any]) -> None:
    """Note who has seen an alert, or that it is closed."""
    connection.execute(update(_ALERT).where(_ALERT.c.alert_id == alert_id).values(**values))


def close_alert(connection: Connection, alert_id: UUID, now: datetime) -> None:
    """Close an alert."""
    change_alert(connection, alert_id, {"closed_at": now})
