"""Feeds on pages: what is unusual is seen and acknowledged, two officers switch, one turns off; axe finds nothing."""

from datetime import timedelta
from uuid import uuid5

import pytest

from gateway import clock
from gateway.demo.switching_on import officers_of, terms_for
from gateway.usecases.feeds.feed_switch import decide_switch, propose_switch
from gateway.usecases.watching.watching_feeds import watch_feeds
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.web.serving import form_token
from tests.gateway.web.test_in_the_browser import chromium, pytestmark, visitor  # noqa: F401 - fixtures and marks

browser = pytestmark
FEED = "police-nominals"
FROM = uuid5(clock.new_opaque_id(), "files")


def history(northvale, *sizes):
    """Files of some days past, oldest first, as intake leaves them."""
    for ago, rows in zip(range(len(sizes), 0, -1), sizes, strict=True):
        batch_id = uuid5(FROM, str(ago))
        northvale.sql(
            "INSERT INTO desk.batch (batch_id, feed, source_no, agency, sender, idempotency_digest, content_digest,"
            " state, rows_read, rows_accepted, rows_rejected, received_at, finished_at) VALUES (:id, :feed, 0,"
            " 'northvale_police', 'client-northvale_police', :key, :key, 'accepted in part', :rows, :rows - :bad, :bad,"
            " :at, :at) ON CONFLICT DO NOTHING",
            id=batch_id, feed=FEED, key=batch_id.bytes, rows=rows, bad=rows // 20,
            at=clock.utc_now() + timedelta(minutes=5 - ago),
        )  # fmt: skip


def proposed(served):
    """A proposal of the first officer's, once for every test that needs one."""
    wiring, (first, _) = served.wiring, officers_of(served.wiring)
    waiting = served.northvale.sql(
        "SELECT switch_id, proposed_worker FROM desk.feed_switch WHERE state = 'proposed' AND feed = :feed", feed=FEED
    )
    if waiting and waiting[0].proposed_worker == first.worker_ref:
        return
    for one in waiting:
        decide_switch(wiring, CONTEXT, first, (FEED, one.switch_id), "Not now.", approved=False)
    propose_switch(wiring, CONTEXT, first, FEED, terms_for(wiring, wiring.feeds[FEED].profile))


@pytest.fixture
def unusual(served):
    history(served.northvale, 1000, 1020, 990, 1010, 1005, 995, 1001, 400)
    watch_feeds(served.wiring)
    return served


def test_an_officer_sees_every_feed_and_what_is_unusual(unusual, at_desk):
    officer = at_desk("W601")
    page = officer.get("/feeds").text
    assert "The file has far fewer rows than usual" in page
    assert "Council tax accounts and discounts" in page
    one = officer.get(f"/feeds/{FEED}").text
    assert "400 rows; usually 1,00" in one
    assert "Impact assessment" in one
    assert "<svg" in one


def test_a_partner_sees_its_own_feeds_says_that_it_has_seen_an_alert_and_switches_nothing(unusual, at_desk):
    proposed(unusual)
    analyst = at_desk("C101")
    listed = analyst.get("/feeds").text
    assert "Council tax accounts and discounts" not in listed
    page = analyst.get(f"/feeds/{FEED}")
    assert "Turn it off" not in page.text
    assert ">Proposed<" not in page.text
    assert analyst.get("/feeds/council-tax").status_code == 404
    alert = page.text.partition('action="/feed-alerts/')[2].partition("/")[0]
    seen = analyst.post(
        f"/feed-alerts/{alert}/acknowledgement", data={"form_token": form_token(page)}, follow_redirects=True
    )
    assert "Seen by C101" in seen.text
    refused = analyst.post(f"/feeds/{FEED}/off", data={"form_token": form_token(page), "off_reason": "For fun"})
    assert refused.status_code == 403
    template = analyst.get(f"/feeds/{FEED}/template.csv")
    assert template.text.splitlines()[0].startswith(served_columns(unusual)[0])


def served_columns(served):
    return [column.name for column in served.wiring.feeds[FEED].profile.columns]


def test_a_worker_has_no_page_of_feeds(at_desk):
    worker = at_desk("W201")
    assert worker.get("/feeds").status_code == 403
    assert 'href="/feeds"' not in worker.get("/").text


def test_nobody_decides_on_a_page_what_they_proposed(unusual, at_desk):
    proposed(unusual)
    first = at_desk("W601")
    page = first.get(f"/feeds/{FEED}")
    assert "You proposed this. Another officer decides on it." in page.text
    assert 'name="approved"' not in page.text
    (row,) = unusual.northvale.sql("SELECT switch_id FROM desk.feed_switch WHERE state = 'proposed'")
    decision = f"/feeds/{FEED}/switches/{row.switch_id}/decision"
    sent = {"form_token": form_token(page), "approved": "yes", "reason": "It holds."}
    assert first.post(decision, data=sent).status_code == 403
    assert first.post(decision, data={**sent, "reason": ""}).status_code == 422


