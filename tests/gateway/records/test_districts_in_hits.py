"""Districts beside hits, over HTTP: they tell two people of one name apart, and nobody by having none (scene S3)."""

import csv
import io

import pytest

from gateway.usecases.linking.linking import link_everything
from tests.gateway.northvale_world import copied
from tests.gateway.served import content, served
from tests.journeys.test_byte_equal import as_bytes, northvale_without

_COLUMNS = ("person_ref", "surname", "forename", "dob", "sex", "line1", "postcode", "address_from")


def hits(northvale, **asked):
    """What any early help worker finds of the council."""
    with served(northvale) as gateway:
        headers = gateway.headers("W203", gateway.declare("W203", "early_help"))
        return gateway.client.post("/v1/people/search", json=asked, headers=headers)


def districts(answer):
    return [(hit["identity"]["names"][0]["value"], hit["postcodes"]) for hit in answer.json()["hits"]]


@pytest.fixture
def twins_of_name(northvale_world):
    """Two women of one name in two homes, of whom nobody wrote down when they were born."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_COLUMNS)
    writer.writerow(("CP990001", "Oakenshaw", "Petra", "", "F", "1 Mill Lane", "NV1 0AB", "2024-01-10"))
    writer.writerow(("CP990002", "Oakenshaw", "Petra", "", "F", "77 Quarry Rise", "NV4 0JL", "2023-05-02"))
    writer.writerow(("CP990003", "Oakenshaw", "Ivo", "1990-02-02", "M", "3 Mill Lane", "NV1 0AB", "2024-01-10"))
    with copied(northvale_world) as northvale:
        assert northvale.push("case-people", sheet.getvalue().encode(), "twins").rows_accepted == 3
        link_everything(northvale.wiring)
        yield northvale


def test_relatives_of_one_home_are_shown_alike_though_two_of_them_are_protected(northvale):
    found = dict(districts(hits(northvale, family_name="Nair")))

    assert {"Vikram Nair", "Priya Nair", "Rohan Nair"} <= set(found)
    assert {tuple(shown) for shown in found.values()} == {()}


def test_a_search_is_the_same_with_and_without_what_protects(northvale_world, northvale):
    whole = content(hits(northvale, family_name="Nair"))

    with northvale_without(northvale_world, ("refuge", "pds", "health")) as without:
        assert as_bytes(content(hits(without, family_name="Nair"))) == as_bytes(whole)


def test_two_people_whom_name_and_birth_do_not_tell_apart_are_told_by_their_districts(twins_of_name):
    found = [(name, shown) for name, shown in districts(hits(twins_of_name, family_name="Oakenshaw")) if "shaw" in name]

    assert sorted(found) == [("Ivo Oakenshaw", []), ("Petra Oakenshaw", ["NV1"]), ("Petra Oakenshaw", ["NV4"])]


def test_the_log_counts_the_districts_that_were_shown_and_no_others(twins_of_name):
    answer = hits(twins_of_name, family_name="Oakenshaw")

    (counts,) = twins_of_name.sql(
        "SELECT (o.fields #>> '{shown_counts,1}')::jsonb ->> 'address.residence' AS shown FROM audit.opening o"
        " WHERE o.entry_id = :entry",
        entry=answer.json()["receipt"]["entry"],
    )
    assert counts.shown == "2"


def test_two_of_one_name_have_no_districts_where_the_home_of_one_is_withheld_or_was_never_given(twins_of_name):
    nowhere = {"person_ref": "CP990004", "surname": "Oakenshaw", "forename": "Ivo", "dob": "1990-02-02", "sex": "M"}
    twins_of_name.push_rows("case-people", nowhere)
    link_everything(twins_of_name.wiring)
    assert [found for found in districts(hits(twins_of_name, family_name="Oakenshaw")) if found[1]] == [
        ("Petra Oakenshaw", ["NV1"]), ("Petra Oakenshaw", ["NV4"]),
    ]  # fmt: skip

    protect(twins_of_name, "CP990002")

    assert {tuple(shown) for _, shown in districts(hits(twins_of_name, family_name="Oakenshaw"))} == {()}


def protect(northvale, person_ref):
    """Give somebody of the case system the mark without a day that somebody else of Northvale has."""
    northvale.sql(
        "UPDATE hearth.fact SET record_id = :record WHERE fact_id = ("
        "  SELECT f.fact_id FROM hearth.fact f JOIN hearth.item i USING (item_no)"
        "   WHERE i.name = 'identity.protected' AND f.valid_from IS NULL LIMIT 1)",
        record=northvale.record_id("case_system", person_ref),
    )
