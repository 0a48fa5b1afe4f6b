"""Households on columns are those that the rules give, read one by one; stays end where a person is seen elsewhere."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.dwellings import NOWHERE, dwellings
from linkage.residence import lived_together
from linkage.stays import EARLIEST, LATEST, Stays, seen_stays
from tests.linkage.plain_households import PlainStay, dwellings_of, households_of, stays_of

NAMES = ["", "Ash", "Bell", "Cole", "Dyer", "Ash-Bell", "Eve", "Fox"]
# Days about a fortnight and about three months apart, where the rules turn.
DAYS = [700_000 + day for day in (0, 1, 13, 14, 15, 90, 91, 92, 104, 105, 106, 180, 181)]
STARTS, ENDS = st.sampled_from([*DAYS, EARLIEST]), st.sampled_from([*DAYS, LATEST])
PERIODS = st.tuples(STARTS, ENDS).filter(lambda period: period[0] <= period[1])


def columns(stays):
    rows = [(one.person, one.place, one.start, one.end, NAMES.index(one.surname)) for one in stays]
    return Stays(*np.array(rows, dtype=np.int64).reshape(-1, 5).T)


def a_street(random):
    """Many people in few homes, so that each example holds moves, hand-overs and a crowded house."""
    homes = random.randint(1, 30)
    stays = []
    for _ in range(random.randint(0, 60)):
        start, end = sorted(random.choice(DAYS) for _ in range(2))
        start, end = random.choice([start, start, start, EARLIEST]), random.choice([end, end, LATEST])
        stays.append(PlainStay(random.randint(0, 24), random.randint(0, homes), start, end, random.choice(NAMES)))
    return stays


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_the_columns_give_the_households_that_the_rules_give(random):
    stays = a_street(random)
    together = lived_together(columns(stays), NAMES)
    found = {frozenset(np.flatnonzero(together.group == each).tolist()) for each in set(together.group.tolist())}

    assert (found, set(together.crowded.tolist())) == households_of(stays)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), PERIODS), min_size=1, max_size=20))
def test_a_stay_lasts_until_the_person_is_seen_elsewhere(drawn):
    sightings = [(person, place, *period) for person, place, period in drawn]
    stays = seen_stays(columns([PlainStay(*one) for one in sightings]))
    found = zip(stays.person.tolist(), stays.place.tolist(), stays.start.tolist(), stays.end.tolist(), strict=True)

    assert list(found) == stays_of(sightings)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), st.sampled_from([None, 0, 1, 2])), max_size=16))
def test_addresses_go_by_the_number_that_other_rows_tell(rows):
    uprn, address = (
        np.array([NOWHERE if row[place] is None else row[place] for row in rows], dtype=np.int64) for place in (0, 1)
    )
    uprns = int(uprn.max(initial=-1)) + 1
    expected = [
        NOWHERE if each is None else each[1] + (uprns if each[0] == "address" else 0) for each in dwellings_of(rows)
    ]

    assert dwellings(uprn, address).tolist() == expected


def test_a_mother_who_was_seen_nowhere_else_still_lives_there_when_her_child_is_born():
    day = date.toordinal
    mother = PlainStay(0, 0, day(date(2015, 1, 1)), day(date(2018, 1, 1)))
    child = PlainStay(1, 0, day(date(2021, 6, 1)), day(date(2024, 1, 1)))
    stays = seen_stays(columns([mother, child]))

    assert len(set(lived_together(stays, NAMES).group.tolist())) == 1


def test_a_tenant_who_moved_on_is_not_of_the_household_that_came_after():
    day = date.toordinal
    seen = [
        PlainStay(0, 0, day(date(2015, 1, 1)), day(date(2018, 1, 1))),
        PlainStay(0, 1, day(date(2019, 1, 1)), day(date(2022, 1, 1))),
        PlainStay(1, 0, day(date(2021, 6, 1)), day(date(2024, 1, 1))),
    ]
    stays = seen_stays(columns(seen))
    group = lived_together(stays, NAMES).group.tolist()
    of = dict(zip(zip(stays.person.tolist(), stays.place.tolist(), strict=True), group, strict=True))

    assert of[1, 0] != of[0, 0] == of[0, 1]
