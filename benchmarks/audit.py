"""What the log costs: audited reads beside a row-locked hash chain and bare reads, in one run; and its offline check.

    python -m benchmarks.audit [--seconds 5] [--rounds 3] [--entries 1000000]

Every round starts all clients anew, threads of a process for each core; database, clients and sequencer share the
machine, and nothing goes over HTTP. Absolute figures depend on the machine and on who else works on it (told beside
each round); the ratios are what to compare. The last line is JSON.
"""

import argparse
import json
import statistics
import threading
import time

from sqlalchemy import create_engine, text

from audit.keys import SignerKey
from benchmarks.audit_clients import Round, closed_loop, open_loop, start
from benchmarks.audit_offline import verify_offline
from benchmarks.audit_reads import LOG
from benchmarks.audit_subject import report_on_a_subject
from benchmarks.audit_world import World, as_a_day_leaves_it, caught_up, running_world
from gateway import clock
from gateway.jobs.sequencer import run_sequencer
from gateway.store.engine import database, embedded_url

_CLIENTS = 32
_STEADY = 300.0
_SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_level")


def main(seconds: float, rounds: int, entries: int) -> None:
    figures: dict[str, float | None] = {}
    with running_world() as world:
        _print_settings(world)
        as_a_day_leaves_it(world)
        sequencer = start(_sequence, world)
        figures |= _reads(world, seconds, rounds)
        figures |= _steady(world, seconds, rounds)
        sequencer.terminate()
        sequencer.join()
    figures |= verify_offline(entries)
    with running_world() as world:
        figures |= report_on_a_subject(world, entries)
    print(json.dumps(figures))


def _sequence(world: World) -> None:
    """The gateway's own sequencer, in a process of its own as in operation."""
    own = database(embedded_url(world.socket_dir, world.name), world.passwords)
    run_sequencer(own, SignerKey(LOG, bytes(range(32))), clock.utc_now, threading.Event())


def _reads(world: World, seconds: float, rounds: int) -> dict[str, float | None]:
    """Closed loop of 32 clients: rounds of each way in turn, so that a busy moment of the machine meets them all."""
    measured: dict[str, list[Round]] = {}
    for number in range(rounds):
        for name, way, families in (
            ("audited", "audited", False), ("chain", "chain", False), ("bare", "bare", False),
            ("audited family", "audited", True), ("bare family", "bare", True),
        ):  # fmt: skip
            before = _log(world)
            found = closed_loop(world, way, _CLIENTS, seconds, families=families)
            measured.setdefault(name, []).append(found)
            _print_round(f"round {number + 1}, {name}", found, before, _log(world))
            if way == "audited":
                _print_backlog(world)
    rate = {name: statistics.median(one.per_second for one in found) for name, found in measured.items()}
    tail = {name: statistics.median(one.at(0.99) for one in found) for name, found in measured.items()}
    print(f"{_CLIENTS} clients: " + "; ".join(f"{name} {rate[name]:,.0f}/s, p99 {tail[name]:.1f} ms" for name in rate))
    return {
        "audited_reads_per_s": round(rate["audited"]),
        "ratio_vs_row_lock_chain": round(rate["audited"] / rate["chain"], 2),
        "row_lock_chain_per_s": round(rate["chain"]),
        "bare_reads_per_s": round(rate["bare"]),
        "audited_family_reads_per_s": round(rate["audited family"]),
        "bare_family_reads_per_s": round(rate["bare family"]),
    }


def _steady(world: World, seconds: float, rounds: int) -> dict[str, float | None]:
    """Open loop at a steady rate: what an audited read takes longer than a bare one."""
    added: dict[float, list[float]] = {0.5: [], 0.99: []}
    for number in range(rounds):
        found = {way: open_loop(world, way, 16, max(seconds, 5.0), _STEADY) for way in ("bare", "audited")}
        for share, differences in added.items():
            differences.append(found["audited"].at(share) - found["bare"].at(share))
        print(
            f"steady {_STEADY:.0f}/s, round {number + 1}: "
            + "; ".join(f"{way} p50 {one.at(0.5):.2f} ms, p99 {one.at(0.99):.2f} ms" for way, one in found.items())
        )
    return {
        "added_p50_ms": round(statistics.median(added[0.5]), 2),
        "added_p99_ms": round(statistics.median(added[0.99]), 2),
    }


def _print_settings(world: World) -> None:
    engine = create_engine(world.admin_url)
    with engine.begin() as connection:
        found = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in _SETTINGS}
    engine.dispose()
    print(f"{clock.utc_now():%Y-%m-%d %H:%M} UTC; " + ", ".join(f"{name} {value}" for name, value in found.items()))


def _log(world: World) -> tuple[int, int]:
    """(transactions committed, leaves of the tree) so far."""
    engine = create_engine(world.admin_url)
    with engine.begin() as connection:
        row = connection.execute(
            text(
                "SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),"
                " (SELECT tree_size FROM audit.head)"
            )
        ).one()
    engine.dispose()
    return row[0], row[1]


def _print_round(name: str, found: Round, before: tuple[int, int], after: tuple[int, int]) -> None:
    others = found.machine_busy - found.client_cpu - found.server_cpu
    each = (found.client_cpu + found.server_cpu) / max(1, len(found.latencies)) * 1e6
    print(
        f"{name}: {found.per_second:,.0f}/s, p50 {found.at(0.5):.1f} ms, p99 {found.at(0.99):.1f} ms;"
        f" {(after[0] - before[0]) / found.seconds:,.0f} commits/s, {after[1] - before[1]:,} leaves;"
        f" CPU of clients {found.client_cpu:.1f} s, server {found.server_cpu:.1f} s, others {others:.1f} s"
        f" ({each:.0f} us a read)",
        flush=True,
    )


def _print_backlog(world: World) -> None:
    """Say how far the sequencer was behind, and how long it took to catch up."""
    began = time.perf_counter()
    first = caught_up(world)
    spent = time.perf_counter() - began
    print(f"  {first:,} entries waited for their place in the tree; all had it {spent:.1f} s later", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what the log costs.")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=1_000_000, help="size of the log for check and report")
    options = parser.parse_args()
    main(options.seconds, options.rounds, options.entries)
