"""The audit log's pages over HTTP: who may read, what a search says, going back and forth, taking it away."""

import re

import pytest

from tests.gateway.web.serving import form_token


@pytest.mark.parametrize("field", ["worker", "team", "agreement"])
def test_a_field_that_is_no_text_is_refused_as_such(at_desk, field):
    client = at_desk("W602")
    page = client.post("/log", data={"form_token": form_token(client.get("/log")), field: "W2\x0001"})
    assert page.status_code == 400
    assert "W2" not in page.text.partition("<main")[2]


def test_the_log_is_for_officers(at_desk):
    page = at_desk("W101").get("/log")
    assert page.status_code == 403
    assert "Only information governance officers may read the log." in page.text


def test_officers_read_above_the_log_whether_witnesses_vouch_for_it(at_desk):
    assert "No witness vouches for them." in at_desk("W602").get("/log").text
    assert "itness" not in at_desk("W101").get("/log").text


def test_a_search_of_the_log_that_finds_nothing_says_what_is_compared_letter_by_letter(at_desk):
    officer = at_desk("W601")
    token = form_token(officer.get("/log"))
    page = officer.post("/log", data={"form_token": token, "worker": "w201", "agreement": "ISA-1"})
    assert "No entry fits." in page.text
    assert "letter by letter, capitals included (worker&#39;s reference, agreement)" in page.text
    by_list = officer.post("/log", data={"form_token": token, "event": "erasure", "outcome": "denied"})
    assert "letter by letter" not in by_list.text


def test_an_officer_pages_back_through_the_log_and_finds_every_entry_once(served, at_desk):
    client = at_desk("W602")
    page = client.get("/log")
    seen = []
    for _ in range(20):
        links = re.findall(r'href="/log/([0-9a-f-]{36})"', page.text)
        seen += links
        cursor = re.search(r'name="cursor" value="([^"]+)"', page.text)
        if cursor is None:
            break
        page = client.post("/log", data={"form_token": form_token(page), "cursor": cursor[1]})
    assert len(seen) == len(set(seen))
    assert len(seen) > 50
    assert len(seen) <= served.northvale.count("SELECT count(*) FROM audit.entry")


def test_an_officer_goes_back_to_the_pages_of_the_log_they_came_from_and_takes_a_sheet_that_excel_reads(
    served, at_desk
):
    client = at_desk("W602")

    def press(button, page):
        form = next(one for one in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if button in one)
        return client.post("/log", data=dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form)))

    def shown(page):
        return re.findall(r'href="/log/([0-9a-f-]{36})"', page.text)

    first = client.get("/log")
    second = press("Older entries", first)
    third = press("Older entries", second)
    assert "Newer entries" not in first.text
    assert shown(third)
    assert shown(press("Newer entries", third)) == shown(second)
    top = press("Newer entries", press("Newer entries", third))
    assert shown(first)[0] in shown(top)
    assert "Newer entries" not in top.text
    taken = client.post("/log/export", data={"form_token": form_token(top), "form": "csv"})
    assert taken.content.startswith(b"\xef\xbb\xbfat,entry,")
