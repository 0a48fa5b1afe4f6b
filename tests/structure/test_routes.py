"""Every route asks who is there, but those that are written here with their reason."""

import json
import re

import pytest
from fastapi.routing import iter_route_contexts

from tests.structure.application import ask, bare_application

OPEN = {
    # What says that the process lives, and nothing about anybody.
    "GET /health/live", "GET /health/ready",
    # Where a partner's machine proves who it is.
    "POST /oauth/token",
    # The contract is no secret, and neither are the keys that receipts verify with.
    "GET /v1/openapi.json", "GET /.well-known/jwks.json",
    # Where staff begin, and where their provider sends them back; styles.
    "GET /", "GET /sign-in", "GET /sign-in/return", "MOUNT /static",
}  # fmt: skip
OF_A_FILE = {"mode", "coverage_from", "coverage_to", "validate", "mends"}
"""What a sender says of a whole file: words, days and a batch's opaque id."""
_ID = "00000000-0000-4000-8000-000000000001"
_PARAMETER = re.compile(r"\{[^}]*\}")


@pytest.fixture(scope="module")
def app():
    return bare_application()


def routes(app) -> set[str]:
    found = set()
    for context in iter_route_contexts(app.routes):
        methods = set(context.methods or {"MOUNT"})
        # HEAD comes with GET; alone it is a route of its own.
        methods -= {"HEAD"} if "GET" in methods else set()
        found |= {f"{method} {context.path}" for method in methods}
    return found


ROUTES = sorted(routes(bare_application()))


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic bm9ib2R5Og=="}, {"Cookie": "session=nonsense"}],
    ids=["nothing", "a bad token", "a password", "a bad cookie"],
)
def test_without_a_known_caller_a_route_answers_nothing(app, route, headers):
    method, path = route.split(" ")
    path = _PARAMETER.sub(_ID, path)

    answer = ask(app, method, path, headers={**headers, "Content-Type": "application/json"}, content=b"{}")

    if path.startswith("/v1/"):
        assert answer.status_code in {401, 503}
        assert answer.headers["content-type"] == "application/problem+json"
        # 503 only where a token would have to be checked by a provider that is not there.
        assert answer.status_code == 401 or "Authorization" in headers
    else:
        assert answer.status_code in {303, 401, 403}
        assert "location" not in answer.headers or answer.headers["location"].startswith("/sign-in")


def test_the_open_routes_are_routes():
    assert set(ROUTES) >= OPEN


def test_the_contract_tells_of_every_route_of_the_api(app):
    told = {f"{method.upper()} {path}" for path, operations in app.openapi()["paths"].items() for method in operations}

    of_the_api = {route for route in ROUTES if re.match(r"\w+ /(v1/|oauth/|health/|\.well-known/)", route)}

    assert told == of_the_api - {"GET /v1/openapi.json"}
    assert len(told) == sum(len(operations) for operations in app.openapi()["paths"].values())


def test_no_route_takes_anything_of_a_person_in_its_address(app):
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                where, name = parameter["in"], parameter["name"]
                of_a_file = re.fullmatch(r"/v1/feeds/\{feed\}/(batches|uploads)", path) and name in OF_A_FILE
                # It tells a pair by its id, as the pair's own address does, and where it stands in the queue.
                of_a_queue = (path, name) == ("/v1/matches/reviews", "cursor")
                harmless = of_a_file or of_a_queue or parameter["schema"].get("type") == "boolean"
                assert where != "query" or harmless, f"{path} takes {name} in its address"
                # Opaque ids, words of a closed list, and the names of feeds.
                closed = parameter["schema"].get("format") == "uuid" or "enum" in parameter["schema"]
                assert where != "path" or closed or name == "feed"


def test_every_answer_is_told_not_to_be_kept(app):
    answer = ask(app, "GET", "/v1/me/purposes")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.text)["instance"] == f"urn:hearthgate:request:{answer.headers['x-request-id']}"
