"""The directory of services: found by words, category and district, by anyone who signed in, a page at a time."""

import json

import pytest

from concept_model.items import ITEMS
from gateway.errors import NotFoundError
from gateway.usecases.feeds.finding_services import ServiceFilters, look_up_services
from tests.gateway.served import served


def names(northvale, cursor=None, **filters):
    return [one.name for one in look_up_services(northvale.wiring, ServiceFilters(**filters), cursor).services]


def test_the_reference_items_have_the_numbers_that_the_database_was_told():
    numbers = {item.name: number for number, item in enumerate(ITEMS)}

    assert (numbers["service.entry"], numbers["place.address"]) == (68, 71)


def test_services_are_in_order_of_name_and_found_by_what_they_say(northvale):
    everything = names(northvale)

    # The directory has a row that cannot be taken.
    assert len(everything) == 9
    assert everything == sorted(everything, key=str.lower)
    assert names(northvale, words="BEREAVE") == ["Bereavement counselling"]
    assert names(northvale, words="citizens advice") == ["Debt and money advice"]
    counselling = {"Bereavement counselling", "Talking therapies"}
    assert names(northvale, category="COUNSELLING") == [name for name in everything if name in counselling]
    assert names(northvale, words="%") == names(northvale, words="'; --") == []


def test_a_district_is_a_whole_one(northvale):
    by_district = {district: set(names(northvale, district=district)) for district in ("nv1", "NV2", "NV3")}

    assert set.union(*by_district.values()) == set(names(northvale))
    assert sum(map(len, by_district.values())) == len(names(northvale))
    for district in ("NV", "V1", "NV1.", ".*", "NV12"):
        assert names(northvale, district=district) == []


def test_pages_follow_one_another_and_what_is_withdrawn_is_gone(northvale):
    before = len(names(northvale))
    sent = [{"id": f"X{number:03}", "name": f"Club {number:03}", "status": "active"} for number in range(120)]
    northvale.push("service-directory", json.dumps({"contents": sent}).encode(), "clubs", "json")
    found, cursor = [], None
    for _ in range(3):
        page = look_up_services(northvale.wiring, ServiceFilters(words="club 1"), cursor)
        found += [one.name for one in page.services]
        cursor = page.next
        if cursor is None:
            break

    assert found == [f"Club {number:03}" for number in range(100, 120)]
    whole = []
    cursor = None
    while True:
        page = look_up_services(northvale.wiring, ServiceFilters(), cursor)
        whole += [one.service_id for one in page.services]
        cursor = page.next
        if cursor is None:
            break
    assert len(whole) == len(set(whole)) == before + 120
    for wrong in ("nonsense!", "AAAA", "/"):
        with pytest.raises(NotFoundError):
            look_up_services(northvale.wiring, ServiceFilters(), wrong)


def test_over_http_staff_and_machines_find_a_service_and_nothing_is_logged(northvale):
    entries = northvale.count("SELECT count(*) FROM audit.entry")
    with served(northvale) as gateway:
        for caller in ("W401", "police-nominals"):
            sent = {"text": "pantry", "district": "NV2"}
            answer = gateway.client.post("/v1/services/search", json=sent, headers={"Test-Caller": caller})
            assert answer.status_code == 200
            (found,) = answer.json()["services"]
            assert (found["category"], found["postcodes"]) == ("Food", ["NV2 9ZZ"])
        first = gateway.client.get("/v1/services", headers={"Test-Caller": "W401"})
        assert "Food pantry" in {one["name"] for one in first.json()["services"]}
    assert northvale.count("SELECT count(*) FROM audit.entry") == entries
