"""Verify the log in the database: every column of the audit tables against the leaves, the tree and the signatures.

(1) rows that miss their counterpart: entries, openings, queue, tickets
(2) leaf by leaf: index, entry, its columns, its openings, its leaf hash, the subtrees that it fills, its tickets;
    openings lack what erasures name, and nothing else
(3) at every checkpoint: signature, size, root, time and the seal of its batch's tickets
(4) the head is the last checkpoint and the last leaf; the entries still on the queue, as far as they can be checked
(5) cards: each says what its leaf and its opening say
(6) the lists of persons and the coverage maps (`gateway.usecases.log.verifying_lists`)
(7) declared restores, and that the tree has grown from the newest checkpoint ever signed but where one excuses it
(8) cosignatures of witnesses, each by the key that it names

All of it is one picture of the database (REPEATABLE READ), so a busy log raises no alarm. Memory is bounded. What a
superuser forges together with the log's own key is found only by a checkpoint that somebody else kept: see
`audit.verify --older` and the witnesses. `audit.ticket_use` is not sealed and is not checked here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import AuditError, NoteError, ProofError
from audit.keys import VerifierKey
from audit.merkle import leaf_hash
from audit.notes import open_note
from audit.tree import Frontier, StoredNode
from gateway.store.batch_seal import SealedTicket, parse_seal, ticket_digest, tickets_root
from gateway.store.card_checks import wrong_card
from gateway.store.log import (
    every_checkpoint,
    every_leaf,
    every_node,
    every_ticket,
    one_picture,
    sealed_ticket,
    waiting_entries,
)
from gateway.usecases.log.log_parts import LogParts, log_keys
from gateway.usecases.log.restoring import guard_of
from gateway.usecases.log.verifying_entry import EntryCheck, Finding, FoundError
from gateway.usecases.log.verifying_lists import check_lists
from gateway.usecases.log.verifying_restores import check_restores
from gateway.usecases.log.verifying_witnesses import check_cosignatures

_PLACE = "audit.node.level or node_index"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `finding` is `None` when all is right; then the numbers are those of the whole log.

    `maps_left`: coverage maps that were beyond the budget, of which only signatures and nodes were checked.
    """

    size: int
    root: bytes
    checkpoints: int
    waiting: int
    erased: int
    finding: Finding | None
    maps_left: int = 0

    def sentence(self) -> str:
        """The verdict in one line."""
        if self.finding is not None:
            return str(self.finding)
        left = f"; {self.maps_left} coverage maps were not taken from the lists anew" if self.maps_left else ""
        return (
            f"the log of {self.size} entries is as it was signed: {self.checkpoints} checkpoints,"
            f" root {self.root.hex()}; {self.waiting} entries wait for their leaf, {self.erased} have erased openings"
            f"{left}"
        )


def verify_database(parts: LogParts, lists: int | None = None) -> Verdict:
    """Check the whole log against every version of the log's key. What is wrong stands in the verdict's `finding`.

    `lists`: coverage maps are taken anew of so many lists at most; `BUDGET` of them where it is not given. Raises
    `DatabaseUnavailableError` when the log cannot be read.
    """
    # Before the picture is taken: a busy log must not be behind a mark that it has made since.
    mark = guard_of(parts).mark.read()
    with parts.database.transaction("hg_desk") as connection:
        one_picture(connection)
        walk = _Walk(connection, parts.settings.log_origin, log_keys(parts))
        try:
            walk.run()
            left = check_lists(connection, parts.settings.log_origin, log_keys(parts), parts.custody.digest, lists)
            check_cosignatures(connection)
            check_restores(connection, log_keys(parts), mark)
        except FoundError as error:
            return Verdict(walk.edge.size, walk.edge.root(), walk.checkpoints, walk.waiting, 0, error.finding)
    return Verdict(
        walk.edge.size, walk.edge.root(), walk.checkpoints, walk.waiting, len(walk.entries.lacking), None, left
    )  # fmt: skip


