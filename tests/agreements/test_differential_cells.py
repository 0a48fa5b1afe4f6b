"""10,000 cells, each near some rule, asked of the compiled engine and of the reference: no difference.

Cedar and Rego are asked in one register of four and of the first of Northvale's cells; of each with `make test-deep`.
`make differential` asks a hundred times as many, all of all four.
"""

import pytest

from tests.agreements.oracles.differential import Tally, compare, compare_seed, northvale_documents
from tests.depth import one_in

RANDOM = 96
NORTHVALE = 400


@pytest.mark.slow
def test_the_engines_give_one_answer_on_ten_thousand_cells():
    total = Tally()
    for seed in range(1, RANDOM + 1):
        total.add(compare_seed(seed, northvale=False, cells=100, profiles=0, oracles=seed % one_in(4) == 0))
    total.add(compare(0, northvale_documents(), NORTHVALE, 0, oracles=False))
    by_all = compare(0, northvale_documents(), NORTHVALE // one_in(8), 0)

    assert by_all.differences == total.differences == []
    assert by_all.released > 0
    assert total.cells == 10_000
    assert 2_000 < total.released < 8_000
