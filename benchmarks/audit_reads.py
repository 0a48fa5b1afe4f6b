"""The three ways of reading that `benchmarks.audit` compares, all by `gateway.store.wire`.

audited  as the gateway's searches and notices read: `ledger.authorise_and_read`, the authorisation durable; then a
         second transaction that opens the ticket and reads under row-level security; the outcome appended, durable.
         What all clients of a process append goes through its one queue, and the reads of a group follow its commit on
         the same connection. Two entries with their leaves and openings are made in the client.
chain    the peer: one transaction that locks the head of a hash chain, reads without any policy, and adds one entry of
         the same leaf and opening; the hash is the client's, the lock is held over one round trip and the commit.
bare     the same facts without lock, entry or policy.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from audit.entry import Decision, Entry, EventClass, Outcome, Phase, Reason
from benchmarks.audit_world import World
from gateway import clock
from gateway.store import facts, ledger, wire
from gateway.store.ledger import Ticket, TicketSubject
from gateway.store.wire import Statement

Read: TypeAlias = Callable[[UUID], int]
"""Reads one person and gives the number of facts."""

LOG = "northvale.example/benchmark"
_WIDTH = 12 * 256
_ALL = (1 << _WIDTH) - 1
_MASK = f"{_ALL:x}"
_COLUMNS = (
    "f.fact_id, f.record_id, l.person_id, l.band, f.source_no, f.item_no, f.value, f.valid_from, f.valid_to,"
    " f.happened_at, f.nature, f.subject_role, f.disputed, f.recorded_at, f.agreement"
)
_BARE = Statement(
    b"bare",
    f"SELECT v.* FROM (SELECT DISTINCT ON (f.fact_key) {_COLUMNS}, f.tombstone FROM hearth.link l"  # noqa: S608 - fixed
    " JOIN hearth.fact f ON f.record_id = l.record_id WHERE l.person_id = $1 AND l.superseded_at IS NULL"
    " ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v WHERE NOT v.tombstone"
    " ORDER BY v.person_id, v.item_no, v.source_no, v.fact_id".encode(),
    (1,),
)
_LOCK = Statement(b"lock", b"SELECT hash, entries FROM chain.head FOR UPDATE")
_CHAIN = Statement(
    b"chain",
    b"WITH added AS (INSERT INTO chain.entry (entry_no, leaf, fields, hash) VALUES ($1, $2, $3, $4))"
    b" UPDATE chain.head SET hash = $4, entries = entries + 1",
    (0, 1, 0, 1),
)


def audited(world: World) -> Read:
    """Read as the role of the gateway's reads, by the same functions and through its queue."""

    def read(person: UUID) -> int:
        now = clock.utc_now()
        authorised = _entry(
            person, now, Phase.AUTHORISATION, outcome=Outcome.PENDING, masks={f"{person}:0": _MASK},
            detail={"authorised_until": "2026-11-21T10:00:00Z", "channel": "page", "software": "hearthgate/0.1.0"},
        )  # fmt: skip
        subjects = (TicketSubject(person, 0, _ALL, 0, 0),)
        ticket = Ticket(clock.new_id(), UUID(authorised.entry_id), (1, 2), now + timedelta(hours=1), subjects)
        with world.database.appending("hg_read") as log:
            found = facts.load_authorised(log, authorised, ticket, _WIDTH)
        outcome = _entry(
            person, now, Phase.OUTCOME, refers_to=authorised.entry_id, items_shown=("identity.name",),
            shown_counts={"identity.name": len(found)}, sources=("housing",), detail={"channel": "page"},
        )  # fmt: skip
        with world.database.appending("hg_read") as log:
            ledger.append(log, outcome)
        return len(found)

    return read


def chain(world: World) -> Read:
    """Connect as the peer's role."""
    connection = _connected(world, "bench")

    def read(person: UUID) -> int:
        made = _entry(person, clock.utc_now(), Phase.SINGLE, items_shown=("identity.name",))
        leaf, values = ledger.committed(made)
        head, found = wire.run(connection, [(_LOCK, ()), (_BARE, (person.bytes,))])
        hashed, entries = wire.rows(connection, head)[0]
        rows = wire.rows(connection, found)
        added = (str(entries).encode(), leaf, values[-1], sha256(hashed + leaf).digest())
        wire.run(connection, [(_CHAIN, added)], commit=True)
        return len(rows)

    return read


def bare(world: World) -> Read:
    """Connect as the peer's role."""
    connection = _connected(world, "bench")

    def read(person: UUID) -> int:
        (found,) = wire.run(connection, [(_BARE, (person.bytes,))], commit=True)
        return len(wire.rows(connection, found))

    return read


def _connected(world: World, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(world.conninfo(role))


def _entry(person: UUID, now: datetime, phase: Phase, **fields: Any) -> Entry:
    return Entry(
        entry_id=str(clock.new_id()), event=EventClass.CONSULTATION, at=now, log_id=LOG, who="W104",
        agency="northvale_council", role="early_help_worker", team="Early Help North", authentication="oidc",
        purpose="early_help", phase=phase, subjects=(str(person),), household=str(person), decision=Decision.PERMIT,
        agreements=("early-help@1.2/view",), legal_basis="6(1)(e); 9(2)(g)", reason=Reason.ALLOCATED,
        register_version="2026.11", vocabulary_hash="ab" * 32, request_id=str(person), **fields,
    )  # fmt: skip


READS: dict[str, Callable[[World], Read]] = {"audited": audited, "chain": chain, "bare": bare}
