"""Requests made from the contract, right ones and broken ones, never make the real gateway fail.

Every operation gets a few from each of several callers; `HEARTHGATE_TEST_REQUESTS` asks for more of each.
"""

import json
import os
from hashlib import sha256

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet

from gateway.api.export import contract
from tests.gateway.northvale_world import copied
from tests.gateway.served import served

REQUESTS = int(os.environ.get("HEARTHGATE_TEST_REQUESTS", "6"))
SCHEMA = schemathesis.openapi.from_dict(json.loads(contract()))
_AS_TEXT = (
    "application/x-ndjson", "application/fhir+ndjson", "application/partial-upload",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip


@schemathesis.serializer(*_AS_TEXT)
def as_text(_context, value):
    """Formats that the generator does not know go out as text: none of it is what it says, which is the point."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


# Each is quick and the file is not: by its name it comes last, and a worker would be left alone with it.
pytestmark = pytest.mark.slow

# Machines of two partners, an officer and a worker.
CALLERS = ("schools-attendance", "W601", "police-nominals", "W401")


@pytest.fixture(scope="module")
def gateway(northvale_world):
    with copied(northvale_world) as northvale, served(northvale) as running:
        yield running


def caller_of(case):
    """Who sends a request hangs on the request alone, so that one that failed can be sent again by itself."""
    body = None if isinstance(case.body, NotSet) else case.body
    told = (case.method, case.path, case.path_parameters, case.query, case.headers, case.cookies, body)
    return CALLERS[sha256(repr(told).encode(errors="surrogatepass")).digest()[0] % len(CALLERS)]


@SCHEMA.parametrize()
@settings(
    max_examples=REQUESTS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
def test_no_request_makes_the_gateway_fail(gateway, case):
    headers = {"Test-Caller": caller_of(case)}
    answer = case.call(base_url=f"http://127.0.0.1:{gateway.port}", headers=headers)
    case.validate_response(answer, checks=[not_a_server_error])
