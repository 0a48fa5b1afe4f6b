"""Who is who by somebody's labels, and how right a run of `hearthgate link` is by them, whole and by group."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from gateway.commands.files import CommandError
from gateway.commands.link_beside import Beside, differing_rows, read_beside, refuse_differing
from gateway.commands.link_inputs import TRUTH, Input
from gateway.commands.link_tables import Names, one
from linkage.quality import LEAST_PAIRS, Quality, quality, quality_by_group, tells, widest_gap

_MOST_GROUPS = 30
_KEYS = ("source", "source_key")
# What `--out` writes is no characteristic of anybody.
_FOUND = frozenset({"person_id", "household_id", "probability"})


@dataclass(frozen=True, slots=True)
class Labels:
    """`groups` are the characteristics in the table `labels`, by their columns there; the others count its rows."""

    groups: Mapping[str, str]
    given: int
    matched: int
    warnings: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()


def read_labels(
    connection: duckdb.DuckDBPyConnection, read: Input, path: Path | None, called: Names | None = None
) -> Labels | None:
    """Make `labels` (source, source_key, person_truth, groups) of a file, or of that column of `rows`; None for none.

    Raise `CommandError` where it cannot be read, says two things of one record, or tells of no record at all. A label
    without a person says nothing.
    """
    if path is None and TRUTH not in read.present:
        return None
    if path is None:
        told = Beside({name: name for name in (*_KEYS, TRUTH)}, read.places)
        connection.execute(f"create or replace table told as select row, {', '.join(told.columns)} from rows")  # noqa: S608 - our own columns
    else:
        told = read_beside(connection, "told", path, (*_KEYS, TRUTH), called=called)
    columns = told.columns
    name = f"the column {TRUTH}" if path is None else path.name
    source, key, truth = (columns[each] for each in (*_KEYS, TRUTH))
    connection.execute(f"delete from told where {source} is null or {key} is null or {truth} is null")  # noqa: S608 - our own columns
    if rows := differing_rows(connection, "told", columns, truth):
        refuse_differing(f"{name}: {told.places.named(rows)}")
    groups = {each: column for each, column in columns.items() if each not in {*_KEYS, TRUTH, *_FOUND}}
    cells = "".join(f", first({column} order by row) as {column}" for column in groups.values())
    connection.execute(
        f"create or replace table labels as select {source} as source, {key} as source_key, "  # noqa: S608 - our own columns
        f"first({truth}) as {TRUTH}{cells} from told group by {source}, {key}"
    )
    connection.execute("drop table told")
    given = one(connection, "select count(*) from labels")
    matched = one(connection, "select count(*) from labels semi join rows using (source, source_key)")
    if path is not None and not matched:
        message = f"{name}: no label is of a record of the inputs; source and source_key have to be those of the inputs"
        raise CommandError(message)
    warned = (f"{name}: {given - matched:,} of {given:,} labels are of no record",) if matched < given else ()
    return Labels(groups, given, matched, warned, told.forms, told.heads) if given else None


def measured(connection: duckdb.DuckDBPyConnection, labels: Labels | None) -> dict[str, Any]:
    """Quality of `clusters`, whole and by group; nothing without labels."""
    if labels is None:
        return {}
    names = {"person_id": "clusters.person_id", TRUTH: f"labels.{TRUTH}"}
    cells = ", ".join((*names.values(), *(f"labels.{column}" for column in labels.groups.values())))
    table = connection.execute(
        f"select {cells} from clusters join labels using (source, source_key)"  # noqa: S608 - our own columns
    ).df()
    table.columns = [*names, *(f"group {name}" for name in labels.groups)]
    codes = {
        name: np.unique(table[name].astype("string").fillna("not known").to_numpy(str), return_inverse=True)
        for name in table
    }
    found, truth = codes["person_id"][1].astype(np.int64), codes[TRUTH][1].astype(np.int64)
    few = {name: each for name in labels.groups if len((each := codes[f"group {name}"])[0]) <= _MOST_GROUPS}
    by_group = quality_by_group(found, truth, {name: each[1].astype(np.int64) for name, each in few.items()})
    named = {
        name: {str(few[name][0][code]): one_group for code, one_group in each.items()}
        for name, each in by_group.items()
    }
    return {
        **_figures(quality(found, truth)),
        "labels": {"given": labels.given, "matched": labels.matched},
        "groups": {
            name: {
                "gap": round(widest_gap(each.values()), 4),
                "values": {value: _figures(figures) for value, figures in each.items() if tells(figures)},
                "too_few_pairs": {value: figures.true_pairs for value, figures in each.items() if not tells(figures)},
            }
            for name, each in named.items()
        },
        "too_many_values": {name: len(codes[f"group {name}"][0]) for name in labels.groups if name not in few},
    }


def not_judged(quality_told: Mapping[str, Any]) -> list[str]:
    """Of which groups `measured` says nothing, so that no gap of theirs can fail a report."""
    told = [
        f"groups of {name}: no gap is judged of {len(each['too_few_pairs'])} of their values, of each of which fewer "
        f"than {LEAST_PAIRS} pairs are one person"
        for name, each in quality_told.get("groups", {}).items()
        if each["too_few_pairs"]
    ]
    return told + [
        f"groups of {name}: {values:,} values, and no gap is judged of more than {_MOST_GROUPS}; put them into bands"
        for name, values in quality_told.get("too_many_values", {}).items()
    ]


def _figures(found: Quality) -> dict[str, float]:
    return {
        "true_pairs": found.true_pairs,
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
        "f1": round(found.f1, 4),
    }
