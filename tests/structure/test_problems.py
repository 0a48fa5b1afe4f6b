"""Every error has its problem, every problem its shape, and none repeats what the caller sent."""

import importlib
import json
import pkgutil
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adapters
import agreements
import audit
import concept_model
import gateway
import insight
import linkage
from audit.errors import AuditError
from concept_model.errors import DataSharingError
from gateway.api.context import authenticate
from gateway.identity.caller import StaffCaller
from gateway.problems import PROBLEMS
from tests.structure.application import ask, bare_application

# Errors that the problem of their parent answers on purpose: none of them reaches a route by itself.
NEAREST = {
    "AgreementFileError", "AuditError", "ConceptError", "DataSharingError", "StoreError", "KeyFileError",
    "UnauthenticatedError", "FeedUnreadableError",
}  # fmt: skip
# Roots, of which nothing is raised itself; and errors of commands and of the demo, which no request meets.
NOT_OF_REQUESTS = {
    "GatewayError", "IdentityError", "CommandError", "DemoError", "PushError", "PullError", "DropError",
    "WitnessFolderError", "StaffRequestError",
}  # fmt: skip
# Programs, scripts of the database, and what needs an extra that is not installed: no error is defined there.
_NOT_IMPORTED = ("__main__", ".migrations", "linkage.spark")
PACKAGES = (adapters, agreements, audit, concept_model, gateway, insight, linkage)


def error_classes() -> list[type[Exception]]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in _NOT_IMPORTED):
                importlib.import_module(module.name)
    found: set[type[Exception]] = set()
    waiting: list[type[Exception]] = [DataSharingError, AuditError]
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += kind.__subclasses__()
    ours = {package.__name__ for package in PACKAGES}
    return sorted((k for k in found if k.__module__.split(".")[0] in ours), key=lambda k: k.__name__)


ERRORS = error_classes()


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_its_problem(kind):
    nearest = next(parent for parent in kind.__mro__ if parent in PROBLEMS)

    assert kind in PROBLEMS or nearest.__name__ in NEAREST
    # By mistake alone would an error that a request meets fall through to "something went wrong".
    of_requests = kind.__module__.split(".")[0] == "gateway" and kind.__name__ not in NOT_OF_REQUESTS
    assert nearest is not DataSharingError or not of_requests


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_that_may_stand_in_an_address(kind):
    assert re.fullmatch(r"[a-z][a-z0-9-]*", getattr(kind, "code", "internal"))


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=[kind.__name__ for kind in PROBLEMS])
def test_a_problem_that_is_our_own_fault_says_nothing_of_its_cause(problem):
    assert 400 <= problem.status < 600
    assert problem.status != 500 or not problem.shows_message


@pytest.fixture(scope="module")
def app():
    made = bare_application()
    until = made.state.wiring.clock()
    reader = StaffCaller("sub", "W1", "A Name", "northvale_council", "mash_worker", "MASH", "oidc", until)
    made.dependency_overrides[authenticate] = lambda: replace(reader)
    return made


def test_a_problem_has_the_members_of_rfc_9457_and_names_the_request(app):
    answer = ask(app, "GET", "/v1/no-such-thing")

    body = answer.json()
    assert answer.status_code == body["status"] == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "instance", "detail"}
    assert body["type"].startswith("https://")
    assert body["instance"] == f"urn:hearthgate:request:{answer.headers['x-request-id']}"


_BODIES = ("/v1/purpose-declarations", "/v1/people/search", "/v1/access-requests", "/v1/figures")
_CANARY = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=6, max_size=30).map(
    lambda text: f"Zephyrine{text}"
)
_ANY = st.recursive(
    _CANARY | st.integers(10**9, 10**12) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_CANARY, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(["purpose", "reason", "family_name", "birth_date", "items", "family_id", "identifier_scheme"])


@pytest.mark.parametrize("path", _BODIES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(_FIELDS | _CANARY, _ANY, min_size=1, max_size=5), unknown=_CANARY)
def test_a_request_that_is_not_valid_is_refused_without_repeating_any_of_it(app, path, body, unknown):
    answer = ask(app, "POST", path, json={**body, unknown: "Quillfeather"})

    assert answer.status_code == 422
    told = json.loads(answer.text)
    assert set(told) == {"type", "title", "status", "instance", "detail", "fields"}
    assert "zephyrine" not in answer.text.casefold()
    assert "quillfeather" not in answer.text.casefold()
    for value in body.values():
        assert not isinstance(value, int) or str(value) not in answer.text


@pytest.mark.parametrize(
    ("path", "body", "allowed"),
    [
        ("/v1/purpose-declarations", {"purpose": "p", "reason": "r", "at_risk": "Zephyrine" * 60}, "400"),
        ("/v1/people/search", {"identifier_scheme": "Zephyrine"}, "'nhs_number', 'upn', 'nino' or 'pnc_id'"),
        ("/v1/legal-holds", {"reason": ""}, "3"),
    ],
)
def test_a_request_that_is_not_valid_is_told_what_is_allowed_there(app, path, body, allowed):
    fields = ask(app, "POST", path, json=body).json()["fields"]

    assert allowed in [field.get("allowed") for field in fields]
    assert "Zephyrine" not in str(fields)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/log/search", {"worker": "Zephyrine\x00"}), ("/v1/people/search", {"family_name": "\x00"}),
        ("/v1/legal-holds", {"reason": "Zephyrine\x00"}), ("/v1/partners/me/uses/queries", {"key": "\x00Zephyrine"}),
    ],
)  # fmt: skip
def test_a_character_that_no_text_holds_is_pointed_at(app, path, body):
    answer = ask(app, "POST", path, json=body)

    (name,) = body
    assert (f"/body/{name}", "null_character") in {(one["pointer"], one["kind"]) for one in answer.json()["fields"]}
    assert "Zephyrine" not in answer.text


@pytest.mark.parametrize("body", [b"", b"Zephyrine", b'{"purpose": "Zephyrine', b'"Zephyrine"', b"[1]", b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused_without_repeating_it(app, body):
    answer = ask(app, "POST", "/v1/people/search", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Zephyrine" not in answer.text


def test_an_id_in_the_address_that_is_none_is_not_repeated(app):
    answer = ask(app, "GET", "/v1/families/Zephyrine-Quillfeather")

    assert answer.status_code == 422
    assert "Zephyrine" not in answer.text
