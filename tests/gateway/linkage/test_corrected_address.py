"""Addresses: a corrected one takes the place of the wrong one, and parts whom it joined; the newest is one lived at."""

from datetime import timedelta

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new

HOME = {"line1": "5 Elm Row", "line3": "Northvale", "postcode": "NV8 3AA", "uprn": "980000097201"}
NEXT_DOOR = HOME | {"line1": "6 Elm Row", "uprn": "980000097202"}
MOTHER = {"surname": "Ashdown", "forename": "Nora", "dob": "1980-04-05", "sex": "F"}
STRANGER = {"surname": "Brackley", "forename": "Saul", "dob": "1975-04-05", "sex": "M"}
TENANCY = {"tenancy_ref": "BW382", "person_ref": "T298201", "relationship": "tenant", "start_date": "2022-06-01"}
HERS = TENANCY | {"tenancy_ref": "BW381", "person_ref": "T298101"} | MOTHER | HOME
FEEDS = {
    "housing-tenancies": ("housing", "T298201", TENANCY),
    "council-tax": (
        "council_tax", "L98201", {"account_ref": "CT982", "person_ref": "L98201", "liable_from": "2022-06-01"},
    ),
    "case-people": ("case_system", "CP98201", {"person_ref": "CP98201", "address_from": "2022-06-01"}),
}  # fmt: skip


def housemates(northvale, source, key):
    return northvale.count(
        "SELECT count(DISTINCT o.person_id) FROM hearth.link l JOIN hearth.household_member m USING (person_id)"
        " JOIN hearth.household_member o USING (household_id) WHERE l.record_id = :record AND l.superseded_at IS NULL",
        record=northvale.record_id(source, key),
    )


@pytest.mark.parametrize("link", [link_everything, link_new])
@pytest.mark.parametrize("feed", FEEDS)
def test_a_corrected_uprn_parts_a_family_from_the_neighbours_whom_a_wrong_one_put_with_it(northvale, feed, link):
    source, key, row = FEEDS[feed]
    northvale.push_rows("housing-tenancies", HERS)
    northvale.push_rows(feed, row | STRANGER | NEXT_DOOR | {"uprn": HOME["uprn"]})
    link(northvale.wiring)
    assert housemates(northvale, source, key) == 2

    northvale.push_rows(feed, row | STRANGER | NEXT_DOOR)
    link(northvale.wiring)

    assert housemates(northvale, source, key) == 1
    assert housemates(northvale, "housing", "T298101") == 1


@pytest.mark.parametrize("link", [link_everything, link_new])
@pytest.mark.parametrize(
    ("feed", "source", "key"),
    [("library-members", "libraries", "borrower_no"), ("customer-service", "customer_service", "contact_id")],
)
def test_who_moves_lives_at_the_new_address_where_a_source_tells_no_days(northvale, feed, source, key, link):
    northvale.push_rows("housing-tenancies", HERS)
    known = {key: "X98201", "surname": "Brackley", "forename": "Saul", "last_name": "Brackley", "first_name": "Saul",
             "dob": "05/04/1975", "phone": "07700 900982", "postcode": "NV8 3AA"}  # fmt: skip
    northvale.push_rows(feed, known | {"address": "5 Elm Row; Northvale"})
    link(northvale.wiring)
    assert housemates(northvale, source, "X98201") == 2

    northvale.push_rows(feed, known | {"address": "6 Elm Row; Northvale"})
    link(northvale.wiring)

    assert housemates(northvale, source, "X98201") == 1
    assert housemates(northvale, "housing", "T298101") == 1


def test_the_newest_address_is_where_somebody_lives_and_not_where_they_will(northvale):
    to_come = (northvale.clock.now + timedelta(days=20)).date().isoformat()
    northvale.push_rows("housing-tenancies", TENANCY | STRANGER | HOME)
    northvale.push_rows(
        "housing-tenancies", TENANCY | {"tenancy_ref": "BW383", "start_date": to_come} | STRANGER | NEXT_DOOR
    )
    link_new(northvale.wiring)
    (handle,) = northvale.sql(
        "SELECT p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id) WHERE l.record_id = :record",
        record=northvale.record_id("housing", "T298201"),
    )[0]

    profile = northvale.open("B101", northvale.declare("B101", "tenancy_management"), handle).profile

    assert {one.lines[0]: one.newest for one in profile.addresses} == {"5 Elm Row": True, "6 Elm Row": False}
