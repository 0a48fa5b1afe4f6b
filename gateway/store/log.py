"""SQL of the log: what receipts, officers and the verifier read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from audit.tree import Place
from gateway.store.batch_seal import SealedTicket

_STREAM_ROWS = 2000
TICKETS = """
SELECT t.entry_id, t.ticket_id, t.own_sources, t.not_after, t.issued_at, t.xact::text AS xact, s.persons, s.masks
"""
"""Columns of a ticket, which `sealed_ticket` takes after the first."""

# Masks as PostgreSQL sends them, in hexadecimal: their number of bits in eight digits, then the bits, first one first.
TICKET_SUBJECTS = """
LEFT JOIN LATERAL (
  SELECT coalesce(array_agg(s.person_id), '{}') AS persons,
         coalesce(array_agg(ARRAY[s.band::text, encode(varbit_send(s.shown), 'hex'),
                                  encode(varbit_send(s.counted), 'hex'), encode(varbit_send(s.existing), 'hex')]),
                  '{}') AS masks
    FROM (SELECT * FROM audit.ticket_subject b WHERE b.ticket_id = t.ticket_id ORDER BY b.person_id, b.band) s
) s ON true
"""


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as stored: the signed note, and the signed seal of its batch."""

    tree_size: int
    note: str
    signed_at: datetime
    batch_note: str


def head_size(connection: Connection) -> int:
    """How many leaves the tree has."""
    return int(connection.execute(text("SELECT tree_size FROM audit.head")).scalar_one())


def sealed_ticket(columns: Sequence[Any]) -> SealedTicket:
    """A ticket from the columns above, the first left out."""
    ticket_id, own_sources, not_after, issued_at, xact, persons, masks = columns
    subjects = tuple(
        (person, int(band), shown, counted, existing)
        for person, (band, shown, counted, existing) in zip(persons, masks, strict=True)
    )
    return SealedTicket(ticket_id, tuple(own_sources), not_after, issued_at, xact, subjects)


# Proofs, as hg_sequence or hg_desk.


def newest_checkpoint(connection: Connection) -> StoredCheckpoint | None:
    """The last checkpoint signed, or None for a log without leaves."""
    row = connection.execute(
        text("SELECT tree_size, note, signed_at, batch_note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1")
    ).first()
    return None if row is None else StoredCheckpoint(row.tree_size, row.note, row.signed_at, row.batch_note)


def stored_nodes(connection: Connection, places: Iterable[Place]) -> dict[Place, bytes]:
    """Hashes of perfect subtrees; a place that is not stored is left out."""
    wanted = list(places)
    rows = connection.execute(
        text(
            "SELECT n.level, n.node_index, n.hash FROM audit.node n JOIN unnest("
            "CAST(:levels AS smallint[]), CAST(:indices AS bigint[])) AS wanted (level, node_index)"
            " USING (level, node_index)"
        ),
        {"levels": [level for level, _ in wanted], "indices": [index for _, index in wanted]},
    )
    return {(row.level, row.node_index): row.hash for row in rows}


# Reading, as hg_desk.


def one_entry(connection: Connection, entry_id: UUID) -> Row[Any] | None:
    """One entry with its opening and, once it is in the tree, its leaf index."""
    return connection.execute(
        text(
            "SELECT e.entry_id, e.event_class, e.recorded_at, e.leaf, o.fields, l.leaf_index FROM audit.entry e"
            " LEFT JOIN audit.opening o USING (entry_id) LEFT JOIN audit.leaf l USING (entry_id)"
            " WHERE e.entry_id = :entry_id"
        ),
        {"entry_id": entry_id},
    ).first()


# Walking the whole log, as hg_desk: server-side cursors, bounded memory.


