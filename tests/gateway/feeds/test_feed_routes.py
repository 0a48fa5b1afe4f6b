"""Feeds, their switches, their alerts and webhooks, over HTTP: who may see and do what, and what each answer holds."""

import csv
import io
from types import SimpleNamespace

import pytest

from adapters.port import translate_rows
from gateway.identity.caller import PartnerCaller
from gateway.usecases.watching.watching_feeds import watch_feeds
from tests.gateway.conftest import NOW
from tests.gateway.feeds.officers import ANALYST, FIRST, POLICE, SECOND, WORKER, staff, switched_on, terms
from tests.gateway.feeds.receiver import receiving
from tests.gateway.feeds.test_feed_watching import sent
from tests.gateway.served import served

FEED = "police-nominals"
NOBODY = "00000000-0000-4000-8000-00000000dead"
STAFF = {
    one.worker_ref: one for one in (FIRST, SECOND, WORKER, ANALYST, staff("W603", "northvale_council", "data_steward"))
}


def machine(name):
    agency = {"police-feeds": "northvale_police", "nhs-feeds": "northvale_nhs"}[name]
    return PartnerCaller(f"{agency}-feeds", agency, POLICE.scopes, POLICE.expires_at)


@pytest.fixture
def gateway(wiring):
    settings = wiring.settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    object.__setattr__(wiring, "settings", settings)
    world = SimpleNamespace(wiring=wiring, staff=STAFF, reader=STAFF.__getitem__, partner=machine)
    with served(world) as one:
        yield one


@pytest.fixture
def ask(gateway):
    def asked(who, method, path, **body):
        answer = gateway.client.request(method, path, headers={"Test-Caller": who}, json=body or None)
        return answer.status_code, answer.json() if answer.text and "json" in answer.headers.get(
            "content-type", ""
        ) else answer.text

    return asked


def proposal(wiring, feed=FEED, **changes):
    made = terms(wiring, feed, **changes)
    return {name: getattr(made, name) for name in made.__slots__}


def test_two_officers_switch_a_feed_on_over_http_and_one_turns_it_off(wiring, ask):
    path = f"/v1/feeds/{FEED}"
    assert ask("W601", "GET", path)[1]["standing"]["state"] == "off"
    status, proposed = ask("W601", "POST", f"{path}/switches", **proposal(wiring))
    assert (status, proposed["state"], proposed["decided_by"]) == (202, "proposed", None)
    decision = f"{path}/switches/{proposed['switch_id']}/decision"

    status, own = ask("W601", "POST", decision, approved=True, reason="Mine")
    assert (status, own["reason"]) == (403, "own-switch")
    status, decided = ask("W602", "POST", decision, approved=True, reason="It holds")
    assert (status, decided["state"]) == (200, "on")
    assert ask("W602", "POST", decision, approved=True, reason="Again")[0] == 409

    _, described = ask("W603", "GET", path)
    assert described["standing"]["state"] == "on"
    assert described["switch"]["terms"]["necessity"]
    status, off = ask("W601", "POST", f"{path}/off", reason="We look at it again")
    assert (status, off["state"], off["off_reason"]) == (200, "off", "We look at it again")
    assert ask("W601", "POST", f"{path}/off", reason="Once more")[0] == 404


def test_partners_and_workers_switch_nothing(wiring, ask):
    for who, status in (("police-feeds", 403), ("C101", 403), ("W201", 403)):
        assert ask(who, "POST", f"/v1/feeds/{FEED}/switches", **proposal(wiring))[0] == status
        assert ask(who, "POST", f"/v1/feeds/{FEED}/off", reason="Because")[0] == status
    assert ask("W601", "POST", "/v1/feeds/nothing/switches", **proposal(wiring))[0] == 404
    assert ask("W601", "POST", f"/v1/feeds/{FEED}/switches", purpose="front_door")[0] == 422


def test_a_refused_proposal_names_the_law(wiring, ask):
    asked = proposal(wiring, "dwp-benefits", purpose="early_help", dpia="DPIA-NV-2026-015", dpia_line="R1")
    status, problem = ask("W601", "POST", "/v1/feeds/dwp-benefits/switches", **asked)
    assert (status, problem["reason"]) == (403, "purpose-not-live")
    assert "Welfare Reform Act 2012 s.131" in problem["detail"]


def test_a_partner_sees_its_own_feeds_and_officers_see_all(wiring, ask):
    own = {one["feed"] for one in ask("police-feeds", "GET", "/v1/feeds")[1]}
    everything = {one["feed"] for one in ask("W601", "GET", "/v1/feeds")[1]}
    assert FEED in own < everything == wiring.feeds.keys()
    assert ask("police-feeds", "GET", "/v1/feeds/council-tax")[0] == 404
    assert ask("nhs-feeds", "GET", f"/v1/feeds/{FEED}")[0] == 404
    assert ask("W201", "GET", "/v1/feeds")[0] == 403


