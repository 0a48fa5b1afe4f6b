"""`uk-address-matcher` on one set of addresses, by the Python that has it: `python address_run.py FOLDER`.

Reads `known.parquet` and `asked.parquet`, writes `found.parquet` (number, uprn, weight, gap) and prints the seconds
of the processor that matching took.
"""

import sys
import time
from importlib import import_module
from pathlib import Path

import duckdb


def main(folder: Path) -> None:
    """Match as the package's own front page does."""
    connection = duckdb.connect()
    connection.execute("set threads to 2")
    began = time.process_time()
    matcher = import_module("uk_address_matcher").AddressMatcher(
        canonical_addresses=connection.read_parquet(str(folder / "known.parquet")),
        addresses_to_match=connection.read_parquet(str(folder / "asked.parquet")),
        con=connection, show_progress="off",
    )  # fmt: skip
    found = matcher.match().matches()  # noqa: F841 - DuckDB reads it by its name
    connection.execute(
        "create table answers as select unique_id as number, "
        "regexp_extract(resolved_canonical_id, '-(.*)$', 1) as uprn, match_weight as weight, distinguishability as gap "
        "from found where resolved_canonical_id is not null"
    )
    took = time.process_time() - began
    connection.execute(f"copy answers to '{folder / 'found.parquet'}'")
    print(took)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
