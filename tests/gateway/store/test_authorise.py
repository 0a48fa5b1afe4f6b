"""What `ledger.authorise` says of a ticket is what the database holds of it, whatever the masks."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from audit.entry import Outcome, Phase
from gateway import clock
from gateway.store.append_many import bit_string
from gateway.store.ledger import Ticket, TicketSubject, authorise
from tests.gateway.audit.log_book import AT, an_entry, person

_SUBJECTS = text(
    "SELECT person_id, band, shown::text, counted::text, existing::text FROM audit.ticket_subject"
    " WHERE ticket_id = :ticket ORDER BY person_id, band"
)


def authorised(connection, subjects, width, own=()):
    entry = an_entry(phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, items_shown=())
    ticket = Ticket(clock.new_id(), UUID(entry.entry_id), own, AT + timedelta(hours=1), tuple(subjects))
    leaf = authorise(connection, entry, ticket, width)
    return entry, ticket, leaf


# Widths that end a hexadecimal digit and ones that do not; the first and the last bit, which a reversal would swap.
@pytest.mark.parametrize("width", [1, 4, 9, 256, 3072])
def test_masks_arrive_bit_by_bit_the_first_bit_first(database, admin, width):
    full, last = (1 << width) - 1, 1 << (width - 1)
    subjects = [TicketSubject(person(n), n % 4, full, 1, last if n % 2 else 0) for n in range(3)]

    with database.transaction("hg_read") as connection:
        _, ticket, _ = authorised(connection, subjects, width)

    with admin.begin() as connection:
        held = [tuple(row) for row in connection.execute(_SUBJECTS, {"ticket": ticket.ticket_id})]
    said = [
        (one.person_id, one.band, *(bit_string(mask, width) for mask in (one.shown, one.counted, one.existing)))
        for one in subjects
    ]
    assert held == sorted(said)
    assert {mask[0] for *_, mask, _ in held} == {"1"}


def test_entry_opening_queue_and_ticket_are_one(database, admin):
    with database.transaction("hg_read") as connection:
        entry, ticket, leaf = authorised(connection, [], 256, own=(2, 5))

    with admin.begin() as connection:
        row = connection.execute(
            text(
                "SELECT e.leaf, o.fields #>> '{who,1}' AS who, p.entry_id AS queued, t.ticket_id, t.own_sources,"
                " t.not_after, t.xact = p.xact AS together FROM audit.entry e JOIN audit.opening o USING (entry_id)"
                " JOIN audit.pending p USING (entry_id) JOIN audit.ticket t USING (entry_id) WHERE e.entry_id = :entry"
            ),
            {"entry": entry.entry_id},
        ).one()
    assert (row.leaf, row.who, row.ticket_id, row.own_sources) == (leaf, '"W104"', ticket.ticket_id, [2, 5])
    assert (row.not_after, row.together) == (ticket.not_after, True)


def test_a_ticket_that_cannot_be_issued_leaves_no_entry(database, admin):
    twice = TicketSubject(person(1), 0, 1, 0, 0)
    with database.engine("hg_read").connect() as connection:
        with pytest.raises(Exception, match="ticket_subject_pkey"):
            authorised(connection, [twice, twice], 256)
        connection.rollback()

    with admin.begin() as connection:
        counts = connection.execute(
            text("SELECT (SELECT count(*) FROM audit.entry), (SELECT count(*) FROM audit.ticket)")
        )
        assert tuple(counts.one()) == (0, 0)
