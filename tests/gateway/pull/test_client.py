"""The pull client against servers that behave, misbehave and lie: what it sends, how long it tries, where it stops."""

import logging
from datetime import UTC, datetime

import httpx
import pytest
import stamina
from stamina.instrumentation import set_on_retry_hooks

from adapters.pull_port import Ask
from gateway import clock
from gateway.identity.errors import KeyFileError
from gateway.pull.client import PullClient
from gateway.pull.errors import PullError
from gateway.pull.pace import TokenBucket
from tests.gateway.pull.pulled import source_of
from tests.simulators.pds import Pds, patient
from tests.simulators.policing import Policing
from tests.simulators.service import running

NUMBER = "9000000009"
ASK = Ask(f"Patient/{NUMBER}", accept="application/fhir+json")


@pytest.fixture
def pds():
    with running(Pds()) as service:
        service.add(patient(NUMBER, "Example", "Jo", "2010-02-03"))
        yield service


@pytest.fixture
def impatient():
    """Retries without their pauses; how often it tries stays as it is."""
    with stamina.set_testing(testing=True, attempts=4, cap=True):
        yield


def client_of(service, folder, **changes):
    return PullClient(source_of(service, folder, **changes), clock.utc_now, clock.new_opaque_id)


def fails(client, ask=ASK):
    with client, pytest.raises(PullError) as failed:
        client.get(ask)
    return failed.value


@pytest.mark.parametrize("sign_in", ["private_key_jwt", "client_secret_basic", "client_secret_post"])
def test_it_signs_in_as_the_partner_asks_and_uses_one_token_for_many_requests(pds, tmp_path, sign_in):
    with client_of(pds, tmp_path, sign_in=sign_in, scope="patients") as client:
        found = [client.get(ASK).document["id"] for _ in range(3)]

    assert found == [NUMBER] * 3
    assert len(pds.forms) == 1
    assert pds.forms[0]["scope"] == "patients"
    assert len({one.headers["X-Request-ID"] for one in pds.asked}) == 3


def test_a_wrong_secret_is_said_and_not_tried_again(pds, tmp_path):
    client = client_of(pds, tmp_path, sign_in="client_secret_post")
    pds.secret = "another"  # noqa: S105 - of a simulator

    assert fails(client).reason == "not-signed-in"
    assert (len(pds.forms), len(pds.asked)) == (1, 0)


def test_a_key_or_secret_that_others_may_read_is_not_used(pds, tmp_path):
    source = source_of(pds, tmp_path, sign_in="client_secret_post")
    source.secret_file.chmod(0o640)

    with pytest.raises(KeyFileError):
        PullClient(source, clock.utc_now, clock.new_opaque_id)


def test_a_version_that_we_have_is_not_sent_again(pds, tmp_path):
    with client_of(pds, tmp_path) as client:
        first = client.get(ASK)
        again = client.get(Ask(ASK.target, known_tag=first.tag))

    assert (first.status, again.status, again.document) == (200, 304, None)


@pytest.mark.parametrize("mishap", [429, 500, 502, 503, 504, "cut", "slow", "expired"])
def test_what_may_pass_is_tried_again(pds, tmp_path, impatient, mishap):
    pds.mishaps.append(mishap)

    with client_of(pds, tmp_path) as client:
        assert client.get(ASK).document["id"] == NUMBER

    assert len(pds.asked) == 2
    assert len(pds.forms) == (2 if mishap == "expired" else 1)


@pytest.mark.parametrize(("mishap", "reason"), [(500, "partner-failed"), (429, "rate-limited"), ("cut", "unreachable")])
def test_what_does_not_pass_is_given_up_after_a_bounded_number_of_attempts(pds, tmp_path, impatient, mishap, reason):
    pds.mishaps.extend([mishap] * 50)

    assert fails(client_of(pds, tmp_path)).reason == reason
    assert len(pds.asked) == 4


@pytest.mark.parametrize(
    ("mishap", "reason"),
    [
        (400, "refused"), (403, "refused"), ("redirect", "redirected"), ("no-json", "answer-unreadable"),
        ("gzip", "answer-unreadable"), ("huge", "answer-too-large"),
    ],
)  # fmt: skip
def test_what_will_not_pass_is_not_tried_again(pds, tmp_path, mishap, reason):
    pds.mishaps.append(mishap)

    assert fails(client_of(pds, tmp_path, max_answer_mib=1)).reason == reason
    assert len(pds.asked) == 1


def test_a_token_that_is_refused_twice_is_no_token(pds, tmp_path):
    pds.mishaps.extend(["expired"] * 5)

    assert fails(client_of(pds, tmp_path)).reason == "not-signed-in"
    assert len(pds.asked) == 2


