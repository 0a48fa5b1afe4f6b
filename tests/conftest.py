"""Northvale for every folder of tests: see tests/gateway/northvale_world.py for what the fixtures give.

A whole run says the same of the same code, so property tests draw the same examples each time; `EXPLORE=1` draws new
ones.
"""

import gc
import os
import shutil
import signal
import tempfile

import pytest
from hypothesis import settings

from agreements.enactment import enact_register
from tests.agreements.northvale import ENACTED, REGISTER
from tests.gateway.cluster import MEMORY, ROOM, running_cluster
from tests.gateway.northvale_world import built_world, copied

# What the files of tests make as they are read stays: it is not looked through for garbage, which took a fifth of the
# time of reading them.
gc.disable()

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)
settings.load_profile("exploring" if os.environ.get("EXPLORE") else "repeatable")


@pytest.fixture(scope="session")
def signed(tmp_path_factory):
    """Northvale's register signed and activated, once a run: whoever changes any of it changes a copy."""
    folder = tmp_path_factory.mktemp("signed")
    enact_register(REGISTER, folder, ENACTED)
    made = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield folder
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == made


@pytest.fixture(scope="session")
def cluster():
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="session")
def northvale_world(cluster, tmp_path_factory):
    with built_world(cluster, tmp_path_factory.mktemp("northvale")) as built:
        yield built


@pytest.fixture
def northvale(northvale_world):
    with copied(northvale_world) as one:
        yield one


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Tests write their files in memory, where it has room: spools are flushed, and a disk makes each flush a wait.

    `--basetemp` keeps them elsewhere, for whoever wants to look at what a test left.
    """
    if hasattr(config, "workerinput"):
        return
    # Asked to end, a run ends as by Ctrl-C: its workers end with it, and what it wrote is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if config.option.basetemp is None and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= 2 * ROOM:
        config.option.basetemp = tempfile.mkdtemp(prefix="hearthgate-tests-", dir=MEMORY)
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items):
    """Files that hold a slow test come first, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
