"""Who looked at my data: Vikram's report, in which his worker stands and neither the MASH nor the refuge does."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from audit.subject_letter import CLOSING
from gateway.demo.commands import operate, verify_offline
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play

TITLE = "Who looked at my data"
_OFFICER = "W601"
_PATIENCE = 120.0
_WORDS = "report.txt"


def play(stand: Stand, say: Callable[[str], None]) -> Play:
    """An officer makes the report at the command line; it is verified offline, whole and with a line cut out."""
    played = Play("who", TITLE)
    book = stand.town.book["S3"]
    people, staff = book["people"], book["staff"]
    page = stand.desk.reader(staff["early_help_worker"]).look(people["Vikram Nair"], "early_help")
    sealed = stand.desk.reader(staff["mash_worker"]).look(people["Rohan Nair"], "front_door")
    folder = stand.settings.data_dir.parent / "subject-report"
    done = _made(stand, page.family_id, folder)
    checks = {
        "his worker has looked": bool(page.profile),
        "so has the MASH, at his son": bool(sealed.profile),
        f"the report is written ({done.stderr.strip()[:200]})": done.returncode == 0,
    }
    played.act("An officer makes Vikram's report", "a folder for Vikram", checks)
    if done.returncode == 0:
        _read(played, folder, say)
        _check(played, folder, operate(stand, "audit", "key").stdout.strip(), say)
    return played


def _made(stand: Stand, family: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Ask until the first map has been taken: it is, soon after the gateway has started."""
    until = time.monotonic() + _PATIENCE
    while True:
        done = operate(stand, "audit", "subject-report", family, "--to", str(folder), "--officer", _OFFICER)
        if done.returncode == 0 or time.monotonic() > until:
            return done
        time.sleep(2)


def _read(played: Play, folder: Path, say: Callable[[str], None]) -> None:
    text = (folder / _WORDS).read_text()
    words = " ".join(text.split())
    say(text)
    traces = [trace for trace in ("mash", "refuge", "haven", "front door") if trace in words.casefold()]
    checks = {
        "his worker is there by job and team": "An early help worker in the Early Help team" in words,
        f"nothing of MASH or refuge is ({', '.join(traces)})": not traces,
        "the last line is that of every reply": text.splitlines()[-1] == CLOSING,
    }
    played.act("Read it", "who looked, when, what for and why, and no trace of what is sealed", checks)


def _check(played: Play, folder: Path, key: str, say: Callable[[str], None]) -> None:
    whole = verify_offline(["--key", key, str(folder)])
    say(whole.stdout.strip())
    copy = folder.with_name("subject-report-cut")
    shutil.copytree(folder, copy)
    lines = (copy / _WORDS).read_text().splitlines(keepends=True)
    told = next((number for number, line in enumerate(lines) if line.startswith("* ")), 0)
    (copy / _WORDS).write_text("".join(lines[:told] + lines[told + 1 :]))
    cut = verify_offline(["--key", key, str(copy)])
    say(f"A line cut out of a copy: {cut.stdout.strip()}")
    checks = {
        "the report verifies offline": whole.returncode == 0,
        "a line that is cut out is found": cut.returncode == 1 and f"{_WORDS}: line {told + 1}" in cut.stdout,
    }
    played.act("Check it without asking us", "nothing is left out, and a cut is found", checks)
