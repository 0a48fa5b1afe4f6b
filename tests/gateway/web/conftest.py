"""One copy of Northvale for the pages, served once a module."""

import pytest

from tests.gateway.northvale_world import copied
from tests.gateway.web.serving import browser_like, served_northvale, sign_in


@pytest.fixture(scope="module")
def served(northvale_world):
    with copied(northvale_world) as northvale, served_northvale(northvale) as one:
        yield one


@pytest.fixture
def at_desk(served):
    """Sign in as a worker: `at_desk("W101")` is a client with a session."""
    clients = []

    def seated(worker):
        client = browser_like(served)
        clients.append(client)
        assert sign_in(client, served, worker).status_code == 200
        return client

    yield seated
    for client in clients:
        client.close()
