"""Northvale for every folder of tests: see tests/gateway/northvale_world.py for what the fixtures give."""

import pytest

from tests.gateway.cluster import running_cluster
from tests.gateway.northvale_world import built_world, copied


@pytest.fixture(scope="session")
def northvale_world(tmp_path_factory):
    with running_cluster() as cluster, built_world(cluster, tmp_path_factory.mktemp("northvale")) as built:
        yield built


@pytest.fixture
def northvale(northvale_world):
    with copied(northvale_world) as one:
        yield one
