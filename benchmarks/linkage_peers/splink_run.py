"""Splink 5 on one file, tuned as its documentation advises and as trials on these shapes found best.

    python -m benchmarks.linkage_peers.splink_run FILE.parquet OUT [--model FILE] [--save FILE] [--apart] [--wide]

Writes OUT.clusters.parquet (`row`, `cluster`) and OUT.pairs.parquet (`left`, `right`) at a probability of 0.95, which
needs no labels, and prints JSON: seconds and processor seconds per stage. `--apart`: link two sources without repeats.
"""

import argparse
import json
import logging
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.linkage_peers.prepare import blocking, prepared
from benchmarks.linkage_peers.stages import Stages

# Of the peers' environment; the project's own holds another version or none.
splink: Any = import_module("splink")
cl: Any = import_module("splink.comparison_library")
block_on = splink.block_on
_AT = 0.95
_SAMPLE = 1e6


def comparisons(columns: list[str]) -> list[Any]:
    """One per kind of column, with the library's own levels."""
    have = set(columns)
    made: list[Any] = [cl.ForenameSurnameComparison("first_name", "last_name")]
    if "dob" in have:
        made.append(cl.DateOfBirthComparison("dob", input_is_string=True))
    if "middle" in have:
        made.append(cl.ExactMatch("middle"))
    if "address" in have:
        made += [cl.PostcodeComparison("postcode")] if "postcode" in have else []
        made.append(cl.JaroWinklerAtThresholds("address", [0.95, 0.88]))
    elif "postcode" in have:
        made.append(cl.LevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True))
    made += [cl.JaroWinklerAtThresholds(name, [0.9]) for name in ("street", "place", "suburb") if name in have]
    exact = ("sex", "uprn", "nhs_number", "nino", "upn", "national_id", "phone", "street_number", "state", "city")
    made += [cl.ExactMatch(name) for name in exact if name in have]
    made += [cl.EmailComparison("email")] if "email" in have else []
    return made


def train(linker: Any, columns: list[str]) -> None:
    """Prior by rules that hardly err, u by sampling, m by three passes of EM over samples of a million pairs."""
    have = set(columns)
    sure = [("nhs_number",), ("nino",), ("upn",), ("national_id",), ("first_name", "last_name", "dob")]
    rules = [block_on(*rule) for rule in sure if set(rule) <= have]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLE, seed=1)
    passes: list[tuple[str, ...]] = [("first_name", "last_name"), ("dob",)]
    passes.append(next((rule for rule in (("nhs_number",), ("national_id",), ("street",)) if set(rule) <= have), ()))
    for rule in passes:
        if rule and set(rule) <= have:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), max_pairs=_SAMPLE)


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--wide", action="store_true")
    chosen = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    stages = Stages()
    store = duckdb.connect(config={"memory_limit": "3GB", "threads": 2})
    columns = prepared(store, chosen.file)
    api = splink.DuckDBAPI(connection=store)
    if chosen.apart:
        sources = [row[0] for row in store.execute("select distinct source from rows order by 1").fetchall()]
        tables = [
            api.register(store.sql(f"select * exclude (source) from rows where source = '{each}'"), table_name=each)  # noqa: S608
            for each in sources
        ]
    else:
        tables = [api.register("rows")]
    stages.done("load")
    rules = blocking(store, columns)
    if chosen.wide:
        rules += [rule for rule in _WIDER if set(rule) <= set(columns)]
    settings = splink.SettingsCreator(
        link_type="link_only" if chosen.apart else "dedupe_only", comparisons=comparisons(columns),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules], retain_matching_columns=False,
    )  # fmt: skip
    linker = splink.Linker(tables if chosen.apart else tables[0], chosen.model or settings, log_level=logging.ERROR)
    stages.done("linker")
    if not chosen.model:
        train(linker, columns)
        stages.done("train")
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    stages.done("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=_AT)
    stages.done("cluster")
    if chosen.save:
        linker.misc.save_model_to_json(str(chosen.save), overwrite=True)
    _write(store, predicted, clusters, chosen.out)
    print(json.dumps({"stages": stages.seconds}))


# Rules that a user may add for recall: they bring in the people of one home.
_WIDER = (
    ("dob",),
    ("first_name", "last_name"),
    ("postcode", "last_name"),
    ("uprn",),
    ("phone",),
    ("street", "street_number"),
)


def _write(store: Any, predicted: Any, clusters: Any, out: Path) -> None:
    pairs, groups = predicted.physical_name, clusters.physical_name
    store.execute(
        f'copy (select unique_id_l as "left", unique_id_r as "right" from {pairs} where match_probability >= {_AT}) '  # noqa: S608
        f"to '{out}.pairs.parquet'"
    )
    grouped = f'select unique_id as "row", cluster_id as cluster from {groups}'  # noqa: S608
    store.execute(f"copy ({grouped}) to '{out}.clusters.parquet'")


if __name__ == "__main__":
    main()
