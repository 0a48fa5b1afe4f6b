"""Starts `hearthgate` as forks of one process that has read the libraries: `python -m tests.gateway.cli.forked FD`.

To read pandas, or to build the models of a register, takes a second of the processor: more than most commands need for
themselves. Others' libraries and our packages below the gateway are read beforehand; every module of the gateway is
imported by the command that needs it, in the order of its users' process. Northvale's register, of which most commands
are asked, is parsed beforehand too: the parser keeps what it made of a text. DuckDB is not read: its threads do not
live on in a fork. What forks share and processes do not is the seed of hashes: a test that compares two runs of the
same thing asks for processes of their own.
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile

_READ = (
    "cryptography.hazmat.primitives.asymmetric.ed25519", "httpx", "joserfc.jwt", "lxml.etree", "pandas",
    "pydantic_settings", "rich.console", "rich.progress", "scipy.optimize", "scipy.sparse.csgraph", "typer.main",
    "adapters.registry", "adapters.tabular", "agreements.loader", "agreements.odrl", "agreements.register",
    "audit.canonical", "concept_model.records",
)  # fmt: skip
_REGISTER = Path(__file__).resolve().parents[3] / "gateway" / "demo" / "northvale" / "register"
_MOST_BYTES = 1 << 18


class Forks:
    """What asks the process that forks."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking = asking

    def run(
        self, words: list[str], stdin: bytes, environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end, as `subprocess.run` does."""
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as errors:
            given.write(stdin)
            given.seek(0)
            told = json.dumps({"words": words, "environment": dict(environment)}).encode()
            assert len(told) < _MOST_BYTES
            socket.send_fds(self._asking, [told], [given.fileno(), out.fileno(), errors.fileno()])
            pid = int(self._asking.recv(64))
            self._asking.settimeout(timeout)
            try:
                code = int(self._asking.recv(64))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._asking.settimeout(None)
                # The next command's answer comes after this one's.
                self._asking.recv(64)
                raise
            self._asking.settimeout(None)
            out.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(words, code, out.read(), errors.read())


@contextmanager
def forking(folder: Path) -> Iterator[Forks]:
    """The process that forks, at work in a folder; it ends with the block."""
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.gateway.cli.forked", str(asked.fileno())]
    with asking, subprocess.Popen(command, cwd=folder, pass_fds=[asked.fileno()]) as process:
        asked.close()
        yield Forks(asking)
        asking.close()
        process.wait(30)


def serve(fd: int) -> None:
    """Fork for each command that comes; returns in the fork, which is then the command's process."""
    for name in _READ:
        import_module(name)
    import_module("agreements.loader").read_register_files(_REGISTER)
    # What is never looked at again stays in the memory that all forks share.
    gc.freeze()
    with socket.socket(fileno=fd) as asked:
        while True:
            told, streams, _, _ = socket.recv_fds(asked, _MOST_BYTES, 3)
            if not told:
                sys.exit()
            pid = os.fork()
            if pid == 0:
                break
            for stream in streams:
                os.close(stream)
            asked.send(str(pid).encode())
            _, status = os.waitpid(pid, 0)
            asked.send(str(os.waitstatus_to_exitcode(status)).encode())
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    asked_for = json.loads(told)
    os.environ.clear()
    os.environ.update(asked_for["environment"])
    sys.argv = ["hearthgate", *asked_for["words"]]


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    runpy.run_module("gateway", run_name="__main__", alter_sys=True)
