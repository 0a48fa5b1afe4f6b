"""Linkage of files on Spark: persons among its machines, ids and households afterwards as on one machine.

The rows go to Spark as Parquet, and come back as one number, person and probability a record. The folder between them
holds personal data: it is the caller's to make for the owner alone and to take away.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from gateway.usecases.linking.linking_files import LinkedFile, Wanted, finish_file
from linkage.engine import Lap

_ROW_GROUP = 20_480


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Spark runs (`local[2]`, `spark://...`) and a folder that all its machines see."""

    master: str
    work: Path


def link_file_on_spark(
    connection: duckdb.DuckDBPyConnection, present: tuple[str, ...], wanted: Wanted, cluster: Cluster, lap: Lap
) -> LinkedFile:
    """As `link_file` of `gateway.usecases.linking.linking_files`, with its outcome.

    `rows` becomes a view of its Parquet file. Raise `LinkageError` where Spark is not installed or does not start.
    """
    from linkage.spark.engine import SparkWanted, link_on_spark  # noqa: PLC0415 - an extra
    from linkage.spark.session import spark_session  # noqa: PLC0415 - an extra

    rows = cluster.work / "rows.parquet"
    connection.execute(f"copy rows to {_quoted(rows)} (format parquet, row_group_size {_ROW_GROUP})")
    connection.execute("drop table rows")
    connection.execute(f"create view rows as select * from read_parquet({_quoted(rows)})")  # noqa: S608 - our own file
    lap("hand over")
    with spark_session(cluster.master, cluster.work) as session:
        lap("start Spark")
        linked = link_on_spark(session, cluster.work, SparkWanted(rows, present, wanted.model, wanted.sources), lap)
    connection.execute(
        "create or replace table found as select number, person, chance as probability from read_parquet("  # noqa: S608 - our own files
        f"{_quoted(linked.persons / '*.parquet')})"
    )
    connection.execute(
        "create or replace view row_places as select number, one.row as row, one.uprn_code as uprn_code, "  # noqa: S608 - our own files
        "one.key_code as key_code, one.unread as unread from (select number, unnest(told) as one from read_parquet("
        f"{_quoted(linked.records / '*.parquet')}))"
    )
    lap("take back")
    return finish_file(connection, present, wanted, linked.figures, lap)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
