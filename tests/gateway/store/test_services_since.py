"""Of somebody protected, services that began since the protection are not shown where a ticket says so."""

import re
from pathlib import Path

import pytest

from concept_model.items import EARLIER_ALONE, ITEM_CAPACITY, SERVICE_BEARING, item_bit
from gateway.store.facts import withheld_counts
from gateway.store.ledger import open_ticket
from tests.gateway.store.test_versions_of_places import ENDED, SINCE, loaded, put

ITEM = "care.professional"
VISITOR = {"name": "A. Visitor", "role": "health visitor", "service": "0 to 19", "organisation": "NHS"}
OTHERS = {"name": "B. Worker", "role": "support worker", "service": "Outreach", "organisation": "Harbour Aid"}
TALKED = VISITOR | {"last_contact": "2026-10-11"}
SQL = Path(__file__).parents[3] / "gateway" / "store" / "migrations" / "sql" / "0051_services_since.sql"


@pytest.fixture
def kelly(northvale):
    """Protected since a day, with no professional of the case system yet."""
    record = northvale.record_id("case_system", northvale.person("S2", "Kelly Marsh")["keys"]["case_system"])
    northvale.sql(
        "DELETE FROM hearth.fact f USING hearth.item i WHERE f.item_no = i.item_no AND i.name = :item"
        " AND f.record_id = :record",
        record=record, item=ITEM,
    )  # fmt: skip
    put(northvale, record, "identity.protected", {"kind": "refuge"}, SINCE, "2026-09-04")
    return record


def issued(northvale, desk, *, limited, counted=False):
    person = northvale.person_id("S2", "Kelly Marsh")
    cell = desk.cells(("case_system", ITEM))
    source = northvale.wiring.source_number("case_system")
    bit = 1 << source * ITEM_CAPACITY + EARLIER_ALONE if limited else 0
    return desk.issue(desk.subject(person, cell | bit, counted=cell if counted else 0))


VERSIONS = [
    pytest.param([(VISITOR, "2021-03-01", "07-01")], VISITOR, id="began before"),
    pytest.param([(VISITOR, "2021-03-01", "10-12")], VISITOR, id="began before and was learnt since"),
    pytest.param([(VISITOR, "2026-09-20", "09-21")], None, id="began since"),
    pytest.param([(VISITOR, "2026-08-20", "08-21")], None, id="began in the four weeks before"),
    pytest.param([(VISITOR, None, "07-01")], VISITOR, id="without a day, learnt before"),
    pytest.param([(VISITOR, None, "10-12")], None, id="without a day, learnt since"),
    pytest.param([(VISITOR, None, "07-01"), (TALKED, None, "10-12")], TALKED, id="the same goes on"),
    pytest.param([(VISITOR, None, "07-01"), (OTHERS, None, "10-12")], VISITOR, id="another since: as if not told"),
    pytest.param(
        [(VISITOR, "2021-03-01", "07-01"), (OTHERS, "2021-03-01", "10-12")], VISITOR, id="another under the old day"
    ),
    pytest.param([(VISITOR, "2021-03-01", "07-01"), (ENDED, None, "10-12")], None, id="withdrawn since"),
    pytest.param([(VISITOR, "2021-03-01", "07-01"), (VISITOR, "2026-09-10", "10-12")], None, id="of since, after all"),
]  # fmt: skip


@pytest.mark.parametrize(("versions", "shown"), VERSIONS)
def test_what_is_shown_of_a_service_of_somebody_protected(northvale, desk, kelly, versions, shown):
    for value, since, day in versions:
        put(northvale, kelly, ITEM, value, since, f"2026-{day}")

    newest = versions[-1][0]
    assert loaded(northvale, issued(northvale, desk, limited=True)) == ([] if shown is None else [shown])
    # Who keeps them safe is shown what is said today.
    assert loaded(northvale, issued(northvale, desk, limited=False)) == ([] if newest is ENDED else [newest])


def test_of_whom_the_database_knows_no_protection_a_limited_ticket_shows_none(northvale, desk, kelly):
    put(northvale, kelly, ITEM, VISITOR, "2021-03-01", "2026-07-01")
    northvale.sql(
        "DELETE FROM hearth.fact f USING hearth.item i WHERE f.item_no = i.item_no AND i.name = 'identity.protected'"
    )

    assert loaded(northvale, issued(northvale, desk, limited=True)) == []
    assert loaded(northvale, issued(northvale, desk, limited=False)) == [VISITOR]


@pytest.mark.parametrize(("since", "entries"), [("2021-03-01", []), ("2026-09-20", [1])])
def test_what_is_withheld_of_since_is_counted_and_what_is_shown_is_not(northvale, desk, kelly, since, entries):
    put(northvale, kelly, ITEM, VISITOR, since, "2026-09-21")
    ticket = issued(northvale, desk, limited=True, counted=True)

    with northvale.wiring.database.transaction("hg_read") as connection:
        open_ticket(connection, ticket)
        counts = withheld_counts(connection, [northvale.person_id("S2", "Kelly Marsh")])

    assert [one.entries for one in counts] == entries


def test_the_numbers_in_row_level_security_are_those_of_the_items():
    listed = re.findall(r"item_no IN \(([\d, ]+)\)|p_item IN \(([\d, ]+)\)", SQL.read_text())
    numbers = sorted(item_bit(name) for name in SERVICE_BEARING)

    assert len(listed) == 3
    assert all([int(one) for one in (first or second).split(",")] == numbers for first, second in listed)
    assert f"* 256 + {EARLIER_ALONE}" in SQL.read_text()
