"""Intake timed from the first byte of a body to the committed batch, beside its floor and a peer, in one run.

    python -m benchmarks.ingest [rows]        1,000,000 police occurrences unless told otherwise

The floor is `COPY` of the raw lines into a bare table of the same PostgreSQL: no parsing, no checks, no index. The peer
is dlt, which loads the same CSV into the same PostgreSQL without validation (`make peers` installs it apart).
Absolute figures depend on the machine, and on what else it does: compare the ratios. Seconds of processor are printed
beside those of the clock. The last line is JSON.
"""

import json
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from benchmarks.ingest_files import NOMINALS, OCCURRENCES, write_file
from benchmarks.ingest_house import House, house
from gateway.store.scripts import driver_connection

MOST = 1_000_000
_STEPS = (100, 10, 1)
_NOMINAL_SHARE, _WARM = 10, 8_000
_PEER = Path(".venv-bench/bin/python")
_PIECE = 1024 * 1024


def main(most: int = MOST) -> None:
    """Time it and print."""
    costs: dict[int, float] = {}
    figures: dict[str, float | None] = {}
    for step in _STEPS:
        rows = most // step
        with house() as gateway:
            # A process that has just been started still loads its libraries: a first file is not counted.
            _pushed(gateway, OCCURRENCES, _WARM)
            pushed, used = _pushed(gateway, OCCURRENCES, rows)
            costs[rows] = pushed["seconds"] / rows
            print(f"{OCCURRENCES}: {rows:>9,} rows, {rows / pushed['seconds']:>8,.0f} rows/s, {pushed}")
            print(f"  processor: {_per_row(used, rows)}; peak memory, MiB: {gateway.peak_rss_mib()}")
            if step == _STEPS[-1]:
                peaks = gateway.peak_rss_mib()
                figures = {"rows_per_s": round(rows / pushed["seconds"]), "cpu_us_per_row": _total(used, rows)}
                figures |= {"peak_rss_mib": max(peaks.values()), "sum_of_peaks_mib": sum(peaks.values())}
                figures |= _beside(gateway, rows, pushed["seconds"])
                # Last: they are persons, whom linkage takes up at once in a process of its own.
                nominals, _ = _pushed(gateway, NOMINALS, rows // _NOMINAL_SHARE)
                print(f"{NOMINALS}: {nominals['rows']:,} rows, {nominals['rows'] / nominals['seconds']:,.0f} rows/s")
    figures["cost_exponent"] = round(_exponent(costs), 3)
    print(json.dumps(figures))


def _pushed(gateway: House, feed: str, rows: int) -> tuple[dict[str, Any], dict[str, float]]:
    file = gateway.folder / f"{feed}-{rows}.csv"
    write_file(feed, file, rows)
    gateway.settle()
    before = gateway.cpu_seconds()
    pushed = gateway.push(feed, file)
    after = gateway.cpu_seconds()
    if pushed.pop("state") != "accepted in part" or pushed["rows"] != rows:
        message = f"the file was not taken: {pushed}"
        raise RuntimeError(message)
    return pushed, {name: after[name] - before.get(name, 0.0) for name in after}


def _beside(gateway: House, rows: int, seconds: float) -> dict[str, float | None]:
    """The floor and the peer, with the same file in the same PostgreSQL."""
    file = gateway.folder / f"{OCCURRENCES}-{rows}.csv"
    floor, peer = _copied(gateway, file), _loaded_by_dlt(gateway, file)
    print(f"floor: COPY of the raw lines, {rows / floor:,.0f} rows/s")
    print(f"peer: dlt, {f'{rows / peer:,.0f} rows/s' if peer else 'not run: `make peers` first'}")
    return {
        "ratio_vs_dlt": round(peer / seconds, 2) if peer else None,
        "ratio_vs_copy": round(seconds / floor, 1),
        "dlt_rows_per_s": round(rows / peer) if peer else None,
        "copy_rows_per_s": round(rows / floor),
    }


def _copied(gateway: House, file: Path) -> float:
    began = time.perf_counter()
    with gateway.admin.begin() as connection, file.open("rb") as body:
        connection.execute(text("CREATE TABLE public.raw_line (line text)"))
        with (
            driver_connection(connection).cursor() as cursor,
            # A quotation mark and a delimiter that no line holds: each line is one value.
            cursor.copy("COPY public.raw_line FROM STDIN (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')") as copy,
        ):
            while piece := body.read(_PIECE):
                copy.write(piece)
    return time.perf_counter() - began


def _loaded_by_dlt(gateway: House, file: Path) -> float | None:
    if not _PEER.exists():
        return None
    with gateway.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE peer"))
    url = make_url(gateway.running.admin_url)
    socket_dir = str(url.query["host"]).replace("/", "%2F")
    address = f"postgresql://{url.username}:{url.password}@{socket_dir}/peer"
    script = Path(__file__).with_name("ingest_dlt.py")
    told = subprocess.run(  # noqa: S603 - named by whoever runs the benchmark
        [str(_PEER), str(script), str(file), address, str(gateway.folder / "dlt")],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(told.stdout.splitlines()[-1])


def _per_row(used: dict[str, float], rows: int) -> str:
    return ", ".join(f"{name} {1e6 * spent / rows:.1f} \u00b5s a row" for name, spent in used.items())


def _total(used: dict[str, float], rows: int) -> float:
    return round(1e6 * sum(used.values()) / rows, 1)


def _exponent(costs: dict[int, float]) -> float:
    """The slope of cost against rows on logarithmic scales, plus one: 1 is a cost per row that stays as it is."""
    fewest, most = min(costs), max(costs)
    return 1 + math.log(costs[most] / costs[fewest]) / math.log(most / fewest)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MOST)
