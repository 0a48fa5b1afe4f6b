"""What may hold between two records, said once: for a million pairs on columns, and as a function for one pair.

The first takes pairs of rows of the table of `linkage.columns`, where something that is not known does not hold. The
function takes two standardised records and never answers "not known".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from linkage.pair_columns import Many, Mask, Pairs
from linkage.similarity import jaro_winkler, one_edit_apart
from linkage.standardise import PERSON_NUMBERS, StandardRecord

Holds = Callable[[StandardRecord, StandardRecord], bool]
_FULL_DATE = 10
_SHORTEST_MISSPELT, _ALIKE = 3, 0.9
_SOMEWHAT, _TURNED = 0.8, 0.85


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: `many` over pairs of rows and `holds` over a pair of records say the same.

    `whoever` is true of a left record with which it holds whoever the other is, so that nobody need be asked.
    """

    many: Many
    holds: Holds
    whoever: Callable[[StandardRecord], bool] = lambda _: False

    def __and__(self, other: "Condition") -> "Condition":
        """Both hold; the second is asked only where the first does."""

        def many(pairs: Pairs) -> Mask:
            held = self.many(pairs)
            rest = np.flatnonzero(held)
            held[rest] = other.many(pairs.at(rest))
            return held

        return Condition(many, lambda a, b: self.holds(a, b) and other.holds(a, b))

    def __or__(self, other: "Condition") -> "Condition":
        """Either holds; the second is asked only where the first does not."""

        def many(pairs: Pairs) -> Mask:
            held = self.many(pairs)
            rest = np.flatnonzero(~held)
            held[rest] = other.many(pairs.at(rest))
            return held

        return Condition(many, lambda a, b: self.holds(a, b) or other.holds(a, b))

    def __invert__(self) -> "Condition":
        """It does not hold, or it is not known."""
        return Condition(lambda pairs: ~self.many(pairs), lambda a, b: not self.holds(a, b))


def values_of(column: str) -> Callable[[StandardRecord], Sequence[str]]:
    """Reads all that a record holds in one column of several values."""
    if column == "nhs_verified":
        return lambda record: [
            each.value for each in record.identifiers if each.verified and each.scheme == "nhs_number"
        ]
    if column in PERSON_NUMBERS:
        return lambda record: [each.value for each in record.identifiers if each.scheme == column]
    if column == "verified_ids":
        return lambda record: [f"{each.scheme}:{each.value}" for each in record.identifiers if each.verified]
    if column == "local_ids":
        return lambda record: [*record.local_ids()] if record.identifiers else []
    return attrgetter(column)


def missing(*columns: str) -> Condition:
    """In none of these columns do both hold a value: there is nothing to compare."""

    def many(pairs: Pairs) -> Mask:
        nothing = np.ones(len(pairs), dtype=np.bool_)
        for each in columns:
            left, right = pairs.sides(each)
            nothing &= (left == 0) | (right == 0)
        return nothing

    known = [attrgetter("birth_date") if each == "birth" else values_of(each) for each in columns]
    if len(known) == 1:
        only = known[0]
        return Condition(many, lambda a, b: not (only(a) and only(b)), lambda a: not only(a))
    return Condition(
        many, lambda a, b: not any(each(a) and each(b) for each in known), lambda a: not any(each(a) for each in known)
    )


def same(column: str) -> Condition:
    """Both hold the one value of a column of one value: `given`, `family`, `sex`."""
    return Condition(
        lambda pairs: pairs.equal(column),
        lambda a, b: bool(getattr(a, column)) and getattr(a, column) == getattr(b, column),
    )


def shared(column: str, other: str | None = None) -> Condition:
    """A value of the left's `column` is one of the right's `other`, the same column unless named."""
    to = other or column
    mine, theirs = values_of(column), values_of(to)
    return Condition(lambda pairs: pairs.share(column, to), lambda a, b: not {*mine(a)}.isdisjoint(theirs(b)))


def none_shared(column: str) -> Condition:
    """No value of a column of the left's is one of the right's."""
    each = values_of(column)
    return Condition(
        lambda pairs: ~pairs.share(column, column),
        lambda a, b: {*each(a)}.isdisjoint(each(b)),
        lambda a: not each(a),
    )


