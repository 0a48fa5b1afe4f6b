"""One system on one file in a process of its own, and what it found beside the truth."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from benchmarks.linkage_metrics import Quality, b_cubed, exactly_right, largest, numbered, of_pairs, pairwise

ROOT = Path(__file__).resolve().parents[1]
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
_SYSTEMS = {"splink": "benchmarks.linkage_peers.splink_run", "ecm": "benchmarks.linkage_peers.ecm_run"}


@dataclass
class Run:
    """What one run took and where it wrote. `seconds` by the clock, `processor` of all its threads, `peak` in GiB."""

    system: str
    out: Path
    seconds: float
    processor: float
    peak: float
    stages: dict[str, list[float]] = field(default_factory=dict)


@dataclass
class Set:
    """A labelled file: rows for us, rows for the peers (the same ones in the same order), labels in the same order.

    `apart`: it holds two sources, neither of which holds anybody twice, and every system is told so.
    """

    name: str
    records: Path
    native: Path
    labels: Path
    apart: bool = False

    def truth(self) -> NDArray[np.int64]:
        """The person of each row."""
        return numbered(_column(self.labels, "person_truth"))


def _column(path: Path, name: str) -> NDArray[np.object_]:
    query = f"select {name} from read_parquet('{path}')"  # noqa: S608 - a file of our own
    return np.array([row[0] for row in duckdb.sql(query).fetchall()], dtype=object)


def ours(given: Set, out: Path, *more: str) -> Run:
    """`hearthgate link` on it. Where a peer is told that the sources hold nobody twice, so are we."""
    sources = sorted(set(_column(given.labels, "source"))) if given.apart else []
    command = [
        str(Path(sys.executable).parent / "hearthgate"), "link", str(given.records), "--out", f"{out}.parquet",
        "--report", f"{out}.json", *(f"--duplicate-free={each}" for each in sources), *more,
    ]  # fmt: skip
    run = _watched("ours", command, out)
    report = json.loads(Path(f"{out}.json").read_text())
    run.stages = {name: [spent["wall"], spent["processor"]] for name, spent in report["seconds"].items()}
    return run


def peer(system: str, given: Set, out: Path, *more: str) -> Run:
    """A peer on it; `system` is splink or ecm."""
    command = [str(PEERS_PYTHON), "-m", _SYSTEMS[system], str(given.native), str(out), *more]
    run = _watched(system, [*command, *(["--apart"] if given.apart else [])], out)
    run.stages = json.loads(Path(f"{out}.log").read_text().splitlines()[-1])["stages"]
    return run


def _watched(system: str, command: list[str], out: Path) -> Run:
    """Run to the end; the operating system tells processor time and the most memory held at once.

    What Python compiled stays for the next run of any system, as it does where a program is installed.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    around["PYTHONPYCACHEPREFIX"] = str(out.parent.resolve() / "compiled")
    began = time.perf_counter()
    with Path(f"{out}.log").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT, env=around)  # noqa: S603 - our own commands
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"{' '.join(command)} failed: {Path(f'{out}.log').read_text()[-800:]}"
        raise RuntimeError(msg)
    spent = time.perf_counter() - began
    return Run(system, out, spent, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def persons(given: Set, run: Run) -> NDArray[np.object_]:
    """The person that the run gave each row, in the order of the file."""
    if run.system == "ours":
        return _joined(given, run, "person_id")
    rows = duckdb.read_parquet(f"{run.out}.clusters.parquet").project('"row", cluster').fetchall()
    found = np.full(len(_column(given.labels, "source")), None, dtype=object)
    for row, cluster in rows:
        # Where two files are linked, a row is known by its file and its place there.
        found[int(str(row).rsplit("-", 1)[-1])] = cluster
    return found


def _joined(given: Set, run: Run, column: str) -> NDArray[np.object_]:
    query = f"""
        select o.{column} from (select *, row_number() over () as place from read_parquet('{given.labels}')) l
        left join read_parquet('{run.out}.parquet') o using (source, source_key) order by l.place
    """  # noqa: S608 - files of our own
    return np.array([row[0] for row in duckdb.sql(query).fetchall()], dtype=object)


def before_clustering(run: Run, truth: NDArray[np.int64]) -> Quality | None:
    """Of the pairs that a peer's operating point accepts, without what clustering adds; None where not told."""
    path = Path(f"{run.out}.pairs.parquet")
    if not path.exists():
        return None
    left, right = (_column(path, f'"{side}"').astype(np.int64) for side in ("left", "right"))
    return of_pairs(left, right, truth)


def judged(given: Set, run: Run) -> dict[str, float]:
    """All figures of quality of one run."""
    truth = given.truth()
    found = numbered(persons(given, run))
    clusters, rows = pairwise(found, truth), b_cubed(found, truth)
    figures = {
        "precision": clusters.precision, "recall": clusters.recall, "f1": clusters.f1, "b_cubed_f1": rows.f1,
        "largest": largest(found),
    }  # fmt: skip
    pairs = before_clustering(run, truth)
    return figures | ({"pair_f1": pairs.f1} if pairs else {})


def households_right(given: Set, residences: Path, run: Run) -> tuple[float, int]:
    """Share of the true households of the day that were found with the same people and no others; how many counted.

    A person is where the newest of its rows puts it. Counted are households in houses and flats each of whose members
    in the file has a row that tells the home of today: with its UPRN or, where it has none, an address, and seen there
    since moving in. Shared houses, homes of many and refuges have no household that an address could tell.
    """
    query = f"""
        with home as (
            select person_truth, min(uprn) as uprn, min(lives_from) as since from read_parquet('{residences}')
            where lives_to is null and kind = 'usual' group by person_truth
        ), row as (
            select l.*, o.household_id, l.home_kind in ('house', 'flat') and coalesce(
                    coalesce(r.uprn = h.uprn, r.address is not null) and r.seen_from >= h.since, false) as dated,
                row_number() over (
                    partition by l.person_truth order by r.seen_to desc, l.source, l.source_key) = 1 as newest
            from read_parquet('{given.labels}') l join read_parquet('{given.records}') r using (source, source_key)
            join home h using (person_truth) left join read_parquet('{run.out}.parquet') o using (source, source_key)
        ), person as (
            select household_truth, person_truth, bool_or(dated) as dated,
                coalesce(any_value(household_id) filter (newest), '') as found
            from row group by all
        )
        select household_truth, found, household_truth is not null
            and bool_and(dated) over (partition by household_truth) as counted from person order by person_truth
    """  # noqa: S608 - files of our own
    rows = duckdb.sql(query).fetchall()
    truth, found = (numbered([row[place] for row in rows]) for place in (0, 1))
    counted = np.array([row[2] for row in rows], dtype=bool)
    return exactly_right(found, truth, counted), len(np.unique(truth[counted]))
