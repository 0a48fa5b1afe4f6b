"""Rows of one source and key are one record, in whatever order they come; by columns it is what it is on its own."""

from random import Random

import pandas as pd
import pytest

from linkage.columns import BIRTH, SETS, WORDS, connect, records_table
from linkage.engine import full_records
from linkage.file_columns import standard_table
from linkage.file_rows import COLUMNS
from linkage.sources import UNKNOWN

TOLD = "given, middles_text, givens, givens_all, middles_all"
SEEN = ("seen_from", "seen_to")
CELLS = {
    "given_name": ("Jo", "राम कुमार", "Ann Zed", "Bill", "Wai-Man", "-", None),
    "family_name": ("Smith-Jones", "Cole", "محمد", "UNKNOWN", None),
    "birth_date": ("1990-02-03", "1990", "1990-02", "1900-01-01", "1991-02-30", "n/a", "1992-05-06", None),
    "sex": ("f", "2", "M", "unknown", None),
    "postcode": ("NV1 2AB", "nv12ab", "ZZ99 3VZ", "90210", None),
    "uprn": ("00100", "0", "12\u00a0", None),
    "address": ("Flat 4, 3 Mill Lane", "3 Mill Lane, Northvale", "Rose House", None),
    "nhs_number": ("9434765919", "943 476\u00a05870", "9434765918", "-", None),
    "national_id": ("ab-1234", "12", " zz9 ", "--", None),
    "phone": ("07700 900123", "+44 7700\u2009900124", "0", None),
    "email": ("A@b.org", "\tc@d.org", "noreply@x.y", None),
    "seen_from": ("2015-01-01", "2019-06-30", "soon", None),
    "seen_to": ("2016-01-01", "2020-06-30", None),
}
PRESENT = tuple(CELLS)
ONES = (*WORDS, *BIRTH, "sex", "given_rarity", "family_rarity")
EVERYTHING = ", ".join((*ONES, *(f"{name}, {name}_all" for name in SETS)))


def standardised(rows, names=("given_name",), told=TOLD):
    """Of rows of a record's number and its cells, the records as they are compared."""
    with connect() as connection:
        load(connection, rows, names)
        standard_table(connection, names)
        return connection.execute(f"select {told} from records order by number").fetchall()  # noqa: S608 - our own columns


def load(connection, rows, names):
    frame = pd.DataFrame(rows, columns=["number", *names]).astype(dict.fromkeys(names, "string"))
    connection.register("sent", frame)
    connection.execute(
        "create table rows as select number::integer as number, (row_number() over ())::bigint as row, 's' as source, "
        "* exclude (number) from sent"
    )


def rows_at_random(random, most):
    return [
        (number, *(random.choice(CELLS[name]) for name in PRESENT))
        for number in range(40)
        for _ in range(random.randint(1, most))
    ]


def test_a_word_comes_once_and_a_record_is_the_same_whether_or_not_another_has_several_rows():
    one, other = standardised([(0, "Amy Zed Jo Bea"), (0, "Ann Zed"), (1, "Amy Zed Jo Bea")])
    (alone,) = standardised([(0, "Amy Zed Jo Bea")])

    assert one[:3] == other[:3] == alone[:3]
    assert one[3][: len(other[3])] == other[3]
    assert len(set(one[3])) == len(one[3]) == len(other[3]) + 1


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_by_columns_a_record_is_what_it_is_on_its_own(seed, most):
    rows = rows_at_random(Random(seed), most)  # noqa: S311 - an example, no cryptography
    with connect() as connection:
        load(connection, rows, PRESENT)
        standard_table(connection, PRESENT)
        names = [name for name, *_ in connection.execute("describe records").fetchall()]
        several = ", ".join(name for name in EVERYTHING.split(", ") if name in names)
        found = connection.execute(f"select {several} from records order by number").fetchall()  # noqa: S608 - our own columns
        records = full_records(connection, PRESENT, pd.Series(range(40)).to_numpy(), UNKNOWN)
        records_table(connection, records)
        wanted = connection.execute(f"select {several} from records order by number").fetchall()  # noqa: S608 - as above

    assert {"given", "birth_month", "sex", "nhs_number", "emails", "address_keys"} <= set(several.split(", "))
    assert found == wanted


def test_rows_of_a_record_say_the_same_in_any_order():
    rows = rows_at_random(Random(7), 4)  # noqa: S311 - as above
    shuffled = Random(8).sample(rows, len(rows))  # noqa: S311 - as above

    assert standardised(shuffled, PRESENT, EVERYTHING) == standardised(rows, PRESENT, EVERYTHING)


def test_the_name_that_was_said_last_is_the_usual_one_and_the_fullest_readable_date_counts():
    names = ("given_name", "birth_date", "seen_to")
    rows = [
        (0, "Amy", "1990-13-01", "2015-01-01"),
        (0, "Zoe", "1990", "2020-01-01"),
        (0, "Bea", "1990-02-03", "2019-01-01"),
    ]

    assert standardised(rows, names, "given, birth, birth_month") == [("zoe", "1990-02-03", 2)]


def test_every_column_that_is_compared_is_in_the_order_of_rows():
    assert set(PRESENT) - set(SEEN) | {"nino", "upn", "source", "source_key"} == set(COLUMNS)
