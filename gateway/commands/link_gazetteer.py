"""The gazetteer that `hearthgate link` matches addresses with: `uprn, address, postcode[, from, to]`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gateway.commands.link_beside import Beside, read_beside
from gateway.commands.link_date_orders import GAZETTEER
from gateway.commands.link_dates import Known, Told, read_days
from gateway.commands.link_tables import Names
from linkage.addresses import uprn as normal_uprn
from linkage.gazetteer import Gazetteer, KnownAddress
from linkage.written_address import written_address

_NEEDED = ("uprn", "address", "postcode")
_DAYS = ("from", "to")


@dataclass(frozen=True, slots=True)
class ReadGazetteer:
    """A gazetteer, what looks wrong with its rows, and how the file and its days were read."""

    known: Gazetteer
    warnings: tuple[str, ...]
    forms: tuple[str, ...]
    dates: Told
    heads: frozenset[str]


def read_gazetteer(
    connection: duckdb.DuckDBPyConnection, path: Path, known_of_days: Known, called: Names | None = None
) -> ReadGazetteer:
    """The gazetteer of a file. Raise `CommandError` if unreadable.

    One property may have several rows, one for each way in which it is or was written. `from` and `to` bound the time
    in which it was written so; either may be empty or not there.
    """
    read = read_beside(connection, "gazetteer", path, _NEEDED, days=_DAYS, called=called)
    days = [name for name in _DAYS if name in read.columns]
    dates = _days(connection, read, days, known_of_days)
    cells = [f"coalesce({read.columns[name]}, '')" for name in _NEEDED]
    cells += [f'try_cast("{name}" as date)' if name in days else "null::date" for name in _DAYS]
    rows = connection.execute(f"select {', '.join(cells)} from gazetteer order by row").fetchall()  # noqa: S608 - our own columns
    no_day = " or ".join(f'("{name}" is not null and try_cast("{name}" as date) is null)' for name in days) or "false"
    doubtful = {
        "whose uprn is none were left out": [
            place for place, (sent, *_) in enumerate(rows) if not normal_uprn(str(sent))
        ],
        "whose from or to is no day count for all times": [
            int(place)
            for (place,) in connection.execute(f"select row from gazetteer where {no_day} order by row").fetchall()  # noqa: S608 - as above
        ],
    }
    connection.execute("drop table gazetteer")
    addresses = [
        KnownAddress(known, written_address([text], code), start, end)
        for sent, text, code, start, end in rows
        if (known := normal_uprn(str(sent)))
    ]
    told = [f"{len(found):,} rows {words}: {read.places.named(found)}" for words, found in doubtful.items() if found]
    warnings = tuple(f"gazetteer: {line}" for line in (*dates.warnings, *told))
    return ReadGazetteer(Gazetteer(addresses), warnings, read.forms, dates, read.heads)


def _days(connection: duckdb.DuckDBPyConnection, read: Beside, days: Sequence[str], known_of_days: Known) -> Told:
    """Write the days of the table as YYYY-MM-DD, in columns of their names."""
    for name in days:
        connection.execute(f'alter table gazetteer rename {read.columns[name]} to "{name}"')
    connection.execute(f"alter table gazetteer add column source varchar default '{GAZETTEER}'")
    return read_days(connection, "gazetteer", days, read.places, known_of_days)
