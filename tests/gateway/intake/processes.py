"""The gateway's own two processes over a copy of Northvale, to be killed: the one that serves, the one that works.

They are forks of one process that has read the libraries, the mappings and the register's files: to read them takes
longer than what the tests look at.
"""

import json
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import uvicorn

from agreements.loader import load_register
from agreements.register import compile_register
from gateway import clock
from gateway.building import load_feeds, log_signer, oidc_settings
from gateway.custody import load_custody
from gateway.identity.caller import Caller, PartnerCaller
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key, load_private_key, save_private_key
from gateway.identity.oidc import OidcProvider
from gateway.jobs.taking import run_intake_worker
from gateway.settings import Settings
from gateway.store.engine import database, embedded_url
from gateway.wiring import Wiring
from tests.gateway.applications import application

_PATIENCE = 300.0
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.gateway.intake.warm"])


@dataclass
class Process:
    """One of the two, running."""

    running: ForkServerProcess

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.running.kill()
        self.running.join()


class Processes:
    """Starts the processes of a copy, and ends what is left of them.

    With `clients` whoever calls signs in, at the address by which the gateway calls itself.
    """

    def __init__(self, northvale, folder: Path, address: str = "", clients: dict[str, object] | None = None) -> None:
        self.port = _free_port()
        settings = northvale.built.settings.model_dump(mode="json")
        told = {
            "settings": settings | ({"public_url": address} if address else {}), "clients": clients or {},
            "url": embedded_url(northvale.built.cluster.server.socket_dir, northvale.wiring.database.base.database),
            "passwords": northvale.built.cluster.passwords, "now": northvale.clock.now.isoformat(), "port": self.port,
        }  # fmt: skip
        # A gateway that is started again knows the tokens that it gave before.
        save_private_key(generate_es256_key(), folder / "token.pem")
        told["token_key"] = str(folder / "token.pem")
        self._told = folder / "processes.json"
        self._told.write_text(json.dumps(told))
        self._told.chmod(0o600)
        self._started: list[Process] = []

    def start(self, kind: str) -> Process:
        """Start one."""
        process = Process(_FORKING.Process(target=main, args=(kind, str(self._told)), daemon=True))
        process.running.start()
        self._started.append(process)
        if kind == "serve":
            _wait(lambda: self._answers() or not process.running.is_alive())
            assert process.running.is_alive()
        return process

    def push(self, feed: str, body: bytes, key: str) -> httpx.Response:
        """Push a file over HTTP."""
        headers = {"Test-Caller": feed, "Content-Type": "text/csv", "Idempotency-Key": key}
        url = f"http://127.0.0.1:{self.port}/v1/feeds/{feed}/batches"
        return httpx.post(url, content=body, headers=headers, timeout=_PATIENCE)

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            process.kill()

    def _answers(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False


@contextmanager
def processes(northvale, address: str = "", clients: dict[str, object] | None = None) -> Iterator[Processes]:
    """The processes of a copy; none outlives the block."""
    with tempfile.TemporaryDirectory() as folder:
        made = Processes(northvale, Path(folder), address, clients)
        try:
            yield made
        finally:
            made.end()


def _wait(holds) -> None:
    until = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < until, "in vain"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wiring(told, client: httpx.Client) -> Wiring:
    settings = Settings(**told["settings"])
    custody = load_custody(settings.keys_dir, ())
    register = compile_register(load_register(settings.register_dir, settings.signed_dir, clock.utc_now()))
    return Wiring(
        settings=settings, database=database(told["url"], told["passwords"], 4), custody=custody,
        log_signer=log_signer(custody, settings), register=register, feeds=load_feeds(settings),
        clients=ClientRegistry.from_document(told["clients"]),
        token_keys=TokenKeys(load_private_key(Path(told["token_key"]))),
        provider=OidcProvider(oidc_settings(settings), client), clock=clock.utc_now, mint=clock.new_id,
        mint_opaque=clock.new_opaque_id,
    )  # fmt: skip


def _serve(wiring: Wiring, port: int, *, signs_in: bool) -> None:
    def caller(feed: str) -> Caller:
        owner = wiring.register.sources[wiring.feeds[feed].profile.source].owner
        return PartnerCaller(f"client-{owner}", owner, frozenset({"feeds:push"}), clock.utc_now().replace(year=9000))

    app = application(wiring, caller=None if signs_in else caller)
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


def main(kind: str, path: str) -> None:
    """Run one process until it is killed."""
    told = json.loads(Path(path).read_text())
    with httpx.Client() as client:
        wiring = _wiring(told, client)
        if kind == "serve":
            _serve(wiring, told["port"], signs_in=bool(told["clients"]))
        else:
            run_intake_worker(wiring, threading.Event())
