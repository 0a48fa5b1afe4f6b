"""Northvale for every folder of tests: see tests/gateway/northvale_world.py for what the fixtures give.

A whole run says the same of the same code, so property tests draw the same examples each time; `EXPLORE=1` draws new
ones.
"""

import os

import pytest
from hypothesis import settings

from tests.gateway.cluster import running_cluster
from tests.gateway.northvale_world import built_world, copied

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)
settings.load_profile("exploring" if os.environ.get("EXPLORE") else "repeatable")


@pytest.fixture(scope="session")
def northvale_world(tmp_path_factory):
    with running_cluster() as cluster, built_world(cluster, tmp_path_factory.mktemp("northvale")) as built:
        yield built


@pytest.fixture
def northvale(northvale_world):
    with copied(northvale_world) as one:
        yield one


def pytest_collection_modifyitems(items):
    """Files that hold a slow test come first, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
