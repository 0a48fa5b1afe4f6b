"""`linkage.one_match` over the tables of a Spark run: the same sums, dealt out by record."""

from collections.abc import Sequence
from typing import Any

from linkage.one_match import MAY_REPEAT, MOST, commoner_between


def with_one_match(session: Any, scored: Any, records: Any, duplicate_free: Sequence[str]) -> Any:
    """The table of pairs (`left`, `right`, `code`, `odds`), each weighed as the one match of a record.

    As `among_pairs_between` and `with_one_match` do it, one after the other.
    Of `records` the `number` and what their rows `told`, the source among it, are looked at.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    col = f.col
    of_source = f.array_position(f.array(*(f.lit(each) for each in duplicate_free)), col("told")[0]["source"])
    sources = records.select("number", f.when(of_source > 0, of_source).otherwise(MAY_REPEAT).alias("source"))
    held = {row["source"]: row["count"] for row in sources.groupBy("source").count().collect()}
    commoner = commoner_between([n for source, n in held.items() if source != MAY_REPEAT], sum(held.values()))
    pairs = scored.select("left", "right", (col("odds") + commoner).alias("odds"))
    both = pairs.withColumns({"record": col("left"), "other": col("right")}).unionByName(
        pairs.withColumns({"record": col("right"), "other": col("left")})
    )
    asked = (
        both.join(sources.select(col("number").alias("record"), col("source").alias("own")), "record")
        .join(sources.select(col("number").alias("other"), col("source").alias("to")), "other")
        .where((col("to") != MAY_REPEAT) & (col("to") != col("own")))
        .withColumn("weight", f.exp(f.least("odds", f.lit(MOST))))
    )
    totals = asked.groupBy("record", "own", "to").agg(f.sum("weight").alias("total"))
    matched = totals.groupBy("own", "to").agg(f.sum(col("total") / (1 + col("total"))).alias("matched")).collect()
    if not matched:
        return scored
    rows = [(each["own"], each["to"], 1.0 - each["matched"] / (held[each["own"]] + 1)) for each in matched]
    unmatched = f.broadcast(session.createDataFrame(rows, "own bigint, to bigint, unmatched double"))
    others = f.greatest(col("total") - col("weight"), f.lit(0.0))
    changes = (
        asked.join(totals, ["record", "own", "to"])
        .join(unmatched, ["own", "to"])
        .groupBy("left", "right")
        .agg(f.min(commoner - f.log(col("unmatched") + others)).alias("change"))
    )
    changed = col("odds") + f.coalesce("change", f.lit(0.0))
    return scored.join(changes, ["left", "right"], "left").withColumn("odds", changed).drop("change")