class _Walk:
    """One pass over the leaves, with nodes, tickets and checkpoints read beside them."""

    def __init__(self, connection: Connection, origin: str, keys: tuple[VerifierKey, ...]) -> None:
        self._connection = connection
        self._origin = origin
        self._keys = keys
        self.edge = Frontier()
        self.entries = EntryCheck(origin)
        self.checkpoints = 0
        self.waiting = 0
        self._base = 0
        self._digests: list[tuple[int, bytes]] = []

    def run(self) -> None:
        self._check_rows(_COUNTERPARTS)
        nodes, tickets = _Peekable(every_node(self._connection)), _Peekable(every_ticket(self._connection))
        checkpoints = _Peekable(every_checkpoint(self._connection))
        for leaf in every_leaf(self._connection):
            self._check_hash(leaf, nodes.peek())
            self._check_entry(leaf, tickets)
            for expected in self.edge.append(leaf.leaf_hash):
                _check_node(expected, nodes.peek(), leaf)
                nodes.take()
            self._check_checkpoints(checkpoints)
        self._check_ends(nodes, checkpoints)
        for entry in waiting_entries(self._connection):
            self.entries.check(entry, None)
            self.waiting += 1
        self.entries.check_erasures()
        # Last: by now leaves and openings are known to be right, and a card that differs is itself what was changed.
        if (wrong := wrong_card(self._connection)) is not None:
            raise FoundError("audit.card", "a card is missing, or does not say what leaf and opening say", str(wrong))
        self._check_rows(_CARDS)

    def _check_rows(self, rules: Iterable[tuple[str, str, str]]) -> None:
        for column, problem, statement in rules:
            row = self._connection.execute(text(statement)).first()
            if row is not None:
                raise FoundError(column, problem, str(row[0]))

    def _check_hash(self, leaf: Row[Any], node: Row[Any] | None) -> None:
        where = _where(leaf)
        if leaf.leaf_index != self.edge.size:
            raise FoundError("audit.leaf.leaf_index", f"indices do not run on: {self.edge.size} is missing", where)
        if leaf.leaf is None:
            raise FoundError("audit.leaf.entry_id", "there is no such entry", where)
        if leaf.leaf_hash != leaf_hash(leaf.leaf):
            # The subtree of this one leaf holds the hash a second time, and says which of the two was changed.
            column = "audit.entry.leaf" if node is not None and node.hash == leaf.leaf_hash else "audit.leaf.leaf_hash"
            raise FoundError(column, "leaf and leaf hash do not fit", where)

    def _check_entry(self, leaf: Row[Any], tickets: "_Peekable") -> None:
        where = _where(leaf)
        mine: list[SealedTicket] = []
        while (row := tickets.peek()) is not None and row.leaf_index == leaf.leaf_index:
            mine.append(sealed_ticket(tickets.take()[1:8]))
        self.entries.check(leaf, mine)
        digest = ticket_digest(mine) if mine else None
        if digest is None and self.entries.erased(str(leaf.entry_id), "masks"):
            # Tickets go with the masks; their digest stays, and is sealed.
            digest = leaf.ticket_digest
        if digest != leaf.ticket_digest:
            problem = "a ticket of this entry, or its digest, is not what was sealed"
            raise FoundError("audit.ticket, audit.ticket_subject or audit.leaf.ticket_digest", problem, where)
        if digest is not None:
            self._digests.append((leaf.leaf_index, digest))

    def _check_checkpoints(self, checkpoints: "_Peekable") -> None:
        row = checkpoints.peek()
        if row is None or row.tree_size > self.edge.size:
            return
        checkpoints.take()
        where = f"checkpoint {row.tree_size}"
        if row.tree_size != self.edge.size:
            raise FoundError("audit.checkpoint.tree_size", "no leaf ends there", where)
        head = self._opened_checkpoint(row, where)
        if head.size != row.tree_size:
            raise FoundError("audit.checkpoint.tree_size", "is not the size that the note signs", where)
        if head.root != self.edge.root():
            raise FoundError("audit.checkpoint.note", "signs another root than that of the entries", where)
        self._check_seal(row, head, where)
        self.checkpoints += 1
        self._base, self._digests = head.size, []

    def _opened_checkpoint(self, row: Row[Any], where: str) -> Checkpoint:
        try:
            head = parse_checkpoint(self._signed_text(row.note))
        except AuditError as error:
            raise FoundError("audit.checkpoint.note", str(error), where) from None
        if head.origin != self._origin or head.extensions:
            raise FoundError("audit.checkpoint.note", "is not a checkpoint of this log", where)
        return head

    def _check_seal(self, row: Row[Any], head: Checkpoint, where: str) -> None:
        try:
            seal = parse_seal(self._signed_text(row.batch_note))
        except AuditError as error:
            raise FoundError("audit.checkpoint.batch_note", str(error), where) from None
        if (seal.log_id, seal.base, seal.size, seal.root) != (self._origin, self._base, head.size, head.root):
            raise FoundError("audit.checkpoint.batch_note", "seals another batch", where)
        if seal.at != row.signed_at:
            raise FoundError("audit.checkpoint.signed_at", "is not the time that was sealed", where)
        if seal.tickets != tickets_root(self._digests):
            problem = f"the tickets of leaves {self._base} to {head.size - 1} are not those that were sealed"
            raise FoundError("audit.leaf.ticket_digest", problem, where)

    def _signed_text(self, note: str) -> str:
        """The text of a note that our keys alone have signed."""
        opened = open_note(note, self._keys)
        if opened.unverified:
            raise NoteError("bears a signature of a key that is not this log's")
        return opened.text

    def _check_ends(self, nodes: "_Peekable", checkpoints: "_Peekable") -> None:
        node = nodes.peek()
        if node is not None:
            where = f"level {node.level}, index {node.node_index}"
            raise FoundError(_PLACE, "no leaf has filled this subtree", where)
        row = checkpoints.peek()
        if row is not None:
            raise FoundError("audit.checkpoint.tree_size", "is beyond the last leaf", f"checkpoint {row.tree_size}")
        if self._base != self.edge.size:
            raise FoundError("audit.checkpoint", "no checkpoint signs the last leaves", f"leaf {self.edge.size - 1}")
        heads = self._connection.execute(text("SELECT only_row, tree_size FROM audit.head")).all()
        if len(heads) != 1 or not heads[0].only_row:
            raise FoundError("audit.head.only_row", "there is not exactly one head", "head")
        if heads[0].tree_size != self.edge.size:
            raise FoundError("audit.head.tree_size", "is not the number of leaves", "head")