def test_an_officer_proposes_on_a_page_and_the_other_switches_on(unusual, at_desk):
    feed = "housing-arrears"
    first, second = at_desk("W601"), at_desk("W602")
    form = first.get(f"/feeds/{feed}/switches/new")
    token = {"form_token": form_token(form)}
    dpia = terms_for(unusual.wiring, unusual.wiring.feeds[feed].profile)
    typed = {
        "purpose": dpia.purpose, "line": f"{dpia.dpia} {dpia.dpia_line}", "use": "full", "rhythm": "weekly",
        "necessity": "Without the stage of recovery nobody can help before notice is served.", "budget": "15",
        "usual_rows": "1,200",
    }  # fmt: skip
    wrong = first.post(f"/feeds/{feed}/switches", data={**token, "budget": "101", "usual_rows": "many"})
    assert wrong.status_code == 422
    for words in ("Choose what the feed is for", "Choose the line of", "whole number from 0 to 100", "The usual size"):
        assert words in wrong.text
    assert first.post(f"/feeds/{feed}/switches", data=typed).status_code == 403
    unargued = first.post(f"/feeds/{feed}/switches", data={**token, **typed})
    assert (unargued.status_code, "Argue why more than matching" in unargued.text) == (422, True)
    typed["argument"] = "The stage of recovery is what early help is about."
    done = first.post(f"/feeds/{feed}/switches", data={**token, **typed}, follow_redirects=True)
    assert "15 in a hundred" in done.text
    assert "1,200 rows" in done.text
    page = second.get(f"/feeds/{feed}")
    decision = page.text.partition(f'action="/feeds/{feed}/switches/')[2].partition('"')[0]
    agreed = {"form_token": form_token(page), "approved": "yes", "reason": "It holds."}
    now_on = second.post(f"/feeds/{feed}/switches/{decision}", data=agreed, follow_redirects=True)
    assert "Propose other terms" in now_on.text
    assert "Without the stage of recovery" in second.get(f"/feeds/{feed}/switches/new").text


def test_a_page_offers_no_purpose_that_the_law_keeps_a_source_from(unusual, at_desk):
    officer = at_desk("W601")
    assert "This feed cannot be switched on now." in officer.get("/feeds/electoral-register/switches/new").text
    form = officer.get("/feeds/library-members/switches/new")
    assert 'value="match-only" checked' in form.text
    unknown = {"form_token": form_token(form), "purpose": "nothing", "line": "nothing R1"}
    refused = officer.post("/feeds/library-members/switches", data=unknown)
    assert refused.status_code == 422
    assert "Choose what the feed is for" in refused.text


def test_nobody_but_an_officer_proposes_on_a_page_and_the_attempt_is_on_record(unusual, at_desk):
    analyst = at_desk("C101")
    before = unusual.northvale.count("SELECT count(*) FROM audit.entry")
    assert analyst.get(f"/feeds/{FEED}/switches/new").status_code == 403
    token = form_token(analyst.get(f"/feeds/{FEED}"))
    assert analyst.post(f"/feeds/{FEED}/switches", data={"form_token": token}).status_code == 403
    assert unusual.northvale.count("SELECT count(*) FROM audit.entry") >= before + 2


def test_the_pages_in_a_browser(visitor, unusual):  # noqa: F811 - the fixture
    proposed(unusual)
    page = visitor.page
    visitor.sign_in("W602")
    visitor.go("/feeds")
    visitor.look("feeds-list")
    visitor.go(f"/feeds/{FEED}")
    visitor.look("feeds-one")
    visitor.follow(page.get_by_role("button", name="Decide"))
    assert page.get_by_role("alert").is_visible()
    visitor.look("feeds-errors")
    page.get_by_label("Refuse it").check()
    page.fill("#reason", "The terms that are on are enough.")
    visitor.follow(page.get_by_role("button", name="Decide"))
    assert "Earlier switches" in page.locator("main").inner_text()
    visitor.look("feeds-decided")
    visitor.follow(page.get_by_role("button", name="Propose other terms"))
    visitor.look("feeds-propose")
    page.fill("#necessity", "")
    visitor.follow(page.get_by_role("button", name="Propose"))
    assert page.get_by_role("alert").is_visible()
    visitor.look("feeds-propose-errors")
    page.fill("#necessity", "Whoever decides at the front door has to know who is in the household.")
    visitor.follow(page.get_by_role("button", name="Propose"))
    assert "Another officer decides on it." in page.locator("main").inner_text()
    visitor.look("feeds-proposed")
    visitor.follow(page.get_by_role("button", name="Sign out"))
    visitor.sign_in("C101")
    visitor.go(f"/feeds/{FEED}")
    visitor.look("feeds-partner")


test_the_pages_in_a_browser.pytestmark = [*getattr(test_the_pages_in_a_browser, "pytestmark", []), *browser]
del pytestmark
