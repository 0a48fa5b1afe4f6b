"""The gazetteer that `hearthgate link` matches addresses with: `uprn, address, postcode[, from, to]`."""

from pathlib import Path

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_tables import literal_path, quoted
from linkage.addresses import uprn as normal_uprn
from linkage.gazetteer import Gazetteer, KnownAddress
from linkage.written_address import written_address

_NEEDED = ("uprn", "address", "postcode")
_DATES = ("from", "to")


def read_gazetteer(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[Gazetteer, int]:
    """The gazetteer, and how many rows were left out for a UPRN that is none. Raise `CommandError` if unreadable.

    One property may have several rows, one for each way in which it is or was written. `from` and `to` (YYYY-MM-DD)
    bound the time in which it was written so; either may be empty or not there.
    """
    parquet = path.suffix.lower() == ".parquet"
    source = "read_parquet(?)" if parquet else "read_csv(?, header = true, all_varchar = true)"
    try:
        connection.execute(f"create or replace table gazetteer as select * from {source}", [[literal_path(path)]])  # noqa: S608 - the path is a parameter
        present = {
            str(row[0]).strip().casefold(): str(row[0]) for row in connection.execute("describe gazetteer").fetchall()
        }
        missing = [name for name in _NEEDED if name not in present]
        if missing:
            message = f"the gazetteer has no column {' and no column '.join(missing)}; it needs {', '.join(_NEEDED)}"
            raise CommandError(message)
        cells = [f"coalesce({quoted(present[name])}::varchar, '')" for name in _NEEDED]
        cells += [f"try_cast({quoted(present[name])} as date)" if name in present else "null::date" for name in _DATES]
        rows = connection.execute(f"select {', '.join(cells)} from gazetteer").fetchall()  # noqa: S608 - names are quoted
        connection.execute("drop table gazetteer")
    except duckdb.Error:
        raise CommandError(
            "the gazetteer cannot be read; it is CSV or Parquet, each row with the same columns"
        ) from None
    known = [(normal_uprn(number), text, code, start, end) for number, text, code, start, end in rows]
    addresses = [
        KnownAddress(number, written_address([text], code), start, end)
        for number, text, code, start, end in known
        if number
    ]
    return Gazetteer(addresses), len(known) - len(addresses)
