"""A county as Parquet files: the rows, their labels, and who lived where."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.linkage_county.contacts import Contacts, draw_contacts
from benchmarks.linkage_county.households import NONE, WINDOW, People, draw_households
from benchmarks.linkage_county.naming import draw_names
from benchmarks.linkage_county.places import COMMUNAL, KINDS, Homes
from benchmarks.linkage_county.residence import Residences, homes_for, settle
from benchmarks.linkage_county.rows import labels, write_rows
from benchmarks.linkage_county.sources import SOURCES

_PEOPLE_A_RECORD, _PEOPLE_A_HOUSEHOLD = 0.96, 2.4
_EPOCH = date(1970, 1, 1)
_CHUNK = 200_000
# By kind of array: the type in the file, and the value that is written as null.
_TYPES = {"O": ("varchar", "''"), "i": ("bigint", str(NONE)), "b": ("boolean", "null")}
Columns = Mapping[str, NDArray[Any]]


def generate_county(records: int, seed: int, out: Path) -> dict[str, Path]:
    """Write `records` rows to `out`, and beside it `*.labels.parquet` and `*.residences.parquet`; their paths.

    The same seed gives the same bytes. Rows have the columns of `hearthgate link`, all text, empty ones null. Labels
    name, for each `source` and `source_key`, the true person, the household of today and the groups of fairness;
    residences say from when to when each person that is in the rows lived in which household and home.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    count = int(records * _PEOPLE_A_RECORD / _PEOPLE_A_HOUSEHOLD) + 8
    homes = homes_for(random, count)
    place = np.sort(random.permutation(homes.count)[:count])
    households, people = draw_households(random, homes.ward[place])
    names = draw_names(random, households, people)
    res = settle(random, homes, households, people, place)
    contacts = draw_contacts(random, households, people, res, homes.decile[res.home], records)
    columns = write_rows(random, homes, households, people, names, contacts)
    keys = {
        "source": np.array([each.name for each in SOURCES], dtype=object)[contacts.source],
        "source_key": np.array(
            [f"{number:08d}" for number in random.permutation(len(contacts.person)).tolist()], object
        ),
    }
    dates = {"seen_from": _days(contacts.seen_from), "seen_to": _days(contacts.seen_to)}
    truth = labels(homes, households, people, contacts, res.home)
    paths = {
        "records": out,
        "labels": out.with_suffix(".labels.parquet"),
        "residences": out.with_suffix(".residences.parquet"),
    }
    _write(paths["records"], {**keys, **columns, **dates})
    _write(paths["labels"], {**keys, **truth, "home_kind": np.array(KINDS, dtype=object)[truth["home_kind"]]})
    _write(paths["residences"], _residences(homes, people, res, contacts))
    return paths


def _residences(homes: Homes, people: People, res: Residences, contacts: Contacts) -> Columns:
    """Each person's periods in order: earlier home, home before, home of today, and a second home beside it."""
    seen = np.unique(contacts.person)
    beginning = np.maximum(people.born, WINDOW - 3650)
    has_before, has_earlier = res.before != NONE, res.earlier != NONE
    first = np.where(has_earlier, res.left, beginning)
    periods = (
        (res.earlier, res.earlier_household, beginning, res.left, has_earlier, "usual"),
        (res.before, people.household, first, res.moved, has_before, "usual"),
        (
            res.home,
            people.household,
            np.where(has_before, res.moved, first),
            None,
            np.ones(people.count, bool),
            "usual",
        ),
        (res.second, res.second_household, res.second_from, None, res.second != NONE, "second"),
    )
    parts = []
    for home, household, begins, ends, has, kind in periods:
        who = seen[has[seen] & ((begins[seen] < ends[seen]) if ends is not None else True)]
        parts.append(
            pd.DataFrame(
                {
                    "person_truth": who,
                    "household_truth": household[who],
                    "uprn": homes.uprn[home[who]].astype(str),
                    "home_kind": np.array(KINDS, dtype=object)[homes.kind[home[who]]],
                    "kind": kind,
                    "lives_from": _days(np.maximum(begins, beginning)[who]),
                    "lives_to": _days(ends[who]) if ends is not None else "",
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["person_truth", "kind", "lives_from"], kind="stable")
    table.loc[table["home_kind"] == KINDS[COMMUNAL], "household_truth"] = NONE
    return {name: table[name].to_numpy() for name in table.columns}


def _days(days: NDArray[np.int64]) -> NDArray[np.object_]:
    low = int(days.min()) if len(days) else 0
    text = np.array([str(_EPOCH + timedelta(low + step)) for step in range(int(np.ptp(days)) + 1 if len(days) else 0)])
    return text.astype(object)[days - low] if len(days) else np.empty(0, dtype=object)


def _write(path: Path, columns: Columns) -> None:
    """In order and with one thread, so the same columns are the same bytes. Empty text and household -1 are null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = len(next(iter(columns.values())))
    types = [f"{name} {_TYPES[values.dtype.kind][0]}" for name, values in columns.items()]
    filled = [f"nullif({name}, {_TYPES[values.dtype.kind][1]})" for name, values in columns.items()]
    with duckdb.connect(":memory:", config={"threads": 1, "preserve_insertion_order": True}) as store:
        for start in range(0, max(size, 1), _CHUNK):
            part = pd.DataFrame({name: values[start : start + _CHUNK] for name, values in columns.items()})
            store.register("part", part)
            if not start:
                store.execute(f"create table rows ({', '.join(types)})")
            store.execute(f"insert into rows select {', '.join(filled)} from part")  # noqa: S608 - names of our own columns
            store.unregister("part")
        store.execute(f"copy rows to '{path}' (format parquet, compression zstd)")
