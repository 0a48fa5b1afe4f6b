"""Why two records cannot be one person, whatever their score: hard evidence that clustering respects."""

from linkage.evidence import (
    a_generation_apart,
    birth_date_agrees_on_two_parts,
    born_on_same_day,
    different_birth_dates,
    different_given_names,
    different_sexes,
    different_verified_nhs_numbers,
    rows_of_one_duplicate_free_file,
    same_dwelling,
    same_email,
    same_person_number,
    same_phone,
    same_postcode,
    same_verified_identifier,
)
from linkage.standardise import StandardRecord

WEIGHED = frozenset({"a-generation-apart", "siblings"})
"""Conflicts of names and birth dates alone, which every comparison weighs. Where relatives are not to be expected they
count for nothing; elsewhere a pair that speaks for one person all the same stands where the conflict `gives_way`."""


def conflict_between(left: StandardRecord, right: StandardRecord) -> str | None:
    """The code of the first conflict, or None. Codes are reasons of `linkage.explain.REASON_WORDS`."""
    if different_verified_nhs_numbers(left, right):
        return "two-nhs-numbers"
    if rows_of_one_duplicate_free_file(left, right):
        return "two-rows-of-one-file"
    if a_generation_apart(left, right):
        return "a-generation-apart"
    if different_given_names(left, right):
        return _of_two_given_names(left, right)
    return None


def _of_two_given_names(left: StandardRecord, right: StandardRecord) -> str | None:
    if different_birth_dates(left, right):
        return "siblings"
    if different_sexes(left, right) and born_on_same_day(left, right):
        return "twins"
    return None


def gives_way(reason: str, left: StandardRecord, right: StandardRecord) -> bool:
    """Whether this conflict gives way where the pair's score speaks for one person all the same.

    Where years of birth are a generation apart, all that ties the two may be a family's: a home, a phone, an e-mail
    address, since a parent's stand on the whole family's records, or a birthday. Then only a number tells, and as a
    parent's may stand on a child's record by mistake, only with two of day, month and year (domain 2.13).
    """
    if reason not in WEIGHED:
        return False
    if reason == "siblings":
        return True
    if birth_date_agrees_on_two_parts(left, right):
        return same_person_number(left, right)
    return not any(claim(left, right) for claim in (same_email, same_phone, same_dwelling, same_postcode))


def near_conclusive(left: StandardRecord, right: StandardRecord) -> bool:
    """One verified identifier, and the dates of birth agree on two of day, month and year (domain 2.13)."""
    return same_verified_identifier(left, right) and birth_date_agrees_on_two_parts(left, right)
