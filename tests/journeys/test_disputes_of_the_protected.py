"""S3 and S4: what a reader may say against what they were shown is taken as of anybody, though more is known since."""

from contextlib import contextmanager

import httpx
import pytest

from tests.gateway.served import content, served
from tests.journeys.test_byte_equal import as_bytes
from tests.journeys.test_silent_protection import ROHAN, northvale_marked_by

WORDS = "She has not come for a year."
BEFORE, SINCE = "Sunita Rao", "J. Far"
"""Rohan's allocated worker as the case system named her before he fled, and whom it names since."""
FRONT_DOOR = ("W101", "front_door")


def another_worker_since(northvale):
    """The case system names another worker in the place of the one whom it named."""
    northvale.sql(
        "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, nature,"
        " tombstone, content_digest, batch_id, agreement, recorded_at)"
        " SELECT gen_random_uuid(), f.fact_key, f.record_id, f.source_no, f.item_no,"
        ' \'{"name": "J. Far", "role": "worker", "service": "Early Help West"}\', f.valid_from, f.nature, false,'
        " 'since', f.batch_id, f.agreement, f.recorded_at + interval '1 second' FROM hearth.fact f"
        " JOIN hearth.item i USING (item_no) WHERE i.name = 'care.professional' AND f.record_id = :record"
        " AND f.value->>'name' = :before",
        before=BEFORE,
        record=northvale.record_id("case_system", northvale.person(*ROHAN)["keys"]["case_system"]),
    )
    northvale.clock.now = northvale.sql("SELECT clock_timestamp() AS now")[0].now


class Worker:
    """Somebody who has Rohan's page before them."""

    def __init__(self, northvale, gateway, worker, purpose="early_help"):
        self.handle, self.gateway, self.worker = northvale.family_id(*ROHAN), gateway, worker
        self.declaration = gateway.declare(worker, purpose)

    def page(self):
        return self.gateway.family(self.worker, self.declaration, self.handle)

    def named(self, name=BEFORE):
        """What the page says of a professional of Rohan's."""
        return [
            one
            for one in self.page().json()["professionals"]
            if one["values"].get("name") == name and one["person"] == str(self.handle)
        ]

    def dispute(self, ref, words=WORDS):
        return self.gateway.client.post(
            f"/v1/families/{self.handle}/disputes",
            json={"fact": ref, "words": words},
            headers=self.gateway.headers(self.worker, self.declaration),
        )


class Sender:
    """Whoever sent what the case system says."""

    def __init__(self, northvale, gateway):
        ((self.feed, self.sender),) = northvale.sql("SELECT DISTINCT feed, sender FROM hearth.dispute")
        self.client = gateway.client

    def opened(self):
        (task,) = self._get("/v1/partners/me/tasks")
        return task["task_id"], self._get(f"/v1/partners/me/tasks/{task['task_id']}")

    def answer(self, outcome):
        task_id, _ = self.opened()
        answer = self.client.post(
            f"/v1/partners/me/tasks/{task_id}/answer",
            json={"outcome": outcome, "reason": "We asked her."},
            headers={"Test-Caller": self.feed},
        )
        assert answer.status_code == httpx.codes.OK, answer.text

    def _get(self, path):
        answer = self.client.get(path, headers={"Test-Caller": self.feed})
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()


@contextmanager
def moved_on(northvale_world):
    """Rohan is marked by the refuge, and the case system has named another worker since."""
    with northvale_marked_by(northvale_world, "refuge", named=True) as northvale:
        another_worker_since(northvale)
        with served(northvale) as gateway:
            yield northvale, gateway


def disputed(northvale, gateway, worker):
    """The page, what becomes of a dispute of the worker whom it names and of a second one, the page then and after."""
    reader = Worker(northvale, gateway, worker)
    before = content(reader.page())
    (named,) = reader.named()
    said = [reader.dispute(named["ref"]).status_code for _ in range(2)]
    then = content(reader.page())
    Sender(northvale, gateway).answer("not-upheld")
    return [before, said, then, content(reader.page())]


@pytest.mark.parametrize("worker", ["W203", "W211"])
def test_what_was_known_before_a_protection_is_disputed_as_of_anybody(northvale_world, worker):
    with northvale_marked_by(northvale_world, named=True) as unmarked, served(unmarked) as gateway:
        nobody = disputed(unmarked, gateway, worker)
    with moved_on(northvale_world) as (northvale, gateway):
        somebody = disputed(northvale, gateway, worker)

    assert as_bytes(somebody) == as_bytes(nobody)
    assert nobody[1] == [httpx.codes.CREATED, httpx.codes.CONFLICT]
    assert WORDS.encode() in as_bytes(nobody[2])
    assert as_bytes(nobody[3]) == as_bytes(nobody[0])


def test_a_dispute_of_what_is_hidden_is_on_no_page_that_does_not_show_it(northvale_world):
    with moved_on(northvale_world) as (northvale, gateway):
        early_help, front_door = Worker(northvale, gateway, "W203"), Worker(northvale, gateway, *FRONT_DOOR)
        before = content(early_help.page())
        (since,) = front_door.named(SINCE)
        assert front_door.dispute(since["ref"], "They are far from Early Help West.").status_code == httpx.codes.CREATED

        assert as_bytes(content(early_help.page())) == as_bytes(before)
        (named,) = early_help.named()
        assert early_help.dispute(named["ref"]).status_code == httpx.codes.CREATED
        (mine,), (theirs,) = early_help.named(), front_door.named(SINCE)
        assert mine["dispute"]["words"] == WORDS
        assert theirs["dispute"]["words"] == "They are far from Early Help West."


@pytest.mark.parametrize("outcome", ["withdrawn", "corrected"])
def test_what_was_wrong_before_goes_and_what_was_said_in_its_place_stands(northvale_world, outcome):
    with moved_on(northvale_world) as (northvale, gateway):
        early_help, front_door = Worker(northvale, gateway, "W203"), Worker(northvale, gateway, *FRONT_DOOR)
        (named,) = early_help.named()
        early_help.dispute(named["ref"])
        sender = Sender(northvale, gateway)
        _, shown = sender.opened()
        assert (shown["fact"]["values"]["name"], shown["words"]) == (BEFORE, WORDS)
        assert not any(one["disputed"] for one in front_door.named(SINCE))

        sender.answer(outcome)

        assert early_help.named() == []
        (since,) = front_door.named(SINCE)
        assert not since["disputed"]
