"""Pulling into the gateway: what a partner's API holds becomes batches, exactly what it says, wherever a run breaks."""

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import stamina

from gateway.building import load_feeds
from gateway.pull.errors import PullError
from gateway.usecases.feeds import pull_runs
from gateway.usecases.feeds.pulling import pull_due, pull_states, run_pull, start_over
from gateway.usecases.linking.linking import link_everything
from tests.gateway.pull.pulled import source_of
from tests.simulators.pds import Pds, patient
from tests.simulators.policing import Policing, incident
from tests.simulators.service import running

FACTS = (
    "SELECT f.value, i.name FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN desk.batch b USING (batch_id)"
    " WHERE b.sender = 'pull:hearthgate-northvale'"
)
BATCHES = "SELECT * FROM desk.batch WHERE sender = 'pull:hearthgate-northvale' ORDER BY received_at, batch_id"


def pulled(northvale, item=None):
    """Values of facts that came by pull."""
    return [row.value for row in northvale.sql(FACTS) if item in {None, row.name}]


def events(northvale):
    return len(pulled(northvale, "crime.victim"))


@pytest.fixture(autouse=True)
def impatient():
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        yield


@pytest.fixture
def policing(northvale):
    with running(Policing()) as service:
        service.add(northvale.built.now - timedelta(days=2), *(incident(number) for number in range(1, 6)))
        yield service


@pytest.fixture
def pull(northvale, policing, tmp_path):
    source = source_of(policing, tmp_path)
    return lambda: run_pull(northvale.wiring, source)


def test_every_page_becomes_a_batch_of_the_partner_and_the_next_run_asks_for_what_changed(northvale, policing, pull):
    first = pull()
    northvale.clock.now += timedelta(hours=1)
    policing.add(northvale.clock.now, incident(6))
    second = pull()

    assert (first.outcome, first.records, first.requests) == ("done", 5, 3)
    assert (second.outcome, second.records) == ("done", 1)
    assert events(northvale) == 6
    assert policing.since[0] == ""
    assert policing.since[1] > str(northvale.built.now - timedelta(minutes=6))[:10]
    batches = northvale.sql(BATCHES)
    assert {(one.feed, one.state, one.agency) for one in batches} == {
        ("police-incidents-psdm", "accepted in part" if batches[0].rows_rejected else "accepted", "northvale_police")
    }
    entries = northvale.sql("SELECT event_class FROM audit.entry WHERE entry_id = :id", id=batches[0].receipt_entry)
    assert entries[0].event_class == "collection"


def test_nothing_changed_is_no_new_fact(northvale, policing, tmp_path, pull):
    pull()
    facts = len(pulled(northvale))
    northvale.clock.now += timedelta(hours=1)
    start_over(northvale.wiring, source_of(policing, tmp_path))

    again = pull()

    assert again.records == 5
    assert len(pulled(northvale)) == facts


@pytest.mark.parametrize("mishap", [500, "cut", "no-json", "redirect"])
def test_a_run_that_breaks_off_keeps_what_it_read_and_the_next_goes_on_from_there(northvale, policing, pull, mishap):
    pull_pages = policing.asked

    policing.mishaps.clear()
    broken = None
    original = policing.reply

    def reply(asked):
        answer = original(asked)
        if len(pull_pages) == 1:
            policing.mishaps.extend([mishap] * 3)
        return answer

    policing.reply = reply
    broken = pull()
    policing.mishaps.clear()
    asked_before = len(policing.asked)
    whole = pull()

    assert broken.failures == 1
    assert broken.records == 2
    assert (whole.outcome, whole.failures, whole.records) == ("done", 0, 3)
    assert policing.asked[asked_before].query["page[after]"] == "2"
    assert events(northvale) == 5


@pytest.mark.parametrize("break_at", ["save_pull_tags", "save_pull"])
def test_a_crash_after_the_batch_and_before_the_cursor_is_the_same_batch_again(northvale, pull, monkeypatch, break_at):
    real = getattr(pull_runs, break_at)
    calls = []

    def crash(connection, values):
        calls.append(values)
        if break_at == "save_pull_tags" or "sealed_cursor" in values:
            raise KeyboardInterrupt
        return real(connection, values)

    monkeypatch.setattr(pull_runs, break_at, crash)
    with pytest.raises(KeyboardInterrupt):
        pull()
    monkeypatch.undo()
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        again = pull()

    assert calls
    assert again.outcome == "done"
    assert len(northvale.sql(BATCHES)) == 1
    assert events(northvale) == 5


def test_a_page_that_comes_twice_is_taken_once(northvale, policing, pull):
    policing.pages = "repeat"

    state = pull()

    assert (state.outcome, state.records, events(northvale)) == ("done", 5, 5)


