"""What partners can be told of, and the one way to tell them: in the transaction in which it happened."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.webhooks import Message, first_time, linked_untold, queue_message, webhooks_of
from gateway.usecases.feeds.working_days import LONDON
from gateway.wiring import Wiring

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "batch.finished": "a file was taken, in whole or in part, or refused",
        "batch.waiting": "a file is far smaller than usual and waits for you to confirm it",
        "batch.linked": "the records of a file have been compared with all others",
        "feed.alert": "a feed is late, has stopped, shrunken or changed; or the alert is closed",
        "task.opened": "somebody disputes what you sent, and it waits for your answer",
        "agreement.expiring": "an agreement that you are party to is reviewed or ends within sixty days",
    }
)
"""Names of events and what each tells. A message holds ids, codes and states, and nothing of anybody."""

_AHEAD = timedelta(days=60)
_LINKED_WITHIN = timedelta(days=1)


def tell(connection: Connection, wiring: Wiring, agency: str, event: str, data: Mapping[str, Any]) -> int:
    """Queue a message about what this transaction did; gives how many webhooks will be told.

    `connection` acts as hg_intake or hg_desk. `data` must be ids, codes, counts and instants.
    """
    return queue_message(connection, Message(agency, event, data, wiring.clock()), _minted(wiring))


def tell_batch(connection: Connection, wiring: Wiring, batch: tuple[UUID, str, str], agency: str) -> int:
    """Tell the agency that sent it that a batch (id, feed, state) has come to that state."""
    batch_id, feed, state = batch
    event = "batch.waiting" if state == "waiting" else "batch.finished"
    return tell(connection, wiring, agency, event, {"batch_id": str(batch_id), "feed": feed, "state": state})


def tell_task(connection: Connection, wiring: Wiring, task: tuple[UUID, str, datetime], agency: str) -> int:
    """Tell the agency whose feed it is that a task (id, feed, answer by) is open; what it is about, the task says."""
    task_id, feed, answer_by = task
    data = {"task_id": str(task_id), "feed": feed, "answer_by": answer_by.isoformat()}
    return tell(connection, wiring, agency, "task.opened", data)


def tell_of_ends(wiring: Wiring) -> int:
    """Tell every party, once each, of agreements whose review or last day is near; gives how many messages went out."""
    now, told = wiring.clock(), 0
    today = now.astimezone(LONDON).date()
    with wiring.database.transaction("hg_desk") as connection:
        for agreement in wiring.register.agreements:
            for what, day in (("review", agreement.review_on), ("end", agreement.expires_on)):
                if not today <= day <= today + _AHEAD:
                    continue
                reference = f"{agreement.id}@{agreement.version}"
                for party in agreement.parties:
                    told += _tell_once(connection, wiring, party, (reference, what, day.isoformat()), now)
    return told


def _tell_once(connection: Connection, wiring: Wiring, agency: str, end: tuple[str, str, str], now: datetime) -> int:
    message = Message(agency, "agreement.expiring", {"agreement": end[0], "what": end[1], "on": end[2]}, now)
    return sum(
        queue_message(connection, message, _minted(wiring), hook.webhook_id)
        for hook in webhooks_of(connection, agency)
        if hook.disabled_at is None
        and message.event in hook.events
        and first_time(connection, hook.webhook_id, "/".join(end))
    )


def tell_of_linked(wiring: Wiring) -> int:
    """Tell senders, once each, of files that linkage has met in the last day; gives how many messages went out."""
    now, told = wiring.clock(), 0
    with wiring.database.transaction("hg_desk") as connection:
        for batch_id, feed, agency, webhook_id in linked_untold(connection, now - _LINKED_WITHIN):
            if first_time(connection, webhook_id, f"linked/{batch_id}"):
                data = {"batch_id": str(batch_id), "feed": feed, "state": "linked"}
                message = Message(agency, "batch.linked", data, now)
                told += queue_message(connection, message, _minted(wiring), webhook_id)
    return told


def _minted(wiring: Wiring) -> Iterator[UUID]:
    while True:
        yield wiring.mint_opaque()
