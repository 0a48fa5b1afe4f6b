"""The database works a ticket's digest out as `gateway.store.batch_seal` defines it and the verifier does."""

from itertools import groupby
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.store.batch_seal import ticket_digest
from gateway.store.ledger import TicketSubject
from gateway.store.log import TICKET_SUBJECTS, TICKETS, sealed_ticket
from gateway.store.sequencing import ticket_digests

_MASKS = st.integers(0, 2**64 - 1)
_PLACES = st.tuples(st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number)), st.integers(0, 3))
_SUBJECTS = st.lists(
    st.builds(lambda place, *masks: TicketSubject(*place, *masks), _PLACES, _MASKS, _MASKS, _MASKS),
    max_size=4, unique_by=lambda one: (one.person_id, one.band),
)  # fmt: skip
_OWN = st.lists(st.sampled_from(["housing", "police", "mash"]), max_size=2, unique=True)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tickets=st.lists(st.tuples(_SUBJECTS, _OWN), min_size=1, max_size=3))
def test_digests_are_those_of_the_verifier(northvale, desk, tickets):
    for subjects, own in tickets:
        desk.issue(*subjects, own=own)

    _compare(northvale)


def test_digests_are_those_of_the_verifier_at_whole_seconds_and_for_several_tickets_of_an_entry(northvale, desk):
    kelly = northvale.person_id("S2", "Kelly Marsh")
    for own in ((), ("police",), ("housing", "mash")):
        desk.issue(desk.subject(kelly, desk.everything), desk.subject(kelly, 5, band=1, counted=2), own=own)
    with northvale.admin.begin() as connection:
        connection.execute(text("ALTER TABLE audit.ticket DISABLE TRIGGER USER"))
        connection.execute(
            text(
                "UPDATE audit.ticket SET entry_id = (SELECT min(t.entry_id::text)::uuid FROM audit.ticket t),"
                " issued_at = '2026-03-29 00:59:59Z', not_after = '0999-01-02 03:04:05.000006Z'"
            )
        )

    _compare(northvale)


def _compare(northvale):
    with northvale.admin.begin() as connection:
        rows = connection.execute(text(f"{TICKETS} FROM audit.ticket t {TICKET_SUBJECTS} ORDER BY t.entry_id")).all()
    expected = {
        entry: ticket_digest([sealed_ticket(row[1:]) for row in held])
        for entry, held in groupby(rows, key=lambda row: row.entry_id)
    }
    assert expected

    with northvale.wiring.database.transaction("hg_sequence") as connection:
        assert ticket_digests(connection, list(expected)) == expected
        assert ticket_digests(connection, []) == {}
