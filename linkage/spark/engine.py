"""Linkage on Spark: the steps of `linkage.engine`, each dealt out, with the same outcome.

Records are dealt out by number, keys by value, pairs by record and components whole; what a task does with its part is
done by the functions of one machine (`linkage.spark.tasks`). The driver sees counts, the model and the report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linkage.candidates import LARGEST_BLOCK, Block, used_loosely
from linkage.compare import ComparedPairs, patterns_of
from linkage.engine import Lap, operating_point
from linkage.figures import RunFigures, agreements
from linkage.fit import LEAST_RECORDS, SHARED, SHARING_PAIRS, fit_counted, pairs_at_random
from linkage.model import LinkModel, default_model
from linkage.score import Floats, score_pairs
from linkage.sources import UNKNOWN, Sources
from linkage.spark import tasks
from linkage.spark.components import components
from linkage.spark.one_match import with_one_match
from linkage.spark.tables import Kept, counts, evenly, of_codes, rarity, sides

_RECORDS_A_PART, _KEYS_A_PART = 20_000, 1_000_000
_COMPONENT_RECORDS_A_PART = 50_000
_KEYS_A_RECORD = 20
# Pairs that are fewer than a thousandth apart in log odds count as alike where the operating point is looked for.
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class SparkWanted:
    """What is linked and how, as in `linkage.engine.link_table`; `rows` is a Parquet file or folder of its table."""

    rows: Path
    present: Sequence[str]
    model: LinkModel | None = None
    sources: Sources = UNKNOWN


@dataclass(frozen=True, slots=True)
class SparkLinked:
    """`persons` is a folder of Parquet: `number`, `person`, `chance`, `verified`; `records` one with their rows."""

    figures: RunFigures
    records: Path
    persons: Path


def link_on_spark(session: Any, work: Path, wanted: SparkWanted, lap: Lap = lambda _stage: None) -> SparkLinked:
    """Link the rows; `work` is a folder that every machine sees. `lap` is told each step when it is done."""
    run = _Run(session, work, wanted)
    run.standardise()
    lap("standardise")
    run.block()
    lap("block")
    run.compare()
    lap("compare")
    run.fit()
    lap("fit")
    run.cluster()
    lap("cluster")
    figures = run.figures()
    lap("figures")
    return SparkLinked(figures, work / "records", work / "persons")


class _Run:
    def __init__(self, session: Any, work: Path, wanted: SparkWanted) -> None:
        self.session, self.wanted = session, wanted
        self.kept = Kept(session, work)
        self.fitting = wanted.model is None
        self.columns = tasks.standard_columns(wanted.present)
        self.kinds, self.loose = tasks.key_kinds(wanted.present)
        self.compared_names = [name for name in (*self.columns, *tasks.OF_THE_WHOLE) if name not in {"number", "told"}]

    def standardise(self) -> None:
        from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

        rows = self.session.read.parquet(str(self.wanted.rows))
        highest = rows.agg(f.max("number")).first()[0]
        self.size = 0 if highest is None else int(highest) + 1
        parts = max(self.session.sparkContext.defaultParallelism, self.size // _RECORDS_A_PART + 1)
        self.session.conf.set("spark.sql.shuffle.partitions", str(parts))
        schema = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        standard = self.kept(
            rows.groupBy(f.floor(f.col("number") / _RECORDS_A_PART).alias("part")).applyInArrow(
                tasks.standardise_part(self.wanted.present), schema
            ),
            "standard",
        )
        by_name = [f.col(name).asc_nulls_last() for name in ("family", "given", "birth", "number")]
        placed = standard.select("number", "family", "given", "birth").orderBy(*by_name)
        records = standard.join(placed.select("number", f.monotonically_increasing_id().alias("place")), "number")
        for name in ("given", "family"):
            records = records.join(rarity(standard, name), name, "left")
        self.records = self.kept(records.select(*self.columns, *tasks.OF_THE_WHOLE, "place"), "records")

    def block(self) -> None:
        from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

        keys = self.kept(
            self.records.drop("told").mapInArrow(
                tasks.keys_part(fitting=self.fitting), "kind int, value bigint, number int, place bigint"
            ),
            "keys",
        )
        count = f.col("count")
        cost = f.sum(f.floor(count * f.least(count - 1, f.lit(LARGEST_BLOCK)) / 2))
        sizes = {
            row["kind"]: row
            for row in keys.groupBy("kind", "value").count().groupBy("kind").agg(
                f.sum((count > 1).cast("bigint")).alias("shared"), f.max("count").alias("largest"), cost.alias("cost")
            ).collect()
        }  # fmt: skip
        names = (*self.kinds, *self.loose, *SHARED)
        sharing = range(len(names) - len(SHARED), len(names))
        used = [
            kind
            for kind in range(len(self.kinds) + len(self.loose))
            if kind < len(self.kinds) or kind not in sizes or used_loosely(sizes[kind]["cost"], self.size, wide=False)
        ]
        parts = self.size * _KEYS_A_RECORD // _KEYS_A_PART + self.session.sparkContext.defaultParallelism
        found = self.kept(
            keys.where(f.col("kind").isin([*used, *sharing]))
            .groupBy(f.pmod(f.xxhash64("kind", "value"), f.lit(parts)).alias("part"))
            .applyInArrow(tasks.blocks_part, "kind int, left int, right int"),
            "found",
        )
        pairs = {row["kind"]: row["count"] for row in found.groupBy("kind").count().collect()}
        self.pairs = found.where(f.col("kind").isin(used)).select("left", "right").distinct()
        self.at_home = found.where(f.col("kind").isin(list(sharing))).select("left", "right").distinct()
        self.blocks = tuple(
            Block(names[kind], sizes[kind]["shared"], sizes[kind]["largest"], pairs.get(kind, 0))
            if kind in sizes
            else Block(names[kind], 0, 0, 0)
            for kind in used
        )

    def compare(self) -> None:
        self.compared = self.kept(self._compared(self.pairs), "compared")
        self.codes, self.counted = counts(self.compared)

    def _compared(self, pairs: Any) -> Any:
        return sides(pairs, self.records, self.compared_names).mapInArrow(
            tasks.compare_part(self.compared_names), "left int, right int, code bigint"
        )

    def fit(self) -> None:
        from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

        self.model = self.wanted.model or default_model()
        fitted = self.fitting and self.size >= LEAST_RECORDS and len(self.codes) > 0
        if fitted:
            left, right = pairs_at_random(self.size)
            drawn = self.session.createDataFrame(pa.table({"left": left, "right": right}))
            _, at_random = counts(self._compared(drawn))
            taken, in_all = evenly(self.at_home, SHARING_PAIRS, self.kept)
            _, at_home = counts(self._compared(taken))
            at_home = replace(at_home, in_all=in_all)
            self.model = fit_counted(at_random, at_home, self.counted, self.size, self.model)
        self.scored = self.kept(self._scored(), "scored")
        if fitted:
            fine = f.round("odds", _DECIMALS).alias("odds")
            rows = self.scored.groupBy(fine).count().orderBy("odds").collect()
            odds, count = (np.array([row[name] for row in rows], dtype=np.float64) for name in ("odds", "count"))
            self.model = replace(self.model, merge_at=operating_point(odds, self.model, count))

    def _scored(self) -> Any:
        scored = self.compared.join(of_codes(self.session, self.codes, {"odds": self._odds()}), "code")
        scored = scored.select("left", "right", "code", "odds")
        free = sorted(self.wanted.sources.duplicate_free)
        return with_one_match(self.session, scored, self.records, free) if free else scored

    def _odds(self) -> Floats:
        patterns, rare, conclusive = patterns_of(self.codes)
        none = np.empty(0, dtype=np.int32)
        each = np.arange(len(self.codes), dtype=np.int32)
        return score_pairs(ComparedPairs(none, none, each, patterns, rare, conclusive), self.model, self.size)

    def cluster(self) -> None:
        from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

        scored = self.scored
        threshold = log(self.model.merge_at / (1 - self.model.merge_at))
        found, _ = components(scored.where(f.col("odds") >= threshold), self.kept)
        of_record = self.kept(found, "components")
        sizes = of_record.groupBy("component").count()
        several, largest, tied = sizes.agg(f.count("*"), f.max("count"), f.sum("count")).first()
        self.several, self.largest = int(several), int(largest or 1)
        parts = int(tied or 0) // _COMPONENT_RECORDS_A_PART + self.session.sparkContext.defaultParallelism
        part = f.pmod(f.xxhash64("component"), f.lit(parts)).alias("part")
        left = of_record.select(f.col("number").alias("left"), f.col("component").alias("of_left"))
        right = of_record.select(f.col("number").alias("right"), f.col("component").alias("of_right"))
        inside = scored.join(left, "left").join(right, "right").where(f.col("of_left") == f.col("of_right"))
        inside = inside.select(f.col("of_left").alias("component"), "left", "right", "code", "odds")
        settled = self.kept(
            self.records.join(of_record, "number")
            .groupBy(part)
            .cogroup(inside.groupBy(part))
            .applyInArrow(
                tasks.settle_part(self.wanted.present, self.wanted.sources, self.model),
                "number int, person int, chance double, verified boolean, conflicted int",
            ),
            "settled",
        )
        self.conflicted = int(settled.agg(f.sum("conflicted")).first()[0] or 0)
        everyone = self.records.select("number").join(settled, "number", "left")
        self.persons = self.kept(
            everyone.select(
                "number",
                f.coalesce("person", "number").alias("person"),
                f.coalesce("chance", f.lit(1.0)).alias("chance"),
                f.coalesce("verified", f.lit(True)).alias("verified"),
            ),
            "persons",
        )

    def figures(self) -> RunFigures:
        from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

        sizes = self.persons.groupBy("person").count()
        together = self.persons.join(sizes, "person").where(f.col("count") > 1)
        strong = (f.col("chance") >= self.model.strong_at) & ~f.col("verified")
        verified, likely, bound = together.agg(
            f.sum(f.col("verified").cast("bigint")), f.sum(strong.cast("bigint")), f.count("*")
        ).first()
        count, most = sizes.agg(f.count("*"), f.max("count")).first()
        biggest = sizes.orderBy(f.desc("count"), "person").first()
        left = self.persons.select(f.col("number").alias("left"), f.col("person").alias("one"))
        right = self.persons.select(f.col("number").alias("right"), f.col("person").alias("other"))
        ends = self.scored.join(left, "left").join(right, "right")
        same = f.col("one") == f.col("other")
        chance = 1 / (1 + f.exp(-f.col("odds")))
        joined, expected = ends.where(same).agg(f.count("*"), f.avg(chance)).first()
        review = log(self.model.review_at / (1 - self.model.review_at))
        waiting = (
            ends.where(~same & (f.col("odds") >= review))
            .select(f.least("one", "other").alias("one"), f.greatest("one", "other").alias("other"))
            .distinct()
            .count()
        )
        inside = ends.where(same & (f.col("one") == (biggest["person"] if biggest else -1)))
        rows = inside.groupBy("code").count().orderBy("code").collect()
        verified, likely, bound = int(verified or 0), int(likely or 0), int(bound)
        return RunFigures(
            model=self.model,
            blocks=self.blocks,
            records=self.size,
            persons=int(count),
            pairs_compared=int(self.counted.count.sum()),
            pairs_joined=int(joined),
            pairs_for_review=waiting,
            expected_precision=1.0 if expected is None else float(expected),
            bands={
                "alone": self.size - bound,
                "verified": verified,
                "strong": likely,
                "probable": bound - verified - likely,
            },
            largest=int(most or 0),
            largest_agrees_on=agreements(
                patterns_of(np.array([row["code"] for row in rows], dtype=np.int64))[0],
                np.array([row["count"] for row in rows], dtype=np.int64),
            ),
            largest_component=self.largest,
            components=self.several,
            conflicted=self.conflicted,
        )
