"""Feeds that stopped, and codes never seen before, on the pages of an officer and of the partner that sends them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid5

from gateway import clock
from gateway.usecases.watching.watching_feeds import watch_feeds
from tests.gateway.web.test_in_the_browser import chromium, pytestmark, visitor  # noqa: F401 - fixtures and marks

FEED, FILES = "police-nominals", 8


def fed_until_lately(northvale):
    """Files day by day; the last of them holds codes that no other did."""
    for ago in range(FILES, 0, -1):
        batch_id = uuid5(clock.new_opaque_id(), str(ago))
        northvale.sql(
            "INSERT INTO desk.batch (batch_id, feed, source_no, agency, sender, idempotency_digest, content_digest,"
            " state, rows_read, rows_accepted, received_at, finished_at) VALUES (:id, :feed, 0, 'northvale_police',"
            " 'client-northvale_police', :key, :key, 'accepted', 1000, 1000, :at, :at)",
            id=batch_id, feed=FEED, key=batch_id.bytes, at=clock.utc_now() + timedelta(minutes=5 - ago),
        )  # fmt: skip
        northvale.sql(
            "INSERT INTO desk.batch_column VALUES (:id, 'sex', 1000, 10, :new)", id=batch_id, new=40 if ago == 1 else 0
        )


def test_what_stopped_and_what_is_new_is_seen_at_a_desk_and_on_a_phone(visitor, served):  # noqa: F811 - the fixture
    fed_until_lately(served.northvale)
    assert watch_feeds(served.wiring) > 0
    # A month without a file: whatever holidays fall into it, three were due.
    later = replace(served.wiring, clock=lambda: clock.utc_now() + timedelta(days=30))
    assert watch_feeds(later) > 0
    visitor.sign_in("W601")
    visitor.go("/feeds")
    listed = visitor.page.locator("main").inner_text()
    assert "Three files in a row did not come" in listed
    assert "A column holds codes that it never held before" in listed
    visitor.look("feeds-stopped")
    visitor.go(f"/feeds/{FEED}")
    one = visitor.page.locator("main").inner_text()
    assert "Three files in a row did not come" in one
    assert "sex" in one
    visitor.look("feeds-stopped-one")
    visitor.go("/")
    visitor.follow(visitor.page.get_by_role("button", name="Sign out"))
    visitor.sign_in("C101")
    visitor.go("/feeds")
    assert "Three files in a row did not come" in visitor.page.locator("main").inner_text()
    visitor.look("feeds-stopped-partner")
