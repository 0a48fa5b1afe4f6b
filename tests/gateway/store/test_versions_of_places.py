"""Which version of a place a reader is shown of somebody protected: none that a later version has ended."""

import json

import pytest

from gateway.store.facts import load_facts
from gateway.store.ledger import open_ticket

SINCE = "2026-09-03"
HOME = {"lines": "1 Mill Lane", "postcode": "NV1 1AA", "kind": "home"}
FRIENDS = {"lines": "2 Sorrel Row", "postcode": "NV9 9ZZ", "kind": "home"}
ENDED = None
"""A version that says the fact no more."""

VERSIONS = [
    pytest.param([(HOME, "2021-03-01", "07-01"), (ENDED, None, "10-12")], None, id="withdrawn since"),
    pytest.param([(HOME, None, "07-01"), (ENDED, None, "10-12")], None, id="withdrawn since, without a day"),
    pytest.param([(HOME, "2021-03-01", "07-01"), (ENDED, None, "08-01")], None, id="withdrawn before"),
    pytest.param(
        [(HOME, None, "07-01"), (ENDED, None, "08-01"), (HOME, None, "10-12")], None, id="told again since"
    ),
    pytest.param(
        [(HOME, "2021-03-01", "07-01"), (ENDED, None, "10-12"), (FRIENDS, None, "10-13")], None, id="and another since"
    ),
    pytest.param([(FRIENDS, "2026-07-01", "10-12"), (FRIENDS, "2026-10-01", "10-13")], None, id="of since"),
    pytest.param(
        [(FRIENDS, "2026-07-01", "10-12"), (FRIENDS | {"lines": "Flat 2 Sorrel Row"}, "2026-10-01", "10-13")],
        None, id="of since, in other words",
    ),
    pytest.param(
        [(FRIENDS, "2026-07-01", "10-12"), (FRIENDS, "2026-10-01", "10-13"), (HOME, "2026-11-01", "11-02")],
        None, id="of since, and left again",
    ),
    pytest.param([(HOME, None, "07-01"), (FRIENDS, None, "10-12")], HOME, id="another since: as if it were not told"),
    pytest.param([(HOME, None, "07-01"), (HOME | {"kind": "temporary"}, None, "10-12")], HOME | {"kind": "temporary"},
                 id="the same since"),
    pytest.param([(FRIENDS, None, "10-12"), (FRIENDS | {"kind": "temporary"}, None, "10-13")], None, id="told since"),
]  # fmt: skip


@pytest.mark.parametrize(("versions", "shown"), VERSIONS)
def test_what_is_shown_of_a_place_that_was_told_in_several_versions(northvale, desk, versions, shown):
    kelly = northvale.person_id("S2", "Kelly Marsh")
    record = northvale.record_id("housing", northvale.person("S2", "Kelly Marsh")["keys"]["housing"])
    northvale.sql(
        "DELETE FROM hearth.fact f USING hearth.item i WHERE f.item_no = i.item_no AND i.name = 'address.residence'"
        " AND f.record_id = :record",
        record=record,
    )
    put(northvale, record, "identity.protected", {"kind": "refuge"}, SINCE, "2026-09-04")
    for value, since, day in versions:
        put(northvale, record, "address.residence", value, since, f"2026-{day}")

    ticket = desk.issue(desk.subject(kelly, desk.cells(("housing", "address.residence"))))

    assert loaded(northvale, ticket) == ([] if shown is None else [shown])


def put(northvale, record, item, value, since, day):
    """A version of a fact: what it says, since when, and the day on which it was learnt."""
    northvale.sql(
        "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, nature,"
        " tombstone, content_digest, batch_id, agreement, recorded_at)"
        " SELECT gen_random_uuid(), CAST(:item AS text)::bytea, r.record_id, r.source_no, i.item_no,"
        " CAST(:value AS jsonb), CAST(:since AS date), 'fact', :ended, '', b.batch_id, 'a', CAST(:day AS timestamptz)"
        " FROM hearth.source_record r, hearth.item i, (SELECT batch_id FROM desk.batch LIMIT 1) b"
        " WHERE r.record_id = :record AND i.name = :item",
        record=record, item=item, value=json.dumps(value or {}), since=since, ended=value is ENDED, day=day,
    )  # fmt: skip


def loaded(northvale, ticket):
    with northvale.wiring.database.transaction("hg_read") as connection:
        open_ticket(connection, ticket)
        return [fact.value for fact in load_facts(connection)]
