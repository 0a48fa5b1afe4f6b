"""What two records say for and against being one person. Each function is a claim; it holds or it does not."""

from collections.abc import Callable
from datetime import date
from difflib import SequenceMatcher

from linkage.similarity import jaro_winkler, one_edit_apart
from linkage.standardise import PERSON_NUMBERS, StandardRecord

_FULL_DATE = 10
_NEAR_SPELLING = 4
_NEAR_RATIO, _SAME_LETTERS = 0.7, 0.85
_TWO_PARTS = 2
_SHORTEST_NAME = 2
_GENERATION_YEARS = 12
_ALIKE = 0.8
# First names that so many bear that the next one is the name: of Muslim men, and of Vietnamese women.
_BEGINNINGS = {"mohammed", "syed", "abdul", "abd", "abdel", "sheikh", "shaikh", "thi"}
# Names alike that are two, and that brothers are given together.
_BROTHERS = (({"hassan", "hasan"}, {"hussain"}), ({"mohammed"}, {"ahmed", "ahmad", "ahmet"}))
_SEXES = {"female", "male"}
_NO_ORDER = {*_SEXES, "several"}


def same_verified_nhs_number(left: StandardRecord, right: StandardRecord) -> bool:
    """Both hold one NHS number that NHS England confirms (status 01)."""
    return bool(left.numbers("nhs_number", verified_only=True) & right.numbers("nhs_number", verified_only=True))


def same_nhs_number(left: StandardRecord, right: StandardRecord) -> bool:
    """One NHS number, whether or not confirmed."""
    return bool(left.numbers("nhs_number") & right.numbers("nhs_number"))


def same_pupil_number(left: StandardRecord, right: StandardRecord) -> bool:
    """One unique pupil number."""
    return bool(left.numbers("upn") & right.numbers("upn"))


def same_national_insurance_number(left: StandardRecord, right: StandardRecord) -> bool:
    """One National Insurance number."""
    return bool(left.numbers("nino") & right.numbers("nino"))


def same_police_number(left: StandardRecord, right: StandardRecord) -> bool:
    """One Police National Computer id."""
    return bool(left.numbers("pnc_id") & right.numbers("pnc_id"))


def same_verified_identifier(left: StandardRecord, right: StandardRecord) -> bool:
    """Any identifier of one scheme that both sources' registers confirm."""
    verified = {each for each in left.identifiers if each.verified}
    return bool(verified.intersection(right.identifiers))


def same_person_number(left: StandardRecord, right: StandardRecord) -> bool:
    """Any number of a scheme that gives each person one, whether or not confirmed."""
    mine = {each[:2] for each in left.identifiers if each.scheme in PERSON_NUMBERS}
    return any(each[:2] in mine for each in right.identifiers)


def born_on_same_day(left: StandardRecord, right: StandardRecord) -> bool:
    """Two full dates of birth, equal."""
    return _both_full(left, right) and left.birth_date == right.birth_date


def birth_date_agrees_on_two_parts(left: StandardRecord, right: StandardRecord) -> bool:
    """Two full dates of birth that agree on at least two of day, month and year (domain 2.13)."""
    return _both_full(left, right) and _parts_agreeing(left, right) >= _TWO_PARTS


def born_in_same_year(left: StandardRecord, right: StandardRecord) -> bool:
    """The years of birth agree, as far as dates are known."""
    return bool(left.birth_date and right.birth_date and left.birth_date[:4] == right.birth_date[:4])


def same_given_name(left: StandardRecord, right: StandardRecord) -> bool:
    """The first given names are equal."""
    return bool(left.given) and left.given == right.given


def given_name_known_as(left: StandardRecord, right: StandardRecord) -> bool:
    """One given name is a short form or a spelling of the other, or another recorded given name."""
    return left.given != right.given and bool(set(left.givens) & set(right.givens))


def same_family_name(left: StandardRecord, right: StandardRecord) -> bool:
    """The usual family names are equal."""
    return bool(left.family) and left.family == right.family


def shares_a_family_name(left: StandardRecord, right: StandardRecord) -> bool:
    """A part of a double name, a former name or an alias is shared."""
    return left.family != right.family and bool(set(left.families) & set(right.families))


def names_in_other_order(left: StandardRecord, right: StandardRecord) -> bool:
    """Given and family name stand in each other's place."""
    return bool(set(left.givens) & set(right.families)) and bool(set(left.families) & set(right.givens))


def same_dwelling(left: StandardRecord, right: StandardRecord) -> bool:
    """One UPRN or one normalised address."""
    return bool(set(left.uprns) & set(right.uprns) or set(left.address_keys) & set(right.address_keys))


def same_postcode(left: StandardRecord, right: StandardRecord) -> bool:
    """One postcode."""
    return bool(set(left.postcodes) & set(right.postcodes))


def same_phone(left: StandardRecord, right: StandardRecord) -> bool:
    """One phone number, which a household may share."""
    return bool(set(left.phones) & set(right.phones))


