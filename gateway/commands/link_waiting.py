"""Why so many pairs of `hearthgate link` wait, and few people are joined: it has to be said, with what joins more."""

from collections.abc import Collection

import duckdb

_FEWEST_ROWS = 100
# One pair waiting in so many rows is what any register has.
_ROWS_A_PAIR = 50
_CONTACTS = {"phone", "email"}
_OF_PEOPLE = _CONTACTS | {
    "given_name", "family_name", "birth_date", "postcode", "uprn", "address", "nhs_number", "nino", "upn",
}  # fmt: skip


def dateless_sources(
    connection: duckdb.DuckDBPyConnection, present: Collection[str], duplicate_free: Collection[str], waiting: int
) -> list[str]:
    """What can be said of a source to join more of its people, where many pairs are `waiting` for somebody to decide.

    A name at one address may be a parent's and a child's: without a birth date the pair waits, but in a source that
    holds nobody twice whoever it joins there is the only one.
    """
    if "birth_date" not in present:
        return []
    found = connection.execute(
        "select source, count(birth_date) * 2 < count(*) as dateless, count(*) from rows where source is not null "
        "group by source order by source"
    ).fetchall()
    rows = sum(count for *_, count in found)
    told = [
        source for source, dateless, count in found
        if dateless and count >= _FEWEST_ROWS and source not in duplicate_free
    ]  # fmt: skip
    if not told or waiting * _ROWS_A_PAIR < rows or all(dateless for _, dateless, _ in found):
        return []
    return [
        f"most rows of {', '.join(told)} have no birth_date, so that many of {waiting:,} pairs wait that may be one "
        "person: where such a source holds nobody twice, --duplicate-free joins more of them"
    ]


def contacts_alone(present: Collection[str], waiting: int) -> list[str]:
    """That nothing tells people apart but what a family shares, where pairs are `waiting` for somebody to decide."""
    if not waiting or not _OF_PEOPLE.intersection(present) <= _CONTACTS:
        return []
    return [
        f"rows have a phone or an email and neither names nor birth dates: nobody is joined by what a family shares, "
        f"and {waiting:,} pairs wait"
    ]
