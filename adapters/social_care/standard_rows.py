"""Rows of the Standard Safeguarding Dataset into concept records.

A referral is the same statement as the children in need census makes of it, so that a council that sends both has one.
"""

import json
import re
from collections.abc import Iterator, Mapping

from adapters.cells import Cells
from adapters.port import Translation
from adapters.social_care import codes
from adapters.tabular.parts import occurrence, usual_name
from concept_model.person import Person
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Event, Intervention

_OUTCOME_FLAGS: Mapping[str, str] = {
    "OUTCOME_CP_ENQUIRY_FLAG": "section-47", "OUTCOME_NEW_REFERRAL_FLAG": "referral",
    "OUTCOME_EXISTING_REFERRAL_FLAG": "open-referral", "OUTCOME_PRIVATE_FOSTERING_FLAG": "private-fostering",
    "OUTCOME_ADVICE_FLAG": "advice", "OUTCOME_MISSING_FLAG": "missing", "OUTCOME_NFA_FLAG": "no-further-action",
}  # fmt: skip
"""The dataset's flags, the weightiest first: a contact may have several, and the first that is set is its outcome."""
_OUTCOME_WORDS: Mapping[str, str] = {
    "cin referral": "referral", "eh referral": "early-help", "early help": "early-help",
    "social care": "referral", "nfa": "no-further-action", "no further action": "no-further-action",
    "advice": "advice", "section 47": "section-47",
}  # fmt: skip
_SET = frozenset({"y", "yes", "true", "1"})
_LIST = re.compile(r"[0-9]{1,2}[A-Za-z]?(\s*[,;]\s*[0-9]{1,2}[A-Za-z]?)*")
_HOW_FACTORS = 'Write the codes as ["1B", "3A"], or with commas between them.'


def read_person(cells: Cells) -> Translation:
    """One person as the case system knows them."""
    key = cells.key("pers_person_id")
    names = usual_name(cells.text("pers_surname"), cells.text("pers_forename"))
    born, died = cells.partial_date("pers_dob"), cells.partial_date("pers_death_date")
    expected = None if born else cells.date("pers_expected_dob")
    sex, ethnicity = cells.sex("pers_sex"), cells.code("pers_ethnicity", codes.ETHNICITIES, keep_unlisted=True)
    cells.code("pers_upn_unknown", codes.UPN_UNKNOWN, keep_unlisted=True)
    numbers = (cells.identifier("upn", "pers_upn"), cells.identifier("nhs_number", "pers_single_unique_id"))

    def build() -> tuple[Person, ...]:
        return (
            Person(
                person=key, names=names, birth_date=born, expected_birth_date=expected, death_date=died, sex=sex,
                ethnicity=ethnicity, ethnicity_scheme=codes.ETHNICITY_SCHEME if ethnicity else None,
                identifiers=tuple(number for number in numbers if number),
            ),
        )  # fmt: skip

    return cells.translation(build)


def read_contact(cells: Cells) -> Translation:
    """One contact about one child."""
    number, key = cells.key("cont_contact_id", most=100), cells.key("cont_person_id")
    cells.required("cont_contact_date")
    day = cells.date("cont_contact_date")
    source = cells.code("cont_contact_source_code", codes.REFERRAL_SOURCES, keep_unlisted=True)
    outcome = _outcome(cells, "cont_contact_outcome_json")

    def build() -> tuple[Event, ...]:
        return (
            Event(
                subject=key, item="care.contact", occurrence=occurrence("contact", number),
                value={"source": source, "outcome": outcome}, valid_from=day, valid_to=day,
            ),
        )  # fmt: skip

    return cells.translation(build)


def read_referral(cells: Cells) -> Translation:
    """One referral of one child, and the episode of need that it began."""
    cells.key("cine_referral_id", most=100)
    key = cells.key("cine_person_id")
    cells.required("cine_referral_date")
    start, end = cells.period("cine_referral_date", "cine_close_date")
    source = cells.code("cine_referral_source_code", codes.REFERRAL_SOURCES, keep_unlisted=True)
    need = cells.code("cine_cin_primary_need_code", codes.PRIMARY_NEEDS, keep_unlisted=True)
    closure = cells.code("cine_close_reason", codes.CLOSURES, keep_unlisted=True)
    nothing_done = cells.flag("cine_referral_nfa")
    referred = start.isoformat() if start else ""

    def build() -> Iterator[ConceptRecord]:
        if closure == codes.ADOPTED:
            yield Person(person=key, protected="adoption")
        outcome = "no-further-action" if nothing_done else None
        yield Event(
            subject=key, item="care.contact", occurrence=referred, value={"source": source, "outcome": outcome},
            valid_from=start, valid_to=start,
        )  # fmt: skip
        yield Intervention(
            subject=key, item="care.episode", occurrence=referred,
            value={"kind": "child-in-need", "closure": closure}, valid_from=start, valid_to=end,
        )  # fmt: skip
        if need:
            yield Circumstance(
                subject=key, item="care.need", occurrence=referred, value={"code": need}, valid_from=start,
                valid_to=end,
            )  # fmt: skip

    return cells.translation(build)


