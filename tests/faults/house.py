"""All that a run of faults needs: a server on a small disk of its own, Northvale in it, wires, and the processes."""

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from gateway.store.engine import SERVING_ROLES, embedded_url
from tests.faults.nursery import CLOCK
from tests.faults.wire import Watch, Wire
from tests.gateway.cluster import Cluster
from tests.gateway.northvale_world import Built, CountedIds, Northvale, built_world, opened

DATABASE = "faults"
DISK_MIB = 900
_PATIENCE = 40.0
_SEGMENTS = 24


class House:
    """The running whole. `watch` is shown every step on the wires; `small_disk` says whether the disk can be filled."""

    def __init__(self, cluster: Cluster, built: Built, folder: Path, disk: Path | None) -> None:
        self.cluster = cluster
        self.built = built
        self.folder = folder
        self.disk = disk
        self.watch: Watch = lambda _step, _moment, _backend: False
        self.port = _free_port()
        self.gateway = 0
        self.sequencers: list[int] = []
        self._clock = folder / CLOCK
        self.set_clock(0)
        self._forking = threading.Lock()
        self._nursery, self._wire = self._start_nursery()

    def _start_nursery(self) -> tuple[subprocess.Popen[str], Wire]:
        keys = self.built.settings.keys_dir
        for role, password in self.cluster.passwords.items():
            (keys / f"{role}.password").write_text(password)
            (keys / f"{role}.password").chmod(0o600)
        wired = self.folder / "wire"
        wired.mkdir()
        wire = Wire(wired, self.cluster.server.socket_dir, self._show)
        settings = {
            "data_dir": str(self.built.settings.data_dir), "register_dir": str(self.built.settings.register_dir),
            "cookie_secure": False, "database_url": embedded_url(wired, DATABASE), "port": self.port,
        }  # fmt: skip
        (self.folder / "nursery.json").write_text(json.dumps({"settings": settings}))
        log = (self.folder / "processes.log").open("ab")
        nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery", str(self.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        return nursery, wire

    def _show(self, step: str, moment: str, backend: int) -> bool:
        return self.watch(step, moment, backend)

    # Processes.

    def fork(self, **command: object) -> int:
        """A new gateway or sequencer; gives its process id."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        with self._forking:
            self._nursery.stdin.write(json.dumps(command) + "\n")
            self._nursery.stdin.flush()
            return int(self._nursery.stdout.readline())

    def kill_gateway(self) -> None:
        """`kill -9`."""
        kill(self.gateway)

    def kill_sequencers(self) -> None:
        """`kill -9` of all of them."""
        for pid in self.sequencers:
            kill(pid)
        self.sequencers = []

    def kill_postgres(self) -> None:
        """`kill -9` of the postmaster and of every process of it."""
        postmaster = self.cluster.server.pid
        for pid in (postmaster, *children(postmaster)):
            kill(pid)

    # The world around them.

    def set_clock(self, seconds: float) -> None:
        """Let the clock of gateway and sequencers be so many seconds off."""
        path = self.folder / f"{CLOCK}.new"
        path.write_text(repr(float(seconds)))
        path.replace(self._clock)

    def fill_disk(self) -> None:
        """Leave no byte free on the disk of the server."""
        assert self.disk is not None
        with (self.disk / "filler").open("ab") as filler, suppress(OSError):
            free = os.statvfs(self.disk)
            os.posix_fallocate(filler.fileno(), 0, (free.f_bavail - 4) * free.f_frsize)
        with (self.disk / "filler").open("ab", buffering=0) as filler, suppress(OSError):
            while filler.write(bytes(4096)):
                pass

    def use_up_segments(self) -> None:
        """Begin one WAL segment after another, until none can be made or the server has given up."""
        engine = create_engine(self.cluster.admin_url(DATABASE), isolation_level="AUTOCOMMIT")
        try:
            with suppress(DBAPIError), engine.connect() as connection:
                for _ in range(_SEGMENTS):
                    connection.exec_driver_sql("SELECT pg_logical_emit_message(false, 'segment', ''), pg_switch_wal()")
        finally:
            engine.dispose()

    def free_disk(self) -> None:
        """The disk as it was."""
        if self.disk is not None:
            (self.disk / "filler").unlink(missing_ok=True)

    def administer(self, *statements: str) -> None:
        """Run statements as the superuser, past every wire."""
        engine = create_engine(self.cluster.admin_url(DATABASE), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def durable(self, *, on: bool) -> None:
        """Whether a commit waits until it is on disk: for everybody but the sequencer, who asks for it itself."""
        value = "on" if on else "off"
        self.administer(
            f"ALTER SYSTEM SET synchronous_commit = {value}",
            *(f"ALTER ROLE {role} SET synchronous_commit = {value}" for role in SERVING_ROLES if role != "hg_sequence"),
            "SELECT pg_reload_conf()",
        )

    # Healing.

    def heal(self) -> None:
        """Put everything right that a fault has put wrong, and wait until the gateway serves again."""
        self.free_disk()
        self.set_clock(0)
        self._heal_server()
        self.administer("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
        if not alive(self.gateway):
            self.gateway = self.fork(run="gateway", port=self.port)
        self.sequencers = [pid for pid in self.sequencers if alive(pid)]
        while len(self.sequencers) < 2:
            self.sequencers.append(self.fork(run="sequencer"))
        eventually(self.serves, "the gateway serves again")

    def _heal_server(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            with suppress(ChildProcessError):
                os.waitpid(self.cluster.server.pid, os.WNOHANG)
            if not alive(self.cluster.server.pid):
                self.cluster.start()
            with suppress(Exception):
                self.administer("SELECT 1")
                return
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.05)

    def serves(self) -> bool:
        """Whether the gateway answers."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).is_success
        return False

    def close(self) -> None:
        """End every process that was started here."""
        for pid in (self.gateway, *self.sequencers):
            kill(pid)
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        self._nursery.wait(120)
        assert self._nursery.stdout is not None
        self._nursery.stdout.close()
        self._wire.close()


