"""What the command says of itself, and how it says that something cannot be done."""

import os
import subprocess
import sys

import pytest

COMMANDS = (
    "serve", "worker", "sequencer", "migrate", "demo", "feeds", "translate", "push", "link", "decide", "agreements",
    "audit", "keys",
)  # fmt: skip
MINE = ("feeds", "translate", "push", "link", "decide", "agreements")


def test_help_lists_every_command(cold_hearthgate):
    told = cold_hearthgate("--help")
    listed = {line.strip("│ ").split(" ")[0] for line in told.stdout.splitlines()}
    assert told.returncode == 0
    assert set(COMMANDS) <= listed


@pytest.mark.parametrize("command", MINE)
def test_each_command_has_help_of_its_own_under_its_full_name(command, hearthgate):
    told = hearthgate(command, "--help")
    assert told.returncode == 0
    assert f"Usage: hearthgate {command}" in told.stdout


def test_help_imports_neither_the_web_stack_nor_the_adapters():
    script = (
        "import sys, gateway.cli\n"
        "try: gateway.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('fastapi', 'sqlalchemy', 'duckdb', 'pydantic', 'adapters') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


_API = ("gateway.app", "gateway.api", "gateway.web", "uvicorn")


@pytest.mark.parametrize(
    ("module", "unread"),
    [
        # Sequencing reads neither linkage nor tables either.
        ("serving_log", (*_API, "linkage", "pandas", "duckdb")),
        ("serving_intake", _API),
        ("serving_worker", _API),
        ("migrating", _API),
    ],
    ids=["serving_log", "serving_intake", "serving_worker", "migrating"],
)
def test_the_processes_beside_the_api_do_not_read_it(module, unread):
    script = f"import sys, gateway.{module}\nprint([name for name in {unread!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


def test_the_version_is_told(cold_hearthgate):
    assert cold_hearthgate("--version").stdout.startswith("hearthgate 0.")


def test_an_unknown_command_is_an_error_of_usage(cold_hearthgate):
    assert cold_hearthgate("no-such-command").returncode == 2


def test_wrong_settings_are_named_without_their_values():
    environment = {**os.environ, "HEARTHGATE_PORT": "Zebedee-Quill", "HEARTHGATE_MAX_BODY_MIB": "0"}
    told = subprocess.run(
        [sys.executable, "-m", "gateway", "feeds"], capture_output=True, text=True, env=environment, check=False
    )
    assert told.returncode == 2
    assert "HEARTHGATE_PORT" in told.stderr
    assert "HEARTHGATE_MAX_BODY_MIB" in told.stderr
    assert "Zebedee" not in told.stderr
    assert len(told.stderr.splitlines()) == 1