def read_assessment(cells: Cells) -> Translation:
    """One assessment of one child and the factors that it found; 21 says that it found none."""
    number, key = cells.key("cina_assessment_id", most=100), cells.key("cina_person_id")
    cells.required("cina_assessment_start_date")
    start, authorised = cells.period("cina_assessment_start_date", "cina_assessment_auth_date")
    factors = _factors(cells, "cinf_assessment_factors_json")

    def build() -> Iterator[ConceptRecord]:
        yield Intervention(
            subject=key, item="care.assessment", occurrence=occurrence("assessment", number),
            value={"authorised": authorised.isoformat() if authorised else None}, valid_from=start,
        )  # fmt: skip
        for code in factors:
            yield Circumstance(
                subject=key, item="care.factor", occurrence=occurrence("assessment", number, code),
                value={"code": code, "scope": codes.factor_scope(code)}, valid_from=authorised or start,
            )  # fmt: skip

    return cells.translation(build)


def read_early_help(cells: Cells) -> Translation:
    """One episode of early help for one child."""
    number, key = cells.key("earl_episode_id", most=100), cells.key("earl_person_id")
    cells.required("earl_episode_start_date")
    start, end = cells.period("earl_episode_start_date", "earl_episode_end_date")
    why_ended = cells.text("earl_episode_end_reason")
    if why_ended and not cells.text("earl_episode_end_date"):
        message = "The column earl_episode_end_date is empty, but earl_episode_end_reason is filled in."
        how = "Fill in earl_episode_end_date, or empty earl_episode_end_reason."
        cells.error("earl_episode_end_date", "required-missing", message, how)

    def build() -> tuple[Intervention, ...]:
        value = {
            "kind": cells.text("earl_episode_reason") or None,
            "service": cells.text("earl_episode_organisation") or None,
            "status": (f"closed: {why_ended}" if why_ended else "closed") if end else "open",
        }  # fmt: skip
        return (
            Intervention(
                subject=key, item="support.episode", occurrence=occurrence("early-help", number), value=dict(value),
                valid_from=start, valid_to=end,
            ),
        )  # fmt: skip

    return cells.translation(build)


def _outcome(cells: Cells, column: str) -> str | None:
    """The outcome out of the dataset's JSON of flags, or out of the words that some systems put there instead."""
    text = cells.text(column)
    try:
        flags = json.loads(text) if text.startswith("{") else None
    except (ValueError, RecursionError):
        flags = None
    if isinstance(flags, dict):
        found = {name for name, value in flags.items() if str(value).casefold() in _SET}
        return next((word for name, word in _OUTCOME_FLAGS.items() if name in found), None)
    known = _OUTCOME_WORDS.get(text.casefold())
    if text and not known:
        # Other words may be free text about the family, so they are not kept as codes outside other lists are.
        cells.remark(column, "code-unlisted", f"The column {column} holds no outcome of the list. It is left out.")
    return known


def _factors(cells: Cells, column: str) -> tuple[str, ...]:
    """Codes of the list, once each, in order. A code outside it is flagged and kept, as in the census."""
    text = cells.text(column)
    sent: object = re.split(r"\s*[,;]\s*", text) if _LIST.fullmatch(text) else _parsed(text)
    if not text:
        return ()
    if not isinstance(sent, list) or not all(isinstance(one, str) and len(one) <= 4 for one in sent):  # noqa: PLR2004 - the longest code has three characters
        cells.error(column, "row-shape", f"The column {column} is no list of codes.", _HOW_FACTORS)
        return ()
    found = tuple(dict.fromkeys(one.strip().upper() for one in sent if one.strip()))
    if any(code.casefold() not in codes.FACTORS for code in found):
        cells.remark(
            column, "code-unlisted", f"The column {column} holds a code that is not in its list. It is kept as sent."
        )
    return tuple(code for code in found if code != codes.NO_FACTOR)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
