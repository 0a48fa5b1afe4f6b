"""What is known of a source before a record of it is read: whether it holds anybody twice, and whether any child."""

import pandas as pd
import pytest

from linkage.columns import connect
from linkage.engine import link_table
from linkage.explain import REASON_WORDS
from linkage.file_rows import COLUMNS
from linkage.persons import link_records
from linkage.record import Decision, LinkRecord
from linkage.sources import UNKNOWN, Sources
from linkage.training_people import generate

GROWN = Sources(born_by={"tax": 2008})
FENWICK = {
    "given_name": "Fenwick", "family_name": "Thackray", "sex": "male", "postcode": "NV1 2AB",
    "address": "14 High Street", "phone": "07700900123",
}  # fmt: skip


def persons_of(rows, sources, neighbours=0):
    """The person of each row, as (source, birth date), in a file that holds so many rows of other people besides."""
    others = [
        {
            "source": "s", "given_name": each.record.given_names[0], "family_name": each.record.family_names[0],
            "birth_date": each.record.birth_date, "postcode": each.record.postcodes[0],
            "address": each.record.streets[0] if each.record.streets else None,
        }
        for each in (generate(neighbours, 23)[:neighbours] if neighbours else ())
    ]  # fmt: skip
    told = [{**FENWICK, "source": source, "birth_date": born} for source, born in rows]
    frame = pd.DataFrame([*told, *others], columns=COLUMNS, dtype="string")
    with connect() as connection:
        connection.register("sent", frame.assign(number=range(len(frame))))
        connection.execute(
            "create table rows as select number::integer as number, number as row, * exclude (number) from sent"
        )
        found = link_table(connection, COLUMNS, sources=sources).persons.person[: len(rows)].tolist()
    return [found.index(each) for each in found]


def record(number, source, born, sources=GROWN):
    return LinkRecord(
        f"r{number}", source, given_names=("Fenwick",), family_names=("Thackray",), birth_date=born, sex="male",
        postcodes=("NV1 2AB",), address_keys=("NV12AB|14",), phones=("07700900123",),
        born_by=sources.born_by.get(source),
    )  # fmt: skip


@pytest.mark.parametrize("neighbours", [0, 800])
def test_a_taxpayer_without_a_birth_date_is_not_the_child_of_the_same_name_and_home(neighbours):
    rows = [("tax", None), ("school", "2015-06-09"), ("clinic", "2015-06-09")]

    assert persons_of(rows, UNKNOWN, neighbours) == [0, 0, 0]
    assert persons_of(rows, GROWN, neighbours) == [0, 1, 1]


@pytest.mark.parametrize("neighbours", [0, 800])
def test_a_taxpayer_is_the_grown_person_of_the_name_and_so_is_a_child_who_has_grown_up_since(neighbours):
    assert persons_of([("tax", None), ("clinic", "1984-06-09")], GROWN, neighbours) == [0, 0]
    assert persons_of([("tax", None), ("school", "2008-12-31")], GROWN, neighbours) == [0, 0]


def test_such_a_pair_waits_for_a_steward_and_a_decision_wins_over_what_is_known():
    records = [record(1, "tax", None), record(2, "school", "2015-06-09")]
    (waiting,) = link_records(records).reviews

    assert waiting.reasons == ("a-child-among-adults",)
    assert "child" in REASON_WORDS["a-child-among-adults"]
    assert "a_child_among_adults" in waiting.claims
    assert len(link_records(records, decisions=[Decision("r1", "r2", "same")]).clusters) == 1


def test_a_record_of_one_such_source_brings_no_child_and_adult_together():
    records = [record(1, "tax", None), record(2, "clinic", "2015"), record(3, "clinic", "2015-06-09")]

    assert link_records(records).clusters == (("r1",), ("r2", "r3"))
