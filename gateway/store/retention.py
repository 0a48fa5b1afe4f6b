"""SQL of retention, as hg_erase: what is past its time, and that it is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

_ALL = 2_000_000_000


@dataclass(frozen=True, slots=True)
class PastFact:
    """A fact whose time is over."""

    fact_key: bytes
    record_id: UUID
    item_no: int


def past_retention(
    connection: Connection, feed: str, item: str, counted_from: str, before: datetime, limit: int
) -> list[PastFact]:
    """Facts of a feed and an item that ended, or were recorded, before an instant; in an order that tells nothing.

    Those of anybody on whom a legal hold stands, and those in dispute, are not among them.
    """
    rows = connection.execute(
        text("SELECT * FROM hearth.facts_past_retention(:feed, :item, :counted, :before, :limit)"),
        {"feed": feed, "item": item, "counted": counted_from, "before": before, "limit": limit},
    )
    return [PastFact(bytes(row.fact_key), row.record_id, row.item_no) for row in rows]


def count_past_retention(connection: Connection, feed: str, item: str, counted_from: str, before: datetime) -> int:
    """How many facts that are."""
    found = connection.execute(
        text("SELECT count(*) FROM hearth.facts_past_retention(:feed, :item, :counted, :before, :limit)"),
        {"feed": feed, "item": item, "counted": counted_from, "before": before, "limit": _ALL},
    )
    return int(found.scalar_one())


def forget_facts(connection: Connection, feed: str, keys: Sequence[bytes]) -> int:
    """Empty every version that a feed has of some facts (`hearth.forget_facts`); gives how many versions.

    What another feed stands by goes on in its name.
    """
    done = connection.execute(
        text("SELECT hearth.forget_facts(:feed, CAST(:keys AS bytea[]))"), {"feed": feed, "keys": list(keys)}
    )
    return int(done.scalar_one())
