"""A fact stands on a record that is there and was not erased, of a source and an item that are known.

No reference of the table says so, but a trigger over all rows of a statement: it holds to what references would.
"""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.entry import EventClass
from gateway import clock
from gateway.store.ledger import append
from tests.gateway.audit.log_book import an_entry

KNOWN, UNKNOWN = 0, 251
RECORD = text(
    "INSERT INTO hearth.source_record (record_id, source_no, subject_kind, key_digest)"
    " VALUES (:record, :source, 'person', sha256(CAST(CAST(:record AS text) AS bytea)))"
)
FACT = text(
    "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, nature, disputed, tombstone,"
    " content_digest, batch_id, agreement, recorded_at)"
    " SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), r, :source, :item, '{}', 'fact', false, false, '',"
    " gen_random_uuid(), '', now() FROM unnest(CAST(:records AS uuid[])) AS r"
)
# As `hearth.erase_records` does: a change of the key excludes whoever holds the record.
ERASE = text(
    "UPDATE hearth.source_record SET subject_kind = 'erased', key_digest = sha256(key_digest) WHERE record_id = :record"
)


def begun(admin):
    connection = admin.connect()
    append(connection, an_entry(event=EventClass.COLLECTION))
    return connection


def record(connection, source=KNOWN):
    made = clock.new_id()
    connection.execute(RECORD, {"record": made, "source": source})
    return made


def facts(connection, *records, source=KNOWN, item=0):
    connection.execute(FACT, {"records": list(map(str, records)), "source": source, "item": item})


@pytest.fixture
def standing(admin):
    """A record that another transaction has made."""
    with begun(admin) as connection:
        made = record(connection)
        connection.commit()
    return made


def test_records_of_this_transaction_and_of_others_may_have_facts(admin, standing):
    with begun(admin) as connection:
        own = record(connection)
        facts(connection, own, standing, own)
        facts(connection, own)


def test_a_record_of_an_unknown_source_is_refused(admin, standing):
    with begun(admin) as connection, pytest.raises(DBAPIError, match="no such source"):
        record(connection, UNKNOWN)
    with begun(admin) as connection, pytest.raises(DBAPIError, match="no such source"):
        connection.execute(
            text("UPDATE hearth.source_record SET source_no = 251 WHERE record_id = :r"), {"r": standing}
        )


@pytest.mark.parametrize("strange", [{"source": UNKNOWN}, {"item": UNKNOWN}])
def test_a_fact_of_an_unknown_source_or_item_is_refused(admin, standing, strange):
    with begun(admin) as connection, pytest.raises(DBAPIError, match="no such record, source or item"):
        facts(connection, standing, **strange)


def test_one_unknown_record_among_many_is_refused(admin, standing):
    with begun(admin) as connection, pytest.raises(DBAPIError, match="no such record, source or item"):
        facts(connection, record(connection), standing, clock.new_id(), standing)


def test_an_erased_record_is_refused_whoever_erased_it(admin, standing):
    with begun(admin) as connection:
        own = record(connection)
        connection.execute(ERASE, {"record": own})
        with pytest.raises(DBAPIError, match="has been erased"):
            facts(connection, own)
    with begun(admin) as connection:
        connection.execute(ERASE, {"record": standing})
        connection.commit()
    with begun(admin) as connection, pytest.raises(DBAPIError, match="has been erased"):
        facts(connection, record(connection), standing)


def test_an_erasure_waits_for_facts_under_way(admin, standing):
    with begun(admin) as connection, begun(admin) as eraser:
        facts(connection, standing)
        eraser.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            eraser.execute(ERASE, {"record": standing})


def test_facts_wait_for_an_erasure_under_way_and_are_refused(admin, standing):
    said = []

    def store():
        with begun(admin) as connection:
            try:
                facts(connection, standing)
            except DBAPIError as error:
                said.append(str(error.orig))

    with begun(admin) as eraser:
        eraser.execute(ERASE, {"record": standing})
        storing = threading.Thread(target=store)
        storing.start()
        storing.join(0.5)
        assert storing.is_alive()
        eraser.commit()
        storing.join(30)
    assert len(said) == 1
    assert "has been erased" in said[0]
