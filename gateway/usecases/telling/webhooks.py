"""Webhooks of an agency: where it is told what became of its files, under a secret that it is shown once.

Whoever may push for an agency may say where it is told. Adding, renewing, waking and removing are entries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Entry, EventClass
from gateway.errors import ForbiddenError, NotFoundError, WebhookAddressError
from gateway.identity.caller import Caller, PartnerCaller
from gateway.store.feed_tables import WebhookDeliveryRow, WebhookRow
from gateway.store.ledger import append
from gateway.store.webhooks import (
    change_webhook,
    deliveries_of,
    give_up_waiting,
    lock_webhook,
    save_webhook,
    webhooks_of,
)
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import DATA_SUPPLY, families_of
from gateway.usecases.telling.webhooks_addresses import checked_address, networks_of
from gateway.usecases.telling.webhooks_signing import new_secret
from gateway.usecases.telling.webhooks_telling import EVENTS
from gateway.wiring import Wiring

BOTH_SIGN_FOR = timedelta(hours=24)
MOST = 5
_PURPOSE = "feeds"
_NO_SUCH = "there is no such webhook"
_LISTED = 100

_Change = Callable[[Connection, WebhookRow], Mapping[str, object]]

Delivery = WebhookDeliveryRow
"""A message as use cases hand it on."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as its agency sees it. `state`: on, failing, disabled or removed. `secret` is told once, when made."""

    webhook_id: UUID
    address: str
    events: tuple[str, ...]
    state: str
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    secret: str | None = field(default=None, repr=False)


def add_webhook(
    wiring: Wiring, context: RequestContext, caller: Caller, address: str, events: Sequence[str]
) -> Webhook:
    """Tell the caller's agency of these events at an address; the secret is in this answer and in no other.

    Raises `ForbiddenError`, or `WebhookAddressError` for an address that messages may not go to.
    """
    _require_sender(wiring, caller)
    address = checked_address(address, networks_of(wiring.settings.webhook_networks))
    secret, webhook_id = new_secret(), wiring.mint_opaque()
    added = _act(wiring, context, caller, webhook_id)
    row = WebhookRow(
        webhook_id=webhook_id, agency=caller.agency, address=address, events=sorted(set(events) & EVENTS.keys()),
        sealed_secret=wiring.custody.field.seal(secret.encode(), secret_binding(webhook_id)), sealed_previous=None,
        previous_until=None, created_at=wiring.clock(), created_by=added.who, failing_since=None, disabled_at=None,
        removed_at=None,
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, added)
        if len(webhooks_of(connection, caller.agency)) >= MOST:
            raise WebhookAddressError("your agency has as many webhooks as it may; remove one first")
        save_webhook(connection, row.model_dump())
    return _shown(row, secret)


def own_webhooks(wiring: Wiring, caller: Caller) -> list[Webhook]:
    """Webhooks of the caller's agency, without their secrets. Raises `ForbiddenError`."""
    _require_sender(wiring, caller)
    with wiring.database.transaction("hg_desk") as connection:
        return [_shown(row) for row in webhooks_of(connection, caller.agency)]


def renew_secret(wiring: Wiring, context: RequestContext, caller: Caller, webhook_id: UUID) -> Webhook:
    """A new secret, told once. For a day both it and the old one sign. Raises `ForbiddenError`, `NotFoundError`."""
    secret = new_secret()

    def renew(_connection: Connection, row: WebhookRow) -> Mapping[str, object]:
        return {
            "sealed_secret": wiring.custody.field.seal(secret.encode(), secret_binding(webhook_id)),
            "sealed_previous": row.sealed_secret, "previous_until": wiring.clock() + BOTH_SIGN_FOR,
        }  # fmt: skip

    return _shown(_changed(wiring, context, caller, webhook_id, renew), secret)


def wake_webhook(wiring: Wiring, context: RequestContext, caller: Caller, webhook_id: UUID) -> Webhook:
    """Tell a webhook again that was disabled for failing. Raises `ForbiddenError`, `NotFoundError`."""

    def wake(_connection: Connection, _row: WebhookRow) -> Mapping[str, object]:
        return {"failing_since": None, "disabled_at": None}

    return _shown(_changed(wiring, context, caller, webhook_id, wake))


def remove_webhook(wiring: Wiring, context: RequestContext, caller: Caller, webhook_id: UUID) -> Webhook:
    """Tell it nothing more; what waits for it is given up. Raises `ForbiddenError`, `NotFoundError`."""

    def remove(connection: Connection, row: WebhookRow) -> Mapping[str, object]:
        give_up_waiting(connection, row.webhook_id, wiring.clock())
        return {"removed_at": wiring.clock(), "sealed_secret": b"", "sealed_previous": None, "previous_until": None}

    return _shown(_changed(wiring, context, caller, webhook_id, remove))


def deliveries(wiring: Wiring, caller: Caller, webhook_id: UUID) -> list[Delivery]:
    """The newest messages to a webhook of one's own agency, with the status of the last answer to each."""
    _require_sender(wiring, caller)
    with wiring.database.transaction("hg_desk") as connection:
        if lock_webhook(connection, webhook_id, caller.agency) is None:
            raise NotFoundError(_NO_SUCH)
        return deliveries_of(connection, webhook_id, _LISTED)


def secret_binding(webhook_id: UUID) -> bytes:
    """What a sealed secret is bound to, so that it opens nowhere else."""
    return b"webhook/" + webhook_id.bytes


def _changed(wiring: Wiring, context: RequestContext, caller: Caller, webhook_id: UUID, change: _Change) -> WebhookRow:
    _require_sender(wiring, caller)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_webhook(connection, webhook_id, caller.agency)
        if row is None:
            raise NotFoundError(_NO_SUCH)
        append(connection, _act(wiring, context, caller, webhook_id))
        values = change(connection, row)
        change_webhook(connection, webhook_id, values)
    return row.model_copy(update=dict(values))


def _act(wiring: Wiring, context: RequestContext, caller: Caller, webhook_id: UUID) -> Entry:
    return entry(
        wiring, context, caller, EventClass.CONFIGURATION, wiring.clock(), purpose=_PURPOSE,
        detail={"webhook": str(webhook_id)},
    )  # fmt: skip


def _require_sender(wiring: Wiring, caller: Caller) -> None:
    if isinstance(caller, PartnerCaller):
        may = "feeds:push" in caller.scopes
    else:
        may = DATA_SUPPLY in families_of(wiring, caller)
    if not may:
        raise ForbiddenError("webhooks are for those who may push files of their agency")


def _shown(row: WebhookRow, secret: str | None = None) -> Webhook:
    state = "removed" if row.removed_at else "disabled" if row.disabled_at else "failing" if row.failing_since else "on"
    return Webhook(
        row.webhook_id, row.address, tuple(row.events), state, row.created_at, row.failing_since, row.disabled_at,
        secret,
    )  # fmt: skip
