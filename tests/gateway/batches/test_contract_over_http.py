"""The contract of a push over the wire: digests, versions, trials, budgets, receipts that anybody can verify."""

import base64
import gzip
import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from jwcrypto import jwk, jws

from adapters.port import EarlierVersion
from gateway.demo.switching_on import switch_everything_on
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.audit.log_book import drain
from tests.gateway.batches.school import CONTEXT, FEED, MILL_LANE, NAMES, PROFILE, count, pupil, pupils, sheet, standing
from tests.gateway.conftest import NOW
from tests.gateway.served import served

PUSH = f"/v1/feeds/{FEED}/batches"
EARLIER = EarlierVersion("0", date(2026, 1, 1), date(2027, 1, 1), {"unique_pupil_number": "upn"})


def with_earlier_version(wiring):
    feed = wiring.feeds[FEED]
    older = replace(feed, profile=replace(feed.profile, earlier=(EARLIER,)))
    return replace(wiring, feeds={**wiring.feeds, FEED: older})


@pytest.fixture
def gateway(wiring):
    switch_everything_on(wiring, CONTEXT, [FEED])
    wiring = with_earlier_version(wiring)
    school = SimpleNamespace(staff=(), partner=lambda _: MILL_LANE, wiring=wiring)
    with served(school) as running:
        yield running.client


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def push(gateway, body, key="k", headers=(), **query):
    sent = {"Test-Caller": FEED, "Content-Type": "text/csv", "Idempotency-Key": key, **dict(headers)}
    return gateway.post(PUSH, content=body, headers=sent, params=query)


def read(gateway, path):
    return gateway.get(path, headers={"Test-Caller": FEED})


def spool(wiring):
    return list(wiring.settings.spool_folder.glob("*"))


@pytest.mark.parametrize("path", [PUSH, f"/v1/feeds/{FEED}/records"])
def test_of_two_idempotency_keys_neither_counts(gateway, admin, path):
    sent = [("Test-Caller", FEED), ("Content-Type", "application/json" if path != PUSH else "text/csv")]
    keys = [("Idempotency-Key", "one"), ("Idempotency-Key", "another")]

    answer = gateway.post(path, content=sheet(pupils(1)) if path == PUSH else b"{}", headers=sent + keys)

    assert (answer.status_code, answer.json()["detail"]) == (400, "send one Idempotency-Key, not several")
    assert count(admin, "SELECT count(*) FROM desk.batch") == 0


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_with_its_digest_is_taken_and_another_body_is_not(gateway, wiring, admin, packed):
    body = sheet(pupils(1))
    sent = gzip.compress(body) if packed else body
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    wrong = push(gateway, sent, headers={"Content-Digest": digest(sent + b" "), **encoding})
    assert (wrong.status_code, wrong.json()["type"].rsplit("/", 1)[1]) == (400, "content-digest-mismatch")
    assert (count(admin, "SELECT count(*) FROM desk.batch"), spool(wiring)) == (0, [])
    right = push(gateway, sent, headers={"Content-Digest": f"sha-512=:AA==:, {digest(sent)}", **encoding})
    assert (right.status_code, right.json()["outcome"]) == (202, "accepted")
    assert right.headers["want-content-digest"] == "sha-256=10"


@pytest.mark.parametrize("header", ["", "sha-512=:AA==:", "sha-256=AA", "sha-256=:AA==:", "sha-256=:%%:", "x" * 3000])
def test_a_digest_that_is_none_is_refused(gateway, admin, header):
    assert push(gateway, sheet(pupils(1)), headers={"Content-Digest": header}).status_code == 400
    assert count(admin, "SELECT count(*) FROM desk.batch") == 0


