"""Several statements in one round trip: all of them or none, on whatever connection, and never another's answer."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from gateway.store import wire
from gateway.store.scripts import driver_connection
from gateway.store.wire import Statement

_ONE = Statement(b"test_one", b"SELECT 1::int, $1::text", (0,))
_LENGTH = Statement(b"test_length", b"SELECT length($1)", (0,))
_PUT = Statement(b"test_put", b"INSERT INTO public.kept VALUES ($1)", (0,))
_WRONG = Statement(b"test_wrong", b"SELECT audit.open_ticket($1)", (0,))
_KEPT = text("SELECT count(*) FROM public.kept")
_NOBODY = b"00000000-0000-0000-0000-000000000000"


@pytest.fixture
def kept(admin):
    with admin.begin() as connection:
        connection.execute(text("CREATE TABLE public.kept (word text PRIMARY KEY)"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO hg_read"))
        connection.execute(text("GRANT INSERT, SELECT ON public.kept TO hg_read"))

    def count():
        with admin.begin() as connection:
            return connection.execute(_KEPT).scalar_one()

    return count


def test_each_step_gives_its_own_rows(database):
    with database.transaction("hg_read") as connection:
        for word in (b"a", b"b"):
            first, second = wire.run(connection, [(_ONE, (word,)), (_LENGTH, (word * 3,))])
            assert wire.rows(connection, first) == [(1, word.decode())]
            assert wire.rows(connection, second) == [(3,)]


def test_what_psycopg_forgot_is_prepared_again(database):
    with database.engine("hg_read").connect() as connection:
        driver = driver_connection(connection)
        wire.run(connection, [(_ONE, (b"a",))])
        connection.rollback()
        driver.execute("DEALLOCATE ALL")
        driver.rollback()

        (found,) = wire.run(connection, [(_ONE, (b"b",))])

        assert wire.rows(connection, found) == [(1, "b")]
        connection.execute(text("DEALLOCATE ALL"))
        (found,) = wire.run(connection, [(_ONE, (b"c",))])
        assert wire.rows(connection, found) == [(1, "c")]


def test_a_step_that_fails_takes_the_others_with_it_and_says_no_value(database, kept):
    with database.engine("hg_read").connect() as connection:
        for _ in range(2):
            with pytest.raises(ProgrammingError, match="no committed and fresh authorisation") as refused:
                wire.run(connection, [(_PUT, (b"a word",)), (_WRONG, (_NOBODY,)), (_PUT, (b"b",))], commit=True)
            assert "a word" not in str(refused.value)
            connection.rollback()
            assert kept() == 0

        wire.run(connection, [(_PUT, (b"a word",))], commit=True)
    assert kept() == 1


def test_committed_in_the_round_trip_is_committed_for_others(database, kept):
    with database.engine("hg_read").connect() as connection:
        wire.run(connection, [(_PUT, (b"a",))])
        assert kept() == 0
        wire.run(connection, [(_PUT, (b"b",))], commit=True)
        assert kept() == 2


def test_values_longer_than_the_socket_takes_at_once_arrive(database):
    long = b"x" * 8_000_000
    with database.transaction("hg_read") as connection:
        first, second = wire.run(connection, [(_LENGTH, (long,)), (_ONE, (long,))])
        assert wire.rows(connection, first) == [(len(long),)]
        assert wire.rows(connection, second) == [(1, long.decode())]


def test_a_lost_connection_is_an_error_and_is_not_used_again(database, admin):
    with database.engine("hg_read").connect() as connection:
        driver = driver_connection(connection)
        with admin.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": driver.info.backend_pid})

        with pytest.raises(OperationalError):
            wire.run(connection, [(_ONE, (b"a",))])

        assert driver.closed
    with pytest.raises(psycopg.OperationalError):
        wire.run(driver, [(_ONE, (b"a",))])