def same_email(left: StandardRecord, right: StandardRecord) -> bool:
    """One e-mail address."""
    return bool(set(left.emails) & set(right.emails))


def different_given_names(left: StandardRecord, right: StandardRecord) -> bool:
    """Both known, and neither a form, a misspelling, an initial nor a middle name of the other."""
    if not (left.given and right.given) or set(left.givens) & set(right.givens):
        return False
    if left.given in right.families or right.given in left.families or names_in_other_order(left, right):
        return False
    if len(left.given) == 1 or len(right.given) == 1:
        firsts, others = ({each[0] for each in (record.given, *record.middles)} for record in (left, right))
        return left.given[0] not in others and right.given[0] not in firsts
    if left.given in right.middles or right.given in left.middles:
        return False
    return not _near(left.given, right.given) or _brothers_names(left, right)


def different_names_in_another_order(left: StandardRecord, right: StandardRecord) -> bool:
    """One's first name is the other's last, and what stands beside it is no name of the other: Minh Huynh, Huynh Hung.

    Two people of one family, whose name stands first in one record, or one person under another last name.
    """
    if not (left.given in right.families or right.given in left.families) or names_in_other_order(left, right):
        return False
    turned, other = (left, right) if left.given in right.families else (right, left)
    begun = not other.middles and not _BEGINNINGS.isdisjoint(other.givens)
    names = {*other.givens, *other.middles}
    beside = (*turned.families, *turned.middles)
    return (
        bool(beside)
        and not begun
        and not any(_one_name(mine, theirs) or _same_letters(mine, theirs) for mine in beside for theirs in names)
    )


def _brothers_names(left: StandardRecord, right: StandardRecord) -> bool:
    """Hassan and Hussain, Mohammed and Ahmed: however alike, two names."""
    mine, theirs = {*left.givens}, {*right.givens}
    return any((mine & a and theirs & b) or (mine & b and theirs & a) for a, b in _BROTHERS)


def clearly_different_given_names(left: StandardRecord, right: StandardRecord) -> bool:
    """Different, and no form of the one is like a form of the other: Sam is no other name than Samanttha."""
    return different_given_names(left, right) and (
        _brothers_names(left, right)
        or not any(_one_name(mine, theirs) for mine in left.givens for theirs in right.givens)
    )


def of_two_names_and_sexes(left: StandardRecord, right: StandardRecord) -> bool:
    """The recorded sexes differ, and given names that have no form in common: Daniel and Danielle, however alike."""
    return different_sexes(left, right) and _no_form_shared(left, right)


def told_apart_by_numbers(left: StandardRecord, right: StandardRecord) -> bool:
    """Given names that have no form in common, and numbers of one scheme that are no slip of each other.

    Either alone is common for one person: Katie and Katherine, a number of before an adoption or one mistyped.
    """
    return _no_form_shared(left, right) and any(
        mine and theirs and not any(one == other or one_edit_apart(one, other) for one in mine for other in theirs)
        for mine, theirs in ((left.numbers(scheme), right.numbers(scheme)) for scheme in PERSON_NUMBERS)
    )


def _no_form_shared(left: StandardRecord, right: StandardRecord) -> bool:
    """Two given names, no initials, of which neither is a form of the other or stands in the last name's place."""
    if min(len(left.given), len(right.given)) < _SHORTEST_NAME or {*left.givens}.intersection(right.givens):
        return False
    return left.given not in right.families and right.given not in left.families


def different_second_names(left: StandardRecord, right: StandardRecord) -> bool:
    """One first name that is no more than the beginning of many, and clearly different names after it.

    Mohammed Ali and Mohammed Umar, Wai Man and Wai Ling; not an initial, a slip or a further name of the other.
    """
    begun = not _BEGINNINGS.isdisjoint({*left.givens}.intersection(right.givens))
    if not (left.middles and right.middles and (begun or (left.given == right.given and _syllables(left, right)))):
        return False
    if {*left.middles}.intersection(right.families) or {*right.middles}.intersection(left.families):
        return False
    return not any(_one_name(mine, theirs) for mine in left.middles for theirs in right.middles)


def _syllables(*records: StandardRecord) -> bool:
    """The given names of each are syllables of one name, as East Asian names are written (`linkage.names`)."""
    return all(each.given + each.middles[0] in each.givens for each in records)


def _one_name(left: str, right: str) -> bool:
    if min(len(left), len(right)) == 1:
        return left[0] == right[0]
    return _near(left, right) or jaro_winkler(left, right) >= _ALIKE


def different_family_names(left: StandardRecord, right: StandardRecord) -> bool:
    """Both known and nothing shared; not a misspelling."""
    if not (left.family and right.family) or set(left.families) & set(right.families):
        return False
    return not names_in_other_order(left, right) and not _near(left.family, right.family)


