"""What is learnt from records alone: housemates where addresses are shared, one fact once, and what then conflicts."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from linkage.addresses import address_text
from linkage.bands import Places
from linkage.candidates import LOOSE_PAIRS, SMALL_FILE, candidates, used_loosely
from linkage.columns import connect, records_table
from linkage.compare import compare
from linkage.conditions import text_alike
from linkage.fit import fit_model, fit_table
from linkage.levels import COMPARISONS, ONE_HOME, TOLD
from linkage.model import default_model
from linkage.pairwise import Comparable, PairScorer
from linkage.persons import settle
from linkage.record import LinkRecord
from linkage.record_columns import Columns
from linkage.standardise import standardise
from linkage.told import beside_told
from linkage.training_people import generate


@cache
def fitted(*, loose):
    known = [standardise(each.record) for each in sorted(generate(400, 3), key=lambda each: each.record.record_id)]
    with connect() as connection:
        records_table(connection, known)
        found = candidates(Columns(connection), loose=loose, wide=loose)
        return len(found.left), fit_table(
            Columns(connection), compare(Columns(connection), found.left, found.right), len(known), default_model()
        )


def test_how_many_housemates_there_are_does_not_hang_on_which_pairs_were_compared():
    few, strict = fitted(loose=False)
    many, wide = fitted(loose=True)

    assert many > 2 * few
    assert strict.household_per_record == pytest.approx(wide.household_per_record, rel=0.05)
    assert strict.same_per_record == pytest.approx(wide.same_per_record, rel=0.05)


def test_in_records_without_addresses_there_are_families_as_well():
    known = [
        replace(each.record, uprns=(), address_keys=(), streets=(), postcodes=(), phones=(), emails=(), identifiers=())
        for each in generate(400, 3)
    ]
    model = fit_model(known)

    assert model.household_per_record >= model.same_per_record / 10


@pytest.mark.parametrize("model_of", [default_model, lambda: fitted(loose=False)[1]])
def test_what_another_comparison_has_told_weighs_nothing_and_makes_the_rest_neither_rarer_nor_commoner(model_of):
    model = model_of()
    told = [model.levels[name][level] for name, levels in TOLD.items() for level in levels]

    assert len(told) == 4
    assert all(each.same == each.household == each.chance for each in told)
    for name in (name for name, levels in TOLD.items() if levels):
        untold = [each for level, each in model.levels[name].items() if level not in TOLD[name]]
        sums = [sum(each[kind] for each in untold) for kind in range(3)]
        assert sums == pytest.approx([sums[0]] * 3, rel=1e-4)


def test_a_level_stays_possible_where_almost_every_pair_of_one_person_was_told_of_by_another_comparison():
    (sex,) = (each for each in COMPARISONS if each.name == "sex")
    made = beside_told(sex, np.array([[1.0, 0.3, 0.4], [1e-7, 0.3, 0.3], [1e-7, 0.4, 0.3]]))

    assert made[0].tolist() == [1.0, 1.0, 1.0]
    assert np.all((made > 0) & (made <= 1))
    assert made[1:].sum(axis=0) == pytest.approx([2e-7] * 3)


@pytest.mark.parametrize("model", [default_model(), fitted(loose=False)[1]])
def test_the_sex_of_two_of_one_name_weighs_nothing_and_of_others_as_ever(model):
    def odds(given, sex, other):
        one, two = (
            Comparable(standardise(LinkRecord(each, each, given_names=(name,), family_names=("Hill",), sex=sexed)))
            for each, name, sexed in (("a", "John", sex), ("b", given, other))
        )
        return PairScorer(model, 1000)(one, two)

    assert odds("John", "male", "male") == pytest.approx(odds("John", "male", None))
    assert odds("John", "male", "female") < odds("John", "male", None)
    assert odds("Jill", "male", "female") < odds("Jill", "male", None) < odds("Jill", "male", "male")


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


def alike(one, other):
    known = [
        standardise(LinkRecord(name, "s", address_texts=(address_text([line]),)))
        for name, line in (("a", one), ("b", other))
    ]
    return text_alike().holds(*known)


def test_an_address_is_alike_with_slips_parts_left_out_and_parts_in_another_order():
    assert alike("Rosewyn, 12 Mullan Street, Mansfield", "rosewynn, 12 mulan street, mansfeild")
    assert alike("Rosewyn, 12 Mullan Street, Mansfield", "12 Mullanstreet Mansfield")
    assert alike("Rosewyn, 12 Mullan Street", "Mullan Street, 12 Rosewyn")
    assert not alike("12 Mullan Street, Mansfield", "14 Mullan Street, Mansfield")
    assert not alike("Flat 1, 12 Mullan Street, Mansfield", "Flat 2, 12 Mullan Street, Mansfield")
    assert not alike("12 Mullan Street, Mansfield", "12 Postle Circuit, Mansfield")


def test_one_home_written_differently_tells_housemates_as_little_apart_as_one_home_written_alike():
    records = []
    for number, each in enumerate(generate(400, 3)):
        record = each.record
        text = "".join(letter for letter in "".join((*record.streets, *record.postcodes)).lower() if letter.isalpha())
        # One in three has its address so written that no key can be made of it.
        hidden = {"uprns": (), "address_keys": (), "postcodes": ()} if number % 3 == 0 else {}
        records.append(replace(record, address_texts=(f"12|{text}",), **hidden))

    levels = fit_model(records).levels["place"]

    assert levels["text"].same > 0.05
    dwelling, *others = (levels[name].same / levels[name].household for name in ONE_HOME)
    assert others == pytest.approx([dwelling] * len(others))


def siblings_and_slips():
    """Homes of two siblings, one in six of names nearly equal that others bear as well.

    Of each two records; in one person of five a slip makes the name of the second one that nobody bears.
    """
    near, far = ("Marian", "Marion", "Marina", "Marine"), ("Jocelyn", "Phoebe", "Deborah", "Kirsty", "Hugo", "Wilfred")
    for home in range(1200):
        for child in range(2):
            name = near[(home // 6 + child) % 4] if home % 6 == 0 or child == 0 else far[home % 5]
            letters = chr(97 + home % 26) + chr(97 + home // 47)
            slip = f"{name[:3]}{letters}{name[4:]}" if (home + child) % 5 == 0 else name
            born = f"{1990 + home % 20 + 3 * child}-0{1 + (home + 4 * child) % 9}-{11 + (home + 7 * child) % 17}"
            for number, given_name in enumerate((name, slip)):
                yield LinkRecord(
                    f"{home}-{child}-{number}", "s", given_names=(given_name,), birth_date=born,
                    family_names=(f"Fam{chr(97 + home % 26)}{home}",), address_keys=(f"home {home}",),
                )  # fmt: skip


def test_nearly_equal_names_that_others_bear_are_rather_two_peoples_and_one_that_nobody_bears_is_a_slip():
    slips = fit_model([*siblings_and_slips()]).slips["given"]
    used = [each for each in slips if max(each) > 0.02]

    assert used[-1].same > 3 * used[-1].household
    assert sum(each.household for each in used[:-1]) > 3 * sum(each.same for each in used[:-1])
    assert all(each.household == each.chance for each in slips)
    for kind in range(3):
        assert sum(each[kind] for each in slips) == pytest.approx(1.0, abs=1e-4)


def test_where_hardly_any_names_nearly_agree_how_rare_they_are_says_nothing():
    slips = fit_model([each for each in siblings_and_slips() if each.record_id.endswith("0-0")]).slips

    assert slips is None or all(each.same == pytest.approx(each.household, abs=1e-3) for each in slips["given"])


def of_people_alone(wrong_dates):
    """Two records each of people who share no home; of so many in a hundred the second has another birth date."""
    alone = {each.person: each.record for each in generate(500, 4) if each.record.birth_date}
    pairs = []
    for number, one in enumerate(alone.values()):
        home = replace(one, postcodes=(), uprns=(), address_keys=(f"home {number}",), phones=(), emails=())
        date = (
            f"{1930 + number % 70}-0{1 + number % 9}-1{number % 10}" if number % 100 < wrong_dates else one.birth_date
        )
        pairs += [home, replace(home, record_id=f"{one.record_id}-2", birth_date=date, identifiers=())]
    return fit_model(pairs)


def test_where_nobody_lives_with_another_it_is_learnt_how_often_a_birth_date_is_wrong():
    few, many = (of_people_alone(each) for each in (1, 12))

    assert not many.expects_relatives
    assert many.levels["birth"]["different"].same > 0.08
    assert few.levels["birth"]["different"].same < 0.03
