"""Routes of webhooks: where an agency is told what became of its files (Standard Webhooks 1.0.0)."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.telling.webhooks import (
    Delivery,
    Webhook,
    add_webhook,
    deliveries,
    own_webhooks,
    remove_webhook,
    renew_secret,
    wake_webhook,
)

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=[BEARER])
_Event = Literal[
    "batch.finished", "batch.waiting", "batch.linked", "feed.alert", "task.opened", "agreement.expiring"
]  # fmt: skip


class WebhookIn(Sent):
    """Where to tell, and of what. `address` is https, without user, query or fragment."""

    address: str = Field(max_length=500)
    events: list[_Event] = Field(min_length=1, max_length=10)


@router.post(
    "",
    status_code=201,
    **operation("add-webhook", "Be told of events", 400, 401, 403, 422, answer="Added; the secret is told this once"),
)
def add(wiring: Wired, context: Context, caller: Anyone, asked: WebhookIn) -> Annotated[dict[str, Any], Told(Webhook)]:
    """Add a webhook of the caller's agency. Its messages are signed with the secret in this answer."""
    return asdict(add_webhook(wiring, context, caller, asked.address, asked.events))


@router.get("", **operation("list-webhooks", "Webhooks of our agency", 401, 403))
def listed(wiring: Wired, caller: Anyone) -> Annotated[list[dict[str, Any]], Told(list[Webhook])]:
    """Webhooks of the caller's agency, without their secrets."""
    return [asdict(one) for one in own_webhooks(wiring, caller)]


@router.delete("/{webhook_id}", **operation("remove-webhook", "Be told no more", 401, 403, 404, 422))
def remove(
    wiring: Wired, context: Context, caller: Anyone, webhook_id: UUID
) -> Annotated[dict[str, Any], Told(Webhook)]:
    """Remove a webhook; what waits for it is given up."""
    return asdict(remove_webhook(wiring, context, caller, webhook_id))


@router.post(
    "/{webhook_id}/secret",
    **operation("renew-webhook-secret", "A new secret; both sign for a day", 401, 403, 404, 422),
)
def renew(
    wiring: Wired, context: Context, caller: Anyone, webhook_id: UUID
) -> Annotated[dict[str, Any], Told(Webhook)]:
    """Renew the secret of a webhook. For a day messages are signed with the old one, too."""
    return asdict(renew_secret(wiring, context, caller, webhook_id))


@router.post("/{webhook_id}/waking", **operation("wake-webhook", "Be told again after failures", 401, 403, 404, 422))
def wake(wiring: Wired, context: Context, caller: Anyone, webhook_id: UUID) -> Annotated[dict[str, Any], Told(Webhook)]:
    """Tell a webhook again that was disabled because nothing came through for days."""
    return asdict(wake_webhook(wiring, context, caller, webhook_id))


@router.get("/{webhook_id}/deliveries", **operation("list-deliveries", "Messages to a webhook", 401, 403, 404, 422))
def told(wiring: Wired, caller: Anyone, webhook_id: UUID) -> Annotated[list[dict[str, Any]], Told(list[Delivery])]:
    """The newest messages to a webhook and what came of each: of an answer, its status alone."""
    return [one.model_dump() for one in deliveries(wiring, caller, webhook_id)]
