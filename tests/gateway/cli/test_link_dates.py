"""`hearthgate link` on files that write days otherwise than YYYY-MM-DD: which of day and month comes first is told."""

import csv
import json

import duckdb
import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_date_orders import Column, Counts, decide
from gateway.commands.link_doubts import Places
from gateway.commands.link_files import Order, link_files

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date")
NAMES = ("Julia Taylor", "Noah Watson", "Aisha Khan", "Olu Adeyemi", "Wai-Man Chan", "Zofia Nowak", "Ravi Patel")
BORN = ("1990-03-04", "1985-12-25", "2015-07-08", "1971-05-05", "2001-11-30", "1966-01-09", "1958-10-02")


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def people(source, form):
    """All of them as one source writes them, of whom one was born on the 25th and one on the 30th."""
    return [
        (source, str(n), *name.split(), form.format(y=born[:4], m=born[5:7], d=born[8:], s=born[2:4]))
        for n, (name, born) in enumerate(zip(NAMES, BORN, strict=True))
    ]


@pytest.fixture
def linked(tmp_path):
    def run(*tables, **more):
        paths = [written(tmp_path / f"{letter}.csv", rows) for letter, rows in zip("abc", tables, strict=False)]
        report = tmp_path / "report.json"
        outcome = link_files(Order(tuple(paths), tmp_path / "out.csv", report=report, **more))
        with (tmp_path / "out.csv").open(newline="") as stream:
            found = {(row["source"], row["source_key"]): row["person_id"] for row in csv.DictReader(stream)}
        return outcome.lines, found, json.loads(report.read_text())

    return run


def all_found(found):
    return all(found["register", str(n)] == found["housing", str(n)] for n in range(len(NAMES)))


@pytest.mark.parametrize(
    ("form", "order"), [("{d}/{m}/{y}", "day first"), ("{m}/{d}/{y} 0:00", "month first"), ("{d}{m}{y}", "day first")]
)
def test_the_rows_of_a_file_tell_which_comes_first(linked, form, order):
    lines, found, report = linked(people("register", "{y}-{m}-{d}"), people("housing", form))

    assert all_found(found)
    assert lines == (f"dates: birth_date is read with the {order}, as 2 of 6 rows tell: b.csv (housing)",)
    (entry,) = report["dates"]
    assert (entry["file"], entry["column"], entry["order"], entry["either"]) == ("b.csv", "birth_date", order, 4)
    assert report["warnings"] == []


@pytest.mark.parametrize("form", ["{y}/{m}/{d}", "{y}{m}{d}", "{y}-{m}-{d} 00:00:00.000"])
def test_days_that_can_be_meant_in_one_way_only_need_no_word(linked, form):
    lines, found, _ = linked(people("register", "{y}-{m}-{d}"), people("housing", form))

    assert all_found(found)
    assert lines == ()


def test_each_source_of_a_file_has_its_own_order(linked):
    rows = people("register", "{d}/{m}/{y}") + people("housing", "{m}/{d}/{y}")
    lines, found, _ = linked(rows)

    assert all_found(found)
    assert len(lines) == 2


def test_where_no_row_tells_the_day_comes_first_and_a_warning_names_the_rows(linked):
    lines, found, report = linked(people("register", "{y}-{m}-{d}"), people("housing", "{d}/{m}/{y}")[:1])

    assert found["register", "0"] == found["housing", "0"]
    words = (
        "birth_date: no row tells whether the day or the month comes first; the day was taken for it, as in Britain; "
        "say --dates if not so: b.csv rows 1"
    )
    assert lines == (f"warning: {words}",)
    assert report["warnings"] == [words]


def test_another_column_of_the_file_or_another_file_of_the_source_tells_too(tmp_path):
    head = (*HEAD, "seen_from")
    told = written(tmp_path / "one.csv", [("a", "1", "Jo", "Example", "3/4/1990", "12/25/2015")], head)
    more = written(tmp_path / "two.csv", [("a", "2", "Jo", "Example", "3/4/1990")])
    same = written(tmp_path / "three.csv", [("b", "1", "Jo", "Example", "1990-03-04")])
    lines = link_files(Order((told, more, same), tmp_path / "out.csv")).lines

    assert lines == (
        "dates: birth_date is read with the month first, as other columns of the file tell: one.csv (a)",
        "dates: birth_date is read with the month first, as other files of the source tell: two.csv (a)",
    )
    with (tmp_path / "out.csv").open(newline="") as stream:
        assert len({row["person_id"] for row in csv.DictReader(stream)}) == 1


def test_rows_that_tell_two_things_are_refused_and_what_is_declared_holds(tmp_path, linked):
    rows = [*people("housing", "{d}/{m}/{y}"), ("housing", "9", "Kim", "Other", "12/31/1980")]
    with pytest.raises(CommandError) as refused:
        linked(rows)
    assert str(refused.value) == (
        "a.csv: birth_date of source housing has the day first in 2 rows (such as row 2) and the month first in 1 "
        "(such as row 8), so that 4 others may be either; write them in one way, or say --dates 'housing=day-first' if "
        "that is what they are"
    )
    assert not (tmp_path / "out.csv").exists()

    lines, found, _ = linked(people("register", "{y}-{m}-{d}"), rows, dates=("housing=day-first",))
    assert all_found(found)
    assert lines == (
        "dates: birth_date is read with the day first, as --dates says: b.csv (housing)",
        "warning: birth_date: is no day in the order in which its neighbours are written, and was left out: "
        "b.csv rows 8",
    )


