"""The tenant before and the tenant of today are two households, whatever a register forgot to end or to date."""

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.linkage.test_linking_new import homes_and_kin

FLAT = {"line1": "9 Fuller's Yard", "line3": "Northvale", "postcode": "NV8 4AA", "uprn": "980000097301"}
ELSEWHERE = {"line1": "22 Weaver Street", "line3": "Northvale", "postcode": "NV8 4BB", "uprn": "980000097302"}
BEFORE = {"surname": "Ashgrove", "forename": "Conor", "dob": "1971-02-03", "sex": "M"}
NEXT = {"surname": "Birchall", "forename": "Imani", "dob": "1989-08-07", "sex": "F"}
CHILD = {"surname": "Mbeki", "forename": "Sade", "dob": "2014-03-09", "sex": "F"}
FIRST = BEFORE | FLAT | {"tenancy_ref": "BW391", "person_ref": "T299101", "relationship": "tenant",
                         "start_date": "2015-01-05"}  # fmt: skip
SECOND = NEXT | FLAT | {"tenancy_ref": "BW392", "person_ref": "T299201", "relationship": "tenant",
                        "start_date": "2022-04-15"}  # fmt: skip
MOVED = BEFORE | ELSEWHERE | {"account_ref": "CT99101", "person_ref": "L99101", "liable_from": "2022-04-01"}
AT_SCHOOL = CHILD | FLAT | {"person_ref": "CP99301", "address_from": ""}


def lives_with(northvale, source, key):
    """Who is of a household with the person of this record, by the records that tell of them."""
    rows = northvale.sql(
        "SELECT DISTINCT r.record_id FROM hearth.link l JOIN hearth.household_member m USING (person_id)"
        " JOIN hearth.household_member o USING (household_id) JOIN hearth.link r ON r.person_id = o.person_id"
        " WHERE l.record_id = :record AND l.superseded_at IS NULL AND r.superseded_at IS NULL",
        record=northvale.record_id(source, key),
    )
    records = {"before": ("housing", "T299101"), "next": ("housing", "T299201"), "child": ("case_system", "CP99301")}
    names = {found: who for who, told in records.items() for found in northvale._records([told])}
    return {names[row.record_id] for row in rows if row.record_id in names}


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_tenancy_that_nobody_ended_keeps_the_last_tenant_with_the_next_only_until_he_is_known_elsewhere(
    northvale, link
):
    northvale.push_rows("case-people", AT_SCHOOL)
    northvale.push_rows("housing-tenancies", FIRST)
    northvale.push_rows("housing-tenancies", SECOND)
    link(northvale.wiring)
    assert lives_with(northvale, "housing", "T299201") == {"before", "next", "child"}

    # Nobody knows yet since when the child lives there, so she may be his: with her mother's tenancy she is hers.
    northvale.push_rows("housing-tenancies", SECOND | CHILD | {"person_ref": "T299301", "relationship": "child"})
    northvale.push_rows("council-tax", MOVED)
    link(northvale.wiring)

    assert lives_with(northvale, "housing", "T299201") == {"next", "child"}
    assert lives_with(northvale, "housing", "T299101") == {"before"}
    homes = homes_and_kin(northvale)
    link_everything(northvale.wiring)
    assert homes == homes_and_kin(northvale)


def test_a_child_of_whom_no_day_is_known_lives_with_the_tenant_of_today_as_soon_as_that_comes(northvale):
    northvale.push_rows("case-people", AT_SCHOOL)
    northvale.push_rows("housing-tenancies", FIRST | {"end_date": "2022-03-31"})
    link_new(northvale.wiring)
    assert lives_with(northvale, "case_system", "CP99301") == {"before", "child"}

    northvale.push_rows("housing-tenancies", SECOND)
    link_new(northvale.wiring)

    assert lives_with(northvale, "case_system", "CP99301") == {"next", "child"}
    assert lives_with(northvale, "housing", "T299101") == {"before"}
    homes = homes_and_kin(northvale)
    link_everything(northvale.wiring)
    assert homes == homes_and_kin(northvale)
