"""Forms of review, emergencies and feeds: one that is not taken keeps what was typed; one that is absent says why."""

import re

import pytest

from gateway.errors import AccessRefusedError
from tests.gateway.web.serving import form_token

TOO_LONG = "I was asked to look at this family by the duty manager. " * 40


@pytest.fixture
def item(served):
    """An item about the fraud officer, as an address of the pages."""
    with pytest.raises(AccessRefusedError):
        served.northvale.declare("W502", "early_help")
    (row,) = served.northvale.sql("SELECT review_id FROM desk.review_item WHERE state <> 'closed' AND who = 'W502'")
    return f"/reviews/{row.review_id}"


def test_a_question_and_an_answer_that_are_not_taken_are_kept(served, at_desk, item):
    officer, worker = at_desk("W601"), at_desk("W502")
    token = form_token(officer.get(item))
    unasked = officer.post(f"{item}/question", data={"form_token": token, "question": TOO_LONG})
    assert (unasked.status_code, TOO_LONG.strip() in unasked.text) == (422, True)

    officer.post(f"{item}/question", data={"form_token": token, "question": "What were you doing?"})
    page = worker.get("/questions")
    place = re.search(r'action="(/questions/[^"]+/answer)"', page.text)[1]
    unanswered = worker.post(place, data={"form_token": form_token(page), "words": TOO_LONG})
    assert (unanswered.status_code, TOO_LONG.strip() in unanswered.text) == (422, True)


def test_the_words_of_an_answer_about_an_emergency_are_kept(served, at_desk):
    family = served.northvale.family_id("S2", "Kelly Marsh")
    manager, officer = at_desk("W211"), at_desk("W601")
    data = {
        "form_token": form_token(manager.get("/purpose")), "emergency_purpose": "early_help", "family": str(family),
        "at_risk": "The mother", "emergency_reason": "She says he is at the door",
    }  # fmt: skip
    manager.post("/purpose/emergency", data=data)
    page = officer.get("/emergencies")
    place = re.search(r'action="(/emergencies/[^"]+/answer)"', page.text)[1]
    token = {"form_token": form_token(page)}
    unsaid = officer.post(place, data={**token, "reason": "We spoke that evening."})
    assert (unsaid.status_code, "We spoke that evening." in unsaid.text) == (422, True)
    unargued = officer.post(place, data={**token, "answer": "not-justified"})
    assert unargued.status_code == 422
    assert re.search(r'value="not-justified" checked', unargued.text)


def test_an_officer_is_told_that_another_one_closes_an_item_about_them(served, at_desk):
    with pytest.raises(AccessRefusedError):
        served.northvale.declare("W601", "early_help")
    (row,) = served.northvale.sql("SELECT review_id FROM desk.review_item WHERE state <> 'closed' AND who = 'W601'")
    own, other = (at_desk(who).get(f"/reviews/{row.review_id}").text for who in ("W601", "W602"))
    assert "This is about you. Another officer looks at it and closes it." in own
    assert "This is about you" not in other
    assert ("Close this item" in own, "Close this item" in other) == (False, True)


def test_the_words_of_a_decision_on_a_feed_are_kept(at_desk):
    officer = at_desk("W601")
    feed = "/feeds/police-nominals"
    token = form_token(officer.get(feed))
    kept_on = officer.post(f"{feed}/off", data={"form_token": token, "off_reason": TOO_LONG})
    assert (kept_on.status_code, TOO_LONG.strip() in kept_on.text) == (422, True)
