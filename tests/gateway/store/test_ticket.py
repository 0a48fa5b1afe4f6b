"""Row-level security shows a row only for a ticket that is committed, fresh, unused and about that row."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from audit.entry import EventClass
from gateway.store.errors import TicketRefusedError
from gateway.store.ledger import open_ticket

_FACTS = text("SELECT count(*) FROM hearth.fact")


@pytest.fixture
def kelly(northvale):
    return northvale.person_id("S2", "Kelly Marsh")


def test_without_a_ticket_the_reading_role_sees_no_fact_and_no_link(northvale):
    with northvale.wiring.database.transaction("hg_read") as connection:
        assert connection.execute(_FACTS).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM hearth.link")).scalar_one() == 0
    assert northvale.count("SELECT count(*) FROM hearth.fact") > 0


def test_a_ticket_shows_what_it_admits(desk, kelly):
    shown = desk.read(desk.issue(desk.subject(kelly, desk.everything)))

    assert ("housing", "housing.arrears") in shown
    assert ("police", "da.incident") in shown


def test_in_one_transaction_an_entry_a_ticket_and_a_read_give_no_row(northvale, desk, kelly):
    with northvale.wiring.database.engine("hg_read").connect() as connection:
        desk.write(connection, [desk.subject(kelly, desk.everything)])

        rows = connection.execute(_FACTS).scalar_one()

        connection.rollback()
    assert rows == 0


def test_in_one_transaction_a_ticket_cannot_be_opened_either(northvale, desk, kelly):
    with northvale.wiring.database.engine("hg_read").connect() as connection:
        ticket = desk.write(connection, [desk.subject(kelly, desk.everything)])

        with pytest.raises(ProgrammingError, match="no committed and fresh authorisation"):
            open_ticket(connection, ticket)

        connection.rollback()
    assert northvale.count("SELECT count(*) FROM audit.ticket WHERE ticket_id = :t", t=ticket) == 0


def test_a_savepoint_does_not_make_a_ticket_committed(northvale, desk, kelly):
    with northvale.wiring.database.engine("hg_read").connect() as connection:
        with connection.begin_nested():
            ticket = desk.write(connection, [desk.subject(kelly, desk.everything)])

        with pytest.raises(ProgrammingError), connection.begin_nested():
            open_ticket(connection, ticket)

        assert connection.execute(_FACTS).scalar_one() == 0
        connection.rollback()


def test_a_ticket_that_was_rolled_back_opens_nothing(northvale, desk, kelly):
    with northvale.wiring.database.engine("hg_read").connect() as connection:
        ticket = desk.write(connection, [desk.subject(kelly, desk.everything)])
        connection.rollback()

    with pytest.raises(TicketRefusedError):
        desk.read(ticket)


def test_a_ticket_older_than_thirty_seconds_opens_nothing(northvale, desk, kelly):
    ticket = desk.issue(desk.subject(kelly, desk.everything))
    with northvale.admin.begin() as connection:
        connection.execute(text("ALTER TABLE audit.ticket DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit.ticket SET issued_at = issued_at - interval '31 seconds'"))

    with pytest.raises(TicketRefusedError):
        desk.read(ticket)


def test_a_ticket_whose_permit_has_ended_opens_nothing(desk, kelly):
    ticket = desk.issue(desk.subject(kelly, desk.everything), minutes=-1)

    with pytest.raises(TicketRefusedError):
        desk.read(ticket)


def test_a_ticket_is_used_once(desk, kelly):
    ticket = desk.issue(desk.subject(kelly, desk.everything))
    assert desk.read(ticket)

    with pytest.raises(TicketRefusedError):
        desk.read(ticket)


def test_a_transaction_opens_one_ticket(northvale, desk, kelly):
    first, second = (desk.issue(desk.subject(kelly, desk.everything)) for _ in range(2))

    with northvale.wiring.database.engine("hg_read").connect() as connection:
        open_ticket(connection, first)
        with pytest.raises(ProgrammingError, match="authorisation that was not used"), connection.begin_nested():
            open_ticket(connection, second)
        assert connection.execute(_FACTS).scalar_one() > 0
        connection.rollback()


def test_a_ticket_opened_in_one_transaction_shows_nothing_in_another(northvale, desk, kelly):
    ticket = desk.issue(desk.subject(kelly, desk.everything))
    database = northvale.wiring.database
    with database.transaction("hg_read") as reading, database.transaction("hg_read") as beside:
        open_ticket(reading, ticket)

        assert reading.execute(_FACTS).scalar_one() > 0
        assert beside.execute(_FACTS).scalar_one() == 0


def test_the_ticket_of_one_person_shows_nothing_of_another(northvale, desk, kelly):
    graham = northvale.scenes["S2"]["tenant_without_health_record"]["Graham Tully"]["keys"]["housing"]
    ticket = desk.issue(desk.subject(kelly, desk.everything))

    with northvale.wiring.database.transaction("hg_read") as connection:
        open_ticket(connection, ticket)
        persons = set(connection.execute(text("SELECT person_id FROM hearth.link")).scalars())
        records = set(connection.execute(text("SELECT record_id FROM hearth.fact")).scalars())

    assert persons == {kelly}
    assert northvale.record_id("housing", graham) not in records


def test_the_role_cannot_say_when_or_in_which_transaction_a_ticket_was_issued(northvale, desk, kelly):
    for column, value in (("issued_at", "now()"), ("xact", "'3'::xid8")):
        with northvale.wiring.database.engine("hg_read").connect() as connection:
            written = desk.write(connection, [desk.subject(kelly, desk.everything)])
            entry = connection.execute(text("SELECT gen_random_uuid()")).scalar_one()
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(
                    text(
                        f"INSERT INTO audit.ticket (ticket_id, entry_id, own_sources, not_after, {column})"  # noqa: S608 - two fixed names
                        f" VALUES (:ticket, :entry, '{{}}', now(), {value})"
                    ),
                    {"ticket": entry, "entry": written},
                )
            connection.rollback()


def test_an_entry_alone_is_no_ticket(northvale):
    with northvale.wiring.database.transaction("hg_read") as connection, pytest.raises(ProgrammingError):
        open_ticket(connection, northvale.wiring.mint())
    classes = {row.event_class for row in northvale.sql("SELECT DISTINCT event_class FROM audit.entry")}
    assert EventClass.DISCLOSURE.value not in classes


def test_what_a_ticket_admits_is_told_to_the_transaction_that_opened_it_alone(northvale, desk, kelly):
    ticket = desk.issue(desk.subject(kelly, desk.everything))
    engine = northvale.wiring.database.engine("hg_read")
    permits = text("SELECT count(*), coalesce(sum(cardinality(records)), 0) FROM hearth.permit")

    with engine.connect() as opened, engine.connect() as beside:
        open_ticket(opened, ticket)
        told = opened.execute(permits).one()
        assert told[0] == 1
        assert told[1] > 0
        assert beside.execute(permits).one() == (0, 0)
        opened.commit()
        assert opened.execute(permits).one() == (0, 0)
        beside.rollback()
