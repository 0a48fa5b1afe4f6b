"""A whole gateway to push files into: its own processes and database, a partner with a token; and what they use."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, create_engine, text

from benchmarks.own_folder import own_folder
from gateway import clock
from gateway.building import RunningDatabase, build_wiring, ensure_keys, running_database
from gateway.demo.setting_up import enact, register_clients
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.access_tokens import sign_access_token
from gateway.settings import Settings
from gateway.supervising import settings_environment
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

CONTEXT = RequestContext("00000000-0000-4000-8000-000000000003")
_PATIENCE = 120.0
_REST, _IDLE = 1.0, 0.05
"""Seconds for which the gateway's processes use no more than this share of a processor, all together."""
_LOOK_EVERY, _ASK_EVERY = 1.0, 0.1
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class House:
    """A running gateway. `pid` is the process that serves; the database, worker and sequencer are its children."""

    wiring: Wiring
    admin: Engine
    running: RunningDatabase
    folder: Path
    pid: int
    peaks: dict[str, int] = field(default_factory=dict)
    """Peak memory (MiB) of processes that end with a batch, seen while it was taken."""

    def push(self, feed: str, file: Path) -> dict[str, Any]:
        """Push a file from its bytes to the batch's last state; gives the batch, and the seconds it took."""
        url = self.wiring.settings.public_url
        with httpx.Client(base_url=url, timeout=600, trust_env=False) as client, file.open("rb") as body:
            headers = {
                "Authorization": f"Bearer {self._token(feed)}", "Content-Type": "text/csv",
                "Idempotency-Key": file.name,
            }  # fmt: skip
            began = time.perf_counter()
            answer = client.post(f"/v1/feeds/{feed}/batches", content=body, headers=headers)
            answer.raise_for_status()
            batch_id = answer.json()["batch_id"]
            received = time.perf_counter() - began
            intake, readers, looked = self.processes().get("intake", 0), list[int](), 0.0
            while (row := self._batch(batch_id)).state in {"received", "validating"}:
                if time.perf_counter() - looked >= _LOOK_EVERY:
                    # To look through all processes of a machine costs as much as to take hundreds of rows.
                    readers, looked = _children(intake), time.perf_counter()
                self._look_at(readers)
                time.sleep(_ASK_EVERY)
            spent = time.perf_counter() - began
        return {
            "state": row.state, "rows": row.rows_read, "rejected": row.rows_rejected, "refused": row.rows_refused,
            "facts": row.facts_new, "seconds": spent, "receiving": received,
        }  # fmt: skip

    def _look_at(self, readers: list[int]) -> None:
        for reader in readers:
            self.peaks["reading"] = max(self.peaks.get("reading", 0), _status(reader, "VmHWM") // 1024)

    def _batch(self, batch_id: str) -> Any:
        with self.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.execute(text("SELECT * FROM desk.batch WHERE batch_id = :b"), {"b": batch_id}).one()

    def _token(self, feed: str) -> str:
        owner = self.wiring.register.sources[self.wiring.feeds[feed].profile.source].owner
        client = self.wiring.clients.find(f"{owner}-feeds")
        assert client is not None
        url, jti = self.wiring.settings.public_url, str(clock.new_opaque_id())
        return sign_access_token(
            client, "feeds:push", keys=self.wiring.token_keys, issuer=url, now=clock.utc_now(), jti=jti
        )

    def processes(self) -> dict[str, int]:
        """The gateway's own processes: what each is, and its id."""
        found = {"gateway": self.pid}
        for pid in _children(self.pid):
            with suppress(OSError):
                arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                if "gateway" in arguments:
                    found[arguments[arguments.index("gateway") + 1]] = pid
        return found

    def peak_rss_mib(self) -> dict[str, int]:
        """The most that each process has held in memory, MiB."""
        return {name: _status(pid, "VmHWM") // 1024 for name, pid in self.processes().items()} | self.peaks

    def settle(self) -> None:
        """Wait until its processes have loaded what they load, and have done what is to be done: they share the cores.

        Raise `RuntimeError` where they do not come to rest.
        """
        until, used = time.monotonic() + _PATIENCE, sum(self.cpu_seconds().values())
        while time.monotonic() < until:
            time.sleep(_REST)
            before, used = used, sum(self.cpu_seconds().values())
            if used - before <= _REST * _IDLE:
                return
        message = "the gateway does not come to rest"
        raise RuntimeError(message)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time of each process so far, PostgreSQL's together."""
        used = {name: _cpu(pid) for name, pid in self.processes().items()}
        with self.admin.begin() as connection:
            data = connection.execute(text("SHOW data_directory")).scalar_one()
        postmaster = int((Path(data) / "postmaster.pid").read_text().split()[0])
        used["postgres"] = _cpu(postmaster) + sum(map(_cpu, _children(postmaster)))
        return used


@contextmanager
def house() -> Iterator[House]:
    """A gateway of its own in a folder that goes away."""
    with own_folder() as folder:
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        settings = Settings(data_dir=folder / "var", port=port, public_url=url, max_body_mib=4096)
        ensure_keys(settings)
        register_clients(settings, enact(settings))
        environment = settings_environment(settings)
        with subprocess.Popen([sys.executable, "-m", "gateway", "serve"], env=environment) as process:
            try:
                _wait_until_ready(url, process)
                with running_database(settings) as running:
                    wiring, admin = build_wiring(settings, running), create_engine(running.admin_url)
                    switch_everything_on(wiring, CONTEXT, ["police-occurrences", "police-nominals"])
                    yield House(wiring, admin, running, folder, process.pid)
                    admin.dispose()
                    wiring.database.dispose()
            finally:
                process.terminate()


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health/live", trust_env=False).is_success:
                return
        time.sleep(0.2)
    message = "the gateway does not start"
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _status(pid: int, field: str) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1])
    return 0


def _cpu(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # Its own time and that of children that have ended.
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0