@contextmanager
def running_house() -> Iterator[tuple[House, Northvale, Engine]]:
    """A house with Northvale in it, and Northvale as the superuser sees it, past the wires."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="hearthgate-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        home = folder / "cluster"
        home.mkdir()
        disk = stack.enter_context(_small_disk(home)) if os.geteuid() == 0 else None
        cluster = Cluster(home)
        stack.callback(cluster.close)
        settings = ("fsync = on", "max_wal_size = '160MB'", "min_wal_size = '48MB'", "max_connections = 200")
        for setting in settings:
            cluster.administer(f"ALTER SYSTEM SET {setting}")
        built = stack.enter_context(built_world(cluster, folder / "world"))
        cluster.restart()
        cluster.create(DATABASE, "northvale_world")
        house = House(cluster, built, folder, disk)
        stack.callback(house.close)
        northvale = stack.enter_context(opened(built, DATABASE, CountedIds(0xFA01), CountedIds(0xFA02)))
        house.heal()
        yield house, northvale, northvale.admin


@contextmanager
def _small_disk(home: Path) -> Iterator[Path]:
    """A file system of its own under the place where the starter will put the cluster: it can be filled up."""
    account = pwd.getpwnam("postgres") if _has_account("postgres") else pwd.getpwnam("nobody")
    name = f"faults-{secrets.token_hex(6)}"
    (home / "cluster.name").write_text(name)
    mount = Path("/var/lib/hearthgate") / name
    mount.mkdir(parents=True)
    owner = f"uid={account.pw_uid},gid={account.pw_gid},mode=0700"
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,{owner}", "tmpfs", mount], check=True)
        try:
            yield mount
        finally:
            subprocess.run(["umount", "--lazy", mount], check=True)
    finally:
        mount.rmdir()


def _has_account(name: str) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


def kill(pid: int) -> None:
    """`kill -9`, of a process that may be gone already."""
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return pid != 0


def children(parent: int) -> list[int]:
    """Processes whose parent this is."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def eventually(condition: "threading.Event | object", what: str, seconds: float = _PATIENCE) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]  # a function without arguments
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def waiting(admin: Engine) -> int:
    """Entries that are no leaves yet."""
    with admin.begin() as connection:
        return int(connection.execute(text("SELECT count(*) FROM audit.pending")).scalar_one())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