def test_a_partner_reads_what_its_feed_is_for_and_not_what_is_proposed(wiring, ask):
    switched_on(wiring, FEED)
    ask("W601", "POST", f"/v1/feeds/{FEED}/switches", **proposal(wiring))
    _, described = ask("police-feeds", "GET", f"/v1/feeds/{FEED}")
    assert described["switch"]["terms"]["purpose"]
    assert (described["proposed"], described["past"]) == (None, [])
    assert {"name", "description", "items", "required"} == described["columns"][0].keys()
    assert ask("W602", "GET", f"/v1/feeds/{FEED}")[1]["proposed"]["state"] == "proposed"


def test_a_template_is_for_whoever_signs_in_and_holds_the_columns(wiring, ask):
    status, text = ask("nhs-feeds", "GET", f"/v1/feeds/{FEED}/template.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    profile = wiring.feeds[FEED].profile
    assert status == 200
    assert list(rows[0]) == [column.name for column in profile.columns]
    assert len(rows) == len(profile.example_rows) >= 1
    assert ask("C101", "GET", "/v1/feeds/none/template.csv")[0] == 404


@pytest.mark.parametrize("feed", ["schools-ctf", "health-pds", "social-care-cin", "schools-pupils", "health-ukcore"])
def test_a_feed_without_columns_has_a_small_file_of_its_format_that_can_be_read_as_it_is(wiring, gateway, ask, feed):
    address = ask("W601", "GET", f"/v1/feeds/{feed}")[1]["template"]
    answer = gateway.client.get(address, headers={"Test-Caller": "W601"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0].rpartition("/")[2].endswith(address.rpartition(".")[2])
    assert answer.headers["content-disposition"].endswith(
        f'{address.rpartition("/")[2].replace("template", f"{feed}-template")}"'
    )
    found = list(translate_rows(wiring.feeds[feed], answer.content))
    assert len(found) == 2
    assert all(one.records and not one.errors for one in found)
    assert ask("W601", "GET", f"/v1/feeds/{feed}/template.csv")[0] == 415


def test_a_pulled_feed_has_no_template(ask):
    assert ask("W601", "GET", "/v1/feeds/police-incidents-psdm")[1]["template"] is None
    assert ask("W601", "GET", "/v1/feeds/police-incidents-psdm/template.json")[0] == 415
    assert ask("W601", "GET", "/v1/feeds/police-nominals/template.pdf")[0] == 422


def test_an_alert_is_seen_and_acknowledged_by_its_agency_and_hidden_from_others(wiring, ask, admin):
    switched_on(wiring, FEED, usual_rows=1000)
    sent(wiring, admin, NOW, 100)
    watch_feeds(wiring)
    ((status, (alert,)), other) = (
        ask("police-feeds", "GET", "/v1/feed-alerts"),
        ask("nhs-feeds", "GET", "/v1/feed-alerts"),
    )
    assert (status, alert["kind"], other) == (200, "shrunken", (200, []))
    path = f"/v1/feed-alerts/{alert['alert_id']}/acknowledgement"
    assert ask("nhs-feeds", "POST", path)[0] == 404
    assert ask("W201", "POST", path)[0] == 404
    assert ask("police-feeds", "POST", path)[1]["acknowledged_by"]
    assert ask("W601", "GET", "/v1/feed-alerts?closed=true")[1][0]["acknowledged_at"]
    assert ask("W601", "POST", f"/v1/feed-alerts/{NOBODY}/acknowledgement")[0] == 404


def test_webhooks_are_added_renewed_and_removed_over_http(ask):
    with receiving() as receiver:
        status, hook = ask("police-feeds", "POST", "/v1/webhooks", address=receiver.address, events=["batch.finished"])
    assert (status, hook["secret"][:6]) == (201, "whsec_")
    path = f"/v1/webhooks/{hook['webhook_id']}"
    assert ask("police-feeds", "GET", "/v1/webhooks")[1][0]["secret"] is None
    assert ask("C101", "POST", f"{path}/secret")[1]["secret"] != hook["secret"]
    assert ask("police-feeds", "POST", f"{path}/waking")[1]["state"] == "on"
    assert ask("police-feeds", "GET", f"{path}/deliveries") == (200, [])
    assert ask("nhs-feeds", "DELETE", path)[0] == 404
    assert ask("police-feeds", "DELETE", path)[1]["state"] == "removed"
    assert ask("police-feeds", "GET", "/v1/webhooks") == (200, [])
    status, problem = ask("police-feeds", "POST", "/v1/webhooks", address="https://10.0.0.1/", events=["feed.alert"])
    assert (status, problem["type"].rpartition("/")[2]) == (422, "webhook-address")
    assert "10.0.0.1" not in str(problem)
    assert ask("police-feeds", "POST", "/v1/webhooks", address="https://8.8.8.8/", events=["everything"])[0] == 422
