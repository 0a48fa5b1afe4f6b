"""No row about people changes but in a transaction that has appended its entry first, with an actor and a purpose."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.entry import EventClass
from gateway.store.errors import TicketRefusedError
from gateway.store.ledger import append
from tests.gateway.audit.log_book import an_entry, write

STATEMENTS = {
    "insert": "INSERT INTO hearth.{0} SELECT * FROM hearth.{0} WHERE false",
    "update": "UPDATE hearth.{0} SET {1} = {1} WHERE false",
    "delete": "DELETE FROM hearth.{0} WHERE false",
    "truncate": "TRUNCATE hearth.{0} CASCADE",
}
# No row is about a person: numbers of items and sources, which migrations write and nobody else, and places as the
# gazetteer has them, made anew of facts that came with entries of their own.
UNGUARDED = {"item", "source", "gazetteer_address", "gazetteer_base"}
_COLUMNS = text(
    "SELECT c.relname AS name, min(a.attname) AS some_column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = 'hearth'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " GROUP BY c.relname"
)
REMOVE_KIN = text("DELETE FROM hearth.kin")


def acts_on(admin):
    """Every kind of statement on every table, as whoever owns them all."""
    with admin.begin() as connection:
        tables = {row.name: row.some_column for row in connection.execute(_COLUMNS)}
    assert tables.keys() > UNGUARDED
    return [
        (f"{kind} {table}", statement.format(table, column))
        for table, column in sorted(tables.items())
        for kind, statement in STATEMENTS.items()
        if table not in UNGUARDED
    ]


def refusal(admin, statement):
    """What the database says to a statement that nobody has appended an entry for."""
    with admin.connect() as connection:
        try:
            connection.execute(text(statement))
        except DBAPIError as refused:
            return str(refused.orig).partition("\n")[0]
    return "admitted"


def test_nothing_about_people_changes_without_an_actor_and_a_purpose_not_even_for_the_superuser(admin):
    said = {name: refusal(admin, statement) for name, statement in acts_on(admin)}

    assert {name: words for name, words in said.items() if words != "a change needs an actor and a purpose"} == {}


def test_every_change_is_admitted_once_its_entry_is_appended(admin):
    for _, statement in acts_on(admin):
        with admin.connect() as connection:
            append(connection, an_entry(event=EventClass.ALTERATION))
            connection.execute(text(statement))
            connection.rollback()


def named(connection, entry):
    """Say an actor, a purpose and an entry without appending any."""
    connection.execute(
        text(
            "SELECT set_config('hearthgate.actor', 'W1', true), set_config('hearthgate.purpose', 'linkage', true),"
            " set_config('hearthgate.entry', :entry, true)"
        ),
        {"entry": entry},
    )


@pytest.mark.parametrize("entry", ["", "00000000-0000-4000-8000-000000000009"])
def test_an_actor_and_a_purpose_alone_are_no_entry(database, entry):
    with database.engine("hg_link").connect() as connection:
        named(connection, entry)

        with pytest.raises(DBAPIError, match="an entry of its own transaction"):
            connection.execute(REMOVE_KIN)


def test_an_entry_of_an_earlier_transaction_admits_nothing(database):
    (earlier,) = write(database, an_entry(), role="hg_link")

    with database.engine("hg_link").connect() as connection:
        named(connection, str(earlier))

        with pytest.raises(DBAPIError, match="an entry of its own transaction"):
            connection.execute(REMOVE_KIN)


def test_what_one_transaction_may_the_next_on_the_same_connection_may_not(database):
    with database.engine("hg_link").connect() as connection:
        with connection.begin():
            append(connection, an_entry())
            connection.execute(REMOVE_KIN)
        with pytest.raises(DBAPIError, match="an actor and a purpose"), connection.begin():
            connection.execute(REMOVE_KIN)


def test_an_entry_that_a_savepoint_took_back_admits_nothing(database):
    with database.engine("hg_link").connect() as connection, connection.begin():
        appended = connection.begin_nested()
        append(connection, an_entry())
        appended.rollback()

        with pytest.raises(DBAPIError, match="a change needs"), connection.begin_nested():
            connection.execute(REMOVE_KIN)


def test_an_entry_without_a_purpose_admits_nothing(database):
    with database.engine("hg_link").connect() as connection:
        append(connection, an_entry(event=EventClass.SIGN_IN, purpose=None))

        with pytest.raises(DBAPIError, match="an actor and a purpose"):
            connection.execute(REMOVE_KIN)


def change_without_entry(database):
    with database.transaction("hg_link") as connection:
        connection.execute(REMOVE_KIN)


def test_the_gateway_says_of_such_a_change_what_it_says_of_a_read_without_a_ticket(database):
    with pytest.raises(TicketRefusedError, match="for want of an authorisation"):
        change_without_entry(database)


def test_what_is_rolled_back_leaves_neither_the_change_nor_its_entry(database, admin):
    entry = an_entry()
    with database.engine("hg_link").connect() as connection:
        append(connection, entry)
        connection.execute(REMOVE_KIN)
        connection.rollback()

    with admin.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit.entry")).scalar_one() == 0
