"""10,000 cells, each near some rule, asked of the compiled engine, the reference, Cedar and Rego: no difference.

`make differential` asks a hundred times as many.
"""

import pytest

from tests.agreements.oracles.differential import Tally, compare, compare_seed, northvale_documents

RANDOM = 96
NORTHVALE = 400


@pytest.mark.slow
def test_four_engines_give_one_answer_on_ten_thousand_cells():
    total = Tally()
    for seed in range(1, RANDOM + 1):
        total.add(compare_seed(seed, northvale=False, cells=100, profiles=0))
    total.add(compare(0, northvale_documents(), NORTHVALE, 0))

    assert total.differences == []
    assert total.cells == 10_000
    assert 2_000 < total.released < 8_000