def one_edit(column: str) -> Condition:
    """The first values of two columns of identifiers are one slip of the pen apart."""
    text, held = f"{column}_text", values_of(column)
    return Condition(
        lambda pairs: pairs.told(_slip_sql(f"{text}_l", f"{text}_r"), text, by_letter=one_edit_apart),
        lambda a, b: _slip(min(held(a), default=""), min(held(b), default="")),
    )


def misspelt(column: str) -> Condition:
    """Two words of more than three letters are near: `given`, `family`, `street`."""
    left, right = f"{column}_l", f"{column}_r"
    sql = (
        f"(least(length({left}), length({right})) > {_SHORTEST_MISSPELT} and "
        f"({left} = {right} or jaro_winkler_similarity({left}, {right}) >= {_ALIKE} or {_slip_sql(left, right)}))"
    )
    return Condition(
        lambda pairs: pairs.told(sql, column, by_letter=_misspelt),
        lambda a, b: _misspelt(getattr(a, column), getattr(b, column)),
    )


def alike(column: str) -> Condition:
    """Two words share most of their letters in about their order, by more than a slip: Maryam and Marium."""

    def near(left: str, right: str) -> bool:
        return jaro_winkler(left, right) >= _SOMEWHAT

    sql = f"jaro_winkler_similarity({column}_l, {column}_r) >= {_SOMEWHAT}"
    return Condition(
        lambda pairs: pairs.told(sql, column, by_letter=near), lambda a, b: near(getattr(a, column), getattr(b, column))
    )


def turned_about() -> Condition:
    """Given and family name stand in each other's place, and one or both are misspelt besides."""
    sql = (
        f"(jaro_winkler_similarity(given_l, family_r) >= {_TURNED} and "
        f"jaro_winkler_similarity(family_l, given_r) >= {_TURNED})"
    )

    def near(given: str, other_given: str, family: str, other_family: str) -> bool:
        return min(jaro_winkler(given, other_family), jaro_winkler(family, other_given)) >= _TURNED

    return Condition(
        lambda pairs: pairs.told(sql, "given", "family", by_letter=near),
        lambda a, b: bool(a.given and a.family and b.given and b.family) and near(a.given, b.given, a.family, b.family),
    )


def text_alike() -> Condition:
    """The whole text of two addresses is mostly the same, in whatever order, and no number of a house differs.

    One text has two thirds of the other's runs of three letters, the shorter one's: each slip spoils up to three, and
    a name of a house or a town may be missing.
    """
    letters, other = (f"split_part(address_{side}, '|', 2)" for side in "lr")
    # What stands twice in a statement is reckoned for every pair beforehand; the runs stand once.
    shared_runs = f"length(list_intersect({_runs_sql(letters)}, {_runs_sql(other)}))"
    sql = f"3 * {shared_runs} >= 2 * (least(length({letters}), length({other})) - 2)"

    def many(pairs: Pairs) -> Mask:
        left, right = pairs.sides("address")
        told = np.flatnonzero((left != 0) & (right != 0))
        some = pairs.at(told)
        numbered = np.flatnonzero(some.equal("address_numbers") | _either(some, "address_unnumbered", 1))
        held = np.zeros(len(pairs), dtype=np.bool_)
        held[told[numbered]] = some.at(numbered).told(sql, "address")
        return held

    return Condition(
        many,
        lambda a, b: bool(a.address and b.address) and _texts_alike(a.address, b.address),
    )


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
        lambda pairs: pairs.told(_slip_sql("emails_text_l", "emails_text_r"), "emails_text", by_letter=one_edit_apart),
        lambda a, b: bool(a.emails and b.emails) and one_edit_apart(a.emails[0], b.emails[0]),
    )


def initials() -> Condition:
    """One given name is an initial, and the other begins with it."""
    return Condition(
        lambda pairs: pairs.equal("given_initial") & _either(pairs, "given_length", 1),
        lambda a, b: min(len(a.given), len(b.given)) == 1 and a.given[0] == b.given[0],
    )


def middle_initials() -> Condition:
    """One middle name is an initial, and the other begins with it."""
    return Condition(
        lambda pairs: pairs.equal("middle_initial") & _either(pairs, "middle_length", 1),
        lambda a, b: min(len(a.middles[0]), len(b.middles[0])) == 1 and a.middles[0][0] == b.middles[0][0],
    )


def written_out() -> Condition:
    """The given name is more than an initial."""
    return Condition(lambda pairs: pairs.sides("given_length")[0] > 1, lambda a, _: len(a.given) > 1)


