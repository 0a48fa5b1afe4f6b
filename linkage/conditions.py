"""What may hold between two records, said once: as SQL for a million pairs, and as a function for one pair.

The SQL is DuckDB's and reads the columns of `linkage.columns` with `_l` and `_r` behind their names; NULL, where
something is not known, does not hold. The function takes two standardised records and never answers "not known".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from linkage.similarity import jaro_winkler, one_edit_apart
from linkage.standardise import PERSON_NUMBERS, StandardRecord

Holds = Callable[[StandardRecord, StandardRecord], bool]
_FULL_DATE = 10
_SHORTEST_MISSPELT, _ALIKE = 3, 0.9
_SOMEWHAT, _TURNED = 0.8, 0.85


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: `sql` over a pair of rows and `holds` over a pair of records say the same."""

    sql: str
    holds: Holds

    def __and__(self, other: "Condition") -> "Condition":
        """Both hold."""
        return Condition(f"({self.sql} and {other.sql})", lambda a, b: self.holds(a, b) and other.holds(a, b))

    def __or__(self, other: "Condition") -> "Condition":
        """Either holds."""
        return Condition(f"({self.sql} or {other.sql})", lambda a, b: self.holds(a, b) or other.holds(a, b))

    def __invert__(self) -> "Condition":
        """It does not hold; what is not known does not hold either way in SQL, so negate only what is known."""
        return Condition(f"(not coalesce({self.sql}, false))", lambda a, b: not self.holds(a, b))


def values(record: StandardRecord, column: str) -> frozenset[str]:
    """All that a record holds in one column of several values."""
    if column == "nhs_verified":
        return record.numbers("nhs_number", verified_only=True)
    if column in PERSON_NUMBERS:
        return record.numbers(column)
    if column == "verified_ids":
        return frozenset(f"{each.scheme}:{each.value}" for each in record.identifiers if each.verified)
    if column == "local_ids":
        return record.local_ids()
    return frozenset(getattr(record, column))


def missing(*columns: str) -> Condition:
    """In none of these columns do both hold a value: there is nothing to compare."""
    sql = " and ".join(f"({each}_l is null or {each}_r is null)" for each in columns)
    return Condition(f"({sql})", lambda a, b: not any(_known(a, each) and _known(b, each) for each in columns))


def same(column: str) -> Condition:
    """Both hold the one value of a column of one value: `given`, `family`, `sex`."""
    return Condition(
        f"{column}_l = {column}_r", lambda a, b: bool(getattr(a, column)) and getattr(a, column) == getattr(b, column)
    )


def shared(column: str, other: str | None = None) -> Condition:
    """A value of the left's `column` is one of the right's `other`, the same column unless named."""
    to = other or column
    sql = (
        f"({column}_l = {to}_r or (({column}_all_l is not null or {to}_all_r is not null) and "
        f"list_has_any(coalesce({column}_all_l, [{column}_l]), coalesce({to}_all_r, [{to}_r]))))"
    )
    return Condition(sql, lambda a, b: not values(a, column).isdisjoint(values(b, to)))


def one_edit(column: str) -> Condition:
    """The first values of two columns of identifiers are one slip of the pen apart."""
    return Condition(
        _slip_sql(f"{column}_text_l", f"{column}_text_r"),
        lambda a, b: _slip(_first(a, column), _first(b, column)),
    )


def misspelt(column: str) -> Condition:
    """Two words of more than three letters are near: `given`, `family`, `street`."""
    left, right = f"{column}_l", f"{column}_r"
    sql = (
        f"(least(length({left}), length({right})) > {_SHORTEST_MISSPELT} and "
        f"({left} = {right} or jaro_winkler_similarity({left}, {right}) >= {_ALIKE} or {_slip_sql(left, right)}))"
    )
    return Condition(sql, lambda a, b: _misspelt(getattr(a, column), getattr(b, column)))


def alike(column: str) -> Condition:
    """Two words share most of their letters in about their order, by more than a slip: Maryam and Marium."""
    return Condition(
        f"jaro_winkler_similarity({column}_l, {column}_r) >= {_SOMEWHAT}",
        lambda a, b: jaro_winkler(getattr(a, column), getattr(b, column)) >= _SOMEWHAT,
    )


def turned_about() -> Condition:
    """Given and family name stand in each other's place, and one or both are misspelt besides."""
    return Condition(
        f"(jaro_winkler_similarity(given_l, family_r) >= {_TURNED} and "
        f"jaro_winkler_similarity(family_l, given_r) >= {_TURNED})",
        lambda a, b: (
            bool(a.given and a.family and b.given and b.family)
            and min(jaro_winkler(a.given, b.family), jaro_winkler(a.family, b.given)) >= _TURNED
        ),
    )


def text_alike() -> Condition:
    """The whole text of two addresses is mostly the same, in whatever order, and no number of a house differs.

    One text has two thirds of the other's runs of three letters, the shorter one's: each slip spoils up to three, and
    a name of a house or a town may be missing.
    """
    numbers, theirs = (f"split_part(address_{side}, '|', 1)" for side in "lr")
    letters, other = (f"split_part(address_{side}, '|', 2)" for side in "lr")
    # What stands twice in a statement is reckoned for every pair beforehand; the runs stand once.
    shared_runs = f"length(list_intersect({_runs_sql(letters)}, {_runs_sql(other)}))"
    sql = (
        f"(case when {numbers} = {theirs} or {numbers} = '' or {theirs} = '' "
        f"then 3 * {shared_runs} >= 2 * (least(length({letters}), length({other})) - 2) end)"
    )
    return Condition(sql, lambda a, b: bool(a.address and b.address) and _texts_alike(a.address, b.address))


