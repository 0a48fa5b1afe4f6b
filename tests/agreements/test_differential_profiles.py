"""200 whole profiles, five persons and every cell, asked of the compiled engine and of the reference: no difference.

Asking cell by cell does not cover the path that lists: a state kept from one person for the next shows only here. Cedar
and Rego, which hold the reference to the law and take six times as long as both, are asked of one in five; of each
with `make test-deep`.
"""

import pytest

from concept_model.items import ITEMS
from tests.agreements.oracles.differential import Tally, compare_seed
from tests.agreements.questions import PERSONS
from tests.depth import one_in


@pytest.mark.slow
def test_the_engines_give_one_answer_on_two_hundred_profiles():
    total = Tally()
    for seed in range(1_000, 1_200):
        total.add(compare_seed(seed, northvale=False, cells=0, profiles=1, oracles=seed % one_in(5) == 0))

    assert total.differences == []
    assert total.profiles == 200
    assert total.profile_cells == 200 * PERSONS * 4 * len(ITEMS)
    assert total.profile_released > 10_000
    assert total.referrals > 20