def test_an_earlier_version_is_taken_under_its_names_and_told_when_it_ends(gateway, wiring_clock, admin):
    old = ["unique_pupil_number", *NAMES[1:]]
    body = sheet([{**pupil(1), "unique_pupil_number": pupil(1)["upn"]}], old)
    assert push(gateway, body, "named-now").json()["code"] == "feed-unreadable"
    told = push(gateway, body, "old", {"Hearthgate-Schema-Version": "0"})
    assert (told.json()["outcome"], told.json()["schema_version"]) == ("accepted", "0")
    assert told.headers["deprecation"] == "@1767225600"
    assert told.headers["sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert standing(admin) == 1
    assert "sunset" not in push(gateway, sheet(pupils(1)), "new").headers
    wiring_clock.now = NOW + timedelta(days=60)
    for version in ("0", "7"):
        refused = push(gateway, body, f"late-{version}", {"Hearthgate-Schema-Version": version})
        assert refused.status_code == 422
        assert refused.json()["type"].endswith("/schema-version")
        assert f"version {PROFILE.version}" in refused.json()["how_to_fix"]


def test_a_trial_says_what_would_become_of_a_file_and_stores_no_row(gateway, wiring, admin):
    body = sheet([pupil(1), pupil(2, dob="no day")])
    tried = push(gateway, body, validate="true").json()
    assert (tried["validate"], tried["outcome"], tried["rejected"]) == (True, "accepted in part", 1)
    for table in ("hearth.fact", "hearth.source_record", "hearth.search_token", "desk.rejected_row"):
        assert count(admin, f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - names of this test
    assert count(admin, "SELECT count(*) FROM audit.entry WHERE event_class = 'collection'") == 1
    errors = read(gateway, tried["errors"]).text
    assert "dob" in errors
    taken = push(gateway, body).json()
    assert taken["batch_id"] != tried["batch_id"]
    told = ("outcome", "rows", "accepted", "rejected", "refused", "columns_not_kept", "items_not_covered")
    assert [taken[name] for name in told] == [tried[name] for name in told]
    assert standing(admin) == 1
    link_everything(wiring)
    assert read(gateway, f"/v1/batches/{tried['batch_id']}").json()["state"] == "accepted in part"


def test_over_the_error_budget_nothing_is_taken_and_the_bad_rows_come_back(gateway, admin):
    body = sheet([*pupils(*range(20)), *(pupil(number, dob="no day") for number in range(100, 112))])
    refused = push(gateway, body).json()
    assert (refused["outcome"], refused["code"]) == ("refused", "error-budget")
    assert (refused["rows"], refused["accepted"], refused["rejected"]) == (32, 20, 12)
    assert count(admin, "SELECT count(*) FROM hearth.fact") == 0
    assert len(read(gateway, refused["errors"]).text.splitlines()) == 13


def test_an_idempotency_key_stands_for_one_contract(gateway):
    body = sheet(pupils(1))
    assert push(gateway, body, mode="full").status_code == 202
    assert push(gateway, body, mode="full").status_code == 202
    assert push(gateway, body, mode="delta").status_code == 409


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"mode": "all"}, 422), ({"coverage_from": "soon"}, 422), ({"mends": "x"}, 422), ({"validate": "perhaps"}, 422),
        ({"coverage_from": "2026-11-02", "coverage_to": "2026-11-01"}, 400), ({"coverage_to": "2027-01-01"}, 400),
        ({"mends": "11111111-1111-4111-8111-111111111111", "mode": "full"}, 400),
        ({"mends": "11111111-1111-4111-8111-111111111111"}, 404), ({"valdate": "true"}, 400), ({"Mode": "full"}, 400),
        ({"mode": ["full", "delta"]}, 400),
    ],
)  # fmt: skip
def test_a_contract_that_makes_no_sense_is_refused_before_anything_is_kept(gateway, wiring, admin, query, status):
    assert push(gateway, sheet(pupils(1)), **query).status_code == status
    assert (count(admin, "SELECT count(*) FROM desk.batch"), spool(wiring)) == (0, [])


