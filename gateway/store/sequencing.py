"""SQL of the sequencer: what it takes off the queue and what it writes for a batch, in as few round trips as it can.

As hg_sequence, in a transaction that begins with `waiting_batch`: statements stay prepared from batch to batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from uuid import UUID

from psycopg.pq.abc import PGresult
from sqlalchemy import Connection

from audit.tree import StoredNode
from gateway.store import wire
from gateway.store.log import StoredCheckpoint
from gateway.store.wire import Statement, Step, binary_array

_HEAD = Statement(b"hg_head", b"SELECT tree_size FROM audit.head")
_WAITING = Statement(
    b"hg_waiting",
    # Looked up one by one, never by a scan of the whole log, whatever the planner believes of its size.
    # Combinations come last of a batch: a look at a file while it was still the one before stands before them.
    b"SELECT p.entry_id, e.leaf FROM"
    b" (SELECT entry_id, queued_at FROM audit.pending ORDER BY queued_at, entry_id LIMIT $1::bigint) p"
    b" CROSS JOIN LATERAL (SELECT o.leaf, o.event_class FROM audit.entry o WHERE o.entry_id = p.entry_id OFFSET 0) e"
    b" ORDER BY e.event_class = 'combination', p.queued_at, p.entry_id",
    (1,),
)
# The digests of `batch_seal.ticket_digest`, worked out where the rows are: reading a ticket into this process, with
# masks of hundreds of bytes, to write it out as JSON again cost four times as much. Of these values none needs
# escaping, and `uuid` sorts by its bytes.
_INSTANT = "to_char(t.{} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_DIGESTS = Statement(
    b"hg_digests",
    f"""
    SELECT t.entry_id, sha256(convert_to('[' || string_agg(
             '["' || t.ticket_id || '",[' || array_to_string(t.own_sources, ',') || '],"'
             || {_INSTANT.format("not_after")} || '","' || {_INSTANT.format("issued_at")} || '","' || t.xact || '",['
             || coalesce(s.subjects, '') || ']]', ',' ORDER BY t.ticket_id) || ']', 'UTF8'))
      FROM audit.ticket t
      LEFT JOIN LATERAL (
        SELECT string_agg(
                 '["' || b.person_id || '",' || b.band || ',"' || encode(varbit_send(b.shown), 'hex') || '","'
                 || encode(varbit_send(b.counted), 'hex') || '","' || encode(varbit_send(b.existing), 'hex') || '"]',
                 ',' ORDER BY b.person_id, b.band) AS subjects
          FROM audit.ticket_subject b WHERE b.ticket_id = t.ticket_id
      ) s ON true
     WHERE t.entry_id = ANY($1::uuid[]) GROUP BY t.entry_id
    """.encode(),  # noqa: S608 - fixed texts
    (1,),
)
_ADVANCE = Statement(
    b"hg_advance", b"UPDATE audit.head SET tree_size = $2::bigint WHERE tree_size = $1::bigint", (1, 1)
)
_LEAVES = Statement(
    b"hg_leaves",
    b"INSERT INTO audit.leaf (leaf_index, entry_id, leaf_hash, ticket_digest)"
    b" SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bytea[], $4::bytea[])",
    (1, 1, 1, 1),
)
_NODES = Statement(
    b"hg_nodes",
    b"INSERT INTO audit.node (level, node_index, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])",
    (1, 1, 1),
)
_CARDS = Statement(b"hg_cards", b"SELECT audit.write_cards($1::uuid[], $2::bigint[])", (1, 1))
_LISTS = Statement(b"hg_lists", b"SELECT audit.write_subject_lists($1::bigint, $2::bigint)", (1, 1))
_CHECKPOINT = Statement(
    b"hg_checkpoint",
    b"INSERT INTO audit.checkpoint (tree_size, note, signed_at, batch_note)"
    b" VALUES ($1::bigint, $2::text, $3::timestamptz, $4::text)",
    (1, 0, 0, 0),
)
_REMOVE = Statement(b"hg_remove", b"DELETE FROM audit.pending WHERE entry_id = ANY($1::uuid[])", (1,))
# Types' numbers are PostgreSQL's own and the same everywhere.
_INT2, _INT8, _UUID, _BYTEA = 21, 20, 2950, 17
_short, _long = Struct("!h").pack, Struct("!q").pack


@dataclass(frozen=True, slots=True)
class NewLeaf:
    """An entry taken into the tree; `ticket_digest` only where the entry authorised a read."""

    leaf_index: int
    entry_id: UUID
    leaf_hash: bytes
    ticket_digest: bytes | None


def waiting_batch(connection: Connection, limit: int) -> tuple[int, list[tuple[UUID, bytes]]]:
    """The size from which the next batch starts; and committed entries that are not leaves yet, oldest first.

    An entry comes with the bytes of its leaf. The first call of a transaction.
    """
    head, waiting = _run(connection, (_HEAD, ()), (_WAITING, (_long(limit),)))
    return wire.rows(connection, head)[0][0], [(entry, leaf) for entry, leaf in wire.rows(connection, waiting)]


def ticket_digests(connection: Connection, entries: Sequence[UUID]) -> dict[UUID, bytes]:
    """The digest of an entry's tickets, for those entries that authorised a read: `batch_seal.ticket_digest`."""
    (held,) = _run(connection, (_DIGESTS, (_ids(entries),)))
    return dict(wire.rows(connection, held))


def advance_head(connection: Connection, base: int, size: int) -> bool:
    """Move the head from `base` to `size`; False when it stands elsewhere: another sequencer was faster."""
    (moved,) = _run(connection, (_ADVANCE, (_long(base), _long(size))))
    return bool(moved.command_tuples == 1)


def store_leaves(connection: Connection, leaves: Sequence[NewLeaf], nodes: Sequence[StoredNode]) -> None:
    """Store a batch of leaves, which follow on one another, and the subtrees that it fills; write cards and lists."""
    ids = _ids([one.entry_id for one in leaves])
    indices = binary_array(_INT8, [_long(one.leaf_index) for one in leaves])
    hashes = binary_array(_BYTEA, [one.leaf_hash for one in leaves])
    digests = binary_array(_BYTEA, [one.ticket_digest for one in leaves])
    filled = (
        binary_array(_INT2, [_short(one.level) for one in nodes]),
        binary_array(_INT8, [_long(one.index) for one in nodes]),
        binary_array(_BYTEA, [one.hash for one in nodes]),
    )
    _run(
        connection,
        (_LEAVES, (indices, ids, hashes, digests)),
        (_NODES, filled),
        (_CARDS, (ids, indices)),
        (_LISTS, (_long(leaves[0].leaf_index), _long(leaves[-1].leaf_index + 1))),
    )


def close_batch(connection: Connection, checkpoint: StoredCheckpoint, entries: Sequence[UUID]) -> int:
    """Store a signed checkpoint and take the batch's entries off the queue; gives how many were on it."""
    signed = (
        _long(checkpoint.tree_size), checkpoint.note.encode(), checkpoint.signed_at.isoformat().encode(),
        checkpoint.batch_note.encode(),
    )  # fmt: skip
    _, removed = _run(connection, (_CHECKPOINT, signed), (_REMOVE, (_ids(entries),)))
    return removed.command_tuples or 0


def _ids(entries: Sequence[UUID]) -> bytes:
    return binary_array(_UUID, [entry.bytes for entry in entries])


def _run(connection: Connection, *steps: Step) -> list[PGresult]:
    return wire.run(connection, steps, named=True)
