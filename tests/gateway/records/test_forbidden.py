"""Whoever tries what they may not use at all leaves an entry: machines at what is for staff, staff at other work."""

import json

import pytest

from gateway.errors import ForbiddenError
from gateway.store.errors import DatabaseUnavailableError
from tests.gateway.served import served

_MACHINE = "schools-attendance"
_DENIED = (
    "SELECT e.entry_id::text AS entry_id, o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
    " WHERE e.event_class = 'denied'"
)
_RETRACTION = {"reason": "sent-in-error", "rows": [{"key": "T1"}]}


@pytest.fixture
def gateway(northvale):
    with served(northvale) as one:
        yield one


def denied(northvale, answer):
    opened = [{name: json.loads(value) for name, (_, value) in row.fields.items()} for row in northvale.sql(_DENIED)]
    return [one for one in opened if one["request_id"] == answer.headers["x-request-id"]]


@pytest.mark.parametrize(
    ("caller", "method", "path", "operation"),
    [
        (_MACHINE, "POST", "/v1/people/search", "search-people"),
        (_MACHINE, "GET", "/v1/reviews", "list-reviews"),
        (_MACHINE, "POST", "/v1/feeds/housing-arrears/retractions", "retract-facts"),
        ("W101", "GET", "/v1/webhooks", "list-webhooks"),
        ("W101", "GET", "/v1/feeds", "list-feeds"),
        ("W101", "GET", "/v1/partners/me/tasks", "list-tasks"),
    ],
)
def test_what_somebody_may_not_use_at_all_is_an_entry_when_they_try(
    northvale, gateway, caller, method, path, operation
):
    sent = {"json": _RETRACTION} if path.endswith("retractions") else {"json": {"family_name": "Marsh"}}
    answer = gateway.client.request(method, path, headers={"Test-Caller": caller}, **sent)

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (403, "forbidden")
    (one,) = denied(northvale, answer)
    assert one["detail"]["reasons"] == ["forbidden", operation]
    assert (one["decision"], one["outcome"], one["items_shown"]) == ("refuse", "denied", [])


def test_a_machine_that_asks_for_a_family_is_named_with_the_family_in_the_log(northvale, gateway):
    family = str(northvale.family_id("S2", "Kelly Marsh"))
    answer = gateway.client.get(f"/v1/families/{family}", headers={"Test-Caller": _MACHINE})

    (one,) = denied(northvale, answer)
    assert (one["who"], one["service"], one["household"]) == (*2 * ["client-northvale_schools"], family)


def test_a_refusal_that_is_an_entry_already_is_one_entry(northvale, gateway):
    answer = gateway.client.get("/v1/partners/me/uses", headers={"Test-Caller": "W101"})

    assert answer.status_code == 403
    assert [one["detail"]["reasons"] for one in denied(northvale, answer)] == [["not-this-role"]]


def test_nobody_is_refused_while_the_log_cannot_be_written(gateway, monkeypatch):
    def fail(*_):
        raise DatabaseUnavailableError("the log cannot be written; nothing was released or stored")

    monkeypatch.setattr("gateway.usecases.log.attempts.record", fail)
    answer = gateway.client.get("/v1/webhooks", headers={"Test-Caller": "W101"})

    assert answer.status_code == 503
    assert answer.json()["detail"] != str(ForbiddenError("webhooks are for those who may push files of their agency"))
