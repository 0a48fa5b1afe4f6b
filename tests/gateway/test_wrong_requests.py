"""Requests that are not as the contract has them, over a real socket: bounded, told where and how to mend them."""

from dataclasses import replace

import httpx
import pytest

from gateway.api.bounded_bodies import MOST_MIB
from gateway.api.context import authenticate
from gateway.demo.provider.serving import bind_loopback, serving
from gateway.identity.caller import StaffCaller
from gateway.problems import MEDIA_TYPE
from tests.structure.application import bare_application

MIB = 1024 * 1024
TOO_MUCH = 12
TAKING_BODIES = ("/v1/people/search", "/v1/log/search", "/v1/partners/me/reconciliations", "/v1/subject-reports")


@pytest.fixture(scope="module")
def app():
    return bare_application()


@pytest.fixture(scope="module")
def client(app):
    bound = bind_loopback()
    with (
        serving(app, bound),
        httpx.Client(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}", timeout=20, trust_env=False) as one,
    ):
        yield one


@pytest.fixture
def known(app, client):
    """The same client as somebody who is signed in."""
    until = app.state.wiring.clock()
    reader = StaffCaller("sub", "W1", "A Name", "northvale_council", "mash_worker", "MASH", "oidc", until)
    app.dependency_overrides[authenticate] = lambda: replace(reader)
    yield client
    app.dependency_overrides.clear()


def pieces(count):
    yield b'{"reason": "'
    for _ in range(count):
        yield b"z" * MIB
    yield b'"}'


@pytest.mark.parametrize("path", TAKING_BODIES)
def test_a_stranger_cannot_have_more_than_a_few_mebibytes_read_into_memory(client, path):
    declared = client.post(path, content=b"".join(pieces(TOO_MUCH)), headers={"Content-Type": "application/json"})
    unsaid = client.post(path, content=pieces(TOO_MUCH), headers={"Content-Type": "application/json"})

    for answer in (declared, unsaid):
        assert (answer.status_code, answer.headers["content-type"]) == (413, MEDIA_TYPE)
        assert answer.json()["type"].endswith("/payload-too-large")
        assert f"{MOST_MIB} MiB" in answer.json()["detail"]


def test_the_ids_of_as_many_batches_as_the_contract_allows_are_still_read(client):
    ids = ["6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"] * 100_000

    answer = client.post("/v1/partners/me/reconciliations", json={"batches": ids})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("sent", "pointer", "kind", "told", "remedy"),
    [
        ({"json": {"zephyrine": 1}}, "/body", "extra_forbidden", "does not know", "letter by letter"),
        ({"content": b"family_name=Quill"}, "/body", "model_attributes_type", "not a JSON object", "Content-Type"),
        ({"json": [1]}, "/body", "model_attributes_type", "not a JSON object", "application/json"),
        ({"json": {"birth_date": "31/02/1990"}}, "/body/birth_date", "date_from_datetime_parsing", "day", "YYYY-MM-DD"),
        ({"json": {"family_name": ["Quill"]}}, "/body/family_name", "string_type", "no text", "quotation marks"),
        ({"json": {"family_name": "z" * 500}}, "/body/family_name", "string_too_long", "longer", "allowed"),
    ],
)
def test_each_mistake_is_told_in_words_with_how_to_mend_it(known, sent, pointer, kind, told, remedy):
    answer = known.post("/v1/people/search", **sent)

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert problem["detail"].startswith("The request was not carried out. One field is wrong.")
    (field,) = problem["fields"]
    assert (field["pointer"], field["kind"]) == (pointer, kind)
    assert told in field["message"]
    assert remedy in field["how_to_fix"]
    assert "quill" not in answer.text.casefold()


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "words"),
    [
        ("POST", "/v1/people/search", b'{"family_name": "\xff"}', 400, "UTF-8"),
        ("POST", "/v1/people/search", b"[" * 5000, 400, "nested"),
        ("GET", "/v1/nowhere", b"", 404, "/v1/openapi.json"),
        ("DELETE", "/v1/people/search", b"", 405, "Allow"),
    ],
)
def test_what_the_framework_refuses_says_what_to_do_too(client, method, path, sent, status, words):
    answer = client.request(method, path, content=sent, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert words in answer.json()["detail"]
