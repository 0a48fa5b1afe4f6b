"""Why two records cannot be one person, whatever their score: hard evidence that clustering respects."""

from linkage.evidence import (
    a_child_among_adults,
    a_generation_apart,
    birth_date_agrees_on_two_parts,
    born_on_same_day,
    clearly_different_given_names,
    different_birth_dates,
    different_given_names,
    different_names_in_another_order,
    different_second_names,
    different_sexes,
    different_verified_nhs_numbers,
    names_in_other_order,
    newborns_told_apart,
    of_two_names_and_sexes,
    one_of_several_newborns,
    rows_of_one_duplicate_free_file,
    same_dwelling,
    same_email,
    same_person_number,
    same_phone,
    same_postcode,
    same_verified_identifier,
    told_apart_by_numbers,
)
from linkage.standardise import StandardRecord

PERHAPS_TWINS = "perhaps-twins"
"""Two first names, or parts of a name, and one day of birth: two people, or one who is known by both."""
WEIGHED = frozenset({"a-generation-apart", "siblings", PERHAPS_TWINS})
"""Conflicts of names and birth dates alone, which every comparison weighs. Where relatives are not to be expected they
count for nothing; elsewhere a pair that speaks for one person all the same stands where the conflict `gives_way`."""
_TOLD_APART = (
    clearly_different_given_names, different_second_names, told_apart_by_numbers, different_names_in_another_order,
)  # fmt: skip


def conflict_between(left: StandardRecord, right: StandardRecord) -> str | None:
    """The code of the first conflict, or None. Codes are reasons of `linkage.explain.REASON_WORDS`."""
    if different_verified_nhs_numbers(left, right):
        return "two-nhs-numbers"
    if rows_of_one_duplicate_free_file(left, right):
        return "two-rows-of-one-file"
    if a_child_among_adults(left, right):
        return "a-child-among-adults"
    if a_generation_apart(left, right):
        return "a-generation-apart"
    if different_given_names(left, right) and different_birth_dates(left, right):
        return "siblings"
    return _of_one_day(left, right) if born_on_same_day(left, right) else None


def _of_one_day(left: StandardRecord, right: StandardRecord) -> str | None:
    """Of two records of people born on one day."""
    if not (left.given and right.given):
        return _of_newborns(left, right)
    if different_given_names(left, right) and different_sexes(left, right):
        return "twins"
    return PERHAPS_TWINS if any(claim(left, right) for claim in (*_TOLD_APART, of_two_names_and_sexes)) else None


def _of_newborns(left: StandardRecord, right: StandardRecord) -> str | None:
    if newborns_told_apart(left, right):
        return "twins"
    return PERHAPS_TWINS if one_of_several_newborns(left, right) or different_sexes(left, right) else None


def bears_both_names(third: StandardRecord, left: StandardRecord, right: StandardRecord) -> bool:
    """It has names, no initials alone, that are neither's other names: Kelly Marie is both Kelly and Marie."""
    if not (left.given and right.given):
        return False
    second = different_second_names(left, right)
    if not (second or different_given_names(left, right)):
        # Their names are like, and each is like the third's own.
        return all({*third.givens, *third.middles}.intersection(each.givens) for each in (left, right))
    told = max(map(len, third.middles if second else (third.given,)), default=0)
    otherwise = different_second_names if second else different_given_names
    claims = (otherwise, different_given_names, different_names_in_another_order)
    return told > 1 and not any(claim(third, each) for claim in claims for each in (left, right))


def bears_name_with_other_sex(third: StandardRecord, left: StandardRecord, right: StandardRecord) -> bool:
    """It has the name of one and the sex of the other, whom their sexes alone tell apart: one of the sexes is wrong.

    Of a Daniel and a Danielle no record does.
    """
    if not of_two_names_and_sexes(left, right) or any(claim(left, right) for claim in _TOLD_APART):
        return False
    return any(third.given == one.given and third.sex == other.sex for one, other in ((left, right), (right, left)))


def tells_which_name_is_first(third: StandardRecord, left: StandardRecord, right: StandardRecord) -> bool:
    """It has one's names in the other order and the other's first name: Wendy Hill, of Hill Wendy and Wendy Smith."""
    return any(
        names_in_other_order(third, one) and not {*third.givens}.isdisjoint(other.givens)
        for one, other in ((left, right), (right, left))
    )


def of_one_home(left: StandardRecord, right: StandardRecord) -> bool:
    """A home, a phone or an e-mail address in common: a parent's stand on the whole family's records."""
    return any(claim(left, right) for claim in (same_dwelling, same_postcode, same_phone, same_email))


def identified(left: StandardRecord, right: StandardRecord) -> bool:
    """One number of a scheme that gives each person one, confirmed or not, and dates of birth that agree on two parts.

    A number alone does not tell: a parent's may stand on a child's record, a twin's on the other's, by mistake.
    """
    return birth_date_agrees_on_two_parts(left, right) and same_person_number(left, right)


def gives_way(reason: str, left: StandardRecord, right: StandardRecord) -> bool:
    """Whether this conflict gives way where the pair's score speaks for one person all the same.

    Of two people a generation apart or born on one day all that ties them may be their family's: a home, contacts, or
    the birthday of a father and a son. Then only a number tells.
    """
    if reason == "siblings" or (reason in WEIGHED and identified(left, right)):
        return True
    if of_one_home(left, right) or reason not in WEIGHED:
        return False
    return reason == "perhaps-twins" or not birth_date_agrees_on_two_parts(left, right)


def near_conclusive(left: StandardRecord, right: StandardRecord) -> bool:
    """One verified identifier, and the dates of birth agree on two of day, month and year (domain 2.13)."""
    return same_verified_identifier(left, right) and birth_date_agrees_on_two_parts(left, right)
