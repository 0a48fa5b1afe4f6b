"""The gazetteer that `hearthgate link` matches addresses with: `uprn, address, postcode[, from, to]`."""

from pathlib import Path

import duckdb

from gateway.commands.link_blanks import blank_lines
from gateway.commands.link_doubts import Places
from gateway.commands.link_tables import one, read_beside
from linkage.addresses import uprn as normal_uprn
from linkage.gazetteer import Gazetteer, KnownAddress
from linkage.written_address import written_address

_NEEDED = ("uprn", "address", "postcode")
_DATES = ("from", "to")


def read_gazetteer(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[Gazetteer, list[str]]:
    """The gazetteer, and what looks wrong with its rows. Raise `CommandError` if unreadable.

    One property may have several rows, one for each way in which it is or was written. `from` and `to` (YYYY-MM-DD)
    bound the time in which it was written so; either may be empty or not there.
    """
    columns = read_beside(connection, "gazetteer", path, _NEEDED)
    # A column of numbers with a gap is one of fractions to many a writer of Parquet.
    number = rf"regexp_replace(coalesce({columns['uprn']}, ''), '\.0+$', '')"
    cells = [number, *(f"coalesce({columns[name]}, '')" for name in _NEEDED[1:])]
    days = [columns[name] for name in _DATES if name in columns]
    cells += [f"try_cast({columns[name]} as date)" if name in columns else "null::date" for name in _DATES]
    rows = connection.execute(f"select {', '.join(cells)} from gazetteer order by row").fetchall()  # noqa: S608 - our own columns
    places = Places((path.name,), (0, one(connection, "select count(*) from gazetteer")), (blank_lines(path),))
    doubtful = {
        "whose uprn is none were left out": [
            place for place, (sent, *_) in enumerate(rows) if not normal_uprn(str(sent))
        ],
        "whose from or to is no day (YYYY-MM-DD) count for all times": [
            int(place) - 1
            for (place,) in connection.execute(
                f"select row from gazetteer where {' or '.join(map(_no_day, days)) or 'false'} order by row"  # noqa: S608 - as above
            ).fetchall()
        ],
    }
    connection.execute("drop table gazetteer")
    addresses = [
        KnownAddress(known, written_address([text], code), start, end)
        for sent, text, code, start, end in rows
        if (known := normal_uprn(str(sent)))
    ]
    told = [
        f"gazetteer: {len(found):,} rows {words}: {places.named(found)}" for words, found in doubtful.items() if found
    ]
    return Gazetteer(addresses), told


def _no_day(cell: str) -> str:
    return f"({cell} is not null and try_cast({cell} as date) is null)"
