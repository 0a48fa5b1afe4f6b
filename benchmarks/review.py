"""Review, judged against seeded snooping: how much honest work is explained, and where the snoops stand in the queue.

    python -m benchmarks.review [--seeds 101 102 103] [--people 15000] [--workers 250] [--floor 0.95 0.90]

For each seed a whole borough's four weeks go through the real ledger and sequencer into a real database; then the real
explaining and ranking run over the log. The truth is read here alone. The last line is JSON; with `--floor` the exit
status is 1 where a share falls below.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agreements.enactment import enact_register
from benchmarks.own_folder import own_folder
from gateway import clock
from gateway.building import build_wiring, ensure_keys, running_database
from gateway.demo.access_ledger import AccessWriter
from gateway.demo.northvale.accesses.book import AccessBook, access_book
from gateway.demo.northvale.accesses.working import Act
from gateway.migrating import run_migrate
from gateway.review.ranking import Judged, ranked
from gateway.settings import Settings
from gateway.usecases.review.reviewing_accesses import explain_new, judge_window
from gateway.wiring import Wiring

TOP = 0.01


@dataclass(frozen=True)
class Measured:
    """Shares of 1. An incident is one worker's snooping at one thing; it is caught if one of its accesses is on top."""

    seed: int
    accesses: int
    honest_explained: float
    honest_views_explained: float
    snoops_on_top: float
    snoop_views_on_top: float
    on_top_by_kind: dict[str, str]
    paths: dict[str, int]
    honest_on_top: int
    seconds: float


def measure(wiring: Wiring, book: AccessBook) -> Measured:
    """Write the book, review it, and hold what came out against the truth."""
    acts = AccessWriter(wiring, book).write()
    began = time.perf_counter()
    explain_new(wiring)
    until = datetime.combine(book.world.today, datetime.min.time(), UTC) + timedelta(days=2)
    judged = judge_window(wiring, until, timedelta(days=40))
    seconds = time.perf_counter() - began
    return _held_against(ranked(judged), acts, book.world.seed, seconds)


def _held_against(queue: Sequence[Judged], acts: Mapping[UUID, Act], seed: int, seconds: float) -> Measured:
    top = {one.access.access_id for one in queue[: int(len(queue) * TOP)]}
    honest = [one for one in queue if acts[one.access.access_id].snoop is None]
    views = [one for one in honest if acts[one.access.access_id].kind == "view"]
    snoops = [one for one in queue if acts[one.access.access_id].snoop is not None]
    snoop_views = [one for one in snoops if acts[one.access.access_id].kind == "view"]
    incidents: dict[tuple[str, int, str], bool] = defaultdict(bool)
    for one in snoops:
        act = acts[one.access.access_id]
        incidents[act.snoop[0], act.snoop[1], act.worker.ref] |= one.access.access_id in top
    kinds = Counter(kind for kind, _, _ in incidents)
    caught = Counter(kind for (kind, _, _), on_top in incidents.items() if on_top)
    return Measured(
        seed, len(queue), _share(honest, lambda one: one.path), _share(views, lambda one: one.path),
        sum(caught.values()) / len(incidents), _share(snoop_views, lambda one: one.access.access_id in top),
        {kind: f"{caught[kind]}/{count}" for kind, count in sorted(kinds.items())},
        dict(Counter(one.path or "none" for one in honest).most_common()),
        len(top) - sum(1 for one in snoops if one.access.access_id in top), round(seconds, 1),
    )  # fmt: skip


def _share(found: Sequence[Judged], holds: Callable[[Judged], object]) -> float:
    return sum(1 for one in found if holds(one)) / len(found)


def run(seed: int, people: int, workers: int) -> Measured:
    """One seed in a database of its own."""
    with own_folder() as folder:
        settings = Settings(data_dir=folder / "var")
        enact_register(settings.register_dir, settings.signed_dir, clock.utc_now() - timedelta(days=100))
        ensure_keys(settings)
        with running_database(settings) as running:
            run_migrate(settings, running)
            wiring = build_wiring(settings, running)
            try:
                return measure(wiring, access_book(people, workers, seed, each=max(1, workers // 40)))
            finally:
                wiring.database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101])
    parser.add_argument("--people", type=int, default=15000)
    parser.add_argument("--workers", type=int, default=250)
    parser.add_argument("--floor", type=float, nargs=2, metavar=("EXPLAINED", "ON_TOP"))
    asked = parser.parse_args()
    results = []
    for seed in asked.seeds:
        results.append(run(seed, asked.people, asked.workers))
        one = results[-1]
        print(
            f"seed {seed}: {one.accesses} accesses; honest explained {one.honest_explained:.1%} (views"
            f" {one.honest_views_explained:.1%}); snoops in the top 1 % {one.snoops_on_top:.1%} (their views"
            f" {one.snoop_views_on_top:.1%}); reviewed in {one.seconds} s"
        )
        print("  on top by kind:", ", ".join(f"{kind} {share}" for kind, share in one.on_top_by_kind.items()))
        print("  reasons of honest accesses:", ", ".join(f"{path} {count}" for path, count in one.paths.items()))
    worst = {
        "honest_explained": min(one.honest_explained for one in results),
        "snoops_on_top": min(one.snoops_on_top for one in results),
    }
    print(json.dumps({**worst, "seeds": [asdict(one) for one in results]}))
    if asked.floor and (worst["honest_explained"] < asked.floor[0] or worst["snoops_on_top"] < asked.floor[1]):
        sys.exit(1)


if __name__ == "__main__":
    main()
