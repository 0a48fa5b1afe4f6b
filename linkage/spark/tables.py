"""The tables of a Spark run, each kept as Parquet in the run's folder, so that no step is ever done twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.columns import RARITIES, USUAL_BEARERS, USUAL_RECORDS
from linkage.compare import patterns_of
from linkage.fit import Counted

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the tables of a run are written: a folder that every machine sees."""

    session: Any
    folder: Path

    def __call__(self, table: Any, name: str) -> Any:
        """Write a table and give it back as read from there."""
        path = str(self.folder / name)
        table.write.mode("overwrite").parquet(path)
        return self.session.read.parquet(path)


def rarity(standard: Any, name: str) -> Any:
    """Each value of a column of names and its class of frequency, as `linkage.pairwise.rarity_of` gives it."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    named = standard.where(f.col(name).isNotNull())
    total = named.count() + USUAL_RECORDS
    borne = named.groupBy(name).agg((f.count("*") + USUAL_BEARERS).alias("borne"))
    reached = [(f.lit(total) >= f.col("borne") * (1 << step)).cast("int") for step in range(1, RARITIES)]
    return borne.select(name, sum(reached[1:], reached[0]).cast("tinyint").alias(f"{name}_rarity"))


def sides(pairs: Any, records: Any, names: Sequence[str]) -> Any:
    """`left` and `right` of pairs with what both records hold, as `linkage.spark.tasks.compare_part` takes it."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    joined = pairs.select("left", "right")
    for column, side in (("left", "_l"), ("right", "_r")):
        held = records.select(f.col("number").alias(column), *(f.col(name).alias(f"{name}{side}") for name in names))
        joined = joined.join(held, column)
    return joined.select("left", "right", *(f"{name}{side}" for side in ("_l", "_r") for name in names))


def evenly(pairs: Any, most: int, kept: Kept) -> tuple[Any, int]:
    """Every n-th of distinct pairs in order, so that at most `most` are left, and how many there are in all.

    No machine ever holds them all.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    placed = kept(
        pairs.orderBy("left", "right").withColumn("at", f.monotonically_increasing_id()).select("left", "right", "at"),
        "pairs-at-home",
    )
    # Spark numbers each part from its own beginning, the part in the upper bits.
    part = f.shiftright("at", 33)
    parts = placed.groupBy(part.alias("part")).count().orderBy("part").collect()
    before, starts = 0, {}
    for row in parts:
        starts[row["part"]] = before
        before += row["count"]
    step = max(1, -(-before // most))
    if not starts:
        return placed.select("left", "right"), 0
    start = f.create_map(*(f.lit(each) for item in starts.items() for each in item))[part]
    taken = placed.where((start + f.col("at").bitwiseAND((1 << 33) - 1)) % step == 0)
    return taken.select("left", "right"), before


def counts(compared: Any) -> tuple[Numbers, Counted]:
    """The codes of compared pairs, ascending, and how many pairs are of each."""
    rows = compared.groupBy("code").count().orderBy("code").collect()
    codes = np.array([row["code"] for row in rows], dtype=np.int64)
    patterns, rare, _ = patterns_of(codes)
    return codes, Counted(patterns, rare, np.array([row["count"] for row in rows], dtype=np.float64))


def of_codes(session: Any, codes: Numbers, values: Mapping[str, NDArray[Any]]) -> Any:
    """A small table of what each code means, for every machine to have."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    columns = {"code": codes, **values}
    rows = list(zip(*(each.tolist() for each in columns.values()), strict=True))
    kinds = {"i": "bigint", "f": "double", "b": "boolean"}
    schema = ", ".join(f"{name} {kinds[each.dtype.kind]}" for name, each in columns.items())
    return f.broadcast(session.createDataFrame(rows, schema))
