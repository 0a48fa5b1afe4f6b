"""What must hold whatever broke, looked at by the superuser past every wire.

lost        accesses that were acknowledged (answered in full: read, search, push, refusal) and have no leaf
bare bytes  bytes of the family's data that were sent although no authorisation of that request is committed
broken      indices with a gap, a root that is not the recomputed one, a signed one that differs or is gone, a
            promise that cannot be redeemed, a fact without its entry, a ticket used without its authorisation
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from audit.checkpoint import open_checkpoint
from audit.errors import AuditError
from audit.keys import VerifierKey
from audit.merkle import leaf_hash
from audit.receipt import open_promise
from audit.tree import Frontier, frontier_places
from tests.faults.clients import Access

_LEAVES = """
SELECT l.leaf_index, l.entry_id::text AS entry_id, l.leaf_hash, e.leaf, e.event_class,
       o.fields #>> '{request_id,1}' AS request_id, o.fields #>> '{phase,1}' AS phase,
       o.fields #>> '{detail,1}' AS detail
  FROM audit.leaf l JOIN audit.entry e USING (entry_id) JOIN audit.opening o USING (entry_id)
 WHERE l.leaf_index >= :size ORDER BY l.leaf_index
"""
_USED_UNPROVED = """
SELECT count(*) FROM audit.ticket_use u LEFT JOIN audit.ticket t USING (ticket_id)
  LEFT JOIN audit.leaf l ON l.entry_id = t.entry_id WHERE l.entry_id IS NULL
"""
_FACTS = """
SELECT f.value ->> 'balance' AS balance, f.batch_id::text AS batch_id FROM hearth.fact f
  JOIN desk.batch b USING (batch_id)
 WHERE b.feed = 'housing-arrears' AND (f.value ->> 'balance')::numeric = ANY(:balances)
"""

# What a reader is told of a family that the agreements keep from him: the same as of one that is not there. A purpose
# that has run out meanwhile (403) is asked for anew before anything is decided, and is no entry.
_REFUSED = 404
_UNCLEAR = 500


@dataclass
class Verdict:
    """What one run came to. `acknowledged` counts the accesses whose answers arrived in full."""

    accesses: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    bare_bytes: int = 0
    broken: list[str] = field(default_factory=list)
    unclear: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, nothing left bare, nothing broke and every failure was told plainly."""
        return not (self.lost or self.bare_bytes or self.broken or self.unclear)


@dataclass
class Known:
    """What the committed log says of an entry."""

    leaf: bytes
    event: str
    request_id: str
    phase: str
    batch: str | None


