"""SQL of retraction, as hg_erase: what a sender may take back, that it goes, and what may come again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, text

from gateway.store.correction_tables import RetractionRow

_ASKED = "CAST(:records AS uuid[]), CAST(:items AS smallint[]), CAST(:keys AS bytea[])"


@dataclass(frozen=True, slots=True)
class OwnFact:
    """A current fact that its sender may take back. `since` is the instant at which it was first known here."""

    fact_key: bytes
    record_id: UUID
    source_no: int
    item_no: int
    since: datetime


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """Which facts are meant: records with an item each (`None` for all of them), and keys of single facts."""

    records: tuple[tuple[UUID, int | None], ...]
    keys: tuple[bytes, ...]

    def values(self) -> dict[str, Any]:
        """Parameters of the statements below."""
        return {
            "records": [record for record, _ in self.records],
            "items": [item for _, item in self.records],
            "keys": list(self.keys),
        }


def known_records(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, UUID]:
    """The records that stand under digests of partners' keys; a key of nobody is not among them."""
    rows = connection.execute(
        text("SELECT * FROM hearth.known_records(CAST(:digests AS bytea[]))"), {"digests": list(digests)}
    )
    return {bytes(row.key_digest): row.record_id for row in rows}


def own_facts(connection: Connection, sender: str, feed: str, asked: AskedFacts) -> list[OwnFact]:
    """Those of the asked facts that are current and by which this sender stands in this feed."""
    rows = connection.execute(
        text(f"SELECT * FROM hearth.own_facts(:sender, :feed, {_ASKED})"),  # noqa: S608 - fixed texts
        {"sender": sender, "feed": feed, **asked.values()},
    )
    return [OwnFact(bytes(row.fact_key), row.record_id, row.source_no, row.item_no, row.since) for row in rows]


def has_retractions(connection: Connection) -> bool:
    """Whether anything is retracted at all; asked once a batch, which then asks of no key where nothing is."""
    return bool(connection.execute(text("SELECT hearth.has_retractions()")).scalar_one())


def retracted_keys(connection: Connection, batch_id: UUID, keys: Sequence[bytes]) -> set[bytes]:
    """Those of some fact keys that the sender of a batch has taken back in its feed: no version of them is taken."""
    rows = connection.execute(
        text("SELECT hearth.retracted_keys(:batch, CAST(:keys AS bytea[]))"), {"batch": batch_id, "keys": list(keys)}
    )
    return {bytes(one) for one in rows.scalars()}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What is taken back: by the sender of which feed, and an id for the next version of each fact key."""

    retraction_id: UUID
    feed: str
    sender: str
    versions: Mapping[bytes, UUID]


def retract(connection: Connection, taken: TakenBack, by: str, at: datetime) -> int:
    """End a sender's words on facts and keep them from coming back (`hearth.retract_facts`); gives how many facts.

    A fact by which nobody else stands gets a tombstone.
    """
    connection.execute(insert(RetractionRow), [{"retraction_id": taken.retraction_id, "retracted_at": at}])
    done = connection.execute(
        text(
            "SELECT hearth.retract_facts("
            ":retraction, :feed, :sender, CAST(:keys AS bytea[]), CAST(:versions AS uuid[]), :by, :at)"
        ),
        {
            "retraction": taken.retraction_id, "feed": taken.feed, "sender": taken.sender,
            "keys": list(taken.versions), "versions": list(taken.versions.values()), "by": by, "at": at,
        },
    )  # fmt: skip
    return int(done.scalar_one())


def untold_retractions(connection: Connection) -> list[UUID]:
    """Retractions whose viewers have not been told yet, locked; those that somebody works on are left out."""
    rows = connection.execute(
        text(
            "SELECT retraction_id FROM desk.retraction WHERE told_at IS NULL ORDER BY retracted_at"
            " FOR UPDATE SKIP LOCKED"
        )
    )
    return list(rows.scalars())


def retracted_facts(connection: Connection, retraction_id: UUID) -> list[OwnFact]:
    """What a retraction took back of what was shown."""
    rows = connection.execute(text("SELECT * FROM hearth.retracted_facts(:retraction)"), {"retraction": retraction_id})
    return [OwnFact(bytes(row.fact_key), row.record_id, row.source_no, row.item_no, row.since) for row in rows]


def mark_told(connection: Connection, retraction_id: UUID, now: datetime) -> None:
    """Note that who had seen the facts of a retraction has been told."""
    connection.execute(
        text("UPDATE desk.retraction SET told_at = :now WHERE retraction_id = :retraction"),
        {"now": now, "retraction": retraction_id},
    )


def reinstate(connection: Connection, sender: str, feed: str, asked: AskedFacts) -> int:
    """Let what this sender has taken back be sent again; gives how many facts."""
    done = connection.execute(
        text(f"SELECT hearth.reinstate_facts(:sender, :feed, {_ASKED})"),
        {"sender": sender, "feed": feed, **asked.values()},
    )
    return int(done.scalar_one())


@dataclass(frozen=True, slots=True)
class CurrentValue:
    """A value that still stands, as far as its search tokens ask."""

    record_id: UUID
    source_no: int
    item_no: int
    value: dict[str, Any]


def drop_search_tokens(connection: Connection, of: Iterable[tuple[UUID, int]]) -> list[CurrentValue]:
    """Take the tokens of items of records away; gives the values whose tokens are to be made anew."""
    pairs = sorted(set(of))
    rows = connection.execute(
        text("SELECT * FROM hearth.drop_search_tokens(CAST(:records AS uuid[]), CAST(:items AS smallint[]))"),
        {"records": [record for record, _ in pairs], "items": [item for _, item in pairs]},
    )
    return [CurrentValue(*row) for row in rows]
