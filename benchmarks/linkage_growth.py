"""What linking costs as records grow: seconds and memory of each step on generated counties, with either engine.

    python -m benchmarks.linkage_growth [--duckdb 10000 100000 1000000] [--spark 10000 50000] [--seed 1]
        [--master local[2]] [--folder build/linkage]

Every run is `hearthgate link` in a process of its own, the model fitted. Seconds of a step are by the clock; those of
the whole also of all processors, Spark's Java and Python processes together. The exponent of two sizes says by what
power the processor time grew. Where both engines linked one size, the share of records that both gave the same person
is told. `--spark` needs the extra `hearthgate[spark]` (`make spark`) and is left out, said aloud, where it is missing.
The last line is JSON.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from benchmarks.linkage_county.files import generate_county
from benchmarks.linkage_processes import Spent, Watch
from linkage.spark.session import missing

_STAGES = ("read", "hand over", "start Spark", "standardise", "block", "compare", "fit", "score", "cluster", "figures",
           "take back", "ids", "households", "clusters", "write")  # fmt: skip


@dataclass(frozen=True)
class Grown:
    """One run. `stages` by the clock, in seconds; `out` are the clusters."""

    engine: str
    records: int
    seconds: float
    spent: Spent
    stages: dict[str, float]
    out: Path


def main() -> None:
    """Run whole."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage_growth")
    parser.add_argument("--duckdb", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--spark", type=int, nargs="*", default=[10_000, 50_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--folder", type=Path, default=Path("build/linkage"))
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    runs = [_run(chosen.folder, records, chosen.seed, None) for records in chosen.duckdb]
    needed = missing()
    if chosen.spark and needed is not None:
        print(f"Spark is left out: {needed}")
    elif chosen.spark:
        runs += [_run(chosen.folder, records, chosen.seed, chosen.master) for records in chosen.spark]
    found = _exponents(runs) | _agreements(runs)
    for name, value in found.items():
        print(f"{name}: {value:.4f}")
    print(json.dumps({**{f"{each.engine}_{each.records}_processor_s": round(each.spent.processor, 1) for each in runs},
                      **{name: round(value, 4) for name, value in found.items()}}))  # fmt: skip


def _run(folder: Path, records: int, seed: int, master: str | None) -> Grown:
    county = folder / f"county-{records}-{seed}.parquet"
    if not county.exists():
        generate_county(records, seed, county)
    engine = "duckdb" if master is None else "spark"
    out, report = (folder / f"growth-{engine}-{records}{end}" for end in (".parquet", ".json"))
    command = [
        str(Path(sys.executable).parent / "hearthgate"), "link", str(county), "--out", str(out),
        "--report", str(report),
        *(() if master is None else ("--engine", "spark", "--spark-master", master, "--work", str(folder))),
    ]  # fmt: skip
    began = time.perf_counter()
    with Path(f"{report}.log").open("wb") as said:
        watch = Watch(subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True))  # noqa: S603 - our own command
    spent = watch.to_the_end()
    if spent.code:
        msg = f"{' '.join(command)} failed: {Path(f'{report}.log').read_text()[-800:]}"
        raise RuntimeError(msg)
    stages = {name: each["wall"] for name, each in json.loads(report.read_text())["seconds"].items()}
    run = Grown(engine, records, time.perf_counter() - began, spent, stages, out)
    told = ", ".join(f"{name} {stages[name]:.1f}" for name in _STAGES if name in stages)
    whole = f"{run.seconds:7.1f} s  {spent.processor:7.1f} processor s  {spent.peak:5.2f} GiB"
    print(f"{engine:7} {records:>9,}  {whole}  {told}", flush=True)
    return run


def _exponents(runs: list[Grown]) -> dict[str, float]:
    found = {}
    for engine in ("duckdb", "spark"):
        sizes = sorted((each for each in runs if each.engine == engine), key=lambda each: each.records)
        for small, large in pairwise(sizes):
            grown = math.log(large.spent.processor / small.spent.processor) / math.log(large.records / small.records)
            found[f"{engine}_exponent_{small.records}_to_{large.records}"] = grown
    return found


def _agreements(runs: list[Grown]) -> dict[str, float]:
    found = {}
    for one in runs:
        for other in runs:
            if one.engine == "duckdb" and other.engine == "spark" and one.records == other.records:
                query = f"""
                    select count(*) filter (a.person_id = b.person_id) / count(*),
                        count(*) filter (a.household_id is not distinct from b.household_id) / count(*)
                    from read_parquet('{one.out}') a full join read_parquet('{other.out}') b using (source, source_key)
                """  # noqa: S608 - files of our own
                person, household = duckdb.sql(query).fetchall()[0]
                found |= {f"same_person_{one.records}": person, f"same_household_{one.records}": household}
    return found


if __name__ == "__main__":
    main()
