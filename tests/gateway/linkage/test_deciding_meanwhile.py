"""What a steward says while linkage runs: refused in words at once, or stored and left to a run over everything."""

import httpx
import pytest

from gateway.store import erasure
from gateway.store.errors import LinkageUnderWayError
from gateway.usecases.linking import linking_new
from tests.gateway.linkage.unlike_people import REASON, STEWARD, People
from tests.gateway.served import served


@pytest.fixture
def people(northvale):
    return People(northvale)


def said(gateway, review):
    return gateway.client.post(
        f"/v1/matches/{review}/decisions", headers={"Test-Caller": STEWARD}, json={"verdict": "same", "reason": REASON}
    )


def decisions(people):
    return people.northvale.count("SELECT count(*) FROM hearth.match_decision")


def test_while_a_run_goes_on_nothing_is_stored_and_that_is_said(people, monkeypatch):
    """It was waited for until the database gave up, and then the database was said not to be reached."""
    monkeypatch.setattr(erasure, "_PATIENCE_MS", 200)
    review = people.asked("A", "B")
    with served(people.northvale) as gateway:
        with people.northvale.wiring.database.transaction("hg_link") as running:
            erasure.keep_linkage_out(running)
            meanwhile = said(gateway, review)
        assert decisions(people) == 0
        afterwards = said(gateway, review)

    assert (meanwhile.status_code, meanwhile.headers["Retry-After"]) == (httpx.codes.SERVICE_UNAVAILABLE, "60")
    assert meanwhile.json()["type"].rpartition("/")[2] == "linkage-under-way"
    assert afterwards.json()["state"] == "applied"


@pytest.mark.parametrize("step", ["_relinked", "trace_mixed_profiles"])
def test_where_a_run_began_just_after_it_was_stored_it_is_left_to_one_over_everything(people, monkeypatch, step):
    """It was stored, and answered as if nothing had been."""

    def under_way(*_args, **_kwargs):
        raise LinkageUnderWayError("records are being linked; nothing was stored")

    monkeypatch.setattr(linking_new, step, under_way)
    with served(people.northvale) as gateway:
        answer = said(gateway, people.asked("A", "B"))

    assert (answer.status_code, answer.json()["state"]) == (httpx.codes.CREATED, "queued")
    assert decisions(people) == 1
    assert people.northvale.count(
        "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'todo' AND task_name = 'link_everything'"
    )
