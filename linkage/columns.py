"""The table that is compared, one row a record: words and dates as they are, everything that only agrees as a hash.

A column of several values holds the hash of its first in `x` and, where there are more, of all in `x_all`. Columns
whose misspellings count keep the first value's text in `x_text` or, for names and streets, in a column of their own.
The hash is of this run alone and is never written down.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from linkage.sound import sound_key
from linkage.standardise import PERSON_NUMBERS, StandardRecord

SETS = (
    "givens", "families", "middles", "postcodes", "uprns", "address_keys", "phones", "emails", "nhs_verified",
    *PERSON_NUMBERS, "local_ids", "verified_ids",
)  # fmt: skip
TEXTS = ("middles", "emails", "nhs_number", "nino", "national_id")
WORDS = ("given", "family", "street", "address", "birth", "given_sound", "family_sound")
BIRTH = ("birth_year", "birth_month", "birth_day", "birth_days")
SEX_NUMBERS = {"female": 1, "male": 2}
RARITIES = 14
"""Classes of frequency of a name: class n holds names borne by one record in 2 ** (n + 0.5), the last all rarer."""
# Names borne by this many records of so many are taken for granted beside what is at hand.
USUAL_BEARERS, USUAL_RECORDS = 12, 2000
# DuckDB deals out rows by 122,880: of so few records, and of their pairs, it has nothing for a second thread to do.
_OF_ONE_THREAD = 10_000
_SEPARATOR = "\x1f"
_FULL_DATE = 10


def threads_for(records: int) -> int:
    """How many threads so many records are worth."""
    return 1 if records <= _OF_ONE_THREAD else 2


@contextmanager
def connect(threads: int = 2, memory: str = "1500MB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory for one run; what does not fit is laid aside in a folder that only its owner may read."""
    with TemporaryDirectory(prefix="hearthgate-link-") as folder, duckdb.connect(":memory:") as connection:
        connection.execute(f"set threads to {threads}")
        connection.execute(f"set memory_limit = '{memory}'")
        # Left to itself the engine would write persons into a folder wherever the command was typed.
        connection.execute(f"set temp_directory = '{folder}/aside'")
        connection.execute("set enable_progress_bar = false")
        yield connection


def records_table(connection: duckdb.DuckDBPyConnection, records: Sequence[StandardRecord]) -> None:
    """Create the table `records` from standardised records, numbered as they come."""
    texts: dict[str, list[str]] = {name: [] for name in (*WORDS, *SETS)}
    numbers: dict[str, list[int | None]] = {name: [] for name in ("sex", *BIRTH)}
    for record in records:
        for name, text in _texts(record).items():
            texts[name].append(text)
        for name, number in _numbers(record).items():
            numbers[name].append(number)
    frame = pd.DataFrame(
        {"number": range(len(records)), **{name: pd.Series(cells, dtype="str") for name, cells in texts.items()}}
    )
    for name, column in numbers.items():
        frame[name] = pd.array(column, dtype="Int32")
    connection.register("sent", frame)
    words = ", ".join(f"nullif({name}, '') as {name}" for name in WORDS)
    sets = ", ".join(_set_columns(name) for name in SETS)
    kept = ", ".join(f"nullif(string_split({name}, '{_SEPARATOR}')[1], '') as {name}_text" for name in TEXTS)
    connection.execute(
        f"create or replace table standard as select number::integer as number, sex::tinyint as sex, "  # noqa: S608 - our own columns
        f"{', '.join(BIRTH)}, {words}, {sets}, {kept} from sent"
    )
    connection.unregister("sent")
    finish_table(connection)
    connection.execute("drop table standard")


def finish_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `records` of `standard`: beside each name stands how rare it is among all records."""
    given, family = (
        rarities(name, f"select {name}, count(*) as borne from standard where {name} is not null group by {name}")  # noqa: S608 - our own columns
        for name in ("given", "family")
    )
    connection.execute(
        f"create or replace table records as select standard.*, given_rarity, family_rarity from standard "  # noqa: S608 - our own columns
        f"left join {given} using (given) left join {family} using (family)"
    )


def rarities(name: str, borne: str) -> str:
    """A query in brackets of names and their class of frequency, from one of names and by how many each is `borne`."""
    share = f"(sum(borne) over () + {USUAL_RECORDS}) / (borne + {USUAL_BEARERS})"
    rarity = f"least({RARITIES - 1}, greatest(0, floor(log2({share}))))::tinyint"
    return f"(select {name}, {rarity} as {name}_rarity from ({borne}))"  # noqa: S608 - our own columns


def _set_columns(name: str) -> str:
    parts = f"string_split({name}, '{_SEPARATOR}')"
    several = f"contains({name}, '{_SEPARATOR}')"
    return (
        f"case when {name} <> '' then hash({parts}[1]) end as {name}, "
        f"case when {several} then list_transform({parts}, lambda part: hash(part)) end as {name}_all"
    )


def _texts(record: StandardRecord) -> dict[str, str]:
    return {
        "given": record.given,
        "family": record.family,
        "street": record.street,
        "address": record.address,
        "birth": record.birth_date or "",
        "given_sound": sound_key(record.given),
        "family_sound": sound_key(record.family),
        "nhs_verified": _joined(sorted(record.numbers("nhs_number", verified_only=True))),
        "verified_ids": _joined(
            sorted({f"{each.scheme}:{each.value}" for each in record.identifiers if each.verified})
        ),
        "local_ids": _joined(sorted(record.local_ids())),
        **{name: _joined(sorted(record.numbers(name))) for name in PERSON_NUMBERS},
        **{
            name: _joined(getattr(record, name))
            for name in ("givens", "families", "middles", "postcodes", "uprns", "address_keys", "phones", "emails")
        },
    }


def _joined(values: Sequence[str]) -> str:
    return _SEPARATOR.join(values)


def _numbers(record: StandardRecord) -> dict[str, int | None]:
    parts = [int(part) for part in (record.birth_date or "").split("-") if part]
    year, month, day = (*parts, None, None, None)[:3]
    full = record.birth_date is not None and len(record.birth_date) == _FULL_DATE
    days = date.fromisoformat(record.birth_date or "").toordinal() if full else None
    return {
        "sex": SEX_NUMBERS.get(record.sex or ""),
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "birth_days": days,
    }
