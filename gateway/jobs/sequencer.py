"""The sequencer: turns committed entries into leaves of the tree, signs the new head, and never does so twice.

    (0) hold the log's advisory lock on this very session: a second sequencer waits as a standby
    (1) load the right edge of the tree; refuse to go on from one that the last checkpoint does not sign, and from
        one that is behind the newest checkpoint ever signed: a backup was restored, and nobody has declared it
    (2) take committed entries off the queue, oldest first; give them the next indices
    (3) move the head by compare-and-swap: no row moved means that another was faster; reload
    (4) insert leaves, filled subtrees, cards and persons' lists; sign the checkpoint and the seal of the batch; empty
        the queue; commit

Steps 2 to 4 are one transaction. The lock keeps two sequencers from wasting work; the compare-and-swap and the
primary keys keep the tree right even where the lock fails. The queue is drained, ids are never chased: commits become
visible out of order. A lost database is asked again until it is back; what was not committed is still on the queue.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.errors import AuditError
from audit.keys import SignerKey
from audit.merkle import leaf_hash
from audit.tree import Frontier, StoredNode, frontier_places
from gateway.store.batch_seal import BatchSeal, sign_seal, tickets_root
from gateway.store.engine import Database
from gateway.store.log import StoredCheckpoint, newest_checkpoint, stored_nodes
from gateway.store.sequencing import (
    NewLeaf,
    advance_head,
    close_batch,
    store_leaves,
    ticket_digests,
    waiting_batch,
)
from gateway.usecases.log.restoring import Guard

ROLE = "hg_sequence"
PERIOD = 0.2
BATCH = 2000
_LOCK = 4712
_LONGEST_WAIT = 2.0
_log = logging.getLogger(__name__)


class HeadMovedError(AuditError):
    """Another sequencer has moved the head: what this one remembers of the tree is out of date."""

    code = "head-moved"


class TreeBrokenError(AuditError):
    """The stored tree is not the one that the last checkpoint signs; nothing may be signed on top of it."""

    code = "tree-broken"


class Sequencer:
    """The tree's right edge, remembered between batches, and the key that signs. `worked`: a batch has succeeded."""

    def __init__(
        self, signer: SignerKey, clock: Callable[[], datetime], batch: int = BATCH, *, guard: Guard | None = None
    ) -> None:
        self._signer = signer
        self._clock = clock
        self.batch = batch
        self._guard = guard
        self._edge: Frontier | None = None
        self.worked = False

    def drain_batch(self, connection: Connection) -> int:
        """Sequence one batch in one transaction and commit it; gives how many entries became leaves.

        Raises `HeadMovedError`, `TreeBrokenError`, `RolledBackError` or a database error; then nothing has changed.
        """
        try:
            with connection.begin():
                grown, taken, signed = self._sequence(connection)
        except BaseException:
            self._edge = None
            raise
        self._edge, self.worked = grown, True
        if self._guard is not None and signed is not None:
            self._guard.mark.write(signed.note)
        return taken

    def _sequence(self, connection: Connection) -> tuple[Frontier, int, StoredCheckpoint | None]:
        base, pending = waiting_batch(connection, self.batch)
        edge = self._loaded(connection, base).copy()
        if not pending:
            return edge, 0, None
        if not advance_head(connection, base, base + len(pending)):
            raise HeadMovedError("the head of the tree has moved")
        leaves, nodes = _grow(connection, edge, pending)
        store_leaves(connection, leaves, nodes)
        signed = self._signed(edge, base, leaves)
        if close_batch(connection, signed, [entry for entry, _ in pending]) != len(pending):
            raise HeadMovedError("an entry of this batch has been taken off the queue")
        return edge, len(pending), signed

    def _loaded(self, connection: Connection, size: int) -> Frontier:
        if self._edge is None or self._edge.size != size:
            edge = _load_edge(connection, size)
            if self._guard is not None:
                self._guard.check(connection)
            self._edge = edge
        return self._edge

    def _signed(self, edge: Frontier, base: int, leaves: Sequence[NewLeaf]) -> StoredCheckpoint:
        at, root, name = self._clock(), edge.root(), self._signer.name
        digests = [(one.leaf_index, one.ticket_digest) for one in leaves if one.ticket_digest is not None]
        note = sign_checkpoint(Checkpoint(name, edge.size, root), [self._signer])
        seal = BatchSeal(name, base, edge.size, root, at, tickets_root(digests))
        return StoredCheckpoint(edge.size, note, at, sign_seal(seal, self._signer))


