"""Linkage without a gateway: a table of named columns in, a person and a household for each record out.

(1) persons, by `linkage.engine` (2) their ids, which go on from an earlier run where one is given (3) households from
shared addresses and when each was seen there (4) the table `clusters`, a row a record in the order of the rows.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.dwellings import NOWHERE
from linkage.engine import Lap, full_records, link_table
from linkage.figures import RunFigures, figures_of
from linkage.file_households import file_households
from linkage.model import LinkModel
from linkage.pair_table import pairs_table
from linkage.person_ids import inherit_ids
from linkage.sources import UNKNOWN, Sources

_ROOM = 13


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """What a run did.

    `merged`: an id that is no more to the one that took most of its records. `split`: an id to the others that took
    records of it.
    """

    figures: RunFigures
    households: int
    merged: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be linked: with which model, what is known of its sources, after which run.

    `wide` compares also records that share a single thing. `pairs` asks for the table `pairs` of `linkage.pair_table`,
    which one machine alone makes.
    """

    model: LinkModel | None = None
    sources: Sources = UNKNOWN
    goes_on: bool = False
    wide: bool = False
    pairs: bool = False


def link_file(
    connection: duckdb.DuckDBPyConnection, present: Sequence[str], wanted: Wanted, lap: Lap = lambda _stage: None
) -> LinkedFile:
    """Link the table `rows` of `gateway.commands.link_inputs` and make `clusters`.

    Where `wanted.goes_on`, the table `previous` (source, source_key, person_id, household_id) is the earlier run's
    outcome. Without it ids are of this file alone and the same whenever the same rows come: P1, P2, ... and H1, ...
    """
    linked = link_table(
        connection,
        present,
        model=wanted.model,
        sources=wanted.sources,
        wide=wanted.wide,
        lap=lap,
    )
    figures = figures_of(linked)
    if wanted.pairs:
        pairs_table(connection, linked, lambda numbers: full_records(connection, present, numbers, wanted.sources))
        lap("pairs")
    persons = linked.persons
    connection.register(
        "sent",
        pd.DataFrame({"number": np.arange(figures.records), "person": persons.person, "probability": persons.chance}),
    )
    connection.execute("create or replace table found as select * from sent")
    connection.unregister("sent")
    return finish_file(connection, present, wanted, figures, lap)


def finish_file(
    connection: duckdb.DuckDBPyConnection, present: Sequence[str], wanted: Wanted, figures: RunFigures, lap: Lap
) -> LinkedFile:
    """Ids, households and the table `clusters`, whichever engine linked.

    Of `found` (number, person, probability; `person` is the smallest number of its records), `rows` and `row_places`.
    """
    if wanted.goes_on:
        merged, split = _go_on(connection)
    else:
        merged, split = {}, {}
        connection.execute(
            "create or replace table persons as select number::integer as number, "
            "'P' || dense_rank() over (order by person) as person_id, probability from found"
        )
    lap("ids")
    household = file_households(connection, present)
    lap("households")
    households = _clusters(connection, household, goes_on=wanted.goes_on)
    lap("clusters")
    return LinkedFile(figures, households, merged, split)


def _go_on(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Make `persons` with the ids of `previous` where they go on; the ids that merged and those that were split."""
    person = connection.execute("select person from found order by number").fetchnumpy()["person"]
    smallest, group = np.unique(np.asarray(person).astype(np.int64), return_inverse=True)
    old, held = _held_before(connection, "person_id")
    ids = inherit_ids(group.astype(np.int64), held, len(smallest), len(old))
    mint = _minting("P", old)
    keys = _keys_of(connection, smallest[ids.code >= ids.known])
    fresh = iter(mint(key) for key in keys)
    names = [old[code] if code < ids.known else next(fresh) for code in ids.code.tolist()]
    connection.register("named", pd.DataFrame({"person": smallest, "person_id": pd.array(names, dtype="string")}))
    connection.execute(
        "create or replace table persons as select number::integer as number, person_id, probability "
        "from found join named using (person)"
    )
    connection.unregister("named")
    merged = {old[gone]: names[taker] for gone, taker in ids.merged.items()}
    split = {
        old[cut]: tuple(sorted(names[one] for one in took if names[one] != old[cut])) for cut, took in ids.split.items()
    }
    return merged, split


def _held_before(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[list[str], NDArray[np.int64]]:
    """The ids in a column of the earlier run, the oldest first, and each record's by its place there; -1 for none."""
    rows = connection.execute(
        f"select distinct {name} from previous where {name} <> '' order by length({name}), {name}"  # noqa: S608 - one of two fixed names
    ).fetchall()
    old = [str(each) for (each,) in rows]
    connection.register("aged", pd.DataFrame({name: pd.array(old, dtype="string"), "age": np.arange(len(old))}))
    held = connection.execute(
        "select coalesce(age, -1)::bigint as age from (select distinct number, source, source_key from rows) "  # noqa: S608 - as above
        f"left join (previous join aged using ({name})) using (source, source_key) order by number"
    ).fetchnumpy()["age"]
    connection.unregister("aged")
    return old, np.asarray(held).astype(np.int64)


def _keys_of(connection: duckdb.DuckDBPyConnection, numbers: NDArray[np.int64]) -> list[str]:
    connection.register("wanted", pd.DataFrame({"number": numbers}))
    rows = connection.execute(
        "select number, any_value(source), any_value(source_key) from rows join wanted using (number) "
        "group by number order by number"
    ).fetchall()
    connection.unregister("wanted")
    return [f"{source}\x1f{key}" for _, source, key in rows]


def _minting(letter: str, old: Sequence[str]) -> Callable[[str], str]:
    """Names that no earlier run can have given, as far as one sees back: of the old ids together, and the new key."""
    before = hashlib.sha256("\x1f".join(old).encode()).digest()
    return lambda key: letter + hashlib.sha256(before + key.encode()).hexdigest()[:_ROOM]


def _clusters(connection: duckdb.DuckDBPyConnection, household: NDArray[np.int64], *, goes_on: bool) -> int:
    """Make `clusters` of each record's household by number; give how many households there are."""
    names = _household_names(connection, household, goes_on=goes_on)
    connection.register("lived", pd.DataFrame({"number": np.arange(len(household)), "household": household}))
    connection.register(
        "named", pd.DataFrame({"household": np.arange(len(names)), "household_id": pd.array(names, dtype="string")})
    )
    connection.execute(
        "create or replace table clusters as select source, source_key, person_id, household_id, probability "
        "from (select min(row) as row from rows group by number) join rows using (row) join persons using (number) "
        "join lived using (number) left join named using (household) order by row"
    )
    connection.unregister("lived")
    connection.unregister("named")
    return len(names)


def _household_names(
    connection: duckdb.DuckDBPyConnection, household: NDArray[np.int64], *, goes_on: bool
) -> list[str]:
    """Ids by number; those of an earlier run go on with most of their records."""
    count = int(household.max(initial=NOWHERE)) + 1
    if not goes_on:
        return [f"H{number}" for number in range(1, count + 1)]
    old, held = _held_before(connection, "household_id")
    somewhere = household != NOWHERE
    ids = inherit_ids(household[somewhere], held[somewhere], count, len(old))
    smallest = np.unique(household[somewhere], return_index=True)[1]
    mint = _minting("H", old)
    fresh = iter(mint(key) for key in _keys_of(connection, np.flatnonzero(somewhere)[smallest][ids.code >= ids.known]))
    return [old[code] if code < ids.known else next(fresh) for code in ids.code.tolist()]
