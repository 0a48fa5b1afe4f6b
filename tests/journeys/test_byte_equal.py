"""S2, S3, S10: what a reader gets is the same, to the byte, whether or not the hidden rows are there."""

import json
from contextlib import contextmanager

import pytest

from tests.gateway.northvale_world import copied
from tests.gateway.served import content, served

POLICE_HEALTH_REFUGE = ("police", "health", "pds", "refuge")
WELFARE = (
    "police", "dwp", "pds", "health", "schools", "social_care", "case_system", "housing", "refuge", "mash",
)  # fmt: skip


@contextmanager
def northvale_without(built, sources):
    """A copy whose link table and ids are those of the whole, and in which the sources' rows are not."""
    with copied(built) as northvale:
        numbers = [northvale.wiring.source_number(source) for source in sources]
        for table in ("fact", "search_token"):
            northvale.sql(f"DELETE FROM hearth.{table} WHERE source_no = ANY (:numbers)", numbers=numbers)  # noqa: S608 - two fixed names
        yield northvale


def seen(northvale, worker, purpose, scene, name, **declared):
    """The search answer, the answers for the families that it found, and why they are as they are, as text."""
    with served(northvale) as gateway:
        declaration = gateway.declare(worker, purpose, **declared)
        search = gateway.search(worker, declaration, northvale.person(scene, name))
        found = [hit["family_id"] for hit in search.json().get("hits", ())]
        families = [gateway.family(worker, declaration, family) for family in found]
        reasons = [gateway.explain(worker, declaration, family) for family in found]
        return [content(search), *map(content, families), *map(content, reasons)]


def as_bytes(answers) -> bytes:
    return json.dumps(answers, ensure_ascii=False).encode()


HIDDEN = [
    pytest.param(("B101", "tenancy_management", "S2", "Kelly Marsh"), POLICE_HEALTH_REFUGE, 20, id="S2 rent officer"),
    pytest.param(("B101", "tenancy_management", "S1", "Leanne Cole"), POLICE_HEALTH_REFUGE, 10, id="S1 rent officer"),
    pytest.param(("W203", "early_help", "S3", "Vikram Nair"), ("refuge",), 20, id="S3 the worker of Vikram"),
    pytest.param(("W203", "early_help", "S3", "Vikram Nair"), ("refuge", "police", "health"), 20, id="S3 and more"),
    pytest.param(("B101", "tenancy_management", "S3", "Vikram Nair"), ("refuge",), 20, id="S3 rent officer"),
    pytest.param(("B101", "tenancy_management", "S3", "Priya Nair"), POLICE_HEALTH_REFUGE, 20, id="S3 of her tenancy"),
    pytest.param(("W401", "home_education", "S1", "Aisha Cole"), POLICE_HEALTH_REFUGE, 3, id="S1 home education"),
    pytest.param(("W502", "council_tax_fraud", "S10", "Joanne Pickering"), WELFARE, 3, id="S10 fraud officer"),
]


@pytest.mark.parametrize(("look", "sources", "least"), HIDDEN)
def test_hidden_rows_leave_no_trace(northvale_world, northvale, look, sources, least):
    whole = seen(northvale, *look)

    with northvale_without(northvale_world, sources) as without:
        assert as_bytes(seen(without, *look)) == as_bytes(whole)

    statuses = [status for status, _ in whole]
    assert statuses == [200, 200, 200]
    assert dict(whole[1][1])["items_shown"] >= least


@pytest.mark.parametrize(
    ("look", "sources"),
    [
        pytest.param(("W101", "front_door", "S2", "Kelly Marsh"), POLICE_HEALTH_REFUGE, id="MASH, S2"),
        pytest.param(("W101", "front_door", "S3", "Priya Nair"), ("refuge",), id="MASH, S3"),
        pytest.param(("H101", "refuge_support", "S3", "Priya Nair"), ("refuge",), id="refuge advocate, S3"),
        pytest.param(("W101", "front_door", "S1", "Aisha Cole"), ("police",), id="MASH, S1"),
    ],
)
def test_who_may_see_the_rows_sees_a_difference(northvale_world, northvale, look, sources):
    whole = seen(northvale, *look)

    with northvale_without(northvale_world, sources) as without:
        assert as_bytes(seen(without, *look)) != as_bytes(whole)


def test_nobody_of_the_fraud_team_finds_the_second_adult_that_welfare_knows(northvale):
    answers = seen(northvale, "W502", "council_tax_fraud", "S10", "Neil Stroud")

    assert dict(answers[0][1])["hits"] == []
    assert len(answers) == 1


def test_a_search_for_someone_hidden_is_answered_as_one_for_nobody(northvale):
    nobody = {"surname": "Nobody", "forename": "Anne", "dob": "1979-10-02"}
    with served(northvale) as gateway:
        declaration = gateway.declare("W502", "council_tax_fraud")

        hidden = gateway.search("W502", declaration, northvale.person("S10", "Neil Stroud"))
        absent = gateway.search("W502", declaration, nobody)

    assert as_bytes(content(hidden)) == as_bytes(content(absent))


def test_a_handle_got_elsewhere_opens_nothing_that_the_reader_may_not_see(northvale):
    with served(northvale) as gateway:
        declaration = gateway.declare("W502", "council_tax_fraud")

        answer = gateway.family("W502", declaration, northvale.family_id("S10", "Neil Stroud"))

    page = answer.json()
    assert (page["items_shown"], page["members"], page["addresses"], page["events"]) == (0, [], [], [])
    assert "Neil" not in answer.text
