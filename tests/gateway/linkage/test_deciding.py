"""What a steward may decide and is told, beside what others decided and of people who have an earlier handle."""

from uuid import UUID

import httpx
import pytest

from gateway.errors import MatchContradictedError
from gateway.usecases.linking.match_deciding import decide_match
from tests.gateway.linkage.unlike_people import REASON, SECOND, STEWARD, People
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.served import served


@pytest.fixture
def people(northvale):
    return People(northvale)


def decisions(people):
    return people.northvale.count("SELECT count(*) FROM hearth.match_decision")


def test_who_was_told_apart_is_not_said_to_be_joined_by_way_of_a_third(people):
    """It was answered that linkage goes by it, and nothing was joined: different wins."""
    apart = people.join("A", "C", "different")
    people.join("A", "B")
    waiting, steward = people.asked("B", "C"), people.northvale.reader(STEWARD)

    with pytest.raises(MatchContradictedError, match=str(apart)):
        decide_match(people.northvale.wiring, CONTEXT, steward, waiting, "same", REASON)

    assert decisions(people) == 2
    people.part(apart)
    assert decide_match(people.northvale.wiring, CONTEXT, steward, waiting, "same", REASON).state == "applied"
    assert people.led_to("A") == {"A", "B", "C"}


@pytest.mark.parametrize("steps", [("AB", "BC"), ("BC", "AB")])
def test_of_a_chain_whose_ends_are_told_apart_the_newest_of_equal_steps_gives_way_and_that_is_said(people, steps):
    """The step with the greater record id gave way, and nobody heard of it: both decisions were said to hold."""
    kept, newest = [people.join(*step) for step in steps]
    with served(people.northvale) as gateway:

        def post(path, worker=STEWARD, **said):
            headers = {"Test-Caller": worker}
            return gateway.client.post(f"/v1/matches/{path}", headers=headers, json=said | {"reason": REASON}).json()

        def standing():
            path = f"/v1/matches/decisions/of/{people.handle_of(people.records['B'])}"
            listed = gateway.client.get(path, headers={"Test-Caller": SECOND}).json()
            return {one["decision_id"]: one["set_aside"] for one in listed}

        said = post(f"{people.doubted('A', 'C')}/decisions", verdict="different")
        apart = said["decision_id"]
        after = standing()
        held = {name: people.handle_of(record) for name, record in people.records.items()}
        undone = post(f"decisions/{apart}/undo", SECOND)
        again = standing()

    assert [(one["decision_id"], one["verdict"]) for one in said["set_aside"]] == [(str(newest), "same")]
    assert "the newest" in said["set_aside"][0]["because"]
    one, other = steps[0]
    assert held[one] == held[other]
    assert held["A"] != held["C"]
    assert (after[str(newest)], after[str(kept)]) == (True, False)
    assert undone["set_aside"] == []
    assert again == {str(kept): False, str(newest): False}


def test_a_different_that_nothing_can_be_gone_by_is_said_to_be_set_aside(people):
    """Of a record that its sender withdrew nothing is left to part it by; it was answered that linkage goes by it."""
    people.join("A", "B")
    people.northvale.sql(
        "UPDATE hearth.fact SET tombstone = true WHERE record_id = :record", record=people.records["A"]
    )
    with served(people.northvale) as gateway:

        def post(path, **said):
            headers = {"Test-Caller": STEWARD}
            return gateway.client.post(f"/v1/matches/{path}", headers=headers, json=said | {"reason": REASON}).json()

        (same,) = post("doubts", family_id=str(people.handle_of(people.records["A"])))["decisions"]
        people.part(UUID(same))
        asked = post("doubts", family_id=str(people.handle_of(people.records["A"])))["reviews"]
        said = [post(f"{one}/decisions", verdict="different") for one in asked]

    assert [one["decision_id"] for each in said for one in each["set_aside"]] == [said[0]["decision_id"]]


def test_two_records_of_one_person_may_be_said_to_be_that_also_where_their_source_names_everybody_once(
    people, monkeypatch
):
    """Nothing is joined by it; each record was held against itself, as a second row of one file."""
    people.join("A", "B")
    of_one_file = "linkage.conflicts.rows_of_one_duplicate_free_file"
    monkeypatch.setattr(of_one_file, lambda left, right: left.record_id == right.record_id)
    with served(people.northvale) as gateway:
        asked = {"family_id": str(people.handle_of(people.records["C"])), "reason": REASON}
        doubted = gateway.client.post("/v1/matches/doubts", headers={"Test-Caller": SECOND}, json=asked).json()
        said = gateway.client.post(
            f"/v1/matches/{doubted['reviews'][0]}/decisions", headers={"Test-Caller": STEWARD},
            json={"verdict": "same", "reason": REASON},
        )  # fmt: skip

    assert said.status_code == httpx.codes.CREATED, said.text


def test_a_steward_is_led_by_an_earlier_handle_as_a_reader_is(people):
    people.join("A", "B")
    ended = next(name for name in "AB" if people.handles[name] != people.handle_of(people.records[name]))
    went_on = people.handle_of(people.records[ended])
    with served(people.northvale) as gateway:

        def homes(handle):
            return gateway.client.get(f"/v1/households/of/{handle}", headers={"Test-Caller": STEWARD}).json()

        asked = {"family_id": str(people.handles[ended]), "reason": REASON}
        doubted = gateway.client.post("/v1/matches/doubts", headers={"Test-Caller": SECOND}, json=asked)
        listed = homes(people.handles[ended]), homes(went_on)

    assert doubted.status_code == httpx.codes.CREATED, doubted.text
    assert len(doubted.json()["decisions"]) == 1
    assert listed[0] == listed[1]


def test_who_was_told_apart_is_found_by_the_steward_who_undoes_it(people):
    """The pair has left the queue, and a doubt names only what holds one person's records together."""
    apart, joined = people.join("A", "C", "different"), people.join("A", "B")
    with served(people.northvale) as gateway:

        def standing(name, worker=SECOND):
            handle = people.handle_of(people.records[name])
            return gateway.client.get(f"/v1/matches/decisions/of/{handle}", headers={"Test-Caller": worker})

        of_a, of_c = standing("A").json(), standing("C").json()
        assert standing("A", "W101").status_code == httpx.codes.FORBIDDEN
        whose = {name: str(people.handle_of(record)) for name, record in people.records.items()}
        said = [(one["decision_id"], one["verdict"], one["other"]) for one in of_a]
        assert said == [(str(apart), "different", whose["C"]), (str(joined), "same", whose["A"])]
        assert [(one["decision_id"], one["other"]) for one in of_c] == [(str(apart), whose["A"])]
        people.part(apart)
        assert standing("C").json() == []


def test_the_form_counts_everybody_whose_records_stood_on_the_page(people):
    decisions = [people.join("C", "A"), people.join("C", "B")]
    for decision in decisions:
        people.part(decision)
    with served(people.northvale) as gateway:

        def get(path):
            return gateway.client.get(f"/v1/matches/breaches{path}", headers={"Test-Caller": "W602"}).json()

        forms = [get(f"/{one['breach_id']}") for one in get("")]

    # While the one stood there the other did as well: of the second form both are concerned.
    assert sorted((form["people"], form["records"]) for form in forms) == [(2, 1), (3, 2)]