class Judge:
    """Remembers the log as far as it was judged, and holds everything later against it."""

    def __init__(self, admin: Engine, log_key: VerifierKey, canaries: Sequence[str]) -> None:
        self._admin = admin
        self._key = log_key
        self._canaries = re.compile(b"|".join(re.escape(one.encode()) for one in sorted(canaries, key=len)[::-1]))
        self._tree = Frontier()
        self._notes: dict[int, str] = {}
        self._entries: dict[str, Known] = {}
        self._authorised: set[str] = set()
        self._denied: set[str] = set()
        self._batches: set[str] = set()

    def judge(self, accesses: Sequence[Access]) -> Verdict:
        """Judge the accesses of one run, after which every entry has become a leaf."""
        verdict = Verdict(accesses=len(accesses))
        with self._admin.begin() as connection:
            self._take_log(connection, verdict)
            self._hold_to_log(accesses, verdict)
            self._hold_facts(connection, accesses, verdict)
            if connection.execute(text(_USED_UNPROVED)).scalar_one():
                verdict.broken.append("a ticket was used whose authorisation is not in the log")
        return verdict

    def personal_bytes(self, received: bytes) -> int:
        """How many bytes of it are values of the family's data."""
        return sum(len(found) for found in self._canaries.findall(received))

    def _take_log(self, connection: Connection, verdict: Verdict) -> None:
        rows = connection.execute(
            text("SELECT tree_size, note FROM audit.checkpoint WHERE tree_size > :size OR tree_size = ANY(:known)"
                 " ORDER BY tree_size"), {"size": self._tree.size, "known": list(self._notes)},
        ).all()  # fmt: skip
        notes: dict[int, str] = {row.tree_size: row.note for row in rows}
        verdict.broken += [f"the checkpoint of {size} leaves is gone or another" for size, note in self._notes.items()
                           if notes.get(size) != note]  # fmt: skip
        for leaf in connection.execute(text(_LEAVES), {"size": self._tree.size}):
            if leaf.leaf_index != self._tree.size:
                verdict.broken.append(f"leaf {self._tree.size} is missing")
                return
            self._take_leaf(leaf, verdict)
            if self._tree.size in notes:
                self._check_root(notes[self._tree.size], verdict)
        self._check_head(connection, notes, verdict)
        # All of the past is looked at anew at the end; from run to run the newest head is enough.
        self._notes = {size: notes[size] for size in sorted(notes)[-2:]}

    def _take_leaf(self, leaf: Any, verdict: Verdict) -> None:
        if leaf_hash(leaf.leaf) != leaf.leaf_hash:
            verdict.broken.append(f"leaf {leaf.leaf_index} is not the hash of its entry")
        self._tree.append(leaf.leaf_hash)
        request_id = str(json.loads(leaf.request_id))
        batch = json.loads(leaf.detail).get("batch")
        self._entries[leaf.entry_id] = Known(leaf.leaf, leaf.event_class, request_id, json.loads(leaf.phase), batch)
        if leaf.phase == '"authorisation"':
            self._authorised.add(request_id)
        if leaf.event_class == "denied":
            self._denied.add(request_id)
        if leaf.event_class == "collection" and batch:
            self._batches.add(batch)

    def _check_root(self, note: str, verdict: Verdict) -> None:
        try:
            signed = open_checkpoint(note, self._key).checkpoint
        except AuditError as error:
            verdict.broken.append(f"a checkpoint does not open: {error}")
            return
        if (signed.size, signed.root) != (self._tree.size, self._tree.root()):
            verdict.broken.append(f"the signed root of {signed.size} leaves is not the recomputed one")

    def _check_head(self, connection: Connection, notes: dict[int, str], verdict: Verdict) -> None:
        size = connection.execute(text("SELECT tree_size FROM audit.head")).scalar_one()
        if size != self._tree.size or (size and max(notes) != size):
            verdict.broken.append(f"head {size}, leaves {self._tree.size} and newest checkpoint do not agree")
        places = frontier_places(self._tree.size)
        stored = [
            connection.execute(
                text("SELECT hash FROM audit.node WHERE (level, node_index) = (:level, :index)"),
                {"level": level, "index": index},
            ).scalar_one_or_none()
            for level, index in places
        ]  # fmt: skip
        if None in stored or Frontier(self._tree.size, stored).root() != self._tree.root():
            verdict.broken.append("the stored subtrees do not make the recomputed root")

    def _hold_to_log(self, accesses: Sequence[Access], verdict: Verdict) -> None:
        for access in accesses:
            personal = self.personal_bytes(access.received)
            if personal and access.request_id not in self._authorised:
                verdict.bare_bytes += personal
            if access.kind == "refused" and access.complete and access.status == _REFUSED:
                verdict.acknowledged += 1
                if access.request_id not in self._denied:
                    verdict.lost.append(f"refusal {access.request_id}")
            if access.acknowledged:
                verdict.acknowledged += 1
                self._hold_receipt(access, verdict)
            if access.complete and access.status == _UNCLEAR:
                verdict.unclear += 1

    def _hold_receipt(self, access: Access, verdict: Verdict) -> None:
        answer = access.answer()
        if access.kind == "push":
            if answer["receipt"] is not None and answer["receipt"] not in self._entries:
                verdict.lost.append(f"push {access.request_id}")
            return
        known = self._entries.get(answer["receipt"]["entry"])
        if known is None or known.request_id != access.request_id:
            verdict.lost.append(f"{access.kind} {access.request_id}")
            return
        try:
            promise = open_promise(answer["receipt"]["promise"], self._key)
        except AuditError as error:
            verdict.broken.append(f"a promise does not open: {error}")
            return
        if promise.leaf_hash != leaf_hash(known.leaf):
            verdict.broken.append("a promise is of another leaf than the log has")

    def _hold_facts(self, connection: Connection, accesses: Sequence[Access], verdict: Verdict) -> None:
        pushed = {access.told: access for access in accesses if access.kind == "push"}
        if not pushed:
            return
        rows = connection.execute(text(_FACTS), {"balances": [Decimal(one) for one in pushed]}).all()
        stored: dict[str, list[str]] = {}
        for row in rows:
            stored.setdefault(f"{float(row.balance):.2f}", []).append(row.batch_id)
        for balance, batches in stored.items():
            if len(set(batches)) > 1:
                verdict.broken.append(f"the file of {balance} was stored for {len(set(batches))} batches")
            if not set(batches) <= self._batches:
                verdict.broken.append(f"a fact of {balance} has no entry of its chunk")
        for access in accesses:
            accepted = access.kind == "push" and access.acknowledged and access.answer()["state"] == "accepted"
            if accepted and f"{float(access.told):.2f}" not in stored:
                verdict.lost.append(f"facts of push {access.request_id}")


def receipts_of(accesses: Sequence[Access]) -> list[tuple[UUID, str]]:
    """Entry and promise of every acknowledged read and search."""
    answers = [access.answer()["receipt"] for access in accesses if access.acknowledged and access.kind != "push"]
    return [(UUID(one["entry"]), one["promise"]) for one in answers]