def _runs_sql(text: str) -> str:
    return f"list_transform(range(1, length({text}) - 1), lambda part: {text}[part:part + 2])"


def _texts_alike(left: str, right: str) -> bool:
    (numbers, letters), (theirs, others) = (each.split("|", 1) for each in (left, right))
    if numbers and theirs and numbers != theirs:
        return False
    mine, other = ({text[at : at + 3] for at in range(len(text) - 2)} for text in (letters, others))
    return 3 * len(mine & other) >= 2 * (min(len(letters), len(others)) - 2)


def email_near() -> Condition:
    """Two e-mail addresses are one slip apart; no more, because namesakes have addresses made of their name."""
    return Condition(
        _slip_sql("emails_text_l", "emails_text_r"),
        lambda a, b: bool(a.emails and b.emails) and one_edit_apart(a.emails[0], b.emails[0]),
    )


def initials() -> Condition:
    """One given name is an initial, and the other begins with it."""
    return Condition(
        "((length(given_l) = 1 or length(given_r) = 1) and left(given_l, 1) = left(given_r, 1))",
        lambda a, b: min(len(a.given), len(b.given)) == 1 and a.given[0] == b.given[0],
    )


def middle_initials() -> Condition:
    """One middle name is an initial, and the other begins with it."""
    left, right = "middles_text_l", "middles_text_r"
    return Condition(
        f"(least(length({left}), length({right})) = 1 and left({left}, 1) = left({right}, 1))",
        lambda a, b: min(len(a.middles[0]), len(b.middles[0])) == 1 and a.middles[0][0] == b.middles[0][0],
    )


def written_out() -> Condition:
    """The given name is more than an initial."""
    return Condition("length(given_l) > 1", lambda a, _: len(a.given) > 1)


def _slip_sql(left: str, right: str) -> str:
    """At most one slip apart, what costs little first: a slip leaves a half of a word whole, the first or the last."""
    half = f"(least(length({left}), length({right})) - 1) // 2"
    return (
        f"(abs(length({left}) - length({right})) <= 1 "
        f"and (left({left}, {half}) = left({right}, {half}) or right({left}, {half}) = right({right}, {half})) "
        f"and damerau_levenshtein({left}, {right}) <= 1)"
    )


def _sql_parts(*parts: str) -> str:
    return " + ".join(f"coalesce((birth_{part}_l = birth_{part}_r)::int, 0)" for part in parts)


FULL_DATES = Condition(
    "(birth_day_l is not null and birth_day_r is not null)", lambda a, b: len(_born(a)) == len(_born(b)) == _FULL_DATE
)
SAME_YEAR = Condition("birth_year_l = birth_year_r", lambda a, b: bool(_born(a)) and _born(a)[:4] == _born(b)[:4])
SAME_MONTH = Condition(
    "birth_month_l = birth_month_r", lambda a, b: len(_born(a)) > len("YYYY") and _born(a)[5:7] == _born(b)[5:7]
)
SAME_DATE = Condition("birth_l = birth_r", lambda a, b: bool(_born(a)) and _born(a) == _born(b))
DATE_SLIP = Condition(_slip_sql("birth_l", "birth_r"), lambda a, b: _slip(_born(a), _born(b)))
TURNED = Condition(
    "(birth_month_l = birth_day_r and birth_day_l = birth_month_r)",
    lambda a, b: _born(a)[5:7] == _born(b)[8:] and _born(a)[8:] == _born(b)[5:7],
)
TWO_PARTS = Condition(
    f"({_sql_parts('year', 'month', 'day')}) = 2",
    lambda a, b: sum(x == y for x, y in zip(_born(a).split("-"), _born(b).split("-"), strict=False)) == 2,  # noqa: PLR2004 - of three
)
AT_LEAST_TWO_PARTS = Condition(
    f"({_sql_parts('year', 'month', 'day')}) >= 2",
    lambda a, b: sum(x == y for x, y in zip(_born(a).split("-"), _born(b).split("-"), strict=False)) >= 2,  # noqa: PLR2004 - of three
)
YEAR_ALONE = Condition(
    "(birth_month_l is null or birth_month_r is null)", lambda a, b: min(len(_born(a)), len(_born(b))) == len("YYYY")
)
DEFAULT_DAY = Condition(
    "((birth_month_l = 1 and birth_day_l = 1) or (birth_month_r = 1 and birth_day_r = 1))",
    lambda a, b: "-01-01" in {_born(a)[4:], _born(b)[4:]},
)
WITHIN_400_DAYS = Condition("abs(birth_days_l - birth_days_r) <= 400", lambda a, b: _days_apart(a, b) <= 400)  # noqa: PLR2004 - days


def _known(record: StandardRecord, column: str) -> bool:
    if column in {"given", "family", "sex", "street", "address"}:
        return bool(getattr(record, column))
    return bool(_born(record)) if column == "birth" else bool(values(record, column))


def _born(record: StandardRecord) -> str:
    return record.birth_date or ""


def _first(record: StandardRecord, column: str) -> str:
    return min(values(record, column), default="")


def _slip(left: str, right: str) -> bool:
    return bool(left and right) and one_edit_apart(left, right)


def _misspelt(left: str, right: str) -> bool:
    long_enough = min(len(left), len(right)) > _SHORTEST_MISSPELT
    return long_enough and (one_edit_apart(left, right) or jaro_winkler(left, right) >= _ALIKE)


def _days_apart(left: StandardRecord, right: StandardRecord) -> int:
    return abs((date.fromisoformat(_born(left)) - date.fromisoformat(_born(right))).days)
