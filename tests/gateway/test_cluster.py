"""The server of a run of tests ends with the run, also where nobody is left to stop it."""

import signal
import subprocess
import sys

from tests.gateway.cluster import guard

# A run that was started in the background of a shell has its programs ignore SIGINT; PostgreSQL sees to it itself.
_LIKE_A_SERVER = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); print(flush=True); time.sleep(60)"


def test_when_whoever_started_the_server_is_gone_it_is_stopped_and_its_folders_are_removed(tmp_path):
    data, folder = tmp_path / "postgres" / "data", tmp_path / "folder"
    data.mkdir(parents=True)
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", _LIKE_A_SERVER], stdout=subprocess.PIPE) as server:
        server.stdout.readline()
        (data / "postmaster.pid").write_text(f"{server.pid}\n{data}\n")
        watching = guard(data, data.parent, folder)
        assert server.poll() is None

        watching.stdin.close()

        assert server.wait(30) == -signal.SIGINT
        assert watching.wait(30) == 0
    assert not data.parent.exists()
    assert not folder.exists()