def test_it_waits_as_long_as_it_is_asked_to(pds, tmp_path):
    pds.mishaps.append((429, {"Retry-After": "1"}))
    waited = []
    set_on_retry_hooks([lambda details: waited.append(details.wait_for)])
    try:
        with client_of(pds, tmp_path) as client:
            client.get(ASK)
    finally:
        set_on_retry_hooks(None)

    assert len(waited) == 1
    assert waited[0] >= 1


@pytest.mark.parametrize("told", ["3600", "Mon, 16 Nov 2026 10:00:00 GMT"])
def test_asked_to_wait_for_long_the_run_ends_and_knows_until_when(pds, tmp_path, told):
    pds.mishaps.append((503, {"Retry-After": told}))
    now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    client = PullClient(source_of(pds, tmp_path), lambda: now, clock.new_opaque_id)

    failed = fails(client)

    assert (failed.reason, failed.wait) == ("partner-failed", 3600)
    assert len(pds.asked) == 1


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:9/psdm/v1/incidents", "https://127.0.0.1/psdm", "//evil.example/x", "file:///etc/passwd",
        "http://user:word@{host}/x", "http://[::1/x", "\\\\evil.example\\x", "x\r\nHost: evil.example", "x" * 5000,
        "http://evil.example\\@{host}/x", "http://{host}.evil.example/x", "gopher://{host}/x",
    ],
)  # fmt: skip
def test_a_link_to_another_place_is_never_followed(tmp_path, link):
    with running(Policing()) as policing:
        client = client_of(policing, tmp_path)
        told = link.replace("{host}", policing.address.removeprefix("http://"))

        assert fails(client, Ask(told)).reason == "foreign-link"
        assert (policing.asked, policing.forms) == ([], [])


def test_no_line_of_a_log_and_no_error_tells_whom_it_asked_about(pds, tmp_path, impatient, caplog):
    pds.mishaps.extend([500, "cut", (403, {"X": "y"})])

    with caplog.at_level(logging.INFO):
        failed = fails(client_of(pds, tmp_path))

    told = f"{failed!r} {failed.__cause__!r} {failed.__context__!r} {client_of(pds, tmp_path)!r}"
    assert NUMBER not in told
    assert pds.secret not in told
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not [line for line in ours if NUMBER in line]


def test_the_library_below_logs_no_address(pds, tmp_path, caplog):
    with caplog.at_level(logging.DEBUG), client_of(pds, tmp_path) as client:
        client.get(ASK)

    assert not [record for record in caplog.records if NUMBER in record.getMessage()]


def test_requests_keep_to_the_pace_of_the_partner():
    clock_, slept = [0.0], []

    def pause(seconds: float) -> None:
        slept.append(seconds)
        clock_[0] += seconds

    bucket = TokenBucket(4.0, 3, lambda: clock_[0], pause)
    for _ in range(11):
        bucket.take()

    assert clock_[0] == pytest.approx(2.0)
    assert len(slept) == 8


def test_a_partner_in_rest_is_asked_with_everything_that_the_contract_says(tmp_path, httpx_mock):
    """Against a fixed answer: what stands on the wire, to the letter."""
    folder_of = Policing(address="https://police.example")
    source = source_of(folder_of, tmp_path, headers={"Ods-Code": "X26"}, sign_in="client_secret_basic")
    httpx_mock.add_response(url="https://police.example/token", json={"access_token": "abc", "expires_in": "600"})
    httpx_mock.add_response(
        url="https://police.example/psdm/v1/incidents?page%5Bsize%5D=2", json={"data": []}, headers={"ETag": '"7"'}
    )

    with PullClient(source, clock.utc_now, clock.new_opaque_id) as client:
        answer = client.get(Ask("incidents", (("page[size]", "2"),), "application/vnd.api+json", '"6"'))

    sent = httpx_mock.get_requests()[1]
    assert (answer.document, answer.tag) == ({"data": []}, '"7"')
    assert {name: sent.headers[name] for name in ("Accept", "Authorization", "If-None-Match", "Ods-Code")} == {
        "Accept": "application/vnd.api+json", "Authorization": "Bearer abc", "If-None-Match": '"6"', "Ods-Code": "X26"
    }  # fmt: skip
    assert sent.headers["Accept-Encoding"] == "identity"


def test_no_answer_at_all_is_said_as_such(tmp_path, httpx_mock, impatient):
    source = source_of(Policing(address="https://police.example"), tmp_path, sign_in="client_secret_basic")
    for _ in range(4):
        httpx_mock.add_exception(httpx.ConnectError("no route to 10.1.2.3"))

    failed = fails(PullClient(source, clock.utc_now, clock.new_opaque_id), Ask("incidents"))

    assert failed.reason == "unreachable"
    assert "10.1.2.3" not in f"{failed!r}"
