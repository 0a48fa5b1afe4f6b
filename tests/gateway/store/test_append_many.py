"""What a group of entries and tickets says is what the database holds of each, however they are mixed."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.canonical import canonical_json
from audit.encoding import from_base64
from audit.entry import EventClass, Outcome, Phase
from audit.leaf import Opening, check_openings
from gateway import clock
from gateway.store import wire
from gateway.store.append_many import AppendedRow, append_many, bit_string
from gateway.store.group_commit import Done, GroupCommit
from gateway.store.ledger import _APPEND, Ticket, TicketSubject, append, authorise, committed, written
from tests.gateway.audit.log_book import AT, an_entry, person

_WIDTH = 16
_MASKS = st.integers(0, (1 << _WIDTH) - 1)
_SUBJECTS = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(0, 3)), st.tuples(_MASKS, _MASKS, _MASKS), max_size=3
)
_TICKETS = st.none() | st.tuples(st.lists(st.integers(0, 99), max_size=3), _SUBJECTS)
_WORDS = st.sampled_from(['Zoë, {"a"}', "NULL", "\\", "a'b;--", "plain"])
_HELD = text(
    "SELECT e.entry_id, e.event_class, e.leaf, o.fields, t.ticket_id, t.own_sources, t.not_after, ARRAY("
    " SELECT ARRAY[s.person_id::text, s.band::text, s.shown::text, s.counted::text, s.existing::text]"
    " FROM audit.ticket_subject s WHERE s.ticket_id = t.ticket_id ORDER BY s.person_id, s.band) AS subjects"
    " FROM audit.entry e JOIN audit.opening o USING (entry_id) JOIN audit.pending p USING (entry_id)"
    " LEFT JOIN audit.ticket t USING (entry_id) WHERE e.entry_id = ANY(:entries)"
)


class Kept(GroupCommit):
    """A queue that nobody leads: what is given to it is kept, to be appended in one step."""

    def __init__(self):
        super().__init__(lambda: None, written, append_many)
        self.rows = []

    def append(self, item):
        self.rows.append(written(item))
        return Done(self.rows[-1], [])


def held(admin, entries):
    with admin.begin() as connection:
        return {row.entry_id: row for row in connection.execute(_HELD, {"entries": list(entries)})}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_WORDS, _TICKETS), min_size=1, max_size=5))
def test_each_entry_has_its_own_opening_and_ticket(database, admin, asked):
    log, said = Kept(), {}
    for words, of in asked:
        waits = {} if of is None else {"phase": Phase.AUTHORISATION, "outcome": Outcome.PENDING, "items_shown": ()}
        entry = an_entry(event=EventClass.SEARCH, detail={"query": words}, **waits)
        if of is None:
            leaf, ticket, subjects = append(log, entry), None, []
        else:
            subjects = [TicketSubject(person(n), band, *masks) for (n, band), masks in of[1].items()]
            ticket = Ticket(
                clock.new_id(), UUID(entry.entry_id), tuple(of[0]), AT + timedelta(hours=1), tuple(subjects)
            )
            leaf = authorise(log, entry, ticket, _WIDTH)
        said[UUID(entry.entry_id)] = (entry, leaf, ticket, subjects)

    with database.transaction("hg_read") as connection:
        wire.run(connection, [append_many(log.rows)])

    rows = held(admin, said)
    assert rows.keys() == said.keys()
    for entry_id, (entry, leaf, ticket, subjects) in said.items():
        row = rows[entry_id]
        openings = {name: Opening(from_base64(salt), value.encode()) for name, (salt, value) in row.fields.items()}
        check_openings(leaf, openings)
        assert (row.leaf, row.event_class) == (leaf, entry.event.value)
        assert openings["detail"].value == canonical_json(entry.detail)
        if ticket is None:
            assert row.ticket_id is None
            continue
        assert (row.ticket_id, tuple(row.own_sources), row.not_after) == (
            ticket.ticket_id, ticket.own_sources, ticket.not_after,
        )  # fmt: skip
        assert row.subjects == [
            [
                str(one.person_id),
                str(one.band),
                *(spelled(mask) for mask in (one.shown, one.counted, one.existing)),
            ]
            for one in sorted(subjects, key=lambda one: (one.person_id, one.band))
        ]


def spelled(mask):
    return bit_string(mask, _WIDTH)


def one_row():
    log, entry = Kept(), an_entry(phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, items_shown=())
    subjects = (TicketSubject(person(1), 0, 1, 0, 0),)
    authorise(log, entry, Ticket(clock.new_id(), UUID(entry.entry_id), (), AT, subjects), _WIDTH)
    return log.rows[0]


@pytest.mark.parametrize("place", [6, 9])
def test_a_ticket_of_no_entry_of_the_group_or_a_subject_of_no_ticket_of_it_is_refused(database, admin, place):
    statement, values = append_many([one_row()])
    values = [b"{2}" if at == place else value for at, value in enumerate(values)]

    with pytest.raises(DBAPIError, match="violates not-null"), database.transaction("hg_read") as connection:
        wire.run(connection, [(statement, values)])

    with admin.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit.entry")).scalar_one() == 0


@pytest.mark.parametrize(
    "other", [{"entry_id": str(clock.new_id())}, {"event": EventClass.SEARCH}], ids=["id", "class"]
)
def test_an_entry_gets_no_leaf_but_its_own(database, admin, other):
    """A leaf of another entry can never be proved: it would stop every export of the log for good."""
    mine = an_entry()
    foreign, _ = committed(replace(mine, **other))
    row = committed(mine)[1]._replace(leaf=foreign)

    for step in (append_many([AppendedRow(row)]), (_APPEND, row)):
        with pytest.raises(DBAPIError, match="violates not-null"), database.transaction("hg_read") as connection:
            wire.run(connection, [step])

    with admin.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit.entry")).scalar_one() == 0


def test_a_group_names_nobody_in_whose_name_a_row_about_people_may_change(admin):
    with admin.connect() as connection:
        wire.run(connection, [append_many([one_row()])])

        with pytest.raises(DBAPIError, match="a change needs an actor and a purpose"):
            connection.execute(text("DELETE FROM hearth.kin"))
