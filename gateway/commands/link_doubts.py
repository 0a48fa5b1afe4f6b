"""What looks wrong in the files that `hearthgate link` was given, by file and row and never by value."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import in_file
from gateway.commands.link_tables import literal, one
from linkage.file_columns import UNREAD
from linkage.sql_rules import nhs_number, nino

# Numbers of which everybody has one for life, each with the rule of a text that is such a number. The letter that may
# end a National Insurance number says nothing.
_ONE_EACH = {
    "nhs_number": ("NHS numbers", nhs_number),
    "nino": ("National Insurance numbers", lambda column: f"left({nino(column)}, 8)"),
}
_MOST_NAMED, _FEWEST_CELLS = 5, 10
# Dates from here on are not read.
_LATEST_YEAR = "2100"
# As a spreadsheet shows a number of twelve digits, and saves it: the last digits are gone.
_ROUNDED = r"regexp_full_match(upper(source_key), '\d(\.\d+)?E\+\d+')"
_DATED = r"regexp_full_match(birth_date[:10], '\d{4}(-\d{2}(-\d{2})?)?')"
# What rows of one record cannot both say of one person: in words, the columns it takes, and the SQL of a group of rows.
# Former names, second homes and parts of dates are no contradiction.
_CONTRADICTIONS = (
    ("names", ("given_name", "family_name"), "count(distinct lower(given_name)[1]) > 1 and "
     "count(distinct lower(family_name)) > 1"),
    ("dates of birth", ("birth_date",), "count(distinct birth_date) filter (length(birth_date) = 10) > 1"),
    ("sexes", ("sex",), "count(distinct translate(lower(sex)[1], '12', 'mf')) filter (lower(sex)[1] in "
     "('m', 'f', '1', '2')) > 1"),
    *((words, (name,), f"count(distinct upper(regexp_replace({name}, '[\\s-]', '', 'g'))) > 1") for name, words in (
        ("nhs_number", "NHS numbers"), ("nino", "National Insurance numbers"), ("upn", "pupil numbers"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows stand: the names of the files, and the place among all rows where each begins, and their end.

    `blanks` has the `link_blanks.blank_lines` of each file.
    """

    names: tuple[str, ...]
    begins: tuple[int, ...]
    blanks: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows the files hold, those without source or key too."""
        return self.begins[-1]

    def named(self, rows: Sequence[int]) -> str:
        """The first of these places by their rows, numbered in each file from 1, and how many more.

        Heads are not counted, empty lines are.

        The file is told where there are several.
        """
        told = []
        for file, of_file in groupby(rows[:_MOST_NAMED], self._file):
            of = f"{self.names[file]} " if len(self.names) > 1 else ""
            told.append(f"{of}rows {', '.join(str(self._in_file(row)) for row in of_file)}")
        more = f" and {len(rows) - _MOST_NAMED:,} more" if len(rows) > _MOST_NAMED else ""
        return ", ".join(told) + more

    def row(self, place: int) -> str:
        """One place by its row."""
        return f"{self.names[self._file(place)] + ' ' if len(self.names) > 1 else ''}row {self._in_file(place)}"

    def _in_file(self, place: int) -> int:
        file = self._file(place)
        return in_file(place - self.begins[file], self.blanks[file]) + 1

    def _file(self, row: int) -> int:
        return bisect_right(self.begins, row) - 1


def doubts(connection: duckdb.DuckDBPyConnection, present: Sequence[str], places: Places, today: str) -> list[str]:
    """What looks wrong in `rows`, and which rows were left out for want of a key. `today` is YYYY-MM-DD."""
    doubtful = [("a spreadsheet rounded source_key, and other records may stand under it; export it as text", _ROUNDED)]
    if "birth_date" in present:
        doubtful.append(("a date of birth lies in the future", f"birth_date > '{today}' and {_DATED}"))
        doubtful.append(("a date of birth is written in no known form", f"not {_DATED}"))
    doubtful += [
        (f"{name} is no day and was left out", f"{name} is not null and try_cast({name} as date) is null")
        for name in ("seen_from", "seen_to")
        if name in present
    ]
    if "seen_from" in present:
        doubtful.append(("seen_from lies in the future", f"try_cast(seen_from as date) > date '{today}'"))
        if "seen_to" in present:
            doubtful.append(
                ("seen_to lies before seen_from", "try_cast(seen_to as date) < try_cast(seen_from as date)")
            )
    # Numbers run from 0 without a gap, so fewer of them than rows says that some record has several rows.
    if one(connection, "select count(*) - coalesce(max(number) + 1, 0) from rows"):
        for words, needed, differ in _CONTRADICTIONS:
            if set(needed) <= set(present):
                several = f"select number from rows group by number having {differ}"  # noqa: S608 - our own columns
                doubtful.append((f"rows of one source and key hold different {words}", f"number in ({several})"))
    told = []
    for words, condition in (("rows without source or source_key were left out", ""), *doubtful):
        table = f"rows where {condition}" if condition else "keyless"
        found = connection.execute(f"select row from {table} order by row").fetchall()  # noqa: S608 - our own conditions
        if found:
            told.append(f"{words}: {places.named([row for (row,) in found])}")
    return told


def unread(connection: duckdb.DuckDBPyConnection, present: Sequence[str], places: Places) -> list[str]:
    """By column how many cells say something that is compared with nothing; after the rows were standardised."""
    names = [name for name in UNREAD if name in present]
    if not names:
        return []
    # Of dates that are not written as such, or of the far future, all rows were named before.
    more = {"birth_date": f" and {_DATED} and birth_date < '{_LATEST_YEAR}'"}
    lost = {name: f"unread & {1 << UNREAD.index(name)} > 0" for name in names}
    counts = ", ".join(
        f"count({name}), count(*) filter ({lost[name]}), count(*) filter ({met}), min(row) filter ({met})"
        for name, met in ((name, lost[name] + more.get(name, "")) for name in names)
    )
    by_source = connection.execute(
        f"select source, {counts} from rows join row_places using (row, number) group by source order by source"  # noqa: S608 - our own columns
    ).fetchall()
    why = {"birth_date": "are no day or stand for none"}
    told = []
    for place, name in enumerate(names):
        found = [(source, *each[4 * place : 4 * place + 4]) for source, *each in by_source]
        cells = sum(met for *_, met, _ in found)
        if cells:
            first = min(row for *_, row in found if row is not None)
            told.append(
                f"{name}: {cells:,} not compared, as they {why.get(name, 'cannot be read')}; first in "
                f"{places.row(first)}{_mostly_lost([each[:3] for each in found])}"
            )
    return told


def _mostly_lost(found: Sequence[tuple[str, int, int]]) -> str:
    """Of sources, cells that they hold and cells lost, those of which most are: something is wrong with all of it."""
    sources = [source for source, held, lost in found if held >= _FEWEST_CELLS and 2 * lost > held]
    return f"; that is most of what source {', '.join(sources)} says" if sources else ""


def of_two_numbers(connection: duckdb.DuckDBPyConnection, present: Sequence[str], places: Places) -> list[str]:
    """Persons of `clusters` with two numbers of which everybody has one: perhaps two people, or a number is wrong."""
    told = []
    for name, (words, rule) in _ONE_EACH.items():
        if name not in present:
            continue
        # Few have two texts, and the rule is asked of those alone.
        several = (
            f"select person_id from rows join clusters using (source, source_key) where {name} is not null "  # noqa: S608 - our own columns
            f"group by person_id having min({name}) <> max({name})"
        )
        found = connection.execute(
            "select arg_min(row, held), arg_max(row, held) from "  # noqa: S608 - as above
            f"(select any_value(person_id) as person_id, arg_min(row, {rule(name)}) as row, "
            f"min({rule(name)}) as held from rows "
            f"join clusters using (source, source_key) where person_id in ({several}) group by number) "
            "where held is not null group by person_id having min(held) <> max(held) order by min(row)"
        ).fetchall()
        if found:
            rows = [row for pair in found for row in sorted(pair)]
            told.append(
                f"{len(found):,} {'persons have' if len(found) > 1 else 'person has'} two {words}, so that one is "
                f"wrong or two people are taken for one: {places.named(rows)}"
            )
    return told


def known_sources(connection: duckdb.DuckDBPyConnection, option: str, given: Sequence[str]) -> tuple[str, ...]:
    """The sources that an option names, several with commas too; raise `CommandError` for one that no input has."""
    sources = [
        str(source) for (source,) in connection.execute("select distinct source from rows order by 1").fetchall()
    ]
    found: dict[str, None] = {}
    for each in given:
        for name in (each,) if each.strip() in sources else each.split(","):
            if name.strip() not in sources:
                folded = {source.casefold(): source for source in sources}
                near = get_close_matches(name.strip().casefold(), folded, 1)
                named = f"is it {folded[near[0]]}?" if near else f"there are {', '.join(sources[:_MOST_NAMED])}"
                message = f"{option} names {name.strip() or 'nothing'}, and no input has such a source; {named}"
                raise CommandError(message)
            found[name.strip()] = None
    return tuple(found)


def repeats(
    connection: duckdb.DuckDBPyConnection, present: Sequence[str], sources: Sequence[str], places: Places
) -> list[str]:
    """Sources that are said to hold nobody twice and plainly do: one NHS number, or one name, birth date and home."""
    told = []
    person = [name for name in ("given_name", "family_name", "birth_date") if name in present]
    home = [name for name in ("postcode", "address") if name in present]
    alike = {}
    if "nhs_number" in present:
        alike["NHS number"] = (nhs_number("nhs_number"), f"{nhs_number('nhs_number')} is not null")
    if len(person) == len(("given", "family", "born")) and home:
        known = " and ".join(f"{name} is not null" for name in person)
        known += f" and length(birth_date) = 10 and coalesce({', '.join(home)}) is not null"
        alike["name, birth date and home"] = (
            ", ".join((*(f"lower({name})" for name in (*person[:2], *home)), "birth_date")),
            known,
        )
    for source in sources:
        for words, (key, known) in alike.items():
            found = connection.execute(
                f"select list(row) from rows where source = {literal(source)} and {known} group by {key} "  # noqa: S608 - our own columns
                "having count(distinct number) > 1"
            ).fetchall()
            rows = sorted(row for (rows,) in found for row in rows)
            if rows:
                told.append(
                    f"--duplicate-free {source}: one {words} stands under several keys, which are kept apart as told: "
                    f"{places.named(rows)}"
                )
    return told
