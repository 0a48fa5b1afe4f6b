"""One record looked up among a million in PostgreSQL and scored against whoever shares a key with it.

    python -m benchmarks.lookup [--records 1000000] [--asked 1000]

The records are those of the generated county; the last of them are kept out and asked for one by one, each from the
record as sent to the log odds of every candidate, as the gateway does it: the same index, role and code. The index
is read into the server's memory before, where a day's look-ups leave it. Beside it, in the same run, a scan of all
keys. Times are of the clock, so other work on the machine is in them; the processor time
of this process and of the server's is told beside. The last line is JSON.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

from agreements.enactment import enact_register
from benchmarks.linkage_county.files import generate_county
from benchmarks.lookup_rows import copy_texts, county_rows, record_of
from benchmarks.own_folder import own_folder
from gateway import clock
from gateway.building import ensure_keys, running_database
from gateway.custody import Custody, load_custody
from gateway.migrating import run_migrate
from gateway.settings import Settings
from gateway.store.engine import SERVING_ROLES, Database, database
from gateway.store.link_keys import count_names, names_held, near_records
from gateway.store.scripts import driver_connection
from gateway.usecases.linking.link_index import FAMILY, GIVEN, LinkHasher
from linkage.blocking import block_keys
from linkage.model import default_model
from linkage.pairwise import Comparable, PairScorer, rarity_of
from linkage.record import LinkRecord
from linkage.standardise import standardise

_SCANS = 3
# What a look-up reads: of the keys the index alone.
_READ = (
    "hearth.link_key_pkey",
    "hearth.link_record",
    "hearth.link_record_pkey",
    "hearth.link_name",
    "hearth.link_name_pkey",
)
_WARM = 50


def main(records: int, asked: int) -> None:
    with own_folder() as folder:
        settings = Settings(data_dir=folder / "var")
        enact_register(settings.register_dir, settings.signed_dir, clock.utc_now() - timedelta(days=100))
        ensure_keys(settings)
        began = time.perf_counter()
        county = generate_county(records + asked, 1, folder / "county.parquet")["records"]
        print(f"county: {records + asked:,} rows in {time.perf_counter() - began:.0f} s")
        with running_database(settings) as running:
            run_migrate(settings, running)
            admin = create_engine(running.admin_url)
            questions = _fill(admin, settings.keys_dir, county, records)
            served = database(running.url, load_custody(settings.keys_dir, SERVING_ROLES).role_passwords, 2)
            figures = _ask(served, load_custody(settings.keys_dir, ()), questions, records)
            figures |= {"scan_over_lookup": round(_scan(admin) / figures["lookup_p50_ms"] * 1e3)}
            print(f"a scan of all keys takes {figures['scan_over_lookup']} times a look-up")
            served.dispose()
            admin.dispose()
    print(json.dumps({"records": records, "asked": len(questions), **figures}))


def _fill(admin: Engine, keys_dir: Path, county: Path, records: int) -> list[LinkRecord]:
    """Fill the index with all rows but the last, which are returned. Keys are indexed once all are in."""
    began, left = time.perf_counter(), records
    questions: list[LinkRecord] = []
    with admin.begin() as connection, ProcessPoolExecutor(2) as pool:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        connection.exec_driver_sql("ALTER TABLE hearth.link_key DROP CONSTRAINT link_key_pkey")
        connection.exec_driver_sql("DROP INDEX hearth.link_key_record")
        making: list[Future[tuple[bytes, bytes]]] = []
        for rows in county_rows(county):
            making.append(pool.submit(copy_texts, keys_dir, rows[:left]))
            questions += [record_of(row) for row in rows[left:]]
            left = max(0, left - len(rows))
            if len(making) > 4:
                _copy(connection, making.pop(0).result())
        for each in making:
            _copy(connection, each.result())
        connection.exec_driver_sql("ALTER TABLE hearth.link_key ADD PRIMARY KEY (key_hash, record_id)")
        connection.exec_driver_sql("CREATE INDEX link_key_record ON hearth.link_key (record_id)")
        hasher = LinkHasher(load_custody(keys_dir, ()), 1)
        count_names(connection, hasher.hashed(GIVEN), hasher.hashed(FAMILY))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE hearth.link_key, hearth.link_record, hearth.link_name")
        connection.exec_driver_sql("CREATE EXTENSION pg_prewarm")
        for each in _READ:
            connection.execute(text("SELECT pg_prewarm(CAST(:name AS regclass))"), {"name": each})
        size = connection.execute(
            text(
                "SELECT pg_size_pretty(pg_total_relation_size('hearth.link_key')),"
                " pg_size_pretty(pg_total_relation_size('hearth.link_record')), (SELECT count(*) FROM hearth.link_key)"
            )
        ).one()
    print(f"index: {size[2]:,} keys in {size[0]}, records in {size[1]}, made in {time.perf_counter() - began:.0f} s")
    return questions


def _copy(connection: Connection, texts: tuple[bytes, bytes]) -> None:
    for table, columns, lines in zip(
        ("link_record", "link_key"),
        ("record_id, sealed, digest, given_hash, family_hash", "key_hash, record_id"), texts, strict=True,
    ):  # fmt: skip
        with (
            driver_connection(connection).cursor() as cursor,
            cursor.copy(f"COPY hearth.{table} ({columns}) FROM STDIN") as copy,
        ):
            copy.write(lines)


def _ask(served: Database, custody: Custody, questions: Sequence[LinkRecord], records: int) -> dict[str, Any]:
    hasher, score = LinkHasher(custody, 1), PairScorer(default_model(), records)
    elapsed, worked, met, strong = [], [], 0, 0
    with served.transaction("hg_link") as connection:
        held = names_held(connection, [hasher.hashed(GIVEN), hasher.hashed(FAMILY)])
        all_given, all_family = held[hasher.hashed(GIVEN)], held[hasher.hashed(FAMILY)]

        def look_up(question: LinkRecord) -> list[float]:
            own = Comparable(standardise(question))
            found = near_records(connection, map(hasher.hashed, block_keys(own.record)))
            weigh = score.against(own)
            return [
                weigh(
                    Comparable(
                        hasher.opened(row.record_id, row.sealed),
                        rarity_of(row.given_held, all_given), rarity_of(row.family_held, all_family),
                    ),
                )
                for row in found
            ]  # fmt: skip

        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        for question in questions[:_WARM]:
            look_up(question)
        for question in questions[_WARM:]:
            # Asking for processor times takes some itself, which is no part of a look-up.
            busy = time.process_time() + _spent(backend)
            began = time.perf_counter()
            odds = look_up(question)
            elapsed.append(time.perf_counter() - began)
            worked.append(time.process_time() + _spent(backend) - busy)
            met += len(odds)
            strong += any(each > 0 for each in odds)
    cut = statistics.quantiles(elapsed, n=100)
    busy_cut = statistics.quantiles(worked, n=100)
    print(
        f"look-up and scoring: p50 {cut[49] * 1e3:.2f} ms, p95 {cut[94] * 1e3:.2f} ms, p99 {cut[98] * 1e3:.2f} ms; "
        f"processor time of this process and the server's p95 {busy_cut[94] * 1e3:.2f} ms"
    )
    print(f"{met / len(elapsed):.1f} candidates a record; {strong} of {len(elapsed)} meet somebody")
    return {
        "lookup_p50_ms": round(cut[49] * 1e3, 3),
        "lookup_p95_ms": round(cut[94] * 1e3, 3),
        "lookup_p99_ms": round(cut[98] * 1e3, 3),
        "lookup_processor_p95_ms": round(busy_cut[94] * 1e3, 3),
        "candidates": round(met / len(elapsed), 2),
    }


def _spent(process: int) -> float:
    """Seconds of processor time that a process has had, where the system tells (Linux)."""
    schedule = Path(f"/proc/{process}/schedstat")
    return int(schedule.read_text().split()[0]) / 1e9 if schedule.exists() else 0.0


def _scan(admin: Engine) -> float:
    """Median seconds of finding the records under nine keys by reading every key."""
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
        connection.exec_driver_sql("SET LOCAL enable_indexonlyscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        keys = list(connection.execute(text("SELECT key_hash FROM hearth.link_key LIMIT 9")).scalars())
        scan = text("SELECT count(*) FROM hearth.link_key WHERE key_hash = ANY (CAST(:keys AS bigint[]))")
        return statistics.median(
            _timed(lambda: connection.execute(scan, {"keys": keys}).scalar_one()) for _ in range(_SCANS)
        )


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=1_000)
    chosen = parser.parse_args()
    main(chosen.records, chosen.asked + _WARM)
