"""S5: the page as it was known on an earlier day says "later corrected", and repeats no fact."""

from datetime import date

import httpx
import pytest

from gateway.usecases.feeds.working_days import LONDON
from tests.journeys.test_wrong_merge import DPO, FATHER, OFFENCE, REASON, SECOND, SON, STEWARD, Story, story

__all__ = ["story"]


def today(story: Story) -> date:
    return story.northvale.clock.now.astimezone(LONDON).date()


def asked(story: Story, day: date | str, whose: tuple[str, str] = FATHER, worker: str = DPO) -> httpx.Response:
    return story.post(f"/v1/families/{story.families[whose]}/as-known", worker, on=str(day))


def offences(page: dict) -> list[tuple[int, list[tuple[str, int]]]]:
    return [
        (item["facts"], [(later["kind"], later["facts"]) for later in item["later"]])
        for item in page["items"]
        if (item["item"], item["source"]) == (OFFENCE, "police")
    ]


@pytest.fixture
def parted(story):
    """A caution stood on the father's page for some days; the day that it came is given."""
    day = today(story)
    decision = story.decide(story.pair_with(FATHER), "same")
    story.later(days=9)
    assert story.post(f"/v1/matches/decisions/{decision}/undo", SECOND, reason=REASON).status_code == httpx.codes.OK
    return day


def test_what_stood_on_the_page_that_day_is_later_corrected_and_today_it_is_not_there(story, parted):
    then, now = asked(story, parted).json(), asked(story, today(story)).json()

    assert offences(then) == [(1, [("parted", 1)])]
    (later,) = [item["later"][0] for item in then["items"] if item["item"] == OFFENCE]
    assert later["words"].startswith("Later corrected: ")
    assert later["since"][:19] == story.northvale.clock.now.isoformat()[:19]
    assert (offences(now), now["corrected"]) == ([], False)
    assert then["corrected"]
    # His own records, and all of his son's, were right then.
    assert not any(item["later"] for item in then["items"] if item["source"] != "police")
    of_son = asked(story, parted, SON).json()
    assert (offences(of_son), of_son["corrected"]) == ([(1, [])], False)
    assert not any(word in str(then) for word in ("Iqbal", "Mohammed", "Alder Court", "assault"))


def test_asking_is_an_entry_of_an_officer_and_nobody_else_is_answered(story, parted):
    entries = "SELECT count(*) FROM audit.entry"
    before = story.northvale.count(entries)
    answer = asked(story, parted).json()

    assert story.northvale.count(entries) == before + 1
    assert answer["receipt"]["entry"]
    for worker in ("W101", STEWARD, "B101"):
        assert asked(story, parted, worker=worker).status_code == httpx.codes.FORBIDDEN


def test_before_anything_was_known_and_of_nobody_the_answer_is_one(story):
    early = asked(story, "2001-01-01")
    nobody = story.post(f"/v1/families/{story.northvale.wiring.mint_opaque()}/as-known", DPO, on="2026-11-03")

    assert early.status_code == nobody.status_code == httpx.codes.NOT_FOUND
    assert early.json()["detail"] == nobody.json()["detail"]