def test_the_receipt_verifies_with_the_published_key_and_holds_no_value(gateway, wiring):
    body = sheet([pupil(1, fsm="Y"), pupil(2, dob="no day")], [*NAMES, "shoe size"])
    batch = push(gateway, body, mode="full", coverage_from="2026-09-01", coverage_to="2026-11-01").json()
    answer = read(gateway, batch["signed_receipt"])
    assert answer.headers["content-type"] == "application/jose"
    claims = verified(gateway, answer.text)
    assert claims["sha256"] == hashlib.sha256(body).hexdigest()
    assert (claims["feed"], claims["mode"], claims["outcome"]) == (FEED, "full", "accepted in part")
    assert claims["coverage"] == {"from": "2026-09-01", "to": "2026-11-01"}
    assert claims["rows"]["read"] == 2
    assert claims["refused_at_the_door"]["columns"] == batch["columns_not_kept"] != []
    assert claims["refused_at_the_door"]["items"] == batch["items_not_covered"]
    assert (claims["log"]["entry"], claims["log"]["leaf_index"]) == (batch["receipt"], None)
    said = json.dumps(claims)
    for row in (pupil(1), pupil(2)):
        assert not any(row[name] in said for name in ("upn", "surname", "forename", "dob"))
    drain(wiring.database, wiring.log_signer)
    assert verified(gateway, read(gateway, batch["signed_receipt"]).text)["log"]["leaf_index"] is not None


def test_whether_a_pupil_was_known_makes_no_difference_to_what_a_sender_is_told(gateway):
    known = sheet(pupils(1))
    push(gateway, known, "before")
    of_its_own = {"batch_id", "received_at", "finished_at", "receipt", "signed_receipt", "errors"}
    pushed = {"one": known + b"\r\n", "other": sheet(pupils(2))}
    one, other = (push(gateway, body, key).json() for key, body in pushed.items())
    assert {k: v for k, v in one.items() if k not in of_its_own} | {"outcome": ""} == {
        k: v for k, v in other.items() if k not in of_its_own
    } | {"outcome": ""}


def test_a_file_is_linked_once_linkage_has_run_over_it(gateway, wiring):
    batch = push(gateway, sheet(pupils(1, 2))).json()
    assert (batch["state"], batch["linked_at"]) == ("accepted", None)
    link_everything(wiring)
    after = read(gateway, f"/v1/batches/{batch['batch_id']}").json()
    assert (after["state"], after["outcome"]) == ("linked", "accepted")
    again = push(gateway, sheet(pupils(2, 1)), "again").json()
    assert again["state"] == "accepted"
    link_new(wiring)
    assert read(gateway, f"/v1/batches/{again['batch_id']}").json()["state"] == "linked"


def test_a_file_that_waits_is_confirmed_or_given_up_over_http(gateway):
    for number in range(3):
        push(gateway, sheet(pupils(*range(10))), f"usual-{number}", mode="full")
    waits = push(gateway, sheet(pupils(1, 2)), "short", mode="full").json()
    assert (waits["state"], waits["outcome"]) == ("waiting", None)
    assert waits["waits"]["for"] == "fewer-rows"
    assert "usually have about 10" in waits["message"]
    address = f"/v1/batches/{waits['batch_id']}"
    assert read(gateway, f"{address}/receipt").status_code == 404
    confirmed = gateway.post(f"{address}/confirmation", headers={"Test-Caller": FEED})
    assert (confirmed.status_code, confirmed.json()["outcome"]) == (200, "accepted")
    assert gateway.post(f"{address}/withdrawal", headers={"Test-Caller": FEED}).status_code == 409


def verified(gateway, receipt):
    published = gateway.get("/.well-known/jwks.json").json()
    token = jws.JWS()
    token.allowed_algs = ["Ed25519"]
    token.deserialize(receipt)
    token.verify(jwk.JWKSet.from_json(json.dumps(published)).get_key(token.jose_header["kid"]))
    return json.loads(token.payload)
