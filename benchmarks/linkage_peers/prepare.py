"""Rows as a careful user prepares them for a peer: lower case, first forename apart, sentinels gone, empty is null."""

from pathlib import Path
from typing import Any

_COLUMNS = (
    "first_name", "middle", "last_name", "dob", "sex", "postcode", "uprn", "address", "street_number", "street",
    "place", "suburb", "state", "city", "nhs_number", "nino", "upn", "national_id",
    "phone", "email",
)  # fmt: skip
_STANDARD = {"given_name": "first_name", "family_name": "last_name", "birth_date": "dob"}
_NUMBERS = {"nhs_number", "nino", "upn", "national_id"}
_RULES = (
    ("nhs_number",), ("nino",), ("upn",), ("national_id",), ("first_name", "dob"), ("last_name", "dob"),
    ("first_name", "last_name", "postcode"), ("uprn", "first_name"), ("postcode", "dob"),
    ("email",), ("phone", "first_name"),
    ("address", "first_name"),
)  # fmt: skip
_SMALL_SET = 30_000
_SMALL_SET_RULES = (
    ("dob",), ("first_name", "last_name"), ("postcode", "first_name"), ("postcode", "last_name"),
    ("street", "street_number"), ("street", "first_name"), ("street", "last_name"), ("suburb", "first_name", "state"),
)  # fmt: skip
# A date of birth that a system writes for "not known".
_SENTINEL = "1900-01-01"
_TITLES = r"^(mr|mrs|miss|ms|dr)\.?\s+"


def prepared(store: Any, path: Path) -> list[str]:
    """Make table `rows` of this file: `unique_id` (the place in the file), `source` and the columns that have values.

    `store` is a DuckDB connection. The names of the columns of people are those of `_COLUMNS`, in that order.
    """
    found = [row[0] for row in store.execute(f"describe from read_parquet('{path}')").fetchall()]
    taken = {_STANDARD.get(name, name): name for name in found}
    selected = ["(row_number() over ())::bigint - 1 as unique_id", "source"]
    for name in _COLUMNS:
        if name not in taken:
            continue
        text = f"lower(trim({taken[name]}::varchar))"
        if name in {"first_name", "last_name"}:
            text = f"regexp_replace({text}, '{_TITLES}', '')"
            text = f"regexp_replace(strip_accents({text}), '[^a-z ]', '', 'g')"
        if taken[name] == "given_name":
            selected.append(f"nullif(split_part({text}, ' ', 2), '') as middle")
            text = f"split_part({text}, ' ', 1)"
        if name == "postcode":
            text = f"upper({text})"
        if name == "dob":
            text = f"nullif({text}, '{_SENTINEL}')"
        selected.append(f"nullif({text}, '') as {name}")
    store.execute(f"create table rows as select {', '.join(selected)} from read_parquet('{path}')")  # noqa: S608
    filled = [row[0] for row in store.execute("describe rows").fetchall()]
    # Where a property is known, what people of one home share beside it costs these models precision (trials).
    misleading = {"phone", "email"} if "uprn" in filled else set()
    return [name for name in _COLUMNS if name in set(filled) - misleading and _tells(store, name)]


def _tells(store: Any, name: str) -> bool:
    """Whether a column tells people apart: not one value nearly everywhere, nor a number that hardly recurs.

    Such columns only mislead an estimate without labels, and whoever looks at the data first leaves them out.
    """
    query = f"""
        select coalesce(sum(n), 0), coalesce(max(n), 0), coalesce(sum(n) filter (n > 1), 0)
        from (select count(*) as n from rows where {name} is not null group by {name})
    """  # noqa: S608 - a column of our own
    filled, most, repeated = store.execute(query).fetchall()[0]
    if name in _NUMBERS:
        return bool(repeated > 0.02 * filled)
    return bool(filled and (most < 0.9 * filled))


def blocking(store: Any, columns: list[str]) -> list[tuple[str, ...]]:
    """Sets of columns, equal in both rows of a pair that is compared at all: the best found in trials.

    A date of birth alone, or both names alone, is left out of a large set and where properties are known: there it
    costs precision and brings little recall that the other rules do not.
    """
    rows = store.execute("select count(*) from rows").fetchall()[0][0]
    wanted = (*_RULES, *_SMALL_SET_RULES) if rows < _SMALL_SET and "uprn" not in columns else _RULES
    return [rule for rule in wanted if set(rule) <= set(columns) and not ("uprn" in columns and rule[0] == "address")]
