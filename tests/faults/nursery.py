"""Forks gateways and sequencers that can be killed and are back in a blink: `python -m tests.faults.nursery FOLDER`.

Everything is imported and the register compiled once; each process is then a fork that opens its own connections. It
runs the gateway's own application, settings, stores and sequencer over real sockets. Two things are not those of
operation: who calls is said by a header (the sign-in is not what is tested here), and the clock is the real one plus
what stands in a shared file, so that it can be made to jump.

Commands come as JSON lines on standard input, answers go to standard output: `{"run": "gateway", "port": n}` or
`{"run": "sequencer", "lawless": bool}` is answered by a process id. A lawless sequencer takes itself to hold the lock.
"""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from agreements.loader import load_register
from agreements.register import Register, compile_register
from gateway import clock
from gateway.building import RunningDatabase, build_wiring
from gateway.identity.caller import Caller, PartnerCaller, StaffCaller
from gateway.jobs import sequencer
from gateway.settings import Settings
from gateway.supervising import stop_with_parent
from gateway.usecases.log.restoring import guard_of
from tests.gateway.applications import application
from tests.gateway.cluster import REGISTER
from tests.structure.application import ask, bare_wiring

CLOCK = "clock.offset"


def shifted_clock(path: Path) -> Callable[[], datetime]:
    """The present instant, moved by as many seconds as the file says."""

    def now() -> datetime:
        return clock.utc_now() + timedelta(seconds=float(path.read_text() or "0"))

    return now


def main(folder: Path) -> None:
    """Take commands until standard input ends."""
    told = json.loads((folder / "nursery.json").read_text())
    settings = Settings(**told["settings"])
    register = compile_register(load_register(REGISTER, settings.signed_dir, clock.utc_now()))
    # The routes are read before there are forks, each of which would read them at its first request.
    ask(application(bare_wiring(), caller=_nobody), "GET", "/")
    # Nobody waits for a child that was killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        command = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(command, folder, settings, register)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _nobody(told: str) -> Caller:
    raise LookupError(told)


def _become(command: dict[str, Any], folder: Path, settings: Settings, register: Register) -> None:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(0)
        stop = threading.Event()
        stop_with_parent(stop)
        (_gateway if command["run"] == "gateway" else _sequencer)(command, folder, settings, register, stop)
    finally:
        os._exit(0)


def _gateway(
    command: dict[str, Any], folder: Path, settings: Settings, register: Register, stop: threading.Event
) -> None:
    wiring = build_wiring(settings, RunningDatabase(str(settings.database_url), ""), register)
    wiring = replace(wiring, clock=shifted_clock(folder / CLOCK))
    staff = {one["worker_ref"]: one for one in json.loads((folder / "world/files/staff.json").read_text())}

    def caller(told: str) -> Caller:
        until = wiring.clock() + timedelta(hours=9)
        if told in staff:
            one = staff[told]
            return StaffCaller(f"sub-{told}", told, one["name"], one["agency"], one["role"], one["team"], "oidc", until)
        owner = register.sources[wiring.feeds[told].profile.source].owner
        return PartnerCaller(f"client-{owner}", owner, frozenset({"feeds:push"}), until)

    app = application(wiring, caller=caller)
    listener = socket.create_server(("127.0.0.1", command["port"]))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2))

    def end() -> None:
        stop.wait()
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
    server.run(sockets=[listener])


def _sequencer(
    command: dict[str, Any], folder: Path, settings: Settings, register: Register, stop: threading.Event
) -> None:
    wiring = build_wiring(settings, RunningDatabase(str(settings.database_url), ""), register)
    if command.get("lawless"):
        sequencer._holds_lock = lambda _connection: True
    now = shifted_clock(folder / CLOCK)
    sequencer.run_sequencer(wiring.database, wiring.log_signer, now, stop, guard=guard_of(wiring))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
