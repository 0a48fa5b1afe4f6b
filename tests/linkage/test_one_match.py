"""A source that holds nobody twice: a record has one match there or none."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from linkage.columns import connect
from linkage.engine import link_table
from linkage.file_rows import COLUMNS
from linkage.one_match import MAY_REPEAT, with_one_match
from linkage.sources import Sources


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


def test_a_person_left_over_in_two_files_is_found_where_they_are_said_to_hold_nobody_twice():
    frame = pd.DataFrame(
        [*registers(600)], columns=["source", "source_key", "given_name", "family_name", "birth_date", "address"]
    ).astype("string")
    frame["postcode"] = "NV1 2AB"
    found = []
    for free in ((), ("a", "b")):
        with connect() as connection:
            sent = frame.reindex(columns=COLUMNS).astype("string")
            connection.register("sent", sent.assign(number=range(len(sent)), row=range(len(sent))))
            connection.execute(
                "create table rows as select number::integer as number, row, * exclude (number, row) from sent"
            )
            linked = link_table(connection, COLUMNS, sources=Sources(free))
        found.append(linked.persons.person[1199] == 599)

    assert found == [False, True]
