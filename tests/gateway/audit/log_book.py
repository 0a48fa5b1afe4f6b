"""Entries and tickets for the log's tests, and a sequencer that runs for the length of a `with`."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from gateway import clock
from gateway.identity.caller import StaffCaller
from gateway.jobs.sequencer import Sequencer, run_sequencer
from gateway.store.ledger import Ticket, TicketSubject, append, authorise
from gateway.usecases.people.request_context import RequestContext

AT = datetime(2026, 11, 16, 9, 30, 15, 123456, tzinfo=UTC)
LOG = "northvale.example/hearthgate"
FAMILY = UUID("00000000-0000-4000-8000-00000000fa01")
WIDTH = 512
CONTEXT = RequestContext("0f8fad5b-d9cb-469f-a165-70867728950e")
OFFICER = StaffCaller(
    "sub-ig", "W601", name="Imogen Vance", agency="northvale_council", role="ig_officer",
    team="Information Governance", authentication="oidc", expires_at=AT + timedelta(days=30),
)  # fmt: skip
WORKER = StaffCaller(
    "sub-eh", "W104", name="Sam Okafor", agency="northvale_council", role="early_help_worker", team="Early Help",
    authentication="oidc", expires_at=AT + timedelta(days=30),
)  # fmt: skip


def person(number):
    return uuid5(FAMILY, str(number))


def an_entry(**fields):
    given = {
        "entry_id": str(clock.new_id()), "event": EventClass.CONSULTATION, "at": AT, "log_id": LOG, "who": "W104",
        "agency": "northvale_council", "role": "early_help_worker", "purpose": "early_help", "household": str(FAMILY),
        "subjects": (str(person(1)),), "items_shown": ("identity.name",), "decision": Decision.PERMIT,
    }  # fmt: skip
    return Entry(**(given | fields))


def write(database, *entries, role="hg_desk"):
    with database.transaction(role) as connection:
        for entry in entries:
            append(connection, entry)
    return [UUID(entry.entry_id) for entry in entries]


def write_authorisation(database, persons=(1, 2), at=AT):
    """An authorisation with its ticket, as a read commits them."""
    subjects = tuple(TicketSubject(person(n), n % 4, 0b1011 << n, 0b100 << n, 0b1 << n) for n in persons)
    until = at + timedelta(hours=1)
    entry = an_entry(
        at=at, phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, items_shown=(),
        subjects=tuple(sorted(str(one.person_id) for one in subjects)),
        masks={f"{one.person_id}:{one.band}": f"{one.shown:04x}" for one in subjects},
        detail={"authorised_until": until.isoformat()},
    )  # fmt: skip
    with database.transaction("hg_read") as connection:
        authorise(connection, entry, Ticket(clock.new_id(), UUID(entry.entry_id), (5, 6), until, subjects), WIDTH)
    return UUID(entry.entry_id)


def drain(database, signer, batch=2000):
    """Sequence everything that waits, here and now."""
    sequencer, total = Sequencer(signer, clock.utc_now, batch), 0
    with database.engine("hg_sequence").connect() as connection:
        while taken := sequencer.drain_batch(connection):
            total += taken
    return total


@contextmanager
def sequencing(database, signer, period=0.05):
    """A sequencer in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=run_sequencer, args=(database, signer, clock.utc_now, stop, period))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
