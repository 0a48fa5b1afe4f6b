"""Ids that somebody makes up, over HTTP: whatever is asked for by them, the answer is an entry before it is given."""

import json
import re
from pathlib import Path

import pytest

from tests.gateway.northvale_world import copied
from tests.gateway.served import served

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "openapi" / "examples").glob("*.json"))
NOBODY = "00000000-0000-4000-8000-00000000dead"
MACHINE = "schools-attendance"
_MINE = "SELECT count(*) FROM audit.opening o WHERE o.fields #>> '{request_id,1}' = :asked"
_OF_WORKER = re.compile(r"\{token_of_([A-Z][0-9]+)\}")
_BY_ID = re.compile(r"\{[a-z_]+\}")


def calls():
    """Each operation of the contract that is asked by an id, as its example sends it."""
    for path in EXAMPLES:
        request = json.loads(path.read_text())["request"]
        if _BY_ID.search(request["path"]):
            yield pytest.param(request, id=path.stem)


@pytest.fixture(scope="module")
def gateway(northvale_world):
    with copied(northvale_world) as northvale, served(northvale) as one:
        yield one, northvale


@pytest.mark.parametrize("request_sent", list(calls()))
def test_an_id_that_nobody_was_given_leaves_an_entry(gateway, request_sent):
    running, northvale = gateway
    sent = request_sent["headers"]
    worker = _OF_WORKER.search(sent.get("Authorization", ""))
    headers = {name: text for name, text in sent.items() if name != "Authorization" and "{" not in str(text)}
    headers["Test-Caller"] = worker[1] if worker else MACHINE
    body = request_sent.get("body")
    if isinstance(body, str):
        body = _BY_ID.sub(NOBODY, body.replace("{fact_ref}", "0" * 32))
    content = {"json": body} if isinstance(body, dict) else {"content": body} if isinstance(body, str) else {}

    answer = running.client.request(
        request_sent["method"], _BY_ID.sub(NOBODY, request_sent["path"]), headers=headers, **content
    )

    # The lists of somebody who is not there are empty.
    assert answer.status_code in {200, 403, 404}, answer.text
    assert northvale.count(_MINE, asked=json.dumps(answer.headers["x-request-id"])) >= 1
