"""What a reader is told, on pages: a school its notice, a worker what they were shown and was wrong (S1, S5)."""

import re
from datetime import date

import pytest

from gateway.clock import new_opaque_id
from gateway.store.viewers import save_correction_notices
from gateway.usecases.subjects.telling_viewers import PARTED
from gateway.usecases.telling.notifying import raise_notices
from tests.gateway.web.serving import form_token
from tests.gateway.web.test_acts_leave_entries import Watch
from tests.gateway.web.test_in_the_browser import chromium, pytestmark, visitor  # noqa: F401 - fixtures and marks

LEAD, OTHER_LEAD, READER, OTHER_READER = "S101", "S105", "W101", "W102"


@pytest.fixture
def raised(served):
    raise_notices(served.northvale.wiring)
    served.northvale.sql("UPDATE desk.notice SET read_at = NULL RETURNING 1")
    return served


@pytest.fixture
def parted(served):
    """A page that W101 opened turned out to be of two people."""
    row = {
        "notice_id": new_opaque_id(), "occasion_id": new_opaque_id(), "viewer": READER, "agency": "northvale_council",
        "role": "mash_worker", "team": "MASH", "family_id": served.northvale.family_id("S2", "Kelly Marsh"),
        "kind": PARTED, "seen_on": date(2026, 11, 3), "sealed": False, "told_at": served.northvale.clock.now,
        "read_at": None,
    }  # fmt: skip
    with served.northvale.wiring.database.transaction("hg_erase") as connection:
        save_correction_notices(connection, [row])
    return row


def about_aisha(served):
    (row,) = served.northvale.sql(
        "SELECT notice_id FROM desk.notice WHERE family_id = :family AND escalates_to_role IS NOT NULL",
        family=served.northvale.family_id("S1", "Aisha Cole"),
    )
    return f"/notices/{row.notice_id}/read"


def unread(client):
    return int(re.search(r"Notices to you: (\d+) not read", client.get("/").text)[1])


def test_a_safeguarding_lead_is_told_on_the_start_page_and_opens_the_notice(raised, at_desk):
    lead = at_desk(LEAD)
    before = unread(lead)
    watch = Watch(raised)

    listed = lead.get("/notices")
    assert "Not read" in listed.text
    assert "Cole" not in listed.text
    assert [one["event"] for one in watch()] == ["consultation"]
    opened = lead.post(about_aisha(raised), data={"form_token": form_token(listed)})

    assert opened.status_code == 200
    for words in ("Aisha Cole", "Domestic abuse incident", "as a child present", "If you are worried about a child"):
        assert words in opened.text
    assert "2019" not in opened.text
    assert [(one["event"], one["phase"]) for one in watch()] == [
        ("disclosure", "authorisation"), ("disclosure", "outcome"),
    ]  # fmt: skip
    assert unread(lead) == before - 1


def test_a_notice_of_another_school_cannot_be_opened_and_the_attempt_is_on_record(raised, at_desk):
    lead, other = at_desk(LEAD), at_desk(OTHER_LEAD)
    place = about_aisha(raised)
    assert place in lead.get("/notices").text
    listed = other.get("/notices")
    assert place not in listed.text
    watch = Watch(raised)

    refused = other.post(place, data={"form_token": form_token(listed)})

    assert refused.status_code == 404
    assert [one["event"] for one in watch()] == ["denied"]
    assert lead.post(place).status_code == 403


def test_a_reader_is_told_that_what_they_saw_was_wrong_and_says_that_they_read_it(parted, at_desk):
    reader, other = at_desk(READER), at_desk(OTHER_READER)
    assert "What you were shown that was wrong: 1 not read" in reader.get("/").text
    listed = reader.get("/corrections")
    for words in ("A page that you opened was of two people", "3 November 2026", str(parted["family_id"])):
        assert words in listed.text
    assert "Marsh" not in listed.text
    place = f"/corrections/{parted['notice_id']}/read"
    assert "has turned out to be wrong" in other.get("/corrections").text
    assert other.post(place, data={"form_token": form_token(other.get("/"))}).status_code == 404

    noted = reader.post(place, data={"form_token": form_token(listed)}, follow_redirects=True)

    assert "I have read this" not in noted.text
    assert "not read" not in reader.get("/").text


def test_the_pages_in_a_browser(visitor, raised, parted):  # noqa: F811 - the fixture
    visitor.sign_in(LEAD)
    visitor.look("lead-start")
    visitor.go("/notices")
    visitor.look("notices")
    visitor.follow(visitor.page.get_by_role("button", name="Open this notice").first)
    visitor.look("notice")
    visitor.follow(visitor.page.get_by_role("button", name="Sign out"))
    visitor.sign_in(READER)
    visitor.go("/corrections")
    visitor.look("corrections")
