"""A county of people as twenty registers know them.

    python -m benchmarks.linkage_county --records 1000000 --seed 1 --out county.parquet

Writes the rows, and beside them `county.labels.parquet` and `county.residences.parquet`; prints what is in them.
"""

import argparse
import time
from pathlib import Path

import duckdb

from benchmarks.linkage_county.files import generate_county


def main() -> None:
    """Generate and describe."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage_county", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/county.parquet"))
    chosen = parser.parse_args()
    began = time.process_time()
    paths = generate_county(chosen.records, chosen.seed, chosen.out)
    print(f"{chosen.records:,} records in {time.process_time() - began:.0f} s of processor time")
    describe(paths)


def describe(paths: dict[str, Path]) -> None:
    """Print sizes, and how much of each column is empty."""
    rows, truth = (duckdb.read_parquet(str(paths[name])) for name in ("records", "labels"))
    sizes = truth.query(
        "truth",
        """
        select count(*) as records, count(distinct person_truth) as persons, max(n) as most,
               round(avg(one) filter (first), 3) as single_share, sum(n * (n - 1) / 2) filter (first) as pairs,
               count(distinct household_truth) as households, count(distinct source) as sources,
               count(distinct person_truth) filter (twin) as twins
        from (select *, count(*) over whole as n, (count(*) over whole = 1)::int as one,
                     row_number() over (partition by person_truth order by source_key) = 1 as first
              from truth window whole as (partition by person_truth))
        """,
    )
    for name, value in zip(sizes.columns, sizes.fetchall()[0], strict=True):
        print(f"{name:14} {value:,}")
    filled = rows.aggregate(", ".join(f"round(100 - 100.0 * count({name}) / count(*), 1)" for name in rows.columns))
    print("empty in %:", dict(zip(rows.columns, filled.fetchall()[0], strict=True)))


if __name__ == "__main__":
    main()