def one_picture(connection: Connection) -> None:
    """Make this transaction read one state of the log, however long it takes. The first statement of all."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))


def stream(connection: Connection, statement: str, **values: Any) -> Iterator[Row[Any]]:
    """Rows of a statement, fetched a few thousand at a time."""
    options = {"stream_results": True, "yield_per": _STREAM_ROWS}
    with connection.execute(text(statement), values, execution_options=options) as rows:
        yield from rows


def exported_rows(connection: Connection, size: int) -> Iterator[Row[Any]]:
    """Entries of the first `size` leaves, in their order."""
    return stream(
        connection,
        "SELECT l.leaf_index, e.entry_id, e.event_class, e.recorded_at, e.leaf FROM audit.leaf l"
        " JOIN audit.entry e USING (entry_id) WHERE l.leaf_index < :size ORDER BY l.leaf_index",
        size=size,
    )


def exported_openings(connection: Connection, size: int) -> Iterator[Row[Any]]:
    """Openings of the first `size` leaves, in their order."""
    return stream(
        connection,
        "SELECT l.leaf_index, o.fields FROM audit.leaf l JOIN audit.opening o USING (entry_id)"
        " WHERE l.leaf_index < :size ORDER BY l.leaf_index",
        size=size,
    )


def every_leaf(connection: Connection) -> Iterator[Row[Any]]:
    """Every leaf with whatever stands beside it."""
    return stream(
        connection,
        "SELECT l.leaf_index, l.entry_id, l.leaf_hash, l.ticket_digest, e.event_class, e.recorded_at, e.leaf, o.fields"
        " FROM audit.leaf l LEFT JOIN audit.entry e USING (entry_id) LEFT JOIN audit.opening o USING (entry_id)"
        " ORDER BY l.leaf_index",
    )


def every_ticket(connection: Connection) -> Iterator[Row[Any]]:
    """Every ticket of an entry that is a leaf, in the order of the leaves."""
    return stream(
        connection,
        f"{TICKETS}, l.leaf_index FROM audit.ticket t JOIN audit.leaf l USING (entry_id) {TICKET_SUBJECTS}"
        " ORDER BY l.leaf_index, t.ticket_id",
    )


def every_node(connection: Connection) -> Iterator[Row[Any]]:
    """Every stored subtree, in the order in which a growing tree fills them."""
    return stream(
        connection,
        "SELECT level, node_index, hash FROM audit.node"
        " ORDER BY (node_index::numeric + 1) * (2::numeric ^ level), level",
    )


def every_checkpoint(connection: Connection) -> Iterator[Row[Any]]:
    """Every checkpoint, in the order of its size."""
    return stream(connection, "SELECT tree_size, note, signed_at, batch_note FROM audit.checkpoint ORDER BY tree_size")


def waiting_entries(connection: Connection) -> Iterator[Row[Any]]:
    """Entries on the queue, with whatever stands beside them."""
    return stream(
        connection,
        "SELECT p.entry_id, e.event_class, e.recorded_at, e.leaf, o.fields FROM audit.pending p"
        " LEFT JOIN audit.entry e USING (entry_id) LEFT JOIN audit.opening o USING (entry_id) ORDER BY p.entry_id",
    )


def waiting_since(connection: Connection) -> datetime | None:
    """When the oldest entry that is not a leaf yet was queued; `None` where none waits.

    A restore's own entry is queued before all others, at an instant that no calendar has; it counts from when it was
    recorded.
    """
    oldest: datetime | None = connection.execute(
        text(
            "SELECT least((SELECT min(queued_at) FROM audit.pending WHERE isfinite(queued_at)),"
            " (SELECT min(e.recorded_at) FROM audit.pending p JOIN audit.entry e USING (entry_id)"
            " WHERE NOT isfinite(p.queued_at)))"
        )
    ).scalar_one()
    return oldest


def is_read_only(connection: Connection) -> bool:
    """Whether the server takes no change: a standby, or somebody's switch."""
    return str(connection.execute(text("SHOW transaction_read_only")).scalar_one()) == "on"


def judged_entries(connection: Connection) -> Iterator[Row[Any]]:
    """Entries of accesses, oldest first, with the opened fields by which they can be judged again, as JSON text.

    Those are authorisations, and refusals by the agreements; one whose opening was erased has none of the fields.
    """
    return stream(
        connection,
        "SELECT e.entry_id, e.event_class, o.fields #>> '{at,1}' AS at, o.fields #>> '{agency,1}' AS agency,"
        " o.fields #>> '{role,1}' AS role, o.fields #>> '{purpose,1}' AS purpose, o.fields #>> '{masks,1}' AS masks,"
        " o.fields #>> '{detail,1}' AS detail, o.fields #>> '{vocabulary_hash,1}' AS vocabulary_hash"
        " FROM audit.entry e LEFT JOIN audit.opening o USING (entry_id)"
        " WHERE e.event_class = 'denied' OR (o.fields #>> '{phase,1}') = '\"authorisation\"'"
        " OR ((o.fields #> '{phase}') IS NULL AND e.event_class IN ('consultation', 'disclosure', 'override'))"
        " ORDER BY e.recorded_at, e.entry_id",
    )
