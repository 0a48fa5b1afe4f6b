"""Why records are taken for one person, in a worker's words; never a percentage.

Words use the claims passed in and nothing else. Pass claims between the *permitted* cut of two records
(`claims_between` after `standardise`), and neither the sentence nor the band can tell what a reader may not know
(practice P12, P14).
"""

from collections.abc import Collection

from linkage.record import Band

_IDENTIFIER_WORDS = {
    "same_verified_nhs_number": "NHS number",
    "same_nhs_number": "NHS number",
    "same_pupil_number": "pupil number",
    "same_national_insurance_number": "National Insurance number",
    "same_police_number": "police number",
}
_AGREEMENT_WORDS = {
    **_IDENTIFIER_WORDS,
    "same_given_name": "first name",
    "same_family_name": "last name",
    "born_on_same_day": "date of birth",
    "same_dwelling": "address",
    "same_phone": "phone number",
    "same_email": "e-mail address",
}
CLAIM_WORDS = {
    "same_verified_nhs_number": "The NHS number is the same, and the NHS confirms it.",
    "same_nhs_number": "The NHS number is the same.",
    "same_pupil_number": "The pupil number is the same.",
    "same_national_insurance_number": "The National Insurance number is the same.",
    "same_police_number": "The police number is the same.",
    "same_verified_identifier": "A number that its register confirms is the same.",
    "born_on_same_day": "The date of birth is the same.",
    "birth_date_agrees_on_two_parts": "The date of birth agrees on at least two of day, month and year.",
    "born_in_same_year": "The year of birth is the same.",
    "same_given_name": "The first name is the same.",
    "given_name_known_as": "One first name is a short form or spelling of the other.",
    "same_family_name": "The last name is the same.",
    "shares_a_family_name": "Part of the last name agrees.",
    "names_in_other_order": "First and last name are written in the other order.",
    "same_dwelling": "The address is the same.",
    "same_postcode": "The postcode is the same.",
    "same_phone": "The phone number is the same.",
    "same_email": "The e-mail address is the same.",
    "different_verified_nhs_numbers": "The NHS confirms two different NHS numbers.",
    "rows_of_one_duplicate_free_file": "One service lists them as two people.",
    "a_child_among_adults": "One service lists grown people alone, and the other record is of a child.",
    "a_generation_apart": "The years of birth are a generation apart.",
    "different_birth_dates": "The dates of birth differ.",
    "different_given_names": "The first names differ.",
    "different_family_names": "The last names differ.",
    "different_sexes": "The recorded sexes differ.",
}
"""One sentence per claim of `linkage.evidence`."""

REASON_WORDS = {
    "unsure": "The records agree in part. Nobody has checked whether they are one person.",
    "rest-speaks-against": "One record fits, but the person's other records do not.",
    "fits-two-people": "This record fits two people of one name. Find out which of them it is about.",
    "two-nhs-numbers": "The NHS confirms two different NHS numbers.",
    "two-rows-of-one-file": "One service lists them as two people.",
    "a-child-among-adults": "One service lists grown people alone, and the other record is of a child.",
    "a-generation-apart": "Same name, but a generation apart: perhaps parent and child.",
    "siblings": "First names and dates of birth differ: perhaps brother and sister.",
    "twins": "Born on one day, with different first names: perhaps twins.",
    "perhaps-twins": "Born on one day, with different first names: perhaps twins, or one person known by both.",
    "decided-different": "Someone decided that these are two people.",
}
"""One sentence per reason of a `ReviewPair`."""

HELD_BACK = "Held back until someone checks. Ask us today if it is urgent."


def band_from_claims(claims: Collection[str]) -> Band:
    """The band that these claims alone support; with none of them, probable: joined on evidence not shown here."""
    held = set(claims)
    dated = "born_on_same_day" in held
    if held & {"same_verified_nhs_number", "same_verified_identifier"} and "birth_date_agrees_on_two_parts" in held:
        return Band.VERIFIED
    named = bool(held & {"same_given_name", "given_name_known_as"}) and bool(
        held & {"same_family_name", "shares_a_family_name"}
    )
    also = held & {"same_dwelling", "same_phone", "same_email", "same_postcode", *_IDENTIFIER_WORDS}
    return Band.STRONG if dated and named and also else Band.PROBABLE


def explain_link(claims: Collection[str]) -> str:
    """One sentence for a link that stands, from these claims alone."""
    band = band_from_claims(claims)
    agreeing = _listed(claims)
    if band is Band.VERIFIED:
        return f"Same person: {agreeing}."
    if band is Band.STRONG:
        return f"Very likely the same person: {agreeing}."
    check = "an address" if "born_on_same_day" in claims else "a date of birth"
    return f"Probably the same person. Check {check} with them before you act."


def explain_claims(claims: Collection[str]) -> tuple[str, ...]:
    """One sentence per claim, for and against, in the register's order; unknown names are left out."""
    return tuple(words for name, words in CLAIM_WORDS.items() if name in claims)


def explain_review(reasons: Collection[str]) -> tuple[str, ...]:
    """Why a pair waits: the reasons, for whoever decides, then what it means for everyone else."""
    return (*(words for code, words in REASON_WORDS.items() if code in reasons), HELD_BACK)


def _listed(claims: Collection[str]) -> str:
    """`NHS number and date of birth agree`: numbers first where there are any, else everything."""
    held = [words for name, words in _AGREEMENT_WORDS.items() if name in claims]
    numbers = [words for name, words in _IDENTIFIER_WORDS.items() if name in claims]
    wanted = [*numbers, "date of birth"] if numbers else held
    chosen = list(dict.fromkeys(words for words in held if words in wanted))
    if not chosen:
        return "a confirmed number agrees"
    if len(chosen) == 1:
        return f"{chosen[0]} agrees"
    return f"{', '.join(chosen[:-1])} and {chosen[-1]} agree"
