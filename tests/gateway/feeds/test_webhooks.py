"""A partner is told what became of its files: signed, ids only, patiently, and never to an address inside."""

import base64
import hashlib
import hmac
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.errors import ForbiddenError, NotFoundError, WebhookAddressError
from gateway.usecases.telling.webhooks import (
    add_webhook,
    deliveries,
    own_webhooks,
    remove_webhook,
    renew_secret,
    wake_webhook,
)
from gateway.usecases.telling.webhooks_addresses import checked_address, networks_of
from gateway.usecases.telling.webhooks_sending import DISABLED_AFTER, WAITS, deliver_due
from gateway.usecases.telling.webhooks_signing import new_secret, signed_headers
from gateway.usecases.telling.webhooks_telling import EVENTS, tell_batch, tell_of_ends
from tests.gateway.conftest import NOW
from tests.gateway.feeds.officers import ANALYST, CONTEXT, POLICE, WORKER
from tests.gateway.feeds.receiver import receiving

BATCH = "00000000-0000-4000-8000-00000000ba7c"


@pytest.fixture
def told(wiring):
    """A wiring whose messages may go to loopback, as a demo's may."""
    return replace(wiring, settings=wiring.settings.model_copy(update={"webhook_networks": "127.0.0.0/8"}))


def queue(wiring, state="accepted"):
    with wiring.database.transaction("hg_intake") as connection:
        return tell_batch(connection, wiring, (BATCH, "police-nominals", state), "northvale_police")


