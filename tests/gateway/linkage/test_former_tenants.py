"""Who lived at an address before is nobody's family there, though one source holds the family at it without a date."""

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new

FORMER = {
    "tenancy_ref": "BW399999", "person_ref": "T299999", "relationship": "tenant", "surname": "Formerly",
    "forename": "Alan", "dob": "05/05/1970", "sex": "M", "tenancy_type": "assured", "tenure": "social rent",
    "start_date": "17/02/2010", "end_date": "10/01/2021",
}  # fmt: skip


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_tenant_of_long_ago_is_not_on_the_page_of_a_child_whom_a_school_holds_there_without_a_date(northvale, link):
    family = northvale.family_id("S2", "Jayden Marsh")
    (home,) = northvale.sql(
        "SELECT f.value FROM hearth.fact f JOIN hearth.item i USING (item_no) WHERE i.name = 'address.residence'"
        " AND f.record_id = :record",
        record=northvale.record_id("housing", northvale.person("S2", "Jayden Marsh")["keys"]["housing"]),
    )
    lines = str(home.value["lines"]).split("\n")
    place = {"line1": lines[0], "line3": lines[-1], "postcode": home.value["postcode"], "uprn": home.value["uprn"]}
    northvale.push_rows("housing-tenancies", FORMER | place)
    link(northvale.wiring)

    declared = northvale.declare("W301", "section_47", case_reference="S47-2026-71")
    page = northvale.open("W301", declared, family).profile

    names = {each.identity.names[0].value for each in page.members}
    assert {"Jayden Marsh", "Kelly Marsh"} <= names
    assert "Alan Formerly" not in names
