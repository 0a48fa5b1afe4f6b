"""Fixtures of every test that needs the database. All run on a real embedded PostgreSQL.

    database      use this one: a fresh, migrated database for this test alone, as the gateway's roles see it
                  (`with database.transaction("hg_desk") as connection: ...`); about 0.1 s
    admin         superuser's SQLAlchemy engine on that same database: to arrange what no role may write, to look
                  behind row-level security, to tamper
    wiring        a whole `Wiring` on that database: Northvale's register as of 16 November 2026 (signed), keys of its
                  own, a clock that stands at `NOW` until `wiring_clock.now` is moved; built-in feeds and mapped ones
    settings      the settings of that wiring: data folder and keys are this test's own
    register      Northvale's register, compiled once a run
    cluster       the server, one a worker, Northvale's too (2 to 4 s to start; see tests/conftest.py): only to create
                  databases by hand; never stop or kill it
    own_cluster   a server of the test's own, to stop, kill and restart (3 s): mark such a test `slow`

The server listens on a socket in a private folder. It is stopped and its data removed when the run ends; as root the
data lies under /var/lib/hearthgate/<digest>, where the starter puts it.
"""

import itertools
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest

from agreements.loader import load_register
from agreements.register import compile_register
from gateway import clock
from gateway.building import ensure_keys, log_signer, oidc_settings
from gateway.custody import load_custody
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key
from gateway.identity.oidc import OidcProvider
from gateway.settings import Settings
from gateway.wiring import Wiring
from tests.gateway.cluster import REGISTER, admin_engine, running_cluster
from tests.gateway.northvale_feeds import feeds_of
from tests.gateway.trusting import trusted

ENACTED = datetime(2026, 4, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
_numbers = itertools.count(1)


@pytest.fixture
def own_cluster():
    with running_cluster() as made:
        yield made


@pytest.fixture
def database_name(cluster):
    name = f"test_{next(_numbers)}"
    cluster.create(name)
    yield name
    cluster.drop(name)


@pytest.fixture
def database(cluster, database_name):
    made = cluster.as_roles(database_name)
    yield made
    made.dispose()


@pytest.fixture
def admin(cluster, database_name):
    with admin_engine(cluster, database_name) as engine:
        yield engine


@pytest.fixture(scope="session")
def register(signed):
    return compile_register(load_register(REGISTER, signed, NOW))


@pytest.fixture
def settings(tmp_path):
    made = Settings(data_dir=tmp_path / "var", register_dir=REGISTER, cookie_secure=False)
    ensure_keys(made)
    return made


@pytest.fixture
def wiring_clock():
    return SimpleNamespace(now=NOW)


@pytest.fixture
def wiring(settings, database, register, wiring_clock):
    custody = load_custody(settings.keys_dir, ())
    with httpx.Client(verify=trusted()) as client:
        yield Wiring(
            settings=settings, database=database, custody=custody, log_signer=log_signer(custody, settings),
            register=register, feeds=feeds_of(settings.feeds_dir), clients=ClientRegistry({}),
            token_keys=TokenKeys(generate_es256_key()), provider=OidcProvider(oidc_settings(settings), client),
            clock=lambda: wiring_clock.now, mint=clock.new_id, mint_opaque=clock.new_opaque_id,
        )  # fmt: skip