def different_birth_dates(left: StandardRecord, right: StandardRecord) -> bool:
    """Two full dates that agree on fewer than two parts and are no turned day and month."""
    return _both_full(left, right) and _parts_agreeing(left, right) < _TWO_PARTS and not _turned(left, right)


def different_sexes(left: StandardRecord, right: StandardRecord) -> bool:
    """Recorded sexes differ: weak, since it may be recorded otherwise by another service."""
    mine, theirs = (each.sex or next((told for told in each.newborn if told in _SEXES), None) for each in (left, right))
    return bool(mine and theirs) and mine != theirs


def newborns_told_apart(left: StandardRecord, right: StandardRecord) -> bool:
    """Neither child has a name as yet, and what stands for it differs: Twin 1 and Twin 2, Baby Boy and Baby Girl."""
    mine, theirs = {*left.newborn}, {*right.newborn}
    return any(
        mine & kind and theirs & kind and not mine & theirs & kind for kind in (_SEXES, (mine | theirs) - _NO_ORDER)
    )


def one_of_several_newborns(left: StandardRecord, right: StandardRecord) -> bool:
    """One is called a twin, or the first or second child, and the other is not: it may be either of them."""
    return bool({*left.newborn} - _SEXES) != bool({*right.newborn} - _SEXES)


def different_verified_nhs_numbers(left: StandardRecord, right: StandardRecord) -> bool:
    """Each holds a confirmed NHS number, and none of them is the other's."""
    mine, theirs = left.numbers("nhs_number", verified_only=True), right.numbers("nhs_number", verified_only=True)
    return bool(mine and theirs) and not mine & theirs


def rows_of_one_duplicate_free_file(left: StandardRecord, right: StandardRecord) -> bool:
    """Two rows of a group in which one row stands for one person."""
    return left.duplicate_free is not None and left.duplicate_free == right.duplicate_free


def a_child_among_adults(left: StandardRecord, right: StandardRecord) -> bool:
    """One stands in a source of grown people alone, and the other was born too late to be in it."""
    return any(
        one.born_by is not None and other.birth_date is not None and int(other.birth_date[:4]) > one.born_by
        for one, other in ((left, right), (right, left))
    )


def a_generation_apart(left: StandardRecord, right: StandardRecord) -> bool:
    """Years of birth at least twelve apart: father and son of one name, whatever day each of them was born."""
    if not (left.birth_date and right.birth_date):
        return False
    return abs(int(left.birth_date[:4]) - int(right.birth_date[:4])) >= _GENERATION_YEARS


def _both_full(left: StandardRecord, right: StandardRecord) -> bool:
    return len(left.birth_date or "") == len(right.birth_date or "") == _FULL_DATE


def _parts_agreeing(left: StandardRecord, right: StandardRecord) -> int:
    mine, theirs = (left.birth_date or "").split("-"), (right.birth_date or "").split("-")
    return sum(a == b for a, b in zip(mine, theirs, strict=True))


def _turned(left: StandardRecord, right: StandardRecord) -> bool:
    mine, theirs = date.fromisoformat(left.birth_date or ""), date.fromisoformat(right.birth_date or "")
    return (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month)


def _near(left: str, right: str) -> bool:
    """A slip of the pen apart: Thedero and Theodore are near, Oliver and Olivia are not."""
    if min(len(left), len(right)) < _NEAR_SPELLING:
        return left == right
    first, second = sorted((left, right))
    matcher: SequenceMatcher[str] = SequenceMatcher(None, first, second, autojunk=False)
    # The quick ratio looks at letters alone, so that letters in a mixed order (Hayr) are near as well.
    return bool(matcher.quick_ratio() >= _SAME_LETTERS or matcher.ratio() >= _NEAR_RATIO)


def _same_letters(left: str, right: str) -> bool:
    """But for one or so, in whatever order: Ayn and Ryan, of which the short one is near nothing else."""
    return bool(SequenceMatcher(None, left, right, autojunk=False).quick_ratio() >= _SAME_LETTERS)


Claim = Callable[[StandardRecord, StandardRecord], bool]

FOR: tuple[Claim, ...] = (
    same_verified_nhs_number, same_nhs_number, same_pupil_number, same_national_insurance_number, same_police_number,
    same_verified_identifier, born_on_same_day, birth_date_agrees_on_two_parts, born_in_same_year, same_given_name,
    given_name_known_as, same_family_name, shares_a_family_name, names_in_other_order, same_dwelling, same_postcode,
    same_phone, same_email,
)  # fmt: skip
AGAINST: tuple[Claim, ...] = (
    different_verified_nhs_numbers, rows_of_one_duplicate_free_file, a_child_among_adults, a_generation_apart,
    different_birth_dates,
    different_given_names, different_family_names, different_sexes,
)  # fmt: skip


def claims_between(left: StandardRecord, right: StandardRecord) -> tuple[str, ...]:
    """The names of all claims that hold, those for one person first; nothing but the two records is looked at."""
    return tuple(claim.__name__ for claim in (*FOR, *AGAINST) if claim(left, right))
