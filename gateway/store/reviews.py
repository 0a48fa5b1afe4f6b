"""The review queue: accesses that an officer should look at."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from audit.entry import Entry
from gateway.store.desk_tables import ReviewItemRow

_TABLE = ReviewItemRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def raise_review(connection: Connection, review_id: UUID, kind: str, about: Entry, now: datetime) -> None:
    """Queue an entry for review, in the transaction that appends it."""
    connection.execute(
        insert(ReviewItemRow),
        [{
            "review_id": review_id, "kind": kind, "entry_id": UUID(about.entry_id), "agency": about.agency,
            "role": about.role or "", "raised_at": now, "state": "open",
        }],
    )  # fmt: skip


def open_reviews(connection: Connection, limit: int = 100) -> list[ReviewItemRow]:
    """Items that nobody has closed, newest first."""
    rows = connection.execute(
        select(_TABLE).where(_TABLE.c.state == "open").order_by(_TABLE.c.raised_at.desc()).limit(limit)
    )
    return [ReviewItemRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def reviews_raised(connection: Connection, review_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the given ids that have been queued, whether closed since or not."""
    return set(connection.execute(select(_TABLE.c.review_id).where(_TABLE.c.review_id.in_(review_ids))).scalars())
