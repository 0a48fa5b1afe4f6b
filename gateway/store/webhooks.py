"""SQL of webhooks: where agencies are told, and messages on their way. Ids, codes and states; no fact of anybody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, any_, insert, literal, select, text, update

from gateway.store.feed_tables import WebhookDeliveryRow, WebhookRow

_HOOK = WebhookRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_DELIVERY = WebhookDeliveryRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, for one agency: the event's name, and ids and codes about it."""

    agency: str
    event: str
    data: Mapping[str, Any]
    happened_at: datetime


def save_webhook(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a webhook."""
    connection.execute(insert(_HOOK), [dict(values)])


def webhooks_of(connection: Connection, agency: str) -> list[WebhookRow]:
    """Webhooks of an agency, oldest first."""
    rows = connection.execute(
        select(_HOOK)
        .where(_HOOK.c.agency == agency, _HOOK.c.removed_at.is_(None))
        .order_by(_HOOK.c.created_at, _HOOK.c.webhook_id)
    )
    return [WebhookRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def lock_webhook(connection: Connection, webhook_id: UUID, agency: str | None = None) -> WebhookRow | None:
    """One webhook that is not removed, its row locked; with `agency`, only if it is that agency's."""
    found = select(_HOOK).where(_HOOK.c.webhook_id == webhook_id, _HOOK.c.removed_at.is_(None))
    if agency is not None:
        found = found.where(_HOOK.c.agency == agency)
    row = connection.execute(found.with_for_update()).one_or_none()
    return None if row is None else WebhookRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def change_webhook(connection: Connection, webhook_id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a webhook."""
    connection.execute(update(_HOOK).where(_HOOK.c.webhook_id == webhook_id).values(**values))


def queue_message(connection: Connection, message: Message, ids: Iterator[UUID], only: UUID | None = None) -> int:
    """Queue a message to every webhook of its agency that wants it, with this transaction; gives how many those are.

    With `only`, to that webhook alone.
    """
    found = select(_HOOK.c.webhook_id).where(
        _HOOK.c.agency == message.agency, _HOOK.c.removed_at.is_(None), _HOOK.c.disabled_at.is_(None),
        literal(message.event) == any_(_HOOK.c.events),
    )  # fmt: skip
    wanting = connection.execute(found if only is None else found.where(_HOOK.c.webhook_id == only)).scalars()
    rows = [
        {
            "delivery_id": next(ids), "webhook_id": webhook_id, "event": message.event, "body": dict(message.data),
            "happened_at": message.happened_at, "next_at": message.happened_at,
        }
        for webhook_id in wanting
    ]  # fmt: skip
    if rows:
        # Core's insert without RETURNING: whoever brings a message may not read messages.
        connection.execute(insert(_DELIVERY).inline(), rows)
        connection.execute(text("SELECT jobs.defer_webhooks()"))
    return len(rows)


def due_deliveries(connection: Connection, now: datetime, limit: int) -> list[tuple[WebhookDeliveryRow, WebhookRow]]:
    """Messages that are due, oldest first, each with its webhook."""
    rows = connection.execute(
        select(_DELIVERY.c.delivery_id, _HOOK.c.webhook_id)
        .join(_HOOK, _HOOK.c.webhook_id == _DELIVERY.c.webhook_id)
        .where(
            _DELIVERY.c.state == "waiting", _DELIVERY.c.next_at <= now, _HOOK.c.removed_at.is_(None),
            _HOOK.c.disabled_at.is_(None),
        )
        .order_by(_DELIVERY.c.next_at, _DELIVERY.c.delivery_id)
        .limit(limit)
    ).all()  # fmt: skip
    return [(_delivery(connection, row.delivery_id), _webhook(connection, row.webhook_id)) for row in rows]


def linked_untold(connection: Connection, since: datetime) -> list[tuple[UUID, str, str, UUID]]:
    """Batches that linkage has met since then, with each webhook of their agency that is not told yet.

    Batch, feed, agency, webhook. What was linked before there was the webhook is no news to it.
    """
    rows = connection.execute(
        text(
            "SELECT b.batch_id, b.feed, b.agency, w.webhook_id FROM desk.batch b JOIN desk.webhook w"
            " ON w.agency = b.agency AND w.removed_at IS NULL AND w.disabled_at IS NULL"
            " AND 'batch.linked' = ANY (w.events) AND w.created_at <= b.linked_at WHERE b.linked_at > :since"
            " AND NOT EXISTS (SELECT FROM desk.webhook_told t WHERE t.webhook_id = w.webhook_id"
            " AND t.what = 'linked/' || b.batch_id) ORDER BY b.linked_at, b.batch_id"
        ),
        {"since": since},
    )
    return [(row.batch_id, row.feed, row.agency, row.webhook_id) for row in rows]


def change_delivery(connection: Connection, delivery_id: UUID, values: Mapping[str, Any]) -> None:
    """Note what became of an attempt."""
    connection.execute(update(_DELIVERY).where(_DELIVERY.c.delivery_id == delivery_id).values(**values))


def give_up_waiting(connection: Connection, webhook_id: UUID, now: datetime) -> None:
    """Give up every message that waits for a webhook."""
    connection.execute(
        update(_DELIVERY)
        .where(_DELIVERY.c.webhook_id == webhook_id, _DELIVERY.c.state == "waiting")
        .values(state="given up", finished_at=now)
    )


def deliveries_of(connection: Connection, webhook_id: UUID, limit: int) -> list[WebhookDeliveryRow]:
    """The newest messages to a webhook."""
    rows = connection.execute(
        select(_DELIVERY)
        .where(_DELIVERY.c.webhook_id == webhook_id)
        .order_by(_DELIVERY.c.happened_at.desc(), _DELIVERY.c.delivery_id)
        .limit(limit)
    )
    return [WebhookDeliveryRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def first_time(connection: Connection, webhook_id: UUID, what: str) -> bool:
    """Whether a webhook has not been told of something yet; from now on it counts as told."""
    told = text(
        "INSERT INTO desk.webhook_told (webhook_id, what) VALUES (:webhook, :what)"
        " ON CONFLICT DO NOTHING RETURNING what"
    )
    return connection.execute(told, {"webhook": webhook_id, "what": what}).scalar() is not None


def _delivery(connection: Connection, delivery_id: UUID) -> WebhookDeliveryRow:
    row = connection.execute(select(_DELIVERY).where(_DELIVERY.c.delivery_id == delivery_id)).one()
    return WebhookDeliveryRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def _webhook(connection: Connection, webhook_id: UUID) -> WebhookRow:
    row = connection.execute(select(_HOOK).where(_HOOK.c.webhook_id == webhook_id)).one()
    return WebhookRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor
