"""Households of a file, on columns: from each row's address and the days of being seen there to a household a record.

No gateway is asked, and nothing but rows tells who lives together: a person stays where they were seen until they are
seen elsewhere (`linkage.stays`).
"""

from collections.abc import Collection

import duckdb
import numpy as np

from linkage.dwellings import NOWHERE, dwellings
from linkage.file_rows import usual_first
from linkage.residence import lived_together
from linkage.stays import EARLIEST, LATEST, Ints, Stays, seen_stays


def file_households(connection: duckdb.DuckDBPyConnection, present: Collection[str]) -> Ints:
    """The household of each record by number from 0, in order of their smallest records; `NOWHERE` for none.

    Tables: `rows` and `row_places` (`linkage.file_columns`), and `found` with the `number` of each record and its
    `person` as a number. `present` names the columns that the file has. A record's household is that of the
    address where it was seen last, else of the last home of its person.
    """
    number, seen, surnames = _sightings(connection, present)
    somewhere = seen.place != NOWHERE
    number, seen = number[somewhere], seen.take(somewhere)
    stays = seen_stays(seen)
    group = lived_together(stays, surnames).group
    places = int(stays.place.max(initial=0)) + 1
    stay = np.searchsorted(stays.person * places + stays.place, seen.person * places + seen.place)
    held = _last_homes(connection, stays, group)
    # The usual row is the first of its record, and the last write to a place stays.
    held[number[::-1]] = group[stay][::-1]
    return _numbered(held)


def _sightings(connection: duckdb.DuckDBPyConnection, present: Collection[str]) -> tuple[Ints, Stays, list[str]]:
    """Each row's record and what it tells of a stay, a record's usual row first; and the surnames by their numbers."""
    first, last = (
        f"datediff('day', date '0001-01-01', try_cast({name} as date)) + 1" if name in present else "null"
        for name in ("seen_from", "seen_to")
    )
    connection.execute(
        "create or replace table surnames as select family_name, (row_number() over (order by family_name))::integer "
        "as surname from (select distinct family_name from rows where family_name is not null)"
        if "family_name" in present
        else "create or replace table surnames as select null::varchar as family_name, 0 as surname limit 0"
    )
    # Seldom has a record several rows, and to order by all that they say takes long.
    several = connection.execute("select count(*) > coalesce(max(number) + 1, 0) from rows").fetchall()[0][0]
    order = f"number, {usual_first(present)}" if several else "row"
    joined = "left join surnames using (family_name)" if "family_name" in present else ""
    surname = "coalesce(surname, 0)" if joined else "0"
    found = connection.execute(
        "select number::bigint as number, person::bigint as person, "  # noqa: S608 - our own columns
        "coalesce(uprn_code, -1) as uprn, coalesce(key_code, -1) as address, "
        f"least(greatest(coalesce({first}, {EARLIEST}), {EARLIEST}), {LATEST})::bigint as came, "
        f"least(greatest(coalesce({last}, {LATEST}), {EARLIEST}), {LATEST})::bigint as went, "
        f"{surname}::bigint as surname from rows join row_places using (row, number) join found using (number) "
        f"{joined} order by {order}"
    ).fetchnumpy()
    names = [
        str(name) for (name,) in connection.execute("select family_name from surnames order by surname").fetchall()
    ]
    connection.execute("drop table surnames")
    told = {name: np.asarray(column).astype(np.int64) for name, column in found.items()}
    place = dwellings(_codes(told["uprn"]), _codes(told["address"]))
    seen = Stays(told["person"], place, told["came"], np.maximum(told["came"], told["went"]), told["surname"])
    return told["number"], seen, ["", *names]


def _codes(hashed: Ints) -> Ints:
    """Numbers from 0 for hashes, `NOWHERE` for none."""
    distinct, number = np.unique(hashed, return_inverse=True)
    return np.asarray(number - 1 if distinct[:1].tolist() == [NOWHERE] else number)


def _last_homes(connection: duckdb.DuckDBPyConnection, stays: Stays, group: Ints) -> Ints:
    """For each record the household in which its person was last; `NOWHERE` where the person was seen nowhere."""
    person = np.asarray(
        connection.execute("select person::bigint as person from found order by number").fetchnumpy()["person"]
    ).astype(np.int64)
    last = np.full(max(int(person.max(initial=-1)), int(stays.person.max(initial=-1))) + 1, NOWHERE, dtype=np.int64)
    order = np.lexsort((stays.start, stays.end))
    last[stays.person[order]] = group[order]
    return np.asarray(last[person])


def _numbered(held: Ints) -> Ints:
    distinct, first, number = np.unique(held, return_index=True, return_inverse=True)
    rank = np.empty(len(distinct), np.int64)
    known = distinct != NOWHERE
    rank[~known] = NOWHERE
    chosen = np.flatnonzero(known)
    rank[chosen[np.argsort(first[chosen], kind="stable")]] = np.arange(len(chosen))
    return rank[number]
