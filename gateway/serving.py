"""Serve the API; with the embedded database, migrate it first and run the other processes beside.

Those start from modules of their own (`serving_worker`, `serving_intake`, `serving_log`): none of them reads the API.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn

from agreements.signed_folder import read_signed_folder
from gateway.app import create_app
from gateway.building import build_wiring, ensure_keys, running_database
from gateway.migrating import run_migrate
from gateway.settings import Settings
from gateway.supervising import spare_what_stays, stop_on_signal, supervised
from gateway.usecases.register.register_loading import record_register
from gateway.wiring import Wiring


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
