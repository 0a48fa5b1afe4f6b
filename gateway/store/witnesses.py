"""SQL of witnesses: cosignatures of checkpoints, which checkpoints have enough of them, how each witness does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from gateway.store.log import StoredCheckpoint, stream, waiting_since


@dataclass(frozen=True, slots=True)
class StoredCosignature:
    """A witness's signature line on the checkpoint of `tree_size`; `signed_at` is the witness's own time."""

    tree_size: int
    vkey: str
    line: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class WitnessState:
    """How a witness was found last: the newest size it cosigned, when, and the code of what is wrong since when."""

    vkey: str
    tree_size: int | None
    cosigned_at: datetime | None
    problem: str | None
    problem_since: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """Committed entries that are not leaves yet, and since when the oldest of them waits."""

    waiting: int
    oldest: datetime | None


# Writing, as hg_sequence.


def add_cosignature(connection: Connection, one: StoredCosignature) -> None:
    """Store a cosignature that was verified; a witness's first one of a checkpoint stays."""
    connection.execute(
        text(
            "INSERT INTO audit.cosignature (tree_size, vkey, line, signed_at)"
            " VALUES (:tree_size, :vkey, :line, :signed_at) ON CONFLICT DO NOTHING"
        ),
        {"tree_size": one.tree_size, "vkey": one.vkey, "line": one.line, "signed_at": one.signed_at},
    )


def add_witnessed(connection: Connection, tree_size: int, vkeys: Sequence[str], at: datetime) -> None:
    """Note that a checkpoint has the quorum, by the cosignatures of these witnesses."""
    connection.execute(
        text(
            "INSERT INTO audit.witnessed (tree_size, vkeys, reached_at) VALUES (:tree_size, :vkeys, :reached_at)"
            " ON CONFLICT DO NOTHING"
        ),
        {"tree_size": tree_size, "vkeys": list(vkeys), "reached_at": at},
    )


def save_witness_state(connection: Connection, state: WitnessState) -> None:
    """Write down how a witness was found; `problem_since` stays for as long as the problem is the same."""
    connection.execute(
        text(
            "INSERT INTO audit.witness_state AS s (vkey, tree_size, cosigned_at, problem, problem_since)"
            " VALUES (:vkey, :tree_size, :cosigned_at, :problem, :problem_since) ON CONFLICT (vkey) DO UPDATE"
            " SET tree_size = coalesce(excluded.tree_size, s.tree_size),"
            " cosigned_at = coalesce(excluded.cosigned_at, s.cosigned_at), problem = excluded.problem,"
            " problem_since = CASE WHEN excluded.problem = s.problem THEN s.problem_since"
            " ELSE excluded.problem_since END"
        ),
        {
            "vkey": state.vkey, "tree_size": state.tree_size, "cosigned_at": state.cosigned_at,
            "problem": state.problem, "problem_since": state.problem_since,
        },
    )  # fmt: skip


# Reading, as hg_sequence or hg_desk.


def cosignatures_of(connection: Connection, tree_size: int) -> Sequence[StoredCosignature]:
    """The cosignatures of one checkpoint, oldest first."""
    rows = connection.execute(
        text(
            "SELECT tree_size, vkey, line, signed_at FROM audit.cosignature WHERE tree_size = :tree_size"
            " ORDER BY signed_at, vkey"
        ),
        {"tree_size": tree_size},
    )
    return [StoredCosignature(*row) for row in rows]


def newest_witnessed(connection: Connection) -> StoredCheckpoint | None:
    """The newest checkpoint that has the quorum."""
    row = connection.execute(
        text(
            "SELECT c.tree_size, c.note, c.signed_at, c.batch_note FROM audit.witnessed w"
            " JOIN audit.checkpoint c USING (tree_size) ORDER BY w.tree_size DESC LIMIT 1"
        )
    ).first()
    return None if row is None else StoredCheckpoint(row.tree_size, row.note, row.signed_at, row.batch_note)


def first_signed_after(connection: Connection, tree_size: int) -> datetime | None:
    """When the first checkpoint beyond a size was signed."""
    found: datetime | None = connection.execute(
        text("SELECT signed_at FROM audit.checkpoint WHERE tree_size > :tree_size ORDER BY tree_size LIMIT 1"),
        {"tree_size": tree_size},
    ).scalar_one_or_none()
    return found


def witness_states(connection: Connection) -> dict[str, WitnessState]:
    """How every witness was found last, by verifier key."""
    rows = connection.execute(
        text("SELECT vkey, tree_size, cosigned_at, problem, problem_since FROM audit.witness_state")
    )
    return {row.vkey: WitnessState(*row) for row in rows}


def queue_of(connection: Connection) -> Queue:
    """What waits for its place in the tree."""
    waiting = connection.execute(text("SELECT count(*) FROM audit.pending")).scalar_one()
    return Queue(waiting, waiting_since(connection))


# Walking, as hg_desk.


def every_cosignature(connection: Connection) -> Iterator[Row[Any]]:
    """Every cosignature beside the note of its checkpoint, in the order of sizes."""
    return stream(
        connection,
        "SELECT s.tree_size, s.vkey, s.line, s.signed_at, c.note FROM audit.cosignature s"
        " LEFT JOIN audit.checkpoint c USING (tree_size) ORDER BY s.tree_size, s.vkey",
    )


def every_witnessed(connection: Connection) -> Iterator[Row[Any]]:
    """Every checkpoint noted to have the quorum, with those of its witnesses whose cosignature is missing."""
    return stream(
        connection,
        "SELECT w.tree_size, ARRAY(SELECT k FROM unnest(w.vkeys) k WHERE NOT EXISTS (SELECT FROM audit.cosignature s"
        " WHERE s.tree_size = w.tree_size AND s.vkey = k)) AS missing FROM audit.witnessed w ORDER BY w.tree_size",
    )
