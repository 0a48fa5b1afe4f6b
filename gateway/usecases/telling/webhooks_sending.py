"""Messages go out: signed, to an address that is looked at anew, patiently, and for some days only.

A message keeps its id through every attempt, so that a receiver that got it twice knows. Of an answer its status alone
is read. What does not come through is tried again after longer and longer waits; a webhook at which nothing has come
through for days is disabled, and its agency finds that on its page.
"""

import json
import ssl
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from gateway.errors import WebhookAddressError
from gateway.store.feed_alerts import open_alert
from gateway.store.feed_tables import WebhookDeliveryRow, WebhookRow
from gateway.store.webhooks import change_delivery, change_webhook, due_deliveries, give_up_waiting, lock_webhook
from gateway.usecases.telling.webhooks import secret_binding
from gateway.usecases.telling.webhooks_addresses import addresses_of, networks_of
from gateway.usecases.telling.webhooks_signing import signed_headers
from gateway.wiring import Wiring

WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Waits between attempts, as Standard Webhooks proposes them; after the last the message is given up."""

DISABLED_AFTER = timedelta(days=3)
_AT_ONCE = 8
_DUE = 500
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_GONE = 410

Hooked = tuple[WebhookDeliveryRow, WebhookRow]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt: the status of the answer, or the kind of problem where there was none."""

    status: int | None
    problem: str | None

    @property
    def came_through(self) -> bool:
        """Whether the receiver took it: any status of the two hundreds, and no redirect."""
        return self.status is not None and httpx.codes.is_success(self.status)


def deliver_due(wiring: Wiring) -> int:
    """Try every message that is due once; gives how many came through. One run at a time: the queue sees to it."""
    with wiring.database.transaction("hg_desk") as connection:
        due = due_deliveries(connection, wiring.clock(), _DUE)
    by_hook: dict[object, list[Hooked]] = defaultdict(list)
    for delivery, hook in due:
        by_hook[hook.webhook_id].append((delivery, hook))
    if not by_hook:
        return 0
    # A receiver that is slow or down holds up its own messages and nobody else's.
    with ThreadPoolExecutor(min(_AT_ONCE, len(by_hook))) as pool:
        return sum(pool.map(lambda hooked: _deliver_to_one(wiring, hooked), by_hook.values()))


def _deliver_to_one(wiring: Wiring, hooked: Iterable[Hooked]) -> int:
    came_through = 0
    for delivery, hook in hooked:
        attempt = attempt_delivery(wiring, delivery, hook)
        _note(wiring, delivery, hook, attempt)
        came_through += attempt.came_through
        if not attempt.came_through:
            break
    return came_through


def attempt_delivery(wiring: Wiring, delivery: WebhookDeliveryRow, hook: WebhookRow) -> Attempt:
    """Send one message once. Never raises for what the receiver or the network does."""
    body = message_body(delivery)
    headers = {
        **signed_headers(str(delivery.delivery_id), wiring.clock(), body, _secrets(wiring, hook)),
        "content-type": "application/json",
        "user-agent": "hearthgate",
    }
    try:
        url = httpx.URL(hook.address)
        address = addresses_of(url, networks_of(wiring.settings.webhook_networks))[0]
        pinned = url.copy_with(host=str(address))
        headers["host"] = url.netloc.decode()
        with (
            httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", pinned, content=body, headers=headers, extensions={"sni_hostname": url.host}
            ) as answer,
        ):
            return Attempt(answer.status_code, None)
    except WebhookAddressError:
        return Attempt(None, "address-not-allowed")
    except httpx.TimeoutException:
        return Attempt(None, "timeout")
    except (httpx.HTTPError, ssl.SSLError, OSError):
        return Attempt(None, "no-connection")


def message_body(delivery: WebhookDeliveryRow) -> bytes:
    """The body as it is signed and sent: type, instant and ids."""
    told: Mapping[str, object] = {
        "type": delivery.event,
        "timestamp": delivery.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": delivery.body,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _secrets(wiring: Wiring, hook: WebhookRow) -> Sequence[str]:
    ring, binding = wiring.custody.field, secret_binding(hook.webhook_id)
    sealed = [hook.sealed_secret]
    if hook.sealed_previous is not None and hook.previous_until is not None and wiring.clock() < hook.previous_until:
        sealed.append(hook.sealed_previous)
    return [ring.unseal(one, binding).decode() for one in sealed]


def _note(wiring: Wiring, delivery: WebhookDeliveryRow, hook: WebhookRow, attempt: Attempt) -> None:
    now = wiring.clock()
    tried = {"attempts": delivery.attempts + 1, "last_status": attempt.status, "last_problem": attempt.problem}
    with wiring.database.transaction("hg_desk") as connection:
        present = lock_webhook(connection, hook.webhook_id)
        if attempt.came_through:
            change_delivery(connection, delivery.delivery_id, {**tried, "state": "delivered", "finished_at": now})
            if present is not None and present.failing_since is not None:
                change_webhook(connection, hook.webhook_id, {"failing_since": None})
            return
        over = delivery.attempts >= len(WAITS)
        after = {"state": "given up", "finished_at": now} if over else {"next_at": now + WAITS[delivery.attempts]}
        change_delivery(connection, delivery.delivery_id, {**tried, **after})
        if present is None or present.disabled_at is not None:
            return
        since = present.failing_since or now
        values: dict[str, datetime | None] = {"failing_since": since}
        if attempt.status == _GONE or now - since >= DISABLED_AFTER:
            values["disabled_at"] = now
            give_up_waiting(connection, hook.webhook_id, now)
            open_alert(
                connection,
                {
                    "alert_id": wiring.mint_opaque(), "feed": "", "agency": hook.agency, "kind": "webhook-disabled",
                    "part": str(hook.webhook_id), "batch_id": None, "observed": (now - since).days, "expected": 0,
                    "raised_at": now,
                },
            )  # fmt: skip
        change_webhook(connection, hook.webhook_id, values)