def test_pages_that_lead_in_a_circle_end(northvale, policing, pull):
    policing.pages = "circle"

    state = pull()

    assert (state.outcome, state.failures, state.records) == ("links-loop", 1, 5)
    assert state.requests < 10
    policing.pages = "well"
    assert pull().outcome == "done"


def test_a_link_abroad_is_not_followed(northvale, policing, pull):
    policing.pages = "abroad"

    state = pull()

    assert (state.outcome, state.records, len(policing.asked)) == ("foreign-link", 2, 1)


def test_a_page_that_the_partner_has_forgotten_begins_the_sweep_again(northvale, policing, tmp_path):
    source = source_of(policing, tmp_path, max_pages=1)
    first = run_pull(northvale.wiring, source)
    policing.pages = "expired"

    whole = run_pull(northvale.wiring, source.model_copy(update={"max_pages": 10}))

    assert (first.outcome, whole.outcome, events(northvale)) == ("more", "done", 5)
    assert policing.since == ["", ""]


def test_what_no_agreement_covers_is_not_even_asked_for(northvale, policing, tmp_path):
    wiring = replace(northvale.wiring, feeds=load_feeds(northvale.wiring.settings))
    northvale.clock.now += timedelta(days=4000)

    state = run_pull(wiring, source_of(policing, tmp_path))

    assert state.outcome in {"feed-off", "configuration"}
    assert (policing.asked, policing.forms) == ([], [])


def test_a_feed_that_is_switched_off_is_not_even_asked_for(northvale, policing, tmp_path):
    northvale.sql("DELETE FROM desk.feed_switch WHERE feed = 'police-incidents-psdm'")

    state = run_pull(northvale.wiring, source_of(policing, tmp_path))

    assert (state.outcome, policing.asked, policing.forms) == ("feed-off", [], [])


def test_a_secret_that_others_may_read_stops_the_run(northvale, policing, tmp_path):
    source = source_of(policing, tmp_path, sign_in="client_secret_post")
    source.secret_file.chmod(0o644)

    assert run_pull(northvale.wiring, source).outcome == "configuration"
    assert policing.forms == []


def test_due_is_what_never_ran_or_whose_time_has_come_and_failures_wait_longer(northvale, policing, tmp_path):
    source = source_of(policing, tmp_path, every_minutes=60, jitter_minutes=5)

    ran = [pull_due(northvale.wiring, [source])]
    northvale.clock.now += timedelta(minutes=59)
    ran.append(pull_due(northvale.wiring, [source]))
    northvale.clock.now += timedelta(minutes=7)
    policing.mishaps.extend([(503, {"Retry-After": "7200"})])
    ran.append(pull_due(northvale.wiring, [source]))

    (state,) = pull_states(northvale.wiring, [source])
    assert ran == [1, 0, 1]
    assert (state.outcome, state.failures) == ("partner-failed", 1)
    assert state.next_at >= northvale.clock.now + timedelta(seconds=7200)


def test_neither_state_nor_database_holds_token_secret_or_link(northvale, policing, tmp_path):
    source = source_of(policing, tmp_path, sign_in="client_secret_basic", max_pages=1)
    state = run_pull(northvale.wiring, source)

    stored = repr(northvale.sql("SELECT * FROM desk.pull")) + repr(state)
    assert policing.secret not in stored
    assert "psdm/v1" not in stored
    assert not [token for token in policing.tokens if token in stored]


# PDS


@pytest.fixture
def known(northvale):
    """NHS numbers that the gateway holds of persons, each with its person."""
    rows = northvale.sql(
        "SELECT DISTINCT f.value ->> 'value' AS number FROM hearth.fact f JOIN hearth.item i USING (item_no)"
        " JOIN hearth.link l ON l.record_id = f.record_id AND l.superseded_at IS NULL"
        " WHERE i.name = 'identity.nhs_number' AND f.value ->> 'verification' <> 'unverified'"
    )
    assert len(rows) > 3
    return sorted({row.number for row in rows})


@pytest.fixture
def pds(known):
    with running(Pds()) as service:
        for place, number in enumerate(known):
            service.add(patient(number, f"Family{place}", "Jo", "1990-02-03"))
        yield service


def test_pds_is_asked_for_every_person_known_by_number_and_only_for_what_changed(northvale, pds, known, tmp_path):
    source = source_of(pds, tmp_path, refresh_hours=12)
    first = run_pull(northvale.wiring, source)
    northvale.clock.now += timedelta(hours=1)
    too_soon = run_pull(northvale.wiring, source)
    northvale.clock.now += timedelta(hours=24)
    pds.patients[known[0]] = patient(known[0], "Changed", "Jo", "1990-02-03", version=2)
    later = run_pull(northvale.wiring, source)

    assert (first.outcome, first.records) == ("done", len(known))
    assert (too_soon.requests, later.requests, later.records) == (0, len(known), 1)
    assert [one["family"] for one in pulled(northvale, "identity.name") if one["family"] == "Changed"] == ["Changed"]