def _where(leaf: Row[Any]) -> str:
    return f"entry {leaf.entry_id}, leaf {leaf.leaf_index}"


def _check_node(expected: StoredNode, stored: Row[Any] | None, leaf: Row[Any]) -> None:
    where = f"level {expected.level}, index {expected.index}, filled by leaf {leaf.leaf_index}"
    if stored is None or (stored.level, stored.node_index) != (expected.level, expected.index):
        raise FoundError(_PLACE, "a subtree is not where it belongs", where)
    if stored.hash != expected.hash:
        raise FoundError("audit.node.hash", "is not the hash of its leaves", where)


class _Peekable:
    """Rows, of which the next can be looked at before it is taken."""

    def __init__(self, rows: Iterator[Row[Any]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def peek(self) -> Row[Any] | None:
        return self._next

    def take(self) -> Row[Any]:
        taken = self._next
        if taken is None:
            raise ProofError("no row is left")
        self._next = next(self._rows, None)
        return taken


_COUNTERPARTS = (
    (
        "audit.entry.entry_id",
        "the entry is neither a leaf nor waiting to become one",
        "SELECT e.entry_id FROM audit.entry e WHERE NOT EXISTS (SELECT FROM audit.leaf l WHERE l.entry_id = e.entry_id)"
        " AND NOT EXISTS (SELECT FROM audit.pending p WHERE p.entry_id = e.entry_id) LIMIT 1",
    ),
    (
        "audit.leaf.entry_id",
        "there is no such entry",
        "SELECT l.entry_id FROM audit.leaf l WHERE NOT EXISTS (SELECT FROM audit.entry e WHERE e.entry_id = l.entry_id)"
        " LIMIT 1",
    ),
    (
        "audit.pending.entry_id",
        "an entry waits that is a leaf already, or that is not there",
        "SELECT p.entry_id FROM audit.pending p WHERE EXISTS (SELECT FROM audit.leaf l WHERE l.entry_id = p.entry_id)"
        " OR NOT EXISTS (SELECT FROM audit.entry e WHERE e.entry_id = p.entry_id) LIMIT 1",
    ),
    (
        "audit.opening.entry_id",
        "the entry has no opening",
        "SELECT e.entry_id FROM audit.entry e WHERE NOT EXISTS"
        " (SELECT FROM audit.opening o WHERE o.entry_id = e.entry_id) LIMIT 1",
    ),
    (
        "audit.opening.entry_id",
        "there is no such entry",
        "SELECT o.entry_id FROM audit.opening o WHERE NOT EXISTS"
        " (SELECT FROM audit.entry e WHERE e.entry_id = o.entry_id) LIMIT 1",
    ),
    (
        "audit.ticket.entry_id",
        "there is no such entry",
        "SELECT t.entry_id FROM audit.ticket t WHERE NOT EXISTS"
        " (SELECT FROM audit.entry e WHERE e.entry_id = t.entry_id) LIMIT 1",
    ),
    (
        "audit.ticket_subject.ticket_id",
        "there is no such ticket",
        "SELECT s.ticket_id FROM audit.ticket_subject s WHERE NOT EXISTS"
        " (SELECT FROM audit.ticket t WHERE t.ticket_id = s.ticket_id) LIMIT 1",
    ),
)

_CARDS = (
    (
        "audit.card.entry_id",
        "a card of an entry that is no leaf",
        "SELECT c.entry_id FROM audit.card c WHERE NOT EXISTS"
        " (SELECT FROM audit.leaf l WHERE l.entry_id = c.entry_id) LIMIT 1",
    ),
)
