"""S5, where more happens than one merge and its undoing: every look at a mixed page is told of, and each once."""

import threading

import httpx

from gateway.usecases.linking import mixed_profiles
from gateway.usecases.linking.mixed_profiles import parting_decisions, trace_mixed_profiles
from tests.journeys.test_wrong_merge import DPO, FATHER, NOMINAL, REASON, SECOND, Story, story

__all__ = ["story"]


def undo(story: Story, decision: str) -> None:
    undone = story.post(f"/v1/matches/decisions/{decision}/undo", SECOND, reason=REASON)
    assert (undone.status_code, undone.json()["state"]) == (httpx.codes.OK, "applied")


def forms(story: Story) -> list[dict]:
    """Newest first."""
    listed = story.get("/v1/matches/breaches", DPO).json()
    return [story.get(f"/v1/matches/breaches/{one['breach_id']}", DPO).json() for one in listed]


def move_a_band(story: Story, record: object) -> None:
    """As a night does whose model is fitted anew: the record is the same person's, in another band."""
    now = story.northvale.clock.now
    story.northvale.sql(
        "INSERT INTO hearth.link SELECT gen_random_uuid(), record_id, person_id, 3 - band, evidence, run_id, :now, :now"
        " FROM hearth.link WHERE record_id = :record AND superseded_at IS NULL",
        record=record, now=now,
    )  # fmt: skip
    story.northvale.sql(
        "UPDATE hearth.link SET superseded_at = CASE WHEN recorded_at < :now THEN :now END"
        " WHERE record_id = :record AND (superseded_at IS NULL OR recorded_at = :now)",
        record=record, now=now,
    )  # fmt: skip


def test_nights_that_moved_a_band_meanwhile_leave_one_form_and_each_viewer_one_notice(story):
    decision = story.decide(story.pair_with(FATHER), "same")
    began = story.northvale.clock.now
    story.page("W101")
    story.later(days=1)
    move_a_band(story, story.northvale.record_id("police", NOMINAL))
    story.page("W102")
    story.page("W101")
    story.later(days=1)

    undo(story, decision)

    assert [len(story.notices(worker)) for worker in ("W101", "W102", "W103")] == [1, 1, 0]
    (form,) = forms(story)
    assert form["readers"] == 2
    assert form["began_at"][:19] == began.isoformat()[:19]
    assert form["ended_at"][:19] == story.northvale.clock.now.isoformat()[:19]


def test_who_saw_a_page_that_was_mixed_again_is_told_and_who_was_told_before_is_not_told_again(story):
    for worker in ("W101", "W102"):
        decision = story.decide(story.pair_with(FATHER), "same")
        story.later(seconds=5)
        story.page(worker)
        story.later(days=1)
        undo(story, decision)
        story.later(days=1)

    assert [len(story.notices(worker)) for worker in ("W101", "W102", "W103")] == [1, 1, 0]
    assert [form["readers"] for form in forms(story)] == [1, 1]


def test_two_who_look_for_mixed_pages_at_once_find_each_once(story, monkeypatch):
    decision = story.decide(story.pair_with(FATHER), "same")
    story.page("W101")
    story.later(days=1)
    wiring, failed, both = story.northvale.wiring, [], threading.Event()

    def trace() -> None:
        try:
            trace_mixed_profiles(wiring)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other thread tells of it
            failed.append(error)
        both.set()

    other = threading.Thread(target=trace)

    def asked(connection):
        if threading.current_thread() is other:
            both.set()
        elif not other.ident:
            other.start()
            while not both.wait(0.05) and not story.northvale.count(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ):
                pass
        return parting_decisions(connection)

    monkeypatch.setattr(mixed_profiles, "parting_decisions", asked)
    undo(story, decision)
    other.join()

    assert failed == []
    assert len(forms(story)) == 1
    assert len(story.notices("W101")) == 1
