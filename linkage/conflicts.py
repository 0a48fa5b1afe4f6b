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
    same_verified_identifier,
)
from linkage.standardise import StandardRecord


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


def near_conclusive(left: StandardRecord, right: StandardRecord) -> bool:
    """One verified identifier, and the dates of birth agree on two of day, month and year (domain 2.13)."""
    return same_verified_identifier(left, right) and birth_date_agrees_on_two_parts(left, right)
