"""What is learnt from records alone: housemates where addresses are shared, one fact once, and what then conflicts."""

from dataclasses import replace

import pytest

from linkage.bands import Places
from linkage.candidates import LOOSE_PAIRS, SMALL_FILE, candidates, used_loosely
from linkage.columns import connect, records_table
from linkage.compare import compare
from linkage.fit import fit_table
from linkage.levels import TOLD
from linkage.model import default_model
from linkage.persons import settle
from linkage.record import LinkRecord
from linkage.standardise import standardise
from linkage.training_people import generate


def fitted(*, loose):
    known = [standardise(each.record) for each in sorted(generate(400, 3), key=lambda each: each.record.record_id)]
    with connect() as connection:
        records_table(connection, known)
        found = candidates(connection, loose=loose, wide=loose)
        return len(found.left), fit_table(
            connection, compare(connection, found.left, found.right), len(known), default_model()
        )


def test_how_many_housemates_there_are_does_not_hang_on_which_pairs_were_compared():
    few, strict = fitted(loose=False)
    many, wide = fitted(loose=True)

    assert many > 2 * few
    assert strict.household_per_record == pytest.approx(wide.household_per_record, rel=0.05)
    assert strict.same_per_record == pytest.approx(wide.same_per_record, rel=0.05)


@pytest.mark.parametrize("model", [default_model(), fitted(loose=False)[1]])
def test_names_in_each_others_place_are_one_fact_and_weigh_once(model):
    told = [model.levels[name][level] for name, levels in TOLD.items() for level in levels]

    assert len(told) == 3
    assert all(each.same == each.household == each.chance for each in told)


def test_loose_keys_are_for_small_files_unless_asked_for():
    assert used_loosely(LOOSE_PAIRS * SMALL_FILE, SMALL_FILE, wide=False)
    assert not used_loosely(LOOSE_PAIRS * SMALL_FILE + 1, SMALL_FILE, wide=False)
    assert not used_loosely(0, SMALL_FILE + 1, wide=False)
    assert used_loosely(10**9, SMALL_FILE + 1, wide=True)


def persons(odds, model):
    known = [
        standardise(LinkRecord(each, "s", given_names=("John",), family_names=("Hill",), birth_date=born))
        for each, born in (("a", "1950-03-02"), ("b", None), ("c", "1980-07-09"))
    ]
    clustering, _ = settle(known, {(0, 1): 6.0, (1, 2): 6.0, (0, 2): odds}, model, {})
    return clustering.clusters()


def test_a_generation_between_two_dates_keeps_them_apart_where_relatives_are_to_be_expected():
    model = default_model()
    assert model.expects_relatives
    assert not any({0, 2} <= set(each) for each in persons(-1.0, model))
    # The pair itself, date and all, still speaks for one person: a verified number, say.
    assert persons(3.0, model) == [[0, 1, 2]]

    alone = replace(model, household_per_record=0.1)
    assert persons(-1.0, alone) == [[0, 1, 2]]


def test_what_speaks_for_a_place_is_weighed_against_what_speaks_against_it():
    odds = {(0, 1): 8.0, (0, 2): -6.0, (0, 3): 7.0, (0, 4): -6.0}
    places = Places(odds, lambda *_: False, {})

    assert places.place(0, [0, 1, 2])[0] == pytest.approx(0.993, abs=1e-3)
    assert places.place(0, [0, 1, 2, 3])[0] > places.place(0, [0, 1, 2])[0]
    assert places.place(0, [0, 1, 2, 4])[0] < places.place(0, [0, 1, 2])[0]
