"""One example for each operation of the contract; each is sent to the real application and its answer compared.

An example is `{"request": {method, path, headers, body}, "response": {status, media_type, body}}`. Names in braces
stand for what only a running gateway can give: `{token_of_W401}` is a token of that worker, `{token_of_<feed>}` one of
the machine that pushes the feed, `{family_id}` and the like are ids.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from gateway import clock
from gateway.api.contract import OF_ANY_ROUTE
from gateway.api.export import contract as exported_contract
from gateway.identity.assertion import token_form
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import generate_es256_key, public_jwks
from gateway.usecases.notifying import raise_notices
from gateway.usecases.watching_feeds import watch_feeds
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import Northvale
from tests.gateway.served import Served, served
from tests.gateway.subjects.reports import pass_an_hour
from tests.structure.application import ask, bare_application

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "openapi/examples").glob("*.json"))}
CONTRACT = json.loads((ROOT / "openapi/openapi.json").read_text())
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
}
OPEN = {"check-liveness", "check-readiness", "get-token", "list-receipt-keys"}
PROBLEM_JSON = "application/problem+json"
CLIENT = "northvale-police-feeds"
_ID = "00000000-0000-4000-8000-000000000001"
_TOKEN = re.compile(r"Bearer \{token_of_([\w-]+)\}")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Stage:
    """A running gateway over a Northvale of its own, and what the names in braces stand for in it."""

    northvale: Northvale
    gateway: Served
    assertion: str

    def declaration_id(self) -> object:
        return self.gateway.declare("W401", "home_education")

    def family_id(self) -> object:
        return self.northvale.family_id("S1", "Aisha Cole")

    def batch_id(self) -> object:
        return self.northvale.built.batches["s9-schools-attendance.csv"].batch_id

    def waiting_batch_id(self) -> object:
        """A full file of two pupils: it would withdraw all others of the agency's, so it waits."""
        pushed = EXAMPLES["push-file"]["request"]
        headers = {**pushed["headers"], "Idempotency-Key": "full-2026-11-16"}
        return self.send({**pushed, "headers": headers, "path": f"{pushed['path']}?mode=full"}).json()["batch_id"]

    def notice_id(self) -> object:
        self.notices_raised()
        asked = "SELECT notice_id FROM desk.notice WHERE family_id = :family"
        return self.northvale.sql(asked, family=self.family_id())[0].notice_id

    def entry_id(self) -> object:
        """The entry of a search, with its proof made."""
        found = self.gateway.search("W401", self.declaration_id(), self.northvale.person("S1", "Aisha Cole"))
        drain(self.northvale.wiring.database, self.northvale.wiring.log_signer)
        return found.json()["receipt"]["entry"]

    def entry_searched(self) -> None:
        self.entry_id()

    def client_assertion(self) -> object:
        return self.assertion

    def emergency_id(self) -> object:
        self.emergency_opened()
        return self.northvale.sql("SELECT emergency_id FROM desk.emergency")[0].emergency_id

    def emergency_opened(self) -> None:
        """Once: an example that says what came before has it already."""
        if not self.northvale.sql("SELECT emergency_id FROM desk.emergency"):
            family = str(self.northvale.family_id("S2", "Kelly Marsh"))
            self.gateway.declare("W210", "early_help", family_id=family, break_glass=True, at_risk="The mother")

    def emergency_not_justified(self) -> None:
        example = EXAMPLES["answer-emergency"]["request"]
        self.send({**example, "body": {**example["body"], "justified": False}})

    def map_taken(self) -> None:
        pass_an_hour(self.northvale)

    def release_asked(self) -> None:
        self.send(EXAMPLES["ask-for-release"]["request"])

    def release_id(self) -> object:
        self.release_asked()
        return self.northvale.sql("SELECT release_id FROM desk.subject_release")[0].release_id

    def notices_raised(self) -> None:
        raise_notices(self.northvale.wiring)

    def purpose_refused(self) -> None:
        self.send(EXAMPLES["declare-purpose"]["request"] | {"headers": {"Authorization": "Bearer {token_of_W502}"}})

    def review_id(self) -> object:
        """An item that was raised, with what it is about in the log's tree."""
        if not self.northvale.sql("SELECT review_id FROM desk.review_item"):
            self.purpose_refused()
        drain(self.northvale.wiring.database, self.northvale.wiring.log_signer)
        return self.northvale.sql("SELECT review_id FROM desk.review_item")[0].review_id

    def worker_asked(self) -> None:
        self.send(EXAMPLES["ask-worker"]["request"])

    def access_requested(self) -> None:
        self.send(EXAMPLES["request-access"]["request"])

    def access_request_id(self) -> object:
        self.access_requested()
        return self.northvale.sql("SELECT request_id FROM desk.access_request")[0].request_id

    def granted_request_id(self) -> object:
        """A request about a family that there is, as the data protection officer answered it."""
        family = str(self.northvale.family_id("S2", "Kelly Marsh"))
        asked = EXAMPLES["request-access"]["request"]
        taken = self.send({**asked, "body": {**asked["body"], "family_id": family}}).json()["access_request_id"]
        answered = EXAMPLES["answer-access-request"]["request"]
        assert self.send({**answered, "path": f"/v1/access-requests/{taken}/answer"}).status_code == httpx.codes.OK
        return taken

    def erasure_asked(self) -> None:
        self.send(EXAMPLES["ask-erasure"]["request"])

    def erasure_id(self) -> object:
        self.erasure_asked()
        return self.northvale.sql("SELECT erasure_id FROM desk.erasure")[0].erasure_id

    def hold_placed(self) -> None:
        self.send(EXAMPLES["place-hold"]["request"])

    def hold_id(self) -> object:
        self.hold_placed()
        return self.northvale.sql("SELECT hold_id FROM desk.legal_hold")[0].hold_id

    def other_family_id(self) -> object:
        return self.northvale.family_id("S4", "Tyler Boateng")

    def attendance_declaration_id(self) -> object:
        return self.gateway.declare("W402", "attendance")

    def fact_ref(self) -> object:
        """What the attendance officer's page calls the suspension."""
        page = self.gateway.family("W402", UUID(str(self.attendance_declaration_id())), str(self.other_family_id()))
        shown = [one for one in page.json()["events"] if one["item"] == "education.exclusion"]
        return shown[0]["ref"]

    def fact_disputed(self) -> None:
        """Once: an example that says what came before has it already."""
        if not self.northvale.sql("SELECT dispute_id FROM hearth.dispute"):
            self.send(EXAMPLES["dispute-fact"]["request"])

    def dispute_id(self) -> object:
        self.fact_disputed()
        return self.northvale.sql("SELECT dispute_id FROM hearth.dispute")[0].dispute_id

    def dispute_answered(self) -> None:
        self.send(EXAMPLES["answer-task"]["request"])

    def correction_id(self) -> object:
        self.dispute_answered()
        asked = "SELECT notice_id FROM desk.correction_notice WHERE viewer = 'W402'"
        return self.northvale.sql(asked)[0].notice_id

    def switch_proposed(self) -> None:
        self.send(EXAMPLES["propose-switch"]["request"])

    def switch_id(self) -> object:
        self.switch_proposed()
        return self.northvale.sql("SELECT switch_id FROM desk.feed_switch WHERE state = 'proposed'")[0].switch_id

    def feeds_watched(self) -> None:
        """Forty days on, when nothing has come since."""
        self.northvale.clock.now += timedelta(days=40)
        watch_feeds(self.northvale.wiring)

    def alert_id(self) -> object:
        self.feeds_watched()
        return self.northvale.sql("SELECT alert_id FROM desk.feed_alert WHERE agency = 'northvale_police'")[0].alert_id

    def webhook_added(self) -> None:
        self.send(EXAMPLES["add-webhook"]["request"])

    def webhook_id(self) -> object:
        self.webhook_added()
        return self.northvale.sql("SELECT webhook_id FROM desk.webhook")[0].webhook_id

    def upload_id(self) -> object:
        if not self.northvale.sql("SELECT upload_id FROM desk.upload"):
            self.send(EXAMPLES["begin-upload"]["request"])
        return self.northvale.sql("SELECT upload_id FROM desk.upload")[0].upload_id

    def send(self, request: Mapping[str, Any]) -> httpx.Response:
        """Send the request of an example, with what its names stand for."""
        headers = dict(request["headers"])
        if token := _TOKEN.fullmatch(headers.pop("Authorization", "")):
            headers["Test-Caller"] = token[1]
        headers = {name: self.filled(value) for name, value in headers.items()}
        body = request.get("body")
        sent: dict[str, Any] = {"content": self.filled(body)} if isinstance(body, str) else {"json": body}
        return self.gateway.client.request(
            request["method"], self.filled(request["path"]), headers=headers, **(sent if body is not None else {})
        )

    def filled(self, text: str) -> str:
        return _PLACE.sub(lambda place: str(getattr(self, place[1])()), text)


