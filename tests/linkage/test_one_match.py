"""A source that holds nobody twice: a record has one match there or none."""

from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.columns import connect
from linkage.engine import link_table
from linkage.file_rows import COLUMNS
from linkage.one_match import MAY_REPEAT, among_pairs_between, with_one_match
from linkage.sources import Sources
from linkage.training_people import generate


def weighed(pairs, source):
    """`pairs`: {(left, right): odds}."""
    ends = np.array([*pairs], dtype=np.int32).reshape(-1, 2)
    odds = np.array([*pairs.values()], dtype=np.float64)
    found = with_one_match(odds, ends[:, 0], ends[:, 1], np.array(source))
    return dict(zip(pairs, found.tolist(), strict=True))


def two_registers(size, found):
    """The sources of `size` records in each of two registers, and pairs that join `found` of them beyond doubt."""
    return [0] * size + [1] * size, {(number, size + number): 12.0 for number in range(found)}


def test_who_is_left_over_in_two_registers_of_the_same_people_belongs_together_on_weaker_evidence():
    source, sure = two_registers(100, 99)

    assert weighed({**sure, (99, 199): -2.0}, source)[99, 199] > 1.0


def test_in_a_register_that_knows_few_of_the_others_people_weak_evidence_stays_weak():
    source, sure = two_registers(100, 10)

    assert weighed({**sure, (99, 199): -2.0}, source)[99, 199] < -1.5


def test_two_candidates_that_fit_alike_are_neither_taken_and_one_that_fits_far_better_is():
    source, sure = two_registers(100, 98)
    alike = weighed({**sure, (98, 198): 6.0, (98, 199): 6.0}, source)
    better = weighed({**sure, (98, 198): 9.0, (98, 199): 2.0}, source)

    assert abs(alike[98, 198]) < 0.1
    assert abs(alike[98, 199]) < 0.1
    assert better[98, 198] > 6.0
    assert better[98, 199] < 0.0


def test_where_one_source_alone_holds_nobody_twice_its_records_may_have_several_matches_in_the_other():
    source = [0] * 50 + [MAY_REPEAT] * 50
    both = weighed({(0, 50): 6.0, (0, 51): 6.0}, source)
    rivals = weighed({(0, 50): 6.0, (1, 50): 6.0}, source)

    assert min(both.values()) > 5.9
    assert max(rivals.values()) < 0.1


def test_pairs_within_a_source_and_between_sources_that_may_repeat_stay_as_they_are():
    pairs = {(0, 1): 3.0, (2, 3): 4.0}

    assert weighed(pairs, [0, 0, MAY_REPEAT, MAY_REPEAT]) == pairs


@given(
    odds=st.dictionaries(st.tuples(st.integers(0, 5), st.integers(6, 11)), st.floats(-40, 40), max_size=20),
    source=st.lists(st.integers(-1, 2), min_size=12, max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_neither_the_order_of_pairs_nor_their_sides_matter(odds, source, order):
    shuffled = [*odds]
    order.shuffle(shuffled)
    turned = {(right, left): odds[left, right] for left, right in shuffled}
    one, other = weighed(odds, source), weighed(turned, source)

    assert all(np.isclose(one[left, right], other[right, left]) for left, right in odds)


def test_a_list_of_few_beside_a_register_of_many_has_its_matches_among_the_pairs_between_them():
    """19 in 20 records stand in the register: of all pairs one in ten is between the two, and all of one person are."""
    source = np.array([0] * 5 + [1] * 95)
    left, right = np.array([0, 0, 5], dtype=np.int32), np.array([1, 5, 6], dtype=np.int32)

    assert among_pairs_between(np.zeros(3), left, right, source).tolist() == pytest.approx([0.0, log(1 / 0.095), 0.0])


def test_of_two_sources_that_may_repeat_nothing_is_known_and_one_source_alone_has_no_pairs_to_another():
    left, right = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)

    assert among_pairs_between(np.ones(1), left, right, np.array([MAY_REPEAT, MAY_REPEAT, 0, 0])).tolist() == [1.0]
    assert among_pairs_between(np.ones(1), left, right, np.array([0, 0])).tolist() == [1.0]


def a_list_and_a_register():
    """Grown people of council tax, most without a birth date, beside what a surgery holds; who is on the list by id."""
    rows = {}
    for each in generate(2000, 1):
        record = each.record
        source = {"health": "register", "council-tax": "list"}.get(record.source)
        if source == "register" or (source == "list" and each.person % 15 == 0):
            names = (next(iter(values), None) for values in (record.given_names, record.family_names))
            key = (source, f"{each.person:05d}")
            rows.setdefault(key, (*key, *names, record.birth_date, next(iter(record.uprns), None)))
    return sorted(rows.values())


def test_who_is_on_a_short_list_is_found_in_a_long_register():
    rows = a_list_and_a_register()
    person = linked_rows(rows, ("list", "register"), home="uprn")
    place = {row[:2]: number for number, row in enumerate(rows)}
    both = [(place["list", key], place["register", key]) for source, key, *_ in rows
            if source == "list" and ("register", key) in place]  # fmt: skip
    found = sum(person[one] == person[other] for one, other in both)

    assert len(both) == 46
    assert found >= 12
    assert len(rows) - len(set(person.tolist())) == found


def registers(people):
    """Rows of two registers of the same people; the last has moved and has another family name in the second."""
    for register in ("a", "b"):
        for number in range(people):
            home, family, born = (
                f"{number} Mill Lane",
                f"Family{number}xyz",
                f"{1950 + number % 40}-0{1 + number % 9}-1{number % 10}",
            )
            if number == people - 1:
                home, family, born = ("12 High Street", "Otherone", None) if register == "b" else (home, family, None)
            yield (register, f"{number:04d}", f"Given{number}abc" if born else "Kim", family, born, home)


def linked_rows(rows, free, home="address"):
    """The person of each row, in order of source and key."""
    columns = ["source", "source_key", "given_name", "family_name", "birth_date", home]
    sent = pd.DataFrame(rows, columns=columns).assign(postcode="NV1 2AB").reindex(columns=COLUMNS).astype("string")
    with connect() as connection:
        connection.register("sent", sent.assign(number=range(len(sent)), row=range(len(sent))))
        connection.execute(
            "create table rows as select number::integer as number, row, * exclude (number, row) from sent"
        )
        return link_table(connection, COLUMNS, sources=Sources(free)).persons.person


def test_a_person_left_over_in_two_files_is_found_where_they_are_said_to_hold_nobody_twice():
    rows = [*registers(600)]
    found = [linked_rows(rows, free)[1199] == 599 for free in ((), ("a", "b"))]

    assert found == [False, True]
