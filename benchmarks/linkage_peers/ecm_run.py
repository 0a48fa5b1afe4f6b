"""The EM classifier of `recordlinkage` on one file.

    python -m benchmarks.linkage_peers.ecm_run FILE.parquet OUT [--apart]

Writes and prints what `splink_run` does: pairs of a probability of at least 0.95, and their connected components.
"""

import argparse
import json
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.linkage_peers.prepare import blocking, prepared
from benchmarks.linkage_peers.stages import Stages

recordlinkage: Any = import_module("recordlinkage")
_AT = 0.95
_FILLED = 0.4
_LIKE = {"first_name": 0.85, "last_name": 0.85, "address": 0.85, "street": 0.85, "place": 0.85, "suburb": 0.85}
# More pairs than this are compared by parts, since every part is a table in memory.
_PART = 400_000


def compared(frame: Any, columns: list[str], rules: list[tuple[str, ...]]) -> Any:
    """Agreement, 0 or 1, of every column for every pair that shares a blocking key."""
    indexer = recordlinkage.Index()
    for rule in rules:
        indexer.block(list(rule))
    pairs = indexer.index(frame)
    comparer = recordlinkage.Compare()
    for name in columns:
        if name in _LIKE:
            comparer.string(name, name, method="jarowinkler", threshold=_LIKE[name], label=name)
        else:
            comparer.exact(name, name, label=name)
    parts = [comparer.compute(pairs[start : start + _PART], frame) for start in range(0, len(pairs), _PART)]
    return pd.concat(parts)


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--apart", action="store_true")
    chosen = parser.parse_args()
    warnings.filterwarnings("ignore")
    stages = Stages()
    store = duckdb.connect()
    columns = prepared(store, chosen.file)
    frame = store.sql("from rows order by unique_id").df().set_index("unique_id")
    stages.done("load")
    # Its classifier takes a missing value for a disagreement, so columns that are mostly empty only mislead it.
    used = [name for name in columns if frame[name].notna().mean() > _FILLED]
    features = compared(frame, used, blocking(store, columns))
    if chosen.apart:
        sources = [frame["source"].to_numpy()[features.index.get_level_values(level)] for level in (0, 1)]
        features = features[sources[0] != sources[1]]
    stages.done("compare")
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(features)
    stages.done("train")
    chance = classifier.prob(features)
    found = chance[chance >= _AT].index
    left, right = (found.get_level_values(level).to_numpy() for level in (0, 1))
    stages.done("predict")
    links = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(frame), len(frame)))
    groups = connected_components(links, directed=False)[1]
    stages.done("cluster")
    pd.DataFrame({"left": left, "right": right}).to_parquet(f"{chosen.out}.pairs.parquet", index=False)
    pd.DataFrame({"row": np.arange(len(frame)), "cluster": groups}).to_parquet(f"{chosen.out}.clusters.parquet")
    print(json.dumps({"stages": stages.seconds}))


if __name__ == "__main__":
    main()
