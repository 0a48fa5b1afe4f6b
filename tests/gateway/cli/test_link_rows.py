"""`hearthgate link` on single rows: several of one record, cells that cannot be read, and where a warning points."""

import csv
from itertools import permutations

import pytest

from gateway.commands.link_files import Order, link_files

HEAD = (
    "source",
    "source_key",
    "given_name",
    "family_name",
    "birth_date",
    "postcode",
    "address",
    "seen_from",
    "seen_to",
)
MOVED = [
    ("health", "1", "Jo", "Example", "1990-02-03", "ZZ1 1AA", "1 Old Street", "2010-01-01", "2015-01-01"),
    ("health", "1", "Jo", "Example", "1990-02-03", "ZZ2 2BB", "2 New Road", "2016-01-01", "2020-01-01"),
]
OTHERS = [
    ("schools", "2", "Kim", "Other", "1970-07-08", "ZZ1 1AA", "1 Old Street", "2009-01-01", "2020-01-01"),
    ("schools", "4", "Pat", "Other", "1972-07-08", "ZZ1 1AA", "1 Old Street", "2009-01-01", "2020-01-01"),
    ("schools", "3", "Olu", "Adeyemi", "1981-11-30", "ZZ2 2BB", "2 New Road", "2016-01-01", "2020-01-01"),
]


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def homes(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return {row["source_key"]: row["household_id"] for row in csv.DictReader(stream)}


@pytest.mark.parametrize("rows", list(permutations(MOVED)), ids=["older first", "newer first"])
def test_a_record_lives_where_it_was_seen_last_whatever_the_order_of_its_rows(tmp_path, rows):
    link_files(Order((written(tmp_path / "in.csv", [*OTHERS, *rows]),), tmp_path / "out.csv"))
    found = homes(tmp_path / "out.csv")

    assert found["1"] == found["3"] != found["2"]
