"""What a sender says no more: keys named by a file, facts due for withdrawal, tombstones. Digests and counts alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import Connection, text

_CHUNK = 5000


def save_said_keys(connection: Connection, batch_id: UUID, fact_keys: Iterable[bytes]) -> None:
    """Remember, until `forget_said_keys`, that a batch names these facts, changed or not."""
    keys = list(fact_keys)
    for start in range(0, len(keys), _CHUNK):
        connection.execute(
            text("INSERT INTO desk.said_key SELECT CAST(:batch AS uuid), unnest(CAST(:keys AS bytea[]))"),
            {"batch": batch_id, "keys": keys[start : start + _CHUNK]},
        )


def forget_said_keys(connection: Connection, batch_id: UUID) -> None:
    """Empty what `save_said_keys` filled."""
    connection.execute(text("DELETE FROM desk.said_key WHERE batch_id = :batch"), {"batch": batch_id})


def own_words(connection: Connection, batch_id: UUID, fact_keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """Of some facts whose newest version is another's, the content by which a batch's sender stands in its feed."""
    rows = connection.execute(
        text("SELECT * FROM hearth.own_words(:batch, CAST(:keys AS bytea[]))"),
        {"batch": batch_id, "keys": list(fact_keys)},
    )
    return {bytes(row.fact_key): bytes(row.content_digest) for row in rows}


def make_way(connection: Connection, batch_id: UUID, fact_keys: Sequence[bytes]) -> None:
    """Before a batch says facts in new words: what another feed or sender said last stands on beside them."""
    connection.execute(
        text("SELECT hearth.make_way(:batch, CAST(:keys AS bytea[]))"), {"batch": batch_id, "keys": list(fact_keys)}
    )


def note_also_said(connection: Connection, batch_id: UUID, said: Mapping[bytes, bytes]) -> None:
    """Of facts that a batch changes nothing of, by key with content: its sender stands by that, as another does."""
    if said:
        connection.execute(
            text("SELECT hearth.note_also_said(:batch, CAST(:keys AS bytea[]), CAST(:contents AS bytea[]))"),
            {"batch": batch_id, "keys": list(said), "contents": list(said.values())},
        )


def find_absent(connection: Connection, batch_id: UUID) -> tuple[int, int]:
    """Make due what the sender of a full file held in its feed and period and does not name in it.

    Returns how many facts the sender held and how many of them are due.
    """
    row = connection.execute(text("SELECT standing, due FROM hearth.find_absent(:batch)"), {"batch": batch_id}).one()
    return int(row.standing), int(row.due)


def find_named(connection: Connection, batch_id: UUID, fact_keys: Sequence[bytes], records: Sequence[UUID]) -> int:
    """Make due what the batch's sender said in its feed under some keys and of some whole records; return how many."""
    found = connection.execute(
        text("SELECT hearth.find_named(:batch, CAST(:keys AS bytea[]), CAST(:records AS uuid[]))"),
        {"batch": batch_id, "keys": list(fact_keys), "records": list(records)},
    )
    return int(found.scalar_one())


def find_emptied(connection: Connection, batch_id: UUID, records: Sequence[UUID], describing: Sequence[int]) -> int:
    """Make due what merely describes records of which the sender's feed says nothing else; return how many.

    `describing` are the numbers of items that say who and where somebody is, and not what happened to them.
    """
    found = connection.execute(
        text("SELECT hearth.find_emptied(:batch, CAST(:records AS uuid[]), CAST(:items AS smallint[]))"),
        {"batch": batch_id, "records": list(records), "items": list(describing)},
    )
    return int(found.scalar_one())


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Persons and households that a file of keys withdraws whole; whether its feed describes people in others' rows."""

    persons: Sequence[UUID]
    households: Sequence[UUID]
    others: bool