def test_one_slip_in_a_hundred_is_left_out_and_stops_nobody(linked):
    rows = [("housing", str(n), "Kim", "Other", f"{13 + n % 15}/02/1980") for n in range(100)]
    rows += [("housing", "x", "Kim", "Other", "02/13/1980"), ("housing", "y", "Kim", "Other", "03/02/1980")]
    lines, _, _ = linked(rows)

    assert any("is read with the day first, as 100 of 102 rows tell" in line for line in lines)
    assert any(line.endswith("and was left out: rows 101") for line in lines)


def test_days_that_a_spreadsheet_turned_about_are_refused(linked):
    day_first = [(f"{13 + n}/02/1980", f"1980-0{2 + n % 6}-0{1 + n % 9}") for n in range(12)]
    rows = [
        ("housing", f"{n}{which}", "Kim", "Other", day)
        for n, pair in enumerate(day_first)
        for which, day in enumerate(pair)
    ]
    with pytest.raises(CommandError, match=r"a spreadsheet turned day and month about in 12 rows, .*such as row 1"):
        linked(rows)

    late = [("housing", "late", "Kim", "Other", "1980-02-20")]
    assert linked([*rows, *late])[0] == ()


def test_a_column_in_which_hardly_any_day_tells_is_doubted(linked):
    rows = [("housing", str(n), "Kim", "Other", f"0{1 + n % 9}/{10 + n % 3}/1980") for n in range(60)]
    lines, _, _ = linked([*rows, ("housing", "x", "Kim", "Other", "25/12/1980")])

    assert any("far more than by chance; were some turned about in a spreadsheet?" in line for line in lines)


def test_a_year_of_two_digits_is_the_latest_that_it_can_be(linked):
    def one(source, born):
        return [(source, "1", "Jo", "Example", born), (source, "2", "Kim", "Other", "13/12/58")]

    lines, found, _ = linked(one("register", "1921-03-04"), one("housing", "04/03/21"), one("schools", "2021-03-04"))
    assert found["housing", "1"] == found["schools", "1"] != found["register", "1"]
    assert any("years of two digits are taken for this century's" in line and "b.csv rows 1" in line for line in lines)

    lines, found, _ = linked(one("register", "1921-03-04"), one("housing", "04/03/21"), adults=("housing",))
    assert found["housing", "1"] == found["register", "1"]
    assert not any("years of two digits" in line for line in lines)


def test_of_a_stay_in_a_year_of_two_digits_nobody_is_taken_for_a_child(tmp_path):
    path = written(tmp_path / "in.csv", [("a", "1", "Jo", "Example", "", "13/12/21")], (*HEAD, "seen_from"))

    assert link_files(Order((path,), tmp_path / "out.csv")).lines == ()


def test_days_as_a_spreadsheet_counts_them_are_read_and_told_unless_six_digits_stand_beside_them(linked):
    register = [("register", "1", "Jo", "Example", "1990-03-04")]
    lines, found, report = linked(register, [("housing", "1", "Jo", "Example", "32936")])
    assert found["register", "1"] == found["housing", "1"]
    assert lines == ("dates: birth_date is read as a spreadsheet counts days, from 1900: b.csv (housing)",)
    assert report["dates"][0]["counted_from_1900"] == 1

    lines, _, _ = linked(
        register, [("housing", "1", "Jo", "Example", "30490"), ("housing", "2", "Jo", "Other", "130490")]
    )
    assert lines[0] == "warning: a date of birth is written in no known form: b.csv rows 1, 2"


@pytest.mark.parametrize("other", ["1990-03-04 14:15", "1990-03-04", ""])
def test_a_time_that_begins_no_day_here_is_left_out_whatever_stands_beside_it(linked, other):
    lines, _, _ = linked([("a", "1", "Jo", "Example", "1990-03-04T22:15:00Z"), ("a", "2", "Jo", "Example", other)])

    assert lines == ("warning: birth_date: a time of universal time that begins no day here was left out: rows 1",)


def test_no_day_with_a_time_is_told_as_no_day(linked):
    lines, _, _ = linked([("a", "1", "Jo", "Example", "1990-02-30 10:00"), ("a", "2", "Jo", "Other", "3 May 1990")])

    assert lines == (
        "warning: birth_date: 1 not compared, as they are no day or stand for none; first in row 1",
    )  # fmt: skip


def test_texts_in_parquet_are_read_as_those_of_csv_are(tmp_path):
    path = tmp_path / "in.parquet"
    rows = "('a', '1', 'Jo', '03/04/1990', '13/01/2020'), ('b', '1', 'Jo', '1990-04-03', NULL)"
    query = f"select * from (values {rows}) as t(source, source_key, given_name, birth_date, seen_from)"  # noqa: S608 - values of its own
    duckdb.execute(f"copy ({query}) to '{path}' (format parquet)")
    lines = link_files(Order((path,), tmp_path / "out.csv")).lines

    assert lines[0].startswith("dates: birth_date is read with the day first, as other columns of the file tell")


def test_the_columns_of_many_sources_are_looked_through_once():
    looked = []

    class Counted(dict):
        def items(self):
            looked.append("all")
            return super().items()

        def __iter__(self):
            looked.append("all")
            return super().__iter__()

    counts = Counts(0, 0, 1, None, None, 0, None, 0, 0, 0)
    columns = Counted({Column("birth_date", 0, f"s{n}"): counts for n in range(100)})
    assert len(decide(columns, {}, Places(("a.csv",), (0, 100), ((),)))) == 100
    assert len(looked) < 5


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (("american",), "--dates takes day-first or month-first"), (("=day-first",), "--dates takes day-first"),
        (("day-first", "month-first"), "--dates says two things of all sources"),
        (("police=day-first",), "--dates names police, and no input has such a source"),
    ],
)  # fmt: skip
def test_what_cannot_be_declared_is_refused(linked, declared, words):
    with pytest.raises(CommandError, match=words):
        linked(people("register", "{y}-{m}-{d}"), dates=declared)
