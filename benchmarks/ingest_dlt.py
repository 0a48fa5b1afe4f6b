"""The peer of `benchmarks.ingest`: dlt loads a CSV into PostgreSQL as it documents it, rows as dictionaries, no checks.

    python benchmarks/ingest_dlt.py FILE.csv URL FOLDER

Runs in an environment of its own (`requirements/bench.lock`) and imports nothing of the gateway. Prints the seconds.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def main(file: str, url: str, folder: str) -> None:
    """Load the file once."""
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false", "DATA_WRITER__BUFFER_MAX_ITEMS": "50000", "HOME": folder,
        "NORMALIZE__WORKERS": "2", "LOAD__WORKERS": "2", "DLT_DATA_DIR": folder,
    }  # fmt: skip
    import dlt  # type: ignore[import-not-found]  # noqa: PLC0415 - reads its settings when it is imported

    def rows() -> Iterator[list[dict[str, str]]]:
        with Path(file).open(newline="", encoding="utf-8") as stream:
            page: list[dict[str, str]] = []
            for row in csv.DictReader(stream, restkey="more"):
                page.append({name: str(cell) for name, cell in row.items()})
                if len(page) == 5000:
                    yield page
                    page = []
            yield page

    began = time.perf_counter()
    pipeline = dlt.pipeline(
        "ingest", destination=dlt.destinations.postgres(url), dataset_name="peer", pipelines_dir=folder
    )
    pipeline.run(rows(), table_name="occurrence", write_disposition="replace", loader_file_format="csv")
    print(time.perf_counter() - began)


# Always: nothing imports this file, and `make bench` runs by themselves those that say otherwise.
main(*sys.argv[1:])
