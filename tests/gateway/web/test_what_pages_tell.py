"""What a page says to do next, over HTTP: who is told of an emergency, what was left out of a check, what to mend."""

import re

import pytest

from gateway.usecases.log import reading_log
from gateway.usecases.log.coverage_maps import take_due_maps
from tests.gateway.web.serving import declare, form_token, sequenced


def words(page):
    """The text of a page, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def sent(client, name, content, feed="housing-arrears"):
    data = {"form_token": form_token(client.get("/batches")), "feed": feed}
    return client.post("/batches", data=data, files={"file": (name, content)}, follow_redirects=True)


def test_whoever_breaks_glass_reads_who_is_told_at_once(at_desk):
    """Scene S6: two managers are told now, and the reader is asked about it tomorrow."""
    page = words(at_desk("W210").get("/purpose"))

    told = "Told now: MASH manager and Information governance officer. You will be asked about it tomorrow."
    assert f"Write who is at risk and why. {told}" in page
    assert "Acting in good faith is not misconduct. It does not open protected addresses." in page


def test_an_officer_who_waits_is_told_what_was_left_for_the_command(served, at_desk, monkeypatch):
    officer = at_desk("W601")
    sequenced(served)
    assert take_due_maps(served.wiring) > 0

    def verified():
        return words(officer.post("/log/verify", data={"form_token": form_token(officer.get("/log"))}))

    whole = verified()
    assert "The log is whole" in whole
    assert "not taken anew" not in whole
    monkeypatch.setattr(reading_log, "LISTS_WHILE_ONE_WAITS", 1)
    assert "not taken anew, which takes long: the command hearthgate audit verify does it." in verified()


@pytest.mark.parametrize(("field", "label"), [("family_name", "last"), ("given_name", "first")])
def test_a_name_that_is_too_long_is_told_as_that_and_stays_in_the_form(at_desk, field, label):
    worker = at_desk("W203")
    declare(worker, "early_help")
    typed = {"family_name": "Nair", field: "Ann-" * 40}

    page = worker.post("/search", data={"form_token": form_token(worker.get("/search")), **typed})

    assert page.status_code == 422
    assert f"The {label} name must be 100 characters or fewer" in page.text
    assert "must have letters in it" not in page.text
    assert typed[field] in page.text


def test_whose_file_is_refused_is_led_to_its_columns_and_back_to_sending(at_desk):
    client = at_desk("B103")

    page = sent(client, "arrears.csv", b"tenancy,person\nBW1,T1\n")

    assert "Refused" in words(page)
    assert 'href="/feeds/housing-arrears#columns"' in page.text
    assert "send it again" in words(page)
    assert 'id="columns"' in client.get("/feeds/housing-arrears").text


def test_a_file_without_a_row_is_not_called_taken(at_desk):
    page = words(sent(at_desk("B103"), "arrears.csv", b"tenancy_ref,person_ref,as_at,balance\n"))

    assert "The file has no row below the names of its columns. There was nothing to take." in page
    assert "We took every row" not in page


def test_the_front_door_reads_of_a_protected_location_before_anything_else_and_a_worker_does_not(served, at_desk):
    """Scene S3, Priya and Vikram Nair."""
    pages = {}
    for worker, purpose, name in (("W101", "front_door", "Priya Nair"), ("W203", "early_help", "Vikram Nair")):
        client = at_desk(worker)
        declare(client, purpose)
        pages[worker] = words(client.get(f"/families/{served.northvale.family_id('S3', name)}"))

    assert "Location protected" in pages["W101"].partition("Who is involved")[0]
    assert "Before you make contact" not in pages["W203"]
