"""What the benchmark reads out of a run: persons, households of the day, and bars met."""

from pathlib import Path

import duckdb
import pytest

from benchmarks.linkage import BARS, met
from benchmarks.linkage_runs import Run, Set, households_right, judged, persons

LABELS = [
    # row, person, household, kind, found person, found household, uprn, seen from and to
    ("1", 1, 10, "house", "p1", "h1", "100", "2024-01-01", "2026-01-01"),
    ("2", 1, 10, "house", "p1", "old", "999", "2015-01-01", "2016-01-01"),
    ("3", 2, 10, "house", "p2", "h1", None, "2024-01-01", "2025-01-01"),
    ("4", 3, 11, "flat", "p3", "h2", "200", "2024-01-01", "2025-01-01"),
    ("5", 4, 11, "flat", "p4", "h3", "200", "2024-01-01", "2025-01-01"),
    ("6", 5, 12, "shared house", "p5", "h4", "300", "2024-01-01", "2025-01-01"),
    ("7", 6, 13, "house", "p6", "h5", "400", "2010-01-01", "2011-01-01"),
]


@pytest.fixture
def run_of_seven_rows(tmp_path):
    store = duckdb.connect()
    store.execute("create table t (k text, p int, h int, kind text, fp text, fh text, u text, f text, t text)")
    store.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?)", LABELS)
    keys = "'s' as source, k as source_key"
    for name, query in {
        "rows": f"select {keys}, u as uprn, 'x' as address, f as seen_from, t as seen_to from t",  # noqa: S608
        "labels": f"select {keys}, p as person_truth, h as household_truth, kind as home_kind from t",  # noqa: S608
        "homes": "select p as person_truth, max(u) filter (u != '999') as uprn, 'usual' as kind, "
        "'2020-01-01' as lives_from, null::text as lives_to from t group by p",
        "found": f"select {keys}, fp as person_id, fh as household_id from t order by k desc",  # noqa: S608
    }.items():
        store.execute(f"copy ({query}) to '{tmp_path / name}.parquet' (format parquet)")
    rows = tmp_path / "rows.parquet"
    return Set("seven", rows, rows, tmp_path / "labels.parquet"), tmp_path / "homes.parquet", Run(
        "ours", tmp_path / "found", 1.0, 1.0, 0.1
    )  # fmt: skip


def test_a_household_counts_where_dated_evidence_could_tell_it_and_its_people_are_where_their_newest_rows_put_them(
    run_of_seven_rows,
):
    given, homes, run = run_of_seven_rows

    # Household 10 is found whole, 11 in two; 12 is a shared house, and 13 was last seen before it moved in.
    assert households_right(given, homes, run) == (0.5, 2)


def test_rows_are_read_in_the_order_of_the_labels(run_of_seven_rows):
    given, _, run = run_of_seven_rows

    assert persons(given, run).tolist() == ["p1", "p1", "p2", "p3", "p4", "p5", "p6"]
    assert judged(given, run)["f1"] == 1


def test_a_bar_is_met_on_its_own_side():
    assert met("county_f1", {"county_f1": 0.975})
    assert not met("peak_gib", {"peak_gib": 2.01})
    assert not met("people_without_taxes_lead", {"people_without_taxes_lead": 0.0})
    assert all(how in {"<=", ">=", ">"} for how, _ in BARS.values())


def test_the_peers_import_nothing_of_ours():
    for path in (Path(__file__).resolve().parents[2] / "benchmarks" / "linkage_peers").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "from linkage" not in text
        assert "from gateway" not in text