def test_who_was_asked_about_is_an_entry_before_the_first_request(northvale, pds, known, tmp_path):
    last_disclosure = "SELECT count(*) FROM audit.entry WHERE event_class = 'disclosure'"
    before, at_first = northvale.count(last_disclosure), []
    original = pds.issue
    pds.issue = lambda form, told: at_first.append(northvale.count(last_disclosure)) or original(form, told)

    run_pull(northvale.wiring, source_of(pds, tmp_path))

    assert at_first == [before + 1]
    (opening,) = northvale.sql(
        "SELECT o::text AS words FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " WHERE e.event_class = 'disclosure' ORDER BY e.recorded_at DESC, e.entry_id DESC LIMIT 1"
    )
    assert not [number for number in known if number in opening.words]


def test_a_superseded_number_becomes_the_one_that_stands_and_a_restricted_record_protects(
    northvale, pds, known, tmp_path
):
    old, restricted = known[0], known[1]
    standing = "9728000035"
    del pds.patients[old]
    pds.add(patient(standing, "Moved", "Jo", "1990-02-03"))
    pds.superseded[old] = standing
    pds.patients[restricted] = patient(restricted, "Hidden", "Jo", "1990-02-03", security="R")

    run_pull(northvale.wiring, source_of(pds, tmp_path))
    link_everything(northvale.wiring)

    former = [one["value"] for one in pulled(northvale) if one.get("scheme") == "nhs_number_superseded"]
    assert former == [old]
    assert len(pulled(northvale, "identity.protected")) == 1


def test_a_number_that_pds_does_not_know_costs_nothing_else(northvale, pds, known, tmp_path):
    del pds.patients[known[0]]

    state = run_pull(northvale.wiring, source_of(pds, tmp_path))

    assert (state.outcome, state.records) == ("done", len(known) - 1)


def test_numbers_that_a_broken_run_did_not_reach_come_first_in_the_next(northvale, pds, known, tmp_path):
    source = source_of(pds, tmp_path, max_pages=len(known) // 2 + 1, refresh_hours=12)

    outcomes = [run_pull(northvale.wiring, source).outcome for _ in range(2)]

    asked = [one.path.rpartition("/")[2] for one in pds.asked]
    assert outcomes == ["more", "done"]
    assert sorted(asked) == known


def test_whoever_is_not_known_by_number_any_more_is_forgotten_by_the_pull_too(northvale, pds, known, tmp_path):
    source = source_of(pds, tmp_path)
    run_pull(northvale.wiring, source)
    before = northvale.count("SELECT count(*) FROM desk.pull_tag")
    northvale.sql("DELETE FROM hearth.fact WHERE value ->> 'value' = :number", number=known[0])

    run_pull(northvale.wiring, source)

    assert (before, northvale.count("SELECT count(*) FROM desk.pull_tag")) == (len(known), len(known) - 1)


def streamed(document):
    return httpx.Response(200, stream=httpx.ByteStream(json.dumps(document).encode()))


def test_a_fhir_server_gives_what_changed_page_by_page(northvale, policing, tmp_path):
    source = source_of(
        policing, tmp_path, sign_in="client_secret_post", feed="health-ukcore", kind="fhir-search", resource="Patient"
    )  # fmt: skip
    asked = []

    def answer(request):
        if request.method == "POST":
            return streamed({"access_token": "abc", "expires_in": 600})
        asked.append(dict(request.url.params))
        place = int(request.url.params.get("page", "1"))
        one = {"resourceType": "Patient", "id": f"p{place}", "name": [{"family": "Example"}], "birthDate": "2001"}
        links = [{"relation": "self", "url": "x"}, {"relation": "next", "url": f"Patient?page={place + 1}"}]
        entry = [{"fullUrl": "urn:x", "resource": one}]
        return streamed(
            {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": links[: 2 if place < 3 else 1]}
        )

    first = run_pull(northvale.wiring, source, httpx.MockTransport(answer))
    run_pull(northvale.wiring, source, httpx.MockTransport(answer))

    assert (first.outcome, first.records) == ("done", 3)
    assert asked[0] == {"_sort": "_lastUpdated", "_count": "2"}
    assert asked[3]["_lastUpdated"].startswith("ge20")
    assert {one["family"] for one in pulled(northvale, "identity.name")} == {"Example"}


def test_only_a_whole_number_is_ever_put_into_a_path(pds, tmp_path):
    from adapters.health.client import PdsPatients  # noqa: PLC0415 - for this test alone
    from adapters.pull_port import PullAnswerError  # noqa: PLC0415 - for this test alone

    for number in ("../../admin", "9000000009/history", "", "9000000001", "९०००००००९"):
        with pytest.raises(PullAnswerError):
            PdsPatients().ask(number, "")


def test_every_reason_of_a_failed_run_has_its_words():
    with pytest.raises(KeyError):
        PullError("no-such-reason")
