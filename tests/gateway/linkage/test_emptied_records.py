"""A record that its sender withdraws stays with its person, and so does what stewards said by way of it."""

import pytest

from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.served import served

HOME = {"line1": "9 Oak Row", "line3": "Northvale", "postcode": "NV8 3AB", "uprn": "980000097301"}
FATHER = {"surname": "Moorcroft", "forename": "Lennard", "dob": "1982-01-02", "sex": "M"}
DAUGHTER = {"surname": "Moorcroft", "forename": "Isolde", "dob": "2015-01-02", "sex": "F"}
CASE, TENANT, CHILD = ("case_system", "CP98009"), ("housing", "T298009"), ("case_system", "CP98001")
ROWS = {
    "case-people": [
        {"person_ref": "CP98009", "address_from": "2021-03-01"} | FATHER | HOME,
        {"person_ref": "CP98001", "address_from": "2021-03-01"} | DAUGHTER | HOME,
    ],
    "housing-tenancies": [
        {"tenancy_ref": "BW398", "person_ref": "T298009", "relationship": "tenant", "start_date": "2021-03-01"}
        | FATHER | HOME,
    ],
}  # fmt: skip


def person(northvale, record):
    return northvale.sql(
        "SELECT person_id FROM hearth.link WHERE record_id = :record AND superseded_at IS NULL",
        record=northvale.record_id(*record),
    )[0].person_id


def members(northvale):
    rows = northvale.sql(
        "SELECT person_id FROM hearth.household_member WHERE household_id IN"
        " (SELECT household_id FROM hearth.household_member WHERE person_id = :child)", child=person(northvale, CHILD)
    )  # fmt: skip
    return {row.person_id for row in rows}


@pytest.fixture
def family(northvale):
    for feed, rows in ROWS.items():
        northvale.push_rows(feed, *rows)
    link_new(northvale.wiring)
    assert person(northvale, CASE) == person(northvale, TENANT)
    return northvale


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_withdrawn_record_stays_with_its_person_and_a_correction_made_by_way_of_it_holds(family, link):
    father = person(family, TENANT)
    assert members(family) == {father, person(family, CHILD)}
    with served(family) as gateway:
        home, handle = family.sql(
            "SELECT m.household_id, p.family_id FROM hearth.household_member m JOIN hearth.person p USING (person_id)"
            " WHERE p.person_id = :father", father=father
        )[0]  # fmt: skip
        said = {"family_id": str(handle), "belongs": False, "sources": [], "reason": "He moved out."}
        path = f"/v1/households/{home}/corrections"
        gateway.client.post(path, json=said, headers={"Test-Caller": "W603"}).raise_for_status()
    (corrected,) = family.sql("SELECT record_id FROM hearth.household_correction")
    assert corrected.record_id == family.record_id(*CASE)
    assert members(family) == {person(family, CHILD)}

    family.push_rows("case-people", {"person_ref": "CP98009"}, mode=Mode.TOMBSTONE)
    link(family.wiring)

    assert person(family, CASE) == person(family, TENANT) == father
    assert members(family) == {person(family, CHILD)}
    link_everything(family.wiring)
    assert person(family, CASE) == father
    assert members(family) == {person(family, CHILD)}


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_person_of_whom_everybody_withdraws_goes_on_as_one(family, link):
    father = person(family, TENANT)
    family.push_rows("case-people", {"person_ref": "CP98009"}, mode=Mode.TOMBSTONE)
    family.push_rows("housing-tenancies", {"person_ref": "T298009"}, mode=Mode.TOMBSTONE)
    link(family.wiring)
    assert person(family, CASE) == person(family, TENANT) == father
    family.push_rows("housing-tenancies", *ROWS["housing-tenancies"])
    link(family.wiring)
    assert person(family, CASE) == person(family, TENANT) == father


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_who_is_left_where_somebody_is_withdrawn_has_a_home_all_the_same(family, link):
    mother = {"surname": "Moorcroft", "forename": "Dorothea", "dob": "1984-06-07", "sex": "F"}
    family.push_rows("case-people", ROWS["case-people"][0] | mother | {"person_ref": "CP98002"})
    link(family.wiring)
    child, woman = person(family, CHILD), person(family, ("case_system", "CP98002"))
    assert members(family) == {child, woman, person(family, TENANT)}

    family.push_rows("case-people", {"person_ref": "CP98009"}, mode=Mode.TOMBSTONE)
    family.push_rows("housing-tenancies", {"person_ref": "T298009"}, mode=Mode.TOMBSTONE)
    link(family.wiring)

    assert members(family) == {child, woman}
