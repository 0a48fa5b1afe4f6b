"""One example for each operation of the contract; each is sent to the real application and its answer compared.

An example is `{"request": {method, path, headers, body}, "response": {status, media_type, body}}`. Names in braces
stand for what only a running gateway can give: see `example_stage`.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker

from gateway.api.contract import OF_ANY_ROUTE
from gateway.api.export import contract as exported_contract
from tests.structure.application import ask, bare_application
from tests.structure.example_stage import BEFORE, EXAMPLES, PLACE, ROOT, Stage, staged

CONTRACT = json.loads((ROOT / "openapi/openapi.json").read_text())
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
}
# Each is quick and the file is not: by its name it comes last, and a worker would be left alone with it.
pytestmark = pytest.mark.slow
OPEN = {"check-liveness", "check-readiness", "get-token", "list-receipt-keys"}
PROBLEM_JSON = "application/problem+json"
_ID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def stage(northvale) -> Iterator[Stage]:
    with staged(northvale) as one:
        yield one


@pytest.fixture(scope="module")
def bare() -> FastAPI:
    """One for every operation: an application makes its routes anew at its first request."""
    return bare_application()


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
    assert re.fullmatch(PLACE.sub(r"[^/]+", path), request["path"])
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
def test_without_a_token_the_answer_is_the_problem_that_the_contract_tells(bare, operation_id):
    method, path, operation = OPERATIONS[operation_id]

    answer = ask(bare, method, PLACE.sub(_ID, path), json={})

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
