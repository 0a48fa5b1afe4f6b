"""Rows of one source and key are one record; which words are its first does not hang on the rest of the file."""

from linkage.columns import connect
from linkage.file_columns import standard_table

TOLD = "given, middles_text, givens, givens_all, middles_all"


def standardised(rows):
    with connect() as connection:
        connection.execute("create table rows (number integer, row bigint, source varchar, given_name varchar)")
        connection.executemany("insert into rows values (?, ?, 'a', ?)", rows)
        standard_table(connection, ("source", "given_name"))
        return connection.execute(f"select {TOLD} from records order by number").fetchall()  # noqa: S608 - our own columns


def test_the_words_of_the_first_row_come_first_and_a_word_comes_once():
    one, other = standardised([(0, 0, "Jo Zed Amy Bea"), (0, 1, "Ann Zed"), (1, 2, "Jo Zed Amy Bea")])

    assert one[:3] == other[:3]
    assert one[1] == "zed"
    assert one[3][: len(other[3])] == other[3]
    assert len(set(one[3])) == len(one[3]) == len(other[3]) + 1


def test_a_record_is_the_same_whether_or_not_another_has_several_rows():
    (alone,) = standardised([(0, 0, "Jo Zed Amy Bea")])
    beside = standardised([(0, 0, "Jo Zed Amy Bea"), (1, 1, "Kim"), (1, 2, "Kimberley")])

    assert beside[0] == alone
