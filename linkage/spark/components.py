"""Connected components among Spark's machines: stars grow towards the smallest number until nothing moves.

Large star and small star in turn (Kiveris and others, Connected components in MapReduce and beyond, 2014): a chain of
a million records, as like rows in a file make it, takes some twenty rounds and not a million.
"""

from collections.abc import Callable
from typing import Any

Kept = Callable[[Any, str], Any]
"""Writes a table of Spark under a name and gives it back as read from there, so that a round begins anew."""


def components(edges: Any, kept: Kept) -> tuple[Any, int]:
    """`number` and `component`, the smallest number that edges lead to, of every end of `edges`; and how many rounds.

    `edges` has the columns `left` and `right`, `left` below `right`.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    stars = edges.select(f.col("right").alias("leaf"), f.col("left").alias("hub")).distinct()
    before, rounds = None, 0
    while True:
        rounds += 1
        stars = kept(_small(_large(stars)), f"stars-{rounds}")
        found = stars.select(
            f.count("*"), f.sum(f.col("hub").cast("decimal(38)")), f.sum(f.xxhash64("leaf", "hub").cast("decimal(38)"))
        ).first()
        if found == before:
            break
        before = found
    hubs = stars.select(f.col("hub").alias("number"), f.col("hub").alias("component")).distinct()
    return stars.select(f.col("leaf").alias("number"), f.col("hub").alias("component")).union(hubs), rounds


def _large(stars: Any) -> Any:
    """Everyone above a node leads to the smallest of its neighbours."""
    from pyspark.sql import Window  # noqa: PLC0415 - an extra
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    both = stars.select(f.col("leaf").alias("node"), f.col("hub").alias("other")).union(
        stars.select(f.col("hub"), f.col("leaf"))
    )
    smallest = f.least("node", f.min("other").over(Window.partitionBy("node")))
    led = both.withColumn("hub", smallest).where(f.col("other") > f.col("node"))
    return led.select(f.col("other").alias("leaf"), "hub").distinct()


def _small(stars: Any) -> Any:
    """Everyone not above a node, and the node, lead to the smallest of them."""
    from pyspark.sql import Window  # noqa: PLC0415 - an extra
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    led = stars.withColumn("smallest", f.min("hub").over(Window.partitionBy("leaf")))
    others = led.where(f.col("hub") > f.col("smallest")).select(
        f.col("hub").alias("leaf"), f.col("smallest").alias("hub")
    )
    return led.select("leaf", f.col("smallest").alias("hub")).union(others).distinct()