BEFORE: Mapping[str, Callable[[Stage], None]] = {
    "list-notices": Stage.notices_raised,
    "list-reviews": Stage.purpose_refused,
    "list-review-questions": Stage.worker_asked,
    "answer-review": Stage.worker_asked,
    "list-access-requests": Stage.access_requested,
    "list-emergencies": Stage.emergency_opened,
    "lift-suspension": Stage.emergency_not_justified,
    "make-subject-report": Stage.map_taken,
    "list-releases": Stage.release_asked,
    "list-erasures": Stage.erasure_asked,
    "list-holds": Stage.hold_placed,
    "list-disputes": Stage.fact_disputed,
    "list-tasks": Stage.fact_disputed,
    "list-corrections": Stage.dispute_answered,
    "list-feed-alerts": Stage.feeds_watched,
    "list-webhooks": Stage.webhook_added,
    "search-log": Stage.entry_searched,
    "export-log": Stage.entry_searched,
}


@pytest.fixture
def stage(northvale) -> Iterator[Stage]:
    key = generate_es256_key()
    partner = {"agency": "northvale_police", "jwks": public_jwks(key), "scopes": ["batches:read", "feeds:push"]}
    # Messages of the examples go to a network for documentation (RFC 5737), as if it were one of the council's own.
    settings = northvale.wiring.settings.model_copy(update={"webhook_networks": "203.0.113.0/24"})
    wiring = replace(northvale.wiring, settings=settings, clients=ClientRegistry.from_document({CLIENT: partner}))
    address = f"{wiring.settings.public_url}/oauth/token"
    form = token_form(key, CLIENT, address, now=wiring.clock(), jti=str(clock.new_opaque_id()))
    with served(northvale, wiring) as gateway:
        yield Stage(northvale, gateway, form["client_assertion"])


