"""The three ways of reading that `benchmarks.audit` compares, one connection each, all of the same client library.

audited  `ledger.authorise`, committed; then a second transaction: open the ticket, read under row-level security,
         append the outcome, commit. Two entries with their leaves and openings are made in the client.
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
from gateway.store import facts, ledger
from gateway.store.ledger import Ticket, TicketSubject

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
_BARE = (
    f"SELECT v.* FROM (SELECT DISTINCT ON (f.fact_key) {_COLUMNS}, f.tombstone FROM hearth.link l"  # noqa: S608 - fixed
    " JOIN hearth.fact f ON f.record_id = l.record_id WHERE l.person_id = $1 AND l.superseded_at IS NULL"
    " ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v WHERE NOT v.tombstone"
    " ORDER BY v.person_id, v.item_no, v.source_no, v.fact_id"
)
_CHAIN = (
    "WITH added AS (INSERT INTO chain.entry (entry_no, leaf, fields, hash) VALUES (%s, %s, %s::jsonb, %s))"
    " UPDATE chain.head SET hash = %s, entries = entries + 1"
)


def audited(world: World) -> Read:
    """Connect as the role of the gateway's reads. Statements are prepared, as a pool's connections have them."""
    connection = _connected(world, "hg_read")
    connection.execute(f"PREPARE load AS {facts._LOAD.text}")  # noqa: SLF001 - the statement of the read path itself
    connection.execute("PREPARE open (uuid) AS SELECT audit.open_ticket($1)")

    def read(person: UUID) -> int:
        now = clock.utc_now()
        authorised = _entry(
            person, now, Phase.AUTHORISATION, outcome=Outcome.PENDING, masks={f"{person}:0": _MASK},
            detail={"authorised_until": "2026-11-21T10:00:00Z", "channel": "page", "software": "hearthgate/0.1.0"},
        )  # fmt: skip
        subjects = (TicketSubject(person, 0, _ALL, 0, 0),)
        ticket = Ticket(clock.new_id(), UUID(authorised.entry_id), (1, 2), now + timedelta(hours=1), subjects)
        ledger.authorise(connection, authorised, ticket, _WIDTH)
        rows = _last_rows(connection.execute(f"BEGIN; EXECUTE open ('{ticket.ticket_id}'); EXECUTE load"))
        outcome = _entry(
            person, now, Phase.OUTCOME, refers_to=authorised.entry_id, items_shown=("identity.name",),
            shown_counts={"identity.name": len(rows)}, sources=("housing",), detail={"channel": "page"},
        )  # fmt: skip
        with connection.pipeline():
            ledger.append(connection, outcome)
            connection.execute("COMMIT")
        return len(rows)

    return read


def chain(world: World) -> Read:
    """Connect as the peer's role."""
    connection = _connected(world, "bench")
    connection.execute(f"PREPARE bare (uuid) AS {_BARE}")
    connection.execute("PREPARE lock AS SELECT hash, entries FROM chain.head FOR UPDATE")

    def read(person: UUID) -> int:
        made = _entry(person, clock.utc_now(), Phase.SINGLE, items_shown=("identity.name",))
        leaf, fields = _committed(made)
        found = connection.execute(f"BEGIN; EXECUTE lock; EXECUTE bare ('{person}')")
        found.nextset()
        row = found.fetchone()
        rows = _last_rows(found)
        hashed = sha256(row[0] + leaf).digest()
        with connection.pipeline():
            connection.execute(_CHAIN, (row[1], leaf, fields, hashed, hashed))
            connection.execute("COMMIT")
        return len(rows)

    return read


def bare(world: World) -> Read:
    """Connect as the peer's role."""
    connection = _connected(world, "bench")
    connection.execute(f"PREPARE bare (uuid) AS {_BARE}")

    def read(person: UUID) -> int:
        return len(connection.execute(f"EXECUTE bare ('{person}')").fetchall())

    return read


def _connected(world: World, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(world.conninfo(role), autocommit=True)


def _last_rows(cursor: psycopg.Cursor[Any]) -> list[Any]:
    while cursor.nextset():
        pass
    return cursor.fetchall()


def _committed(entry: Entry) -> tuple[bytes, str]:
    """What the ledger makes of an entry, for the peer: leaf, and opening as JSON."""
    leaf, parameters = ledger.committed(entry)
    return leaf, parameters[-1]


def _entry(person: UUID, now: datetime, phase: Phase, **fields: Any) -> Entry:
    return Entry(
        entry_id=str(clock.new_id()), event=EventClass.CONSULTATION, at=now, log_id=LOG, who="W104",
        agency="northvale_council", role="early_help_worker", team="Early Help North", authentication="oidc",
        purpose="early_help", phase=phase, subjects=(str(person),), household=str(person), decision=Decision.PERMIT,
        agreements=("early-help@1.2/view",), legal_basis="6(1)(e); 9(2)(g)", reason=Reason.ALLOCATED,
        register_version="2026.11", vocabulary_hash="ab" * 32, request_id=str(person), **fields,
    )  # fmt: skip


READS: dict[str, Callable[[World], Read]] = {"audited": audited, "chain": chain, "bare": bare}