def find_tied(
    connection: Connection, batch_id: UUID, withdrawn: Withdrawn, ties: Sequence[int], describing: Sequence[int]
) -> int:
    """Make due what ties others to those withdrawn, and whoever is tied to them alone; return how many facts.

    `ties` are the numbers of items whose value names another record, `describing` as in `find_emptied`.
    """
    found = connection.execute(
        text(
            "SELECT hearth.find_tied(:batch, CAST(:persons AS uuid[]), CAST(:households AS uuid[]), :others,"
            " CAST(:ties AS smallint[]), CAST(:items AS smallint[]))"
        ),
        {
            "batch": batch_id, "persons": list(withdrawn.persons), "households": list(withdrawn.households),
            "others": withdrawn.others, "ties": list(ties), "items": list(describing),
        },
    )  # fmt: skip
    return int(found.scalar_one())


def known_records(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, UUID]:
    """The records that there are under some digests of partners' keys."""
    rows = connection.execute(
        text("SELECT key_digest, record_id FROM hearth.known_records(CAST(:digests AS bytea[]))"),
        {"digests": list(digests)},
    )
    return {bytes(row.key_digest): row.record_id for row in rows}


def source_is_shared(connection: Connection, batch_id: UUID) -> bool:
    """Whether other feeds or senders than a batch's own have supplied its source: then two may say the same."""
    return bool(connection.execute(text("SELECT desk.source_is_shared(:batch)"), {"batch": batch_id}).scalar_one())


def keep_said(connection: Connection, batch_id: UUID) -> int:
    """Take what a batch names off the facts due in its sender's earlier batches of the feed; return how many."""
    return int(connection.execute(text("SELECT hearth.keep_said(:batch)"), {"batch": batch_id}).scalar_one())


def count_due(connection: Connection, batch_id: UUID) -> int:
    """How many facts are due in a batch."""
    found = connection.execute(
        text("SELECT count(*) FROM desk.due_withdrawal WHERE batch_id = :batch"), {"batch": batch_id}
    )
    return int(found.scalar_one())


def withdraw_due(connection: Connection, batch_id: UUID, at: datetime, mint: Iterable[UUID]) -> int:
    """Withdraw what is due in a batch; return how many facts its sender says no more.

    In a transaction that has appended its entry. A fact that another sender says as well goes on in that one's name.
    """
    ids = list(islice(mint, count_due(connection, batch_id)))
    if not ids:
        return 0
    found = connection.execute(
        text("SELECT hearth.withdraw_due(:batch, :at, CAST(:ids AS uuid[]))"), {"batch": batch_id, "at": at, "ids": ids}
    )
    return int(found.scalar_one())


def drop_due(connection: Connection, batch_id: UUID) -> None:
    """Forget what is due in a batch."""
    connection.execute(text("DELETE FROM desk.due_withdrawal WHERE batch_id = :batch"), {"batch": batch_id})


def give_up_due(connection: Connection, feed: str, sender: str, but: UUID) -> None:
    """Forget what is due in a sender's earlier full files of a feed: the newer one, `but`, says it better."""
    values = {"feed": feed, "sender": sender, "but": but}
    connection.execute(
        text(
            "DELETE FROM desk.due_withdrawal d USING desk.batch b WHERE b.batch_id = d.batch_id AND b.feed = :feed"
            " AND b.sender = :sender AND b.batch_id <> :but"
        ),
        values,
    )
    connection.execute(
        text(
            "UPDATE desk.batch SET withdrawals = 'given up', facts_to_withdraw = 0 WHERE feed = :feed"
            " AND sender = :sender AND batch_id <> :but AND withdrawals = 'waiting'"
        ),
        values,
    )


def waits_to_withdraw(connection: Connection, feed: str, sender: str) -> bool:
    """Whether facts are due in some batch of a sender in a feed, so that a further file may take them off again."""
    found = connection.execute(
        text(
            "SELECT EXISTS (SELECT FROM desk.batch WHERE feed = :feed AND sender = :sender AND withdrawals = 'waiting')"
        ),
        {"feed": feed, "sender": sender},
    )
    return bool(found.scalar_one())
