"""The log over the API: whom it answers, what it says of filters that are none, pages, and exports that stream."""

import csv
import io
import json

import httpx
import pytest
from fhirclient.models.auditevent import AuditEvent

from gateway.usecases.log import exporting_entries
from tests.gateway.audit.balp import check_profiles
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import copied
from tests.gateway.served import served

OFFICER = {"Test-Caller": "W601"}


@pytest.fixture(scope="module")
def gateway(northvale_world):
    """A Northvale in which somebody searched and opened a family, all of it in the tree."""
    with copied(northvale_world) as northvale, served(northvale) as one:
        declared = one.declare("W101", "front_door")
        found = one.search("W101", declared, northvale.person("S1", "Aisha Cole"))
        one.family("W101", declared, found.json()["hits"][0]["family_id"])
        drain(northvale.wiring.database, northvale.wiring.log_signer)
        yield one


def search(gateway, headers=OFFICER, **asked):
    return gateway.client.post("/v1/log/search", json=asked, headers=headers)


def test_an_officer_pages_back_to_the_first_entry(gateway):
    leaves, cursor = [], None
    while True:
        page = search(gateway, cursor=cursor).json()
        leaves += [line["index"] for line in page["entries"]]
        if (cursor := page["next"]) is None:
            break
    assert sorted(leaves) == list(range(max(leaves) + 1))


@pytest.mark.parametrize("caller", ["W101", "B101", "police-nominals"])
def test_anybody_else_is_refused_at_every_door(gateway, caller):
    headers = {"Test-Caller": caller}
    entry = search(gateway).json()["entries"][0]["entry_id"]
    for answer in (
        search(gateway, headers),
        gateway.client.get(f"/v1/log/entries/{entry}", headers=headers),
        gateway.client.post("/v1/log/exports", json={"form": "csv"}, headers=headers),
    ):
        problem = answer.json()
        assert (answer.status_code, problem["reason"]) == (403, "log-not-for-role")
        assert problem["receipt"]


@pytest.mark.parametrize(
    "asked",
    [
        {"event": "looked"}, {"family": "Cole"}, {"since": "2026-11-16T09:00:00"}, {"since": "yesterday"},
        {"trace": "no trace"}, {"name": "Aisha Cole"}, {"sealed": "perhaps"},
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_pointed_at_and_not_repeated(gateway, asked):
    answer = search(gateway, **asked)
    (name, value), *_ = asked.items()
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "request-invalid")
    assert answer.json()["fields"][0]["pointer"] == ("/body" if name == "name" else f"/body/{name}")
    assert value not in answer.text


@pytest.mark.parametrize("path", ["search", "exports"])
def test_a_period_that_ends_before_it_begins_is_refused_and_finds_nothing(gateway, path):
    asked = {"since": "2026-11-17T00:00:00Z", "until": "2026-11-16T00:00:00Z"}
    form = {"form": "csv"} if path == "exports" else {}

    answer = gateway.client.post(f"/v1/log/{path}", json=asked | form, headers=OFFICER)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"] == "until must be later than since: the period ends before it begins"


def test_a_cursor_that_is_none_is_not_found(gateway):
    assert search(gateway, cursor="nonsense").status_code == 404


def test_the_export_streams_every_form_and_names_its_entry(gateway):
    asked = {"worker": "W101", "phase": "outcome"}
    lines = search(gateway, **asked).json()["entries"]
    assert {line["event"] for line in lines} >= {"search"}
    for form, media in (("csv", "text/csv"), ("json", "application/x-ndjson"), ("balp", "application/fhir+ndjson")):
        answer = gateway.client.post("/v1/log/exports", json={**asked, "form": form}, headers=OFFICER)
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media)
        name = answer.headers["content-disposition"].partition('filename="log-')[2]
        drain(gateway.app.state.wiring.database, gateway.app.state.wiring.log_signer)
        entry = gateway.client.get(f"/v1/log/entries/{name[:36]}", headers=OFFICER).json()
        assert (entry["event"], entry["values"]["detail"]["records"]) == ("export", [form])
        assert len(entry["completed_by"]) == 1
        if form == "csv":
            assert [row["entry"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))] == [
                line["entry_id"] for line in lines
            ]
        elif form == "balp":
            events = [json.loads(line) for line in answer.text.splitlines()]
            profiles = {name for event in events if AuditEvent(event) for name in check_profiles(event)}
            assert profiles >= {"PatientQuery"}


def test_an_export_that_breaks_off_does_not_look_like_a_whole_one(gateway, monkeypatch):
    pages = exporting_entries._page
    monkeypatch.setattr(exporting_entries, "_ROWS", 2)

    def lost(parts, taking, before):
        if before is not None:
            raise ConnectionResetError
        return pages(parts, taking, before)

    monkeypatch.setattr(exporting_entries, "_page", lost)
    with pytest.raises(httpx.RemoteProtocolError):
        gateway.client.post("/v1/log/exports", json={"form": "csv"}, headers=OFFICER)


def test_an_entry_shows_its_values_and_not_what_the_decision_rested_on(gateway):
    line = search(gateway, worker="W101", phase="authorisation", event="search").json()["entries"][0]
    entry = gateway.client.get(f"/v1/log/entries/{line['entry_id']}", headers=OFFICER).json()
    assert entry["values"]["masks"]
    assert "decided_on" not in entry["values"]["detail"]
    assert (entry["intact"], entry["leaf"]) == (True, line["index"])
