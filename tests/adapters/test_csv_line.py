"""A row's line holds its cells, whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.csv_line import cells_of, line_of

CELLS = st.text(st.sampled_from('ab,;"\n\r\t \x0b\x85\u2028é') | st.characters(exclude_categories=("Cs",)), max_size=8)


@given(st.lists(CELLS, min_size=1, max_size=6))
def test_the_line_of_some_cells_gives_those_cells_back(cells):
    assert cells_of(line_of(cells)) == cells


@given(st.lists(CELLS, min_size=3, max_size=3), st.lists(CELLS, min_size=3, max_size=3))
def test_no_two_rows_have_the_same_line(one, other):
    assert (line_of(one) == line_of(other)) == (one == other)


def test_cells_that_need_no_quotation_marks_have_none():
    assert line_of(["1", "", "4 High Street"]) == "1,,4 High Street"
