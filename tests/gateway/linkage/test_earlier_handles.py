"""Whoever was joined with another, or parted again, goes by several handles: what was done under one holds for them."""

import httpx
import pytest

from gateway.store.reviews import watched_families
from tests.gateway.linkage.unlike_people import People
from tests.gateway.served import served

MANAGER, OFFICER = "W210", "W602"
TOLD = {"purpose": "early_help", "break_glass": True, "at_risk": "The child.", "reason": "He is at the door."}


@pytest.fixture
def people(northvale):
    return People(northvale)


def joined_and_parted(people):
    """A and B, of whom one goes by a new handle from now on; whose it is, and who had none of it."""
    people.part(people.join("A", "B"))
    (renamed,) = [name for name in "AB" if people.handles[name] != people.handle_of(people.records[name])]
    return renamed, next(name for name in "AB" if name != renamed)


def opened(gateway, declaration, handle):
    return gateway.family(MANAGER, declaration, handle)


def test_an_emergency_goes_on_by_the_handle_of_now_and_opens_nobody_else(people):
    """The page was refused half an hour into an emergency, once somebody had been told apart from another."""
    with served(people.northvale) as gateway:
        declared = {name: break_glass(gateway, people.handles[name]) for name in "AB"}
        renamed, other = joined_and_parted(people)
        by_now = people.handle_of(people.records[renamed])
        answers = [
            opened(gateway, declared[renamed], handle).status_code
            for handle in (
                people.handles[renamed],
                by_now,
                people.handles[other],
                people.northvale.wiring.mint_opaque(),
            )
        ]
        others = opened(gateway, declared[other], by_now).status_code

    assert answers == [httpx.codes.OK, httpx.codes.OK, httpx.codes.FORBIDDEN, httpx.codes.FORBIDDEN]
    assert others == httpx.codes.FORBIDDEN


def break_glass(gateway, handle):
    answer = gateway.client.post(
        "/v1/purpose-declarations", json=TOLD | {"family_id": str(handle)}, headers={"Test-Caller": MANAGER}
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.json()["declaration_id"]


def test_a_watched_family_is_watched_by_each_of_its_handles_and_by_none_once_that_ends(people):
    """Whoever looked by the handle of after a joining was not seen to look at a watched family."""
    with served(people.northvale) as gateway:

        def watch(handle, *, watched):
            said = {"family_id": str(handle), "watched": watched, "reason": "In the newspaper."}
            answer = gateway.client.post("/v1/reviews/watched-families", json=said, headers={"Test-Caller": OFFICER})
            assert answer.status_code == httpx.codes.OK, answer.text

        for name in "AB":
            watch(people.handles[name], watched=True)
        renamed, other = joined_and_parted(people)
        watch(people.handles[other], watched=False)
        by_now = people.handle_of(people.records[renamed])
        handles = [people.handles[renamed], by_now, people.handles[other], people.handles["C"]]

        assert set(watching(people, handles)) == {people.handles[renamed], by_now}
        watch(by_now, watched=False)
        assert watching(people, handles) == {}


def watching(people, handles):
    with people.northvale.wiring.database.transaction("hg_desk") as connection:
        return watched_families(connection, handles)