def verified(headers, body, secret):
    """Verify as a receiver does, written here anew from the specification."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(
        hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()
    ).decode()
    return f"v1,{right}" in headers["webhook-signature"].split()


def test_a_signature_is_that_of_the_published_example():
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )  # fmt: skip
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_comes_through_signed_with_ids_only(told):
    with receiving(204) as receiver:
        hook = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        assert queue(told) == 1
        assert deliver_due(told) == 1
        assert deliver_due(told) == 0

    ((headers, body),) = receiver.got
    assert verified(headers, body, hook.secret)
    assert not verified(headers, body + b" ", hook.secret)
    assert not verified(headers, body, new_secret())
    assert json.loads(body) == {
        "type": "batch.finished", "timestamp": "2026-11-16T09:00:00Z",
        "data": {"batch_id": BATCH, "feed": "police-nominals", "state": "accepted"},
    }  # fmt: skip
    (message,) = deliveries(told, ANALYST, hook.webhook_id)
    assert (message.state, message.last_status, message.attempts) == ("delivered", 204, 1)
    assert str(message.delivery_id) == headers["webhook-id"]


def test_a_secret_is_told_once_and_sealed_at_rest(told, admin):
    with receiving() as receiver:
        hook = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        assert hook.secret
        assert [one.secret for one in own_webhooks(told, POLICE)] == [None]
        with admin.connect() as connection:
            stored = connection.execute(text("SELECT * FROM desk.webhook")).one()
    assert hook.secret.encode() not in bytes(stored.sealed_secret)
    assert hook.secret not in repr(hook)


def test_while_a_secret_is_renewed_both_sign_and_after_a_day_the_new_one_alone(told, wiring_clock):
    with receiving() as receiver:
        first = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        second = renew_secret(told, CONTEXT, ANALYST, first.webhook_id)
        queue(told)
        deliver_due(told)
        wiring_clock.now = NOW + timedelta(hours=25)
        queue(told)
        deliver_due(told)

    both, later = receiver.got
    assert verified(*both, first.secret)
    assert verified(*both, second.secret)
    assert not verified(*later, first.secret)
    assert verified(*later, second.secret)


def test_what_fails_is_tried_again_later_with_the_same_id(told, wiring_clock):
    with receiving(500, 503, 200) as receiver:
        hook = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        queue(told)
        assert deliver_due(told) == 0
        assert deliver_due(told) == 0, "not before its wait is over"
        wiring_clock.now += WAITS[0]
        assert deliver_due(told) == 0
        assert own_webhooks(told, POLICE)[0].state == "failing"
        wiring_clock.now += WAITS[1]
        assert deliver_due(told) == 1

    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert own_webhooks(told, POLICE)[0].state == "on"
    assert deliveries(told, POLICE, hook.webhook_id)[0].attempts == 3


def test_a_redirect_is_not_followed_and_counts_as_a_failure(told):
    with receiving(307, 200) as receiver:
        hook = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        queue(told)
        assert deliver_due(told) == 0
    assert len(receiver.got) == 1
    assert deliveries(told, POLICE, hook.webhook_id)[0].last_status == 307


def test_a_webhook_that_fails_for_days_is_disabled_with_an_alert_and_can_be_woken(told, wiring_clock, admin):
    with receiving(500) as receiver:
        hook = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        queue(told)
        deliver_due(told)
        wiring_clock.now += DISABLED_AFTER
        deliver_due(told)
        assert own_webhooks(told, POLICE)[0].state == "disabled"
        assert queue(told) == 0, "nothing is queued to a webhook that is disabled"
        with admin.connect() as connection:
            alert = connection.execute(text("SELECT kind, agency, part FROM desk.feed_alert")).one()
        assert tuple(alert) == ("webhook-disabled", "northvale_police", str(hook.webhook_id))

        assert wake_webhook(told, CONTEXT, POLICE, hook.webhook_id).state == "on"
        assert queue(told) == 1


def test_a_receiver_that_is_gone_is_told_nothing_more(told):
    with receiving(410) as receiver:
        add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        queue(told)
        deliver_due(told)
    assert own_webhooks(told, POLICE)[0].state == "disabled"


def test_nobody_listening_is_a_failure_and_no_crash(told):
    with receiving() as receiver:
        address = receiver.address
        hook = add_webhook(told, CONTEXT, POLICE, address, ["batch.finished"])
    queue(told)
    assert deliver_due(told) == 0
    assert deliveries(told, POLICE, hook.webhook_id)[0].last_problem == "no-connection"


def test_one_agency_is_not_told_of_anothers_files_nor_sees_its_webhooks(told):
    other = replace(POLICE, client_id="northvale-nhs-feeds", agency="northvale_nhs")
    with receiving() as receiver:
        hook = add_webhook(told, CONTEXT, other, receiver.address, list(EVENTS))
        assert queue(told) == 0
        with pytest.raises(NotFoundError):
            deliveries(told, POLICE, hook.webhook_id)
        with pytest.raises(NotFoundError):
            remove_webhook(told, CONTEXT, POLICE, hook.webhook_id)
        remove_webhook(told, CONTEXT, other, hook.webhook_id)
        assert own_webhooks(told, other) == []


@pytest.mark.parametrize("caller", [WORKER, replace(POLICE, scopes=frozenset())])
def test_only_those_who_may_push_have_webhooks(told, caller):
    with pytest.raises(ForbiddenError):
        own_webhooks(told, caller)
    with pytest.raises(ForbiddenError):
        add_webhook(told, CONTEXT, caller, "https://partner.example/told", ["batch.finished"])


def test_a_message_that_was_queued_before_the_name_moved_inside_does_not_go_there(told, wiring):
    with receiving() as receiver:
        hook = add_webhook(told, CONTEXT, POLICE, receiver.address, ["batch.finished"])
        queue(told)
        # The council has taken the network off its setting: the address is looked at again at every message.
        assert deliver_due(wiring) == 0
    assert receiver.got == []
    assert deliveries(told, POLICE, hook.webhook_id)[0].last_problem == "address-not-allowed"


@pytest.mark.parametrize(
    "address",
    [
        "http://partner.example/told", "ftp://127.0.0.1/x", "not an address", "https://", "https://127.0.0.1/",
        "https://localhost/", "https://10.1.2.3/", "https://192.168.0.1/x", "https://169.254.169.254/latest",
        "https://[::1]/", "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/",
        "https://0.0.0.0/", "https://2130706433/", "https://0x7f.1/", "https://user:pw@8.8.8.8/",
        "https://8.8.8.8/?token=1", "https://8.8.8.8/#x", "https://224.0.0.1/", "http://8.8.8.8/", "https://100.64.0.1/",
    ],
)  # fmt: skip
def test_addresses_that_messages_may_not_go_to(address):
    with pytest.raises(WebhookAddressError):
        checked_address(address, ())


def test_open_and_allowed_addresses():
    assert checked_address("https://8.8.8.8/told", ()) == "https://8.8.8.8/told"
    assert checked_address("https://10.1.2.3/told", networks_of("10.1.0.0/16, 127.0.0.0/8")) == "https://10.1.2.3/told"


@given(st.ip_addresses(v=4))
def test_no_address_inside_is_ever_open(address):
    if not address.is_global:
        for written in (f"https://{address}/", f"https://[::ffff:{address}]/"):
            with pytest.raises(WebhookAddressError):
                checked_address(written, ())


def test_a_name_with_one_address_inside_is_refused_whole(monkeypatch):
    def resolve(host, port, **_):
        return [(socket.AF_INET, 1, 6, "", (one, port)) for one in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(WebhookAddressError):
        checked_address("https://partner.example/", ())
    assert ip_address("8.8.8.8").is_global


def test_parties_are_told_once_of_agreements_that_end(told, wiring_clock):
    wiring_clock.now = datetime(2028, 12, 20, tzinfo=UTC)
    with receiving() as receiver:
        add_webhook(told, CONTEXT, POLICE, receiver.address, ["agreement.expiring"])
        first = tell_of_ends(told)
        assert first >= 1
        assert tell_of_ends(told) == 0
        assert deliver_due(told) == first
    assert {json.loads(body)["data"]["what"] for _, body in receiver.got} == {"review"}
