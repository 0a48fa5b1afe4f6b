"""A receipt that anybody can check offline: the entry's leaf, its path to the signed root, the checkpoint.

Fetching a receipt is no entry of its own. A receipt holds commitments, hashes and signatures and no word about a
person; who asks holds the entry's id already, from the answer that the entry is about; and the read or push behind it
is in the log. An entry for each look at a receipt would double the log and tell nobody anything. Reading what an
entry says is another matter: see `reading_log`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from audit.canonical import parse_canonical
from audit.errors import ProofError
from audit.tlog_proof import make_proof
from audit.tree import inclusion_places, inclusion_proof
from gateway.errors import NotFoundError, ProofNotReadyError
from gateway.identity.caller import Caller
from gateway.store.log import one_entry, stored_nodes
from gateway.usecases.log.log_parts import LogParts
from gateway.usecases.log.log_status import best_head, unwitnessed_since
from gateway.usecases.people.officers import is_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

NO_SUCH_RECEIPT = "there is no such receipt"


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt. `proof` is the text of the c2sp.org/tlog-proof@v1 file, leaf and checkpoint included.

    `leaf` are the bytes in the tree; `checkpoint` the signed note of `tree_size` leaves, with the cosignatures of
    `witnesses` known witnesses; `index` counts from 0. The checkpoint is the newest that covers the entry and has the
    `quorum`; where none does, the newest, and `unwitnessed_since` says since when the log has gone on without.
    """

    entry_id: UUID
    recorded_at: datetime
    index: int
    tree_size: int
    leaf: bytes
    checkpoint: str
    proof: str
    witnesses: int
    quorum: bool
    unwitnessed_since: datetime | None


def receipt(wiring: Wiring, context: RequestContext, caller: Caller, entry_id: UUID) -> ReceiptView:  # noqa: ARG001 - every use case takes the context
    """The receipt of an entry that the caller's agency made, or of any entry for an officer.

    Raises `NotFoundError` (no such entry, or another agency's: one answer) or `ProofNotReadyError`.
    """
    with wiring.database.transaction("hg_desk") as connection:
        return _receipt(wiring, connection, entry_id, None if is_officer(wiring, caller) else caller.agency)


def operator_receipt(parts: LogParts, entry_id: UUID) -> ReceiptView:
    """The receipt of any entry, for the command line of the council's own operator. Raises as `receipt` does."""
    with parts.database.transaction("hg_desk") as connection:
        return _receipt(parts, connection, entry_id, None)


def _receipt(parts: LogParts, connection: Connection, entry_id: UUID, agency: str | None) -> ReceiptView:
    row = one_entry(connection, entry_id)
    # An opening that was erased says no agency, and then the receipt is an officer's matter.
    if row is None or (agency is not None and _agency(row.fields) != agency):
        raise NotFoundError(NO_SUCH_RECEIPT)
    head = None if row.leaf_index is None else best_head(parts, connection, row.leaf_index)
    if head is None:
        raise ProofNotReadyError("the entry is stored and its proof is being made; ask again in a second")
    nodes = stored_nodes(connection, inclusion_places(row.leaf_index, head.tree_size))
    try:
        hashes = inclusion_proof(row.leaf_index, head.tree_size, lambda level, index: nodes[level, index])
    except KeyError:
        raise ProofError("a subtree that the proof needs is not stored") from None
    proof = make_proof(row.leaf_index, hashes, head.note, row.leaf)
    return ReceiptView(
        entry_id, row.recorded_at, row.leaf_index, head.tree_size, row.leaf, head.note, proof,
        witnesses=head.witnesses, quorum=head.quorum,
        unwitnessed_since=None if head.quorum else unwitnessed_since(connection),
    )  # fmt: skip


def _agency(fields: dict[str, list[str]] | None) -> object:
    opened = (fields or {}).get("agency")
    return parse_canonical(opened[1].encode()) if opened else None
