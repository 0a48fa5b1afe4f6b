"""Review on pages: an officer opens an item, asks, the worker answers, the officer closes it; axe finds nothing."""

import pytest

from gateway.errors import AccessRefusedError
from tests.gateway.web.test_in_the_browser import chromium, pytestmark, visitor  # noqa: F401 - fixtures and marks


def test_an_item_that_grew_while_it_was_read_is_shown_whole_before_it_is_closed(visitor, served):  # noqa: F811 - the fixture
    def refused():
        with pytest.raises(AccessRefusedError):
            served.northvale.declare("W502", "early_help")

    refused()
    page = visitor.page
    visitor.sign_in("W601")
    visitor.go("/reviews")
    visitor.follow(page.get_by_role("link", name="Tried a purpose that the role may not use").first)
    before = page.locator("h3").count()
    refused()
    page.get_by_label("Explained").check()
    page.fill("#words", "Chose the wrong one of two jobs.")
    visitor.follow(page.get_by_role("button", name="Close this item"))

    assert "Read all of it before you close it" in page.get_by_role("alert").inner_text()
    assert page.locator("h3").count() == before + 1
    assert "Not looked up yet" not in page.locator("main").inner_text()
    visitor.look("review-grew")
    assert page.get_by_label("Explained").is_checked()
    assert page.locator("#words").input_value() == "Chose the wrong one of two jobs."
    visitor.follow(page.get_by_role("button", name="Close this item"))
    assert page.locator("h1").inner_text() == "Review of accesses"


def test_an_officer_asks_and_closes_and_the_worker_answers_in_between(visitor, served):  # noqa: F811 - the fixture
    with pytest.raises(AccessRefusedError):
        served.northvale.declare("W502", "early_help")
    page = visitor.page

    visitor.sign_in("W601")
    visitor.go("/reviews")
    visitor.look("review-queue")
    visitor.follow(page.get_by_role("link", name="Tried a purpose that the role may not use").first)
    visitor.look("review-item")
    visitor.follow(page.get_by_role("button", name="Close this item"))
    assert page.get_by_role("alert").is_visible()
    visitor.look("review-errors")
    page.fill("#question", "What were you working on?")
    visitor.follow(page.get_by_role("button", name="Ask", exact=True))
    visitor.look("review-asked")
    address = page.url
    visitor.follow(page.get_by_role("button", name="Sign out"))

    visitor.sign_in("W502")
    visitor.go("/questions")
    visitor.look("review-questions")
    page.locator("textarea").first.fill("I chose the wrong purpose.")
    visitor.follow(page.get_by_role("button", name="Answer", exact=True).first)
    visitor.follow(page.get_by_role("button", name="Sign out"))

    visitor.sign_in("W601")
    page.goto(address)
    assert "I chose the wrong purpose." in page.locator("main").inner_text()
    page.get_by_label("A reminder was given").check()
    page.fill("#words", "Spoke to them and to the manager.")
    visitor.follow(page.get_by_role("button", name="Close this item"))
    assert page.locator("h1").inner_text() == "Review of accesses"
    page.goto(address)
    text = page.locator("main").inner_text()
    assert "A reminder was given" in text
    assert "Spoke to them and to the manager." in text
    visitor.look("review-closed")
