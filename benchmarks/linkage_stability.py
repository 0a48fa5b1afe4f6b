"""Do persons keep their ids: after a tenth of new rows, and after a twentieth of the rows is taken away."""

from pathlib import Path

import duckdb
import numpy as np

from benchmarks.linkage_metrics import ids_kept
from benchmarks.linkage_runs import Set, ours, persons


def stability(county: Set, folder: Path) -> dict[str, float]:
    """Share of the persons with unchanged rows that keep their id, both times against the run before.

    The rows taken away are those of the persons whose ids come first, so that whoever names a person after its first
    row or number loses them.
    """
    base = _part(county, folder / "base", "hash(source || source_key) % 10 != 0")
    first = ours(base, folder / "base")
    grown = ours(county, folder / "grown", "--previous", f"{first.out}.parquet")
    after = _kept(base, county, persons(base, first), persons(county, grown))
    given = np.array([str(each) for each in persons(county, grown)], dtype=object)
    lowest = np.argsort(given, kind="stable")[: len(given) // 20]
    keys = duckdb.sql(f"select source || source_key from read_parquet('{county.labels}')").fetchall()  # noqa: S608
    gone = ", ".join(f"'{keys[row][0]}'" for row in lowest.tolist())
    rest = _part(county, folder / "rest", f"source || source_key not in ({gone})")
    less = ours(rest, folder / "rest", "--previous", f"{grown.out}.parquet")
    return {
        "ids_kept_after_new_data": after,
        "ids_kept_after_removal": _kept(rest, county, persons(rest, less), persons(county, grown)),
    }


def _part(county: Set, path: Path, condition: str) -> Set:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Set(path.name, Path(f"{path}.rows.parquet"), Path(f"{path}.rows.parquet"), Path(f"{path}.labels.parquet"))
    for source, target in ((county.records, part.records), (county.labels, part.labels)):
        query = f"from read_parquet('{source}') where {condition}"
        duckdb.execute(f"copy ({query}) to '{target}' (format parquet)")
    return part


def _kept(part: Set, whole: Set, of_part: np.ndarray, of_whole: np.ndarray) -> float:
    """Compare on the rows that both have."""
    places = {
        key: place
        for place, (key,) in enumerate(
            duckdb.sql(f"select source || source_key from read_parquet('{whole.labels}')").fetchall()  # noqa: S608
        )
    }
    keys = duckdb.sql(f"select source || source_key from read_parquet('{part.labels}')").fetchall()  # noqa: S608
    return ids_kept(of_part, of_whole[[places[key] for (key,) in keys]])