def run_sequencer(
    database: Database,
    signer: SignerKey,
    clock: Callable[[], datetime],
    stop: threading.Event,
    period: float = PERIOD,
    guard: Guard | None = None,
) -> None:
    """Sequence until `stop` is set, every `period` seconds; returns only then, whatever fails meanwhile.

    An entry becomes a leaf within `period` and the time of a batch. `signer` stays the one given: after a rotation of
    the log's key this process is to be started again. Without a `guard` a silent restore is not noticed here.
    """
    failures = 0
    while not stop.is_set():
        sequencer = Sequencer(signer, clock, guard=guard)
        try:
            with _session(database) as connection:
                while not stop.is_set() and not _holds_lock(connection):
                    stop.wait(period)
                _work(sequencer, connection, stop, period)
        except Exception as error:  # noqa: BLE001 - a sequencer that ends leaves every receipt unproved
            # The error's own text may hold values of a row; its class and code say enough.
            failures = 0 if sequencer.worked else failures + 1
            wait = min(period * 2 ** min(failures, 10), _LONGEST_WAIT)
            code = getattr(error, "code", None)
            told = {"error": type(error).__name__, "code": code, "failures": failures, "seconds": wait}
            _log.error("sequencer.batch-failed", extra=told)
            stop.wait(wait)


def _work(sequencer: Sequencer, connection: Connection, stop: threading.Event, period: float) -> None:
    while not stop.is_set():
        try:
            taken = sequencer.drain_batch(connection)
        except HeadMovedError:
            _log.warning("sequencer.head-moved")
            taken = 0
        if taken < sequencer.batch:
            stop.wait(period)


@contextmanager
def _session(database: Database) -> Iterator[Connection]:
    """A session of our own, outside the pool: the lock lives and ends with it."""
    connection = database.engine(ROLE).connect()
    connection.detach()
    try:
        with connection.begin():
            # A checkpoint that a crash could take back must never be shown.
            connection.execute(text("SET synchronous_commit = on"))
        yield connection
    finally:
        try:
            connection.close()
        except SQLAlchemyError:
            connection.invalidate()


def _holds_lock(connection: Connection) -> bool:
    with connection.begin():
        return bool(connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one())


def _load_edge(connection: Connection, size: int) -> Frontier:
    places = frontier_places(size)
    nodes = stored_nodes(connection, places)
    if len(nodes) != len(places):
        raise TreeBrokenError("a subtree of the tree's right edge is not stored")
    edge = Frontier(size, [nodes[place] for place in places])
    newest = newest_checkpoint(connection)
    signed = None if newest is None else parse_checkpoint(newest.note)
    if (0 if signed is None else signed.size) != size or (signed is not None and signed.root != edge.root()):
        raise TreeBrokenError("the stored tree is not that of the last checkpoint")
    return edge


def _grow(
    connection: Connection, edge: Frontier, pending: Sequence[tuple[UUID, bytes]]
) -> tuple[list[NewLeaf], list[StoredNode]]:
    digests = ticket_digests(connection, [entry for entry, _ in pending])
    leaves, nodes = [], []
    for entry, data in pending:
        leaves.append(NewLeaf(edge.size, entry, leaf_hash(data), digests.get(entry)))
        nodes += edge.append(leaves[-1].leaf_hash)
    return leaves, nodes
