"""Run the processes: migrate, serve the API, work off jobs, sequence and cosign; embedded mode supervises all."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn
from sqlalchemy import make_url

from agreements.signed_folder import read_signed_folder
from gateway import clock
from gateway.app import create_app
from gateway.building import (
    RunningDatabase,
    build_wiring,
    ensure_keys,
    load_signed_register,
    log_signer,
    open_database,
    running_database,
)
from gateway.custody import load_custody
from gateway.jobs.cosigning import run_cosigner
from gateway.jobs.recalling import recall_newest
from gateway.jobs.sequencer import run_sequencer
from gateway.jobs.worker import run_linkage_worker
from gateway.operator_parts import OperatorParts, operator_parts
from gateway.policy_file import cosigning_policy
from gateway.settings import Settings
from gateway.store.engine import SERVING_ROLES
from gateway.store.migrate import create_database, create_roles, migrate
from gateway.supervising import spare_what_stays, stop_on_signal, supervised
from gateway.telemetry import configure_logging
from gateway.usecases.log.restoring import guard_of
from gateway.usecases.register.register_loading import record_register
from gateway.wiring import Wiring


def run_migrate(settings: Settings, running: RunningDatabase | None = None) -> None:
    """Bring the database to the present schema; create roles and database where they are missing."""
    ensure_keys(settings)
    with ExitStack() as stack:
        running = running or stack.enter_context(running_database(settings))
        custody = load_custody(settings.keys_dir, SERVING_ROLES)
        url = make_url(running.admin_url)
        server = url.set(database="postgres").render_as_string(hide_password=False)
        create_roles(server, custody.role_passwords)
        create_database(server, str(url.database))
        register = load_signed_register(settings)
        migrate(running.admin_url, register.vocabulary.sources)


@contextmanager
def running_gateway(settings: Settings) -> Iterator[Wiring]:
    """The gateway on its address, ready when this yields; with the embedded database its other processes too."""
    with ExitStack() as stack:
        ensure_keys(settings)
        running = stack.enter_context(running_database(settings))
        if settings.database_url is None:
            # A server of one's own is migrated by command: the administrator's role has no business in operation.
            run_migrate(settings, running)
        wiring = build_wiring(settings, running)
        stack.callback(wiring.database.dispose)
        record_register(wiring, read_signed_folder(settings.signed_dir).events)
        if settings.database_url is None:
            stack.enter_context(supervised(settings, "sequencer"))
            stack.enter_context(supervised(settings, "worker"))
            stack.enter_context(supervised(settings, "intake"))
            if settings.witness_policy is not None:
                stack.enter_context(supervised(settings, "cosign"))
        spare_what_stays()
        stack.enter_context(_listening(wiring))
        yield wiring


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    with stop_on_signal() as stop, running_gateway(settings):
        stop.wait()


def run_worker(settings: Settings, *, beside_parent: bool = False) -> None:
    """Work off jobs until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, running_database(settings) as running:
        wiring = build_wiring(settings, running)
        spare_what_stays()
        run_linkage_worker(wiring, stop)


def run_sequencer_process(settings: Settings, *, beside_parent: bool = False) -> None:
    """Turn entries into leaves until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, running_database(settings) as running:
        custody = load_custody(settings.keys_dir, SERVING_ROLES)
        parts = OperatorParts(settings, open_database(running, custody), custody)
        recall_newest(parts)
        run_sequencer(parts.database, log_signer(custody, settings), clock.utc_now, stop, guard=guard_of(parts))


def run_cosign_process(settings: Settings, *, beside_parent: bool = False) -> None:
    """Gather cosignatures until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, operator_parts(settings) as parts:
        run_cosigner(parts, cosigning_policy(settings, log_signer(parts.custody, settings).verifier()), stop)


@contextmanager
def _listening(wiring: Wiring) -> Iterator[None]:
    """The API on its address, in a thread of this process; ready when this yields."""
    settings = wiring.settings
    listener = socket.create_server((settings.host, settings.port))
    configuration = uvicorn.Config(
        create_app(wiring),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(configuration)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="api")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