def shape(value: Any) -> object:
    """Names and JSON types, all the way down; of a list, the shapes that occur in it."""
    match value:
        case dict():
            return frozenset((name, shape(one)) for name, one in value.items())
        case list():
            return "list", frozenset(map(shape, value))
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case None:
            return "null"
        case _:
            return "string"


def content(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    return answer.json() if "json" in answer.headers["content-type"] else answer.text


def media_type(answer: httpx.Response) -> str:
    return answer.headers.get("content-type", "").partition(";")[0]


def closed(schema: Any) -> Any:
    """The schema without room for members that it does not name."""
    match schema:
        case dict():
            shut = {name: closed(part) for name, part in schema.items()}
            named = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
            return {"additionalProperties": False, **shut} if named else shut
        case list():
            return [closed(part) for part in schema]
        case _:
            return schema


COMPONENTS = closed(copy.deepcopy(CONTRACT["components"]))


def hold_to_contract(operation: Mapping[str, Any], status: int, media: str, body: Any) -> None:
    """Fail unless the contract tells this answer, whole."""
    told = operation["responses"][str(status)].get("content", {})
    if not told:
        assert (media, body) == ("", None)
        return
    assert media in told
    validator = Draft202012Validator(
        {**told[media]["schema"], "components": COMPONENTS}, format_checker=FormatChecker()
    )
    errors = [f"{'/'.join(map(str, one.absolute_path))}: {one.validator}" for one in validator.iter_errors(body)]
    assert errors == []


def test_every_operation_has_exactly_one_example():
    assert set(EXAMPLES) == set(OPERATIONS)
    assert sum(len(operations) for operations in CONTRACT["paths"].values()) == len(OPERATIONS)


@pytest.mark.parametrize("operation_id", sorted(EXAMPLES))
def test_an_example_is_what_the_gateway_answers(stage, operation_id):
    example, (method, path, operation) = EXAMPLES[operation_id], OPERATIONS[operation_id]
    request, expected = example["request"], example["response"]
    assert request["method"] == method
    assert re.fullmatch(_PLACE.sub(r"[^/]+", path), request["path"])
    assert ("Authorization" in request["headers"]) == (operation_id not in OPEN)
    BEFORE.get(operation_id, lambda _stage: None)(stage)

    answer = stage.send(request)

    body = content(answer)
    assert (answer.status_code, media_type(answer)) == (expected["status"], expected["media_type"])
    assert shape(body) == shape(expected["body"])
    for one in (body, expected["body"]):
        hold_to_contract(operation, answer.status_code, media_type(answer), one)
    if expected["media_type"] == "text/csv":
        assert body.splitlines()[0] == expected["body"].splitlines()[0]


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_an_operation_says_what_it_is_and_what_can_go_wrong(operation_id):
    _, _, operation = OPERATIONS[operation_id]
    told = {int(status): response.get("content", {}) for status, response in operation["responses"].items()}
    gone_wrong = {status: found for status, found in told.items() if status >= httpx.codes.BAD_REQUEST}

    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", operation_id)
    assert operation["summary"]
    assert operation["description"]
    assert operation.get("security", []) == ([] if operation_id in OPEN else [{"bearer": []}])
    assert set(OF_ANY_ROUTE) <= set(gone_wrong)
    assert all(found[PROBLEM_JSON]["schema"]["$ref"].endswith("/Problem") for found in gone_wrong.values())
    assert all("schema" in found for status, one in told.items() for found in one.values())


@pytest.mark.parametrize("operation_id", sorted(set(OPERATIONS) - OPEN))
def test_without_a_token_the_answer_is_the_problem_that_the_contract_tells(operation_id):
    method, path, operation = OPERATIONS[operation_id]

    answer = ask(bare_application(), method, _PLACE.sub(_ID, path), json={})

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    # An answer to HEAD is the headers of one, without its content.
    if method != "HEAD":
        hold_to_contract(operation, answer.status_code, media_type(answer), answer.json())


@pytest.mark.parametrize(
    ("operation_id", "changes", "status"),
    [
        ("declare-purpose", {"body": {"purpose": "early_help"}}, 422),
        ("declare-purpose", {"body": {"purpose": "council_tax_fraud", "reason": "to look"}}, 403),
        ("search-people", {"headers": {"Authorization": "Bearer {token_of_W401}"}}, 403),
        ("read-family", {"path": f"/v1/families/{_ID}"}, 404),
        ("read-batch", {"headers": {"Authorization": "Bearer {token_of_police-nominals}"}}, 404),
        ("push-file", {"headers": {"Authorization": "Bearer {token_of_police-nominals}"}}, 415),
        ("get-token", {"body": "grant_type=password"}, 400),
        ("get-token", {"body": "scope=a&scope=b"}, 401),
    ],
)
def test_a_problem_is_the_one_that_the_contract_tells(stage, operation_id, changes, status):
    answer = stage.send(EXAMPLES[operation_id]["request"] | changes)

    assert answer.status_code == status
    hold_to_contract(OPERATIONS[operation_id][2], status, media_type(answer), answer.json())


def test_the_gateway_serves_the_contract_that_is_exported():
    served_contract = bare_application().openapi()

    assert served_contract["paths"] == CONTRACT["paths"]
    assert served_contract["components"] == CONTRACT["components"]
    assert json.loads(exported_contract()) == CONTRACT
