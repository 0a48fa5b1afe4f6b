"""The world that the other tests stand on is the one that the generator foresaw."""


def test_every_file_of_northvale_is_taken_as_the_generator_foresaw(northvale_world):
    expected = {one["file"]: (one["rows"], one["bad_rows"]) for one in northvale_world.book("manifest")["files"]}

    taken = {
        name: (batch.rows_read, batch.rows_rejected + batch.rows_refused)
        for name, batch in northvale_world.batches.items()
        if batch.refusal_code != "supply-not-agreed"
    }

    assert taken == {name: rows for name, rows in expected.items() if name in taken}
    # Practice P9 and P10: the main register takes nothing of the electoral register, nor of the benefits register.
    assert set(expected) - set(taken) == {"dwp-benefits.csv", "electoral-register.csv"}
