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

from linkage.engine import Lap, Linked, link_table
from linkage.households import Household, HouseholdMember, PersonResidence, derive_households
from linkage.model import LinkModel
from linkage.person_ids import inherit_ids

_ROOM = 13


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """What a run did.

    `merged`: an id that is no more to the one that took most of its records. `split`: an id to the others that took
    records of it.
    """

    linked: Linked
    records: int
    persons: int
    households: int
    merged: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be linked: with which model, from which sources with one key a person, after which run."""

    model: LinkModel | None = None
    duplicate_free: Sequence[str] = ()
    goes_on: bool = False


def link_file(
    connection: duckdb.DuckDBPyConnection, present: Sequence[str], wanted: Wanted, lap: Lap = lambda _stage: None
) -> LinkedFile:
    """Link the table `rows` of `gateway.cli_link_inputs` and make `clusters`.

    Where `wanted.goes_on`, the table `previous` (source, source_key, person_id, household_id) is the earlier run's
    outcome. Without it ids are of this file alone and the same whenever the same rows come: P1, P2, ... and H1, ...
    """
    linked = link_table(connection, present, model=wanted.model, duplicate_free=wanted.duplicate_free, lap=lap)
    smallest, group = np.unique(linked.persons.person, return_inverse=True)
    names, merged, split = _person_names(connection, smallest, group, goes_on=wanted.goes_on)
    connection.register(
        "found", pd.DataFrame({"number": np.arange(len(group)), "grouped": group, "probability": linked.persons.chance})
    )
    connection.register(
        "named", pd.DataFrame({"grouped": np.arange(len(names)), "person_id": pd.array(names, dtype="string")})
    )
    connection.execute(
        "create or replace table persons as select number::integer as number, person_id, probability "
        "from found join named using (grouped)"
    )
    connection.unregister("found")
    connection.unregister("named")
    lap("ids")
    households = _households(connection, present, goes_on=wanted.goes_on)
    lap("households")
    return LinkedFile(linked, len(group), len(smallest), households, merged, split)


def _person_names(
    connection: duckdb.DuckDBPyConnection, smallest: NDArray[np.int64], group: NDArray[np.int64], *, goes_on: bool
) -> tuple[list[str], dict[str, str], dict[str, tuple[str, ...]]]:
    if not goes_on:
        return [f"P{number}" for number in range(1, len(smallest) + 1)], {}, {}
    old = [
        str(name)
        for (name,) in connection.execute(
            "select distinct person_id from previous order by length(person_id), person_id"
        ).fetchall()
    ]
    connection.register("aged", pd.DataFrame({"person_id": pd.array(old, dtype="string"), "age": np.arange(len(old))}))
    held = connection.execute(
        "select coalesce(age, -1)::bigint as age from (select distinct number, source, source_key from rows) "
        "left join (previous join aged using (person_id)) using (source, source_key) order by number"
    ).fetchnumpy()["age"]
    connection.unregister("aged")
    ids = inherit_ids(group.astype(np.int64), np.asarray(held).astype(np.int64), len(smallest), len(old))
    mint = _minting("P", old)
    keys = _keys_of(connection, smallest[ids.code >= ids.known])
    fresh = iter(mint(key) for key in keys)
    names = [old[code] if code < ids.known else next(fresh) for code in ids.code.tolist()]
    merged = {old[gone]: names[taker] for gone, taker in ids.merged.items()}
    split = {
        old[cut]: tuple(sorted(names[one] for one in took if names[one] != old[cut])) for cut, took in ids.split.items()
    }
    return names, merged, split


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


def _households(connection: duckdb.DuckDBPyConnection, present: Sequence[str], *, goes_on: bool) -> int:
    """Make `clusters`: each record's household is that of its own last address, else of any of its person's."""
    start, end = (name if name in present else "null" for name in ("seen_from", "seen_to"))
    family = "family_name" if "family_name" in present else "''"
    connection.execute(
        "create or replace table stays as select number, row, person_id, "  # noqa: S608 - our own columns
        "coalesce('uprn:' || standard_uprn, 'address:' || standard_key) "
        f"as place, try_cast({start} as date) as came, try_cast({end} as date) as went, {family} as family, source "
        "from row_places join rows using (row, number) join persons using (number) "
        "where standard_uprn is not null or standard_key is not null"
    )
    residences = [
        PersonResidence(person, place, came, went, family_name=family_name or "")
        for person, place, came, went, family_name in connection.execute(
            "select person_id, place, min(came), case when count(went) = count(*) then max(went) end, "
            "any_value(family) from stays group by person_id, place order by person_id, place"
        ).fetchall()
    ]
    before = _previous_households(connection) if goes_on else []
    mint = _household_names([each.household_id for each in before])
    households = derive_households(residences, [], before, mint).households
    homes: dict[tuple[str, str], str] = {}
    for household in households:
        for person in sorted(household.person_ids):
            homes.setdefault((person, ""), household.household_id)
            for place in household.place_keys:
                homes[person, place] = household.household_id
    frame = pd.DataFrame(
        [(person, place, home) for (person, place), home in homes.items()],
        columns=["person_id", "place", "household_id"],
    ).astype("string")
    connection.register("homes", frame)
    connection.execute(
        "create or replace table clusters as select source, source_key, person_id, "
        "coalesce(own.household_id, other.household_id, '') as household_id, probability "
        "from (select number, any_value(source) as source, any_value(source_key) as source_key, min(row) as row "
        "from rows group by number) join persons using (number) "
        "left join (select number, arg_max(household_id, row) as household_id from stays "
        "join homes using (person_id, place) group by number) as own using (number) "
        "left join (select person_id, household_id from homes where place = '') as other using (person_id) order by row"
    )
    connection.unregister("homes")
    connection.execute("drop table stays")
    return len(households)


def _previous_households(connection: duckdb.DuckDBPyConnection) -> list[Household]:
    rows = connection.execute(
        "select household_id, list(distinct person_id order by person_id) from previous where household_id <> '' "
        "group by household_id order by length(household_id), household_id"
    ).fetchall()
    return [
        Household(home, (), tuple(HouseholdMember(person, "resident", None, None, "residence") for person in persons))
        for home, persons in rows
    ]


def _household_names(old: Sequence[str]) -> Callable[[], str]:
    given = 0
    mint = _minting("H", old)

    def name() -> str:
        nonlocal given
        given += 1
        return mint(str(given)) if old else f"H{given}"

    return name