def _slip_sql(left: str, right: str) -> str:
    """At most one slip apart, what costs little first: a slip leaves a half of a word whole, the first or the last."""
    half = f"(least(length({left}), length({right})) - 1) // 2"
    return (
        f"(abs(length({left}) - length({right})) <= 1 "
        f"and (left({left}, {half}) = left({right}, {half}) or right({left}, {half}) = right({right}, {half})) "
        f"and damerau_levenshtein({left}, {right}) <= 1)"
    )


def _either(pairs: Pairs, column: str, code: int) -> Mask:
    left, right = pairs.sides(column)
    return np.asarray((left == code) | (right == code))


def _parts_agreeing(pairs: Pairs) -> NDArray[np.int8]:
    """How many of year, month and day both know and agree on."""
    agreeing = np.zeros(len(pairs), dtype=np.int8)
    for part in ("year", "month", "day"):
        agreeing += pairs.equal(f"birth_{part}")
    return agreeing


def _both_full(pairs: Pairs) -> Mask:
    left, right = pairs.sides("birth_day")
    return np.asarray((left != 0) & (right != 0))


def _default_day(pairs: Pairs) -> Mask:
    (month, other_month), (day, other_day) = pairs.sides("birth_month"), pairs.sides("birth_day")
    return np.asarray(((month == 1) & (day == 1)) | ((other_month == 1) & (other_day == 1)))


def _within(pairs: Pairs, days: int) -> Mask:
    left, right = pairs.sides("birth_days")
    return np.asarray((left != 0) & (right != 0) & (np.abs(left - right) <= days))


FULL_DATES = Condition(_both_full, lambda a, b: len(_born(a)) == len(_born(b)) == _FULL_DATE)
SAME_YEAR = Condition(
    lambda pairs: pairs.equal("birth_year"), lambda a, b: bool(_born(a)) and _born(a)[:4] == _born(b)[:4]
)
SAME_MONTH = Condition(
    lambda pairs: pairs.equal("birth_month"),
    lambda a, b: len(_born(a)) > len("YYYY") and _born(a)[5:7] == _born(b)[5:7],
)
SAME_DATE = Condition(lambda pairs: pairs.equal("birth"), lambda a, b: bool(_born(a)) and _born(a) == _born(b))
DATE_SLIP = Condition(
    lambda pairs: pairs.told(_slip_sql("birth_l", "birth_r"), "birth"), lambda a, b: _slip(_born(a), _born(b))
)
TURNED = Condition(
    lambda pairs: pairs.equal("birth_month", "birth_day") & pairs.equal("birth_day", "birth_month"),
    lambda a, b: _born(a)[5:7] == _born(b)[8:] and _born(a)[8:] == _born(b)[5:7],
)
TWO_PARTS = Condition(
    lambda pairs: _parts_agreeing(pairs) == 2,  # noqa: PLR2004 - of three
    lambda a, b: sum(x == y for x, y in zip(_born(a).split("-"), _born(b).split("-"), strict=False)) == 2,  # noqa: PLR2004 - of three
)
AT_LEAST_TWO_PARTS = Condition(
    lambda pairs: _parts_agreeing(pairs) >= 2,  # noqa: PLR2004 - of three
    lambda a, b: sum(x == y for x, y in zip(_born(a).split("-"), _born(b).split("-"), strict=False)) >= 2,  # noqa: PLR2004 - of three
)
YEAR_ALONE = Condition(
    lambda pairs: _either(pairs, "birth_month", 0), lambda a, b: min(len(_born(a)), len(_born(b))) == len("YYYY")
)
DEFAULT_DAY = Condition(_default_day, lambda a, b: "-01-01" in {_born(a)[4:], _born(b)[4:]})
WITHIN_400_DAYS = Condition(lambda pairs: _within(pairs, 400), lambda a, b: _days_apart(a, b) <= 400)  # noqa: PLR2004 - days


def _born(record: StandardRecord) -> str:
    return record.birth_date or ""


def _slip(left: str, right: str) -> bool:
    return bool(left and right) and one_edit_apart(left, right)


def _misspelt(left: str, right: str) -> bool:
    long_enough = min(len(left), len(right)) > _SHORTEST_MISSPELT
    return long_enough and (one_edit_apart(left, right) or jaro_winkler(left, right) >= _ALIKE)


def _days_apart(left: StandardRecord, right: StandardRecord) -> int:
    return abs((date.fromisoformat(_born(left)) - date.fromisoformat(_born(right))).days)
