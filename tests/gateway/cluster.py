"""A PostgreSQL server for tests: the gateway's own embedded one, in a folder that goes away with it."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Engine, create_engine

from agreements.loader import read_register_files
from gateway.store import embedded
from gateway.store.engine import SERVING_ROLES, Database, database, embedded_url
from gateway.store.migrate import create_database, create_roles, migrate

REGISTER = Path(__file__).resolve().parents[2] / "gateway" / "demo" / "northvale" / "register"
TEMPLATE = "hearthgate_template"
# Thousands of databases are made and dropped in a run: in memory, where it has room, that takes half the time.
MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is made with mkdtemp
ROOM = 4 * 2**30
# Its standard input ends with the process that holds the other end, however that process came to its end.
_GUARD = """cat
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) && kill -INT "$pid"
while [ -e "$1/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$@"
"""


class Cluster:
    """A running server with every role, and a migrated template from which a database is made in a blink."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _folder()
        self.admin_password = secrets.token_urlsafe(24)
        self.passwords = {role: secrets.token_urlsafe(24) for role in SERVING_ROLES}
        self._administrator: psycopg.Connection[Any] | None = None
        self.start()
        self._guard = guard(self.server.data_dir, self.server.data_dir.parent, self.folder)
        # Tests kill processes, never the power: what was written survives in the page cache, and tests run faster.
        self.administer("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        self._sign_in_lightly()
        create_roles(self.admin_url("postgres"), self.passwords)
        create_database(self.admin_url("postgres"), TEMPLATE)
        migrate(self.admin_url(TEMPLATE), northvale_sources())

    def start(self) -> None:
        """Start the server, where it does not run."""
        self._forget_administrator()
        in_memory = self.folder if self.folder.is_relative_to(MEMORY) else None
        self.server = embedded.start(self.folder, self.admin_password, within=in_memory)

    def admin_url(self, name: str) -> str:
        """Address of one database for the superuser."""
        url = URL.create(
            "postgresql+psycopg", embedded.ADMIN_ROLE, self.admin_password, database=name,
            query={"host": str(self.server.socket_dir)},
        )  # fmt: skip
        return url.render_as_string(hide_password=False)

    def create(self, name: str, template: str = TEMPLATE) -> None:
        """A new database like the template, to which nobody may be connected meanwhile."""
        roles = ", ".join(SERVING_ROLES)
        self.administer(
            # Copied as files: by way of the journal, which is the default, it costs the processor a third more.
            f'CREATE DATABASE "{name}" OWNER hg_owner TEMPLATE "{template}" STRATEGY file_copy',
            f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC; GRANT CONNECT ON DATABASE "{name}" TO {roles}',
        )

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def as_roles(self, name: str) -> Database:
        """A database as the roles see it; the caller disposes of it."""
        return database(embedded_url(self.server.socket_dir, name), self.passwords, pool_size=4)

    def restart(self, *, crash: bool = False) -> None:
        """Stop the server, by `kill -9` of all its processes if it is to crash, and start it again."""
        if crash:
            for pid in (self.server.pid, *_children(self.server.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self.server.pid, 0)
        else:
            self.server.stop()
        self.start()

    def close(self) -> None:
        """Stop the server and remove its folders."""
        self._forget_administrator()
        self.server.stop()
        with suppress(ChildProcessError):
            os.waitpid(self.server.pid, 0)
        self._guard.communicate()
        shutil.rmtree(self.server.data_dir.parent, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def administer(self, *statements: str) -> None:
        """Run statements as the superuser, each by itself, on a connection that is kept: each test makes a database."""
        if self._administrator is None:
            self._administrator = psycopg.connect(self._admin_conninfo(), autocommit=True)
        try:
            for statement in statements:
                self._administrator.execute(statement)
        except psycopg.OperationalError:
            self._forget_administrator()
            raise

    def _admin_conninfo(self) -> str:
        return make_conninfo(
            host=str(self.server.socket_dir), dbname="postgres", user=embedded.ADMIN_ROLE, password=self.admin_password
        )

    def _forget_administrator(self) -> None:
        if self._administrator is not None:
            self._administrator.close()
        self._administrator = None

    def _sign_in_lightly(self) -> None:
        """One iteration of SCRAM instead of 4096, which cost every connection more than its statements do.

        They guard a weak password that somebody tries to guess; these are 24 random bytes. The setting hangs on the
        role, so that it holds from the next sign-in on and passwords that are set then have it.
        """
        self.administer(f"ALTER ROLE {embedded.ADMIN_ROLE} SET scram_iterations = 1")
        self._forget_administrator()
        self.administer(f"ALTER ROLE {embedded.ADMIN_ROLE} PASSWORD '{self.admin_password}'")


def guard(data: Path, *folders: Path) -> subprocess.Popen[bytes]:
    """Stop the server of these data and remove the folders once nobody holds this process's standard input any more."""
    command = ["/bin/sh", "-c", _GUARD, "guard", *map(str, (data, *folders))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _folder() -> Path:
    """A new folder with a short path (a socket's may not be longer than 107 bytes), in memory if there is room."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    made = Path(tempfile.mkdtemp(prefix="hearthgate-", dir=MEMORY if roomy else None))
    # The account that PostgreSQL runs as under root has to pass through.
    made.chmod(0o711)
    return made


def _children(parent: int) -> list[int]:
    """Processes whose parent this is: every backend makes itself a session leader, so no group holds them all."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(status.parent.name))
    return found


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A server of one's own, for a test that stops or kills it."""
    made = Cluster()
    try:
        yield made
    finally:
        made.close()


@contextmanager
def admin_engine(cluster: Cluster, name: str) -> Iterator[Engine]:
    """Superuser's engine on one database."""
    engine = create_engine(cluster.admin_url(name), use_native_hstore=False)
    yield engine
    engine.dispose()


def northvale_sources() -> tuple[str, ...]:
    """Sources of Northvale's register, in bit order."""
    listed = read_register_files(REGISTER)["sources.yaml"].content["sources"]
    return tuple(source["id"] for source in listed)
