"""Rules of the house that no tool checks by itself."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from gateway.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("concept_model", "agreements", "adapters", "linkage", "insight", "audit", "gateway")
OURS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST = 400
_CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
    ("time", "time_ns"), ("uuid", "uuid1"), ("uuid", "uuid4"),
}  # fmt: skip
_NAMES = {"uuid1", "uuid4", "time_ns"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def nodes(path: Path):
    return list(ast.walk(ast.parse(path.read_text())))


def calls(path: Path):
    return [node for node in nodes(path) if isinstance(node, ast.Call)]


def test_no_file_is_too_long_to_read_at_one_sitting():
    beside = [path for package in ("tests", "benchmarks") for path in (ROOT / package).rglob("*.py")]
    long = {name(path): lines for path in [*OURS, *beside] if (lines := len(path.read_text().splitlines())) > LONGEST}

    assert long == {}


def test_only_the_clock_reads_time_and_mints_ids():
    found = set()
    for path in OURS:
        for call in calls(path):
            match call.func:
                case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if (owner, attribute) in _CLOCKS:
                    found.add(name(path))
                case ast.Attribute(value=ast.Attribute(attr=owner), attr=attribute) if (owner, attribute) in _CLOCKS:
                    found.add(name(path))
                case ast.Name(id=called) if called in _NAMES:
                    found.add(name(path))

    assert found == {"gateway/clock.py"}


def test_json_is_read_offline_in_one_place_that_bears_a_deep_nest():
    found = {name(path) for path in OURS if name(path).startswith("audit/") and "json.load" in path.read_text()}

    assert found == {"audit/canonical.py"}


@pytest.mark.parametrize("minted", ["Permit", "Refer"])
def test_only_the_engine_lets_anything_out(minted):
    makers = {
        name(path)
        for path in OURS
        for call in calls(path)
        if (isinstance(call.func, ast.Name) and call.func.id == minted)
        or (isinstance(call.func, ast.Attribute) and call.func.attr == minted)
    }

    assert makers == {"agreements/decide.py", "agreements/statutory.py"}


def test_no_permit_is_made_by_copying_one():
    """`replace(permit, mask=...)` would be a way round the engine."""
    for path in OURS:
        for call in calls(path):
            replaced = isinstance(call.func, ast.Name) and call.func.id == "replace" and call.args
            if replaced and isinstance(call.args[0], ast.Name):
                assert "permit" not in call.args[0].id, name(path)


@pytest.mark.slow
def test_packages_import_only_what_their_layer_allows():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_every_setting_is_in_the_table_of_the_readme_and_no_other():
    readme = (ROOT / "README.md").read_text()
    assert "## Settings" in readme, "the README has a table of settings"
    table = readme.partition("## Settings")[2].partition("\n## ")[0]

    listed = {row.split("`")[1] for row in table.splitlines() if row.startswith("| `HEARTHGATE_")}

    assert listed == {f"HEARTHGATE_{field.upper()}" for field in Settings.model_fields}


def test_nothing_but_the_settings_reads_the_environment():
    readers = set()
    for path in OURS:
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                readers.add(name(path))

    # Handing the environment on to a child process is not reading it.
    assert readers <= {"audit/bundle_digests.py", "gateway/supervising.py", "gateway/store/embedded.py"}


def test_no_committed_file_names_a_machine():
    marks = ("/" + "work/", "/" + "root/", "/" + "tmp/")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = [ROOT / one for one in listed if Path(one).suffix in {".py", ".md", ".sql", ".toml", ".yaml", ".html"}]

    named = {name(path) for path in texts if path.exists() and any(mark in path.read_text() for mark in marks)}

    assert set(OURS) <= set(texts), "these are the files that git keeps"
    assert named == set()
