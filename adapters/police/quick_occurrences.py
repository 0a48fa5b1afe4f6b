"""The quick way of `police-occurrences`: what `read_occurrence` makes of a row without error or flag, no more.

The cells of a row that come from lists, and its title, are few through a whole file: what they say together is made
once, and place, person and moments are filled in row by row.
"""

from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import TypeAlias

from adapters.cells import MAX_KEY
from adapters.police.codes import (
    DASH_RISKS,
    HANDLING,
    NATURES,
    OUTCOME_CODES,
    PARTS,
    REFUSED_HANDLING,
    ROLES,
    Part,
    asb_parts,
    is_asb,
    is_proven,
    missing_category,
    missing_risk,
)
from adapters.police.translate import MAX_OCCURRENCE_NUMBER
from adapters.quick import PlainFact, ReadQuickly, made_fact, value_text
from adapters.quick_cells import NOT_QUICK, NotQuickError, is_before, quick_code, quick_day, quick_flag, quick_moments
from concept_model.base import Scalar

_COLUMNS = (
    "occurrence_no", "nominal_ref", "committed_from", "committed_to", "reported_at", "outcome_date", "location",
    "role", "fact_or_opinion", "handling", "ho_class", "title", "status", "outcome_code", "dv_flag",
    "child_present_flag", "dash_risk", "marac_flag",
)  # fmt: skip
_OWN, _TITLE, _FLAGS = (_COLUMNS.index(name) for name in ("role", "title", "dv_flag"))
"""Columns before `_OWN` are a row's own."""
_REMEMBERED = 8_192
_FACT, _ALLEGATION = "fact", "allegation"
_UNDISPUTED = False
# No cell on the quick way holds a null character.
_LOCATION, _OUTCOME_DATE = "\0location", "\0day"
_LOCATION_TEXT, _OUTCOME_DATE_TEXT = encode_basestring_ascii(_LOCATION), encode_basestring_ascii(_OUTCOME_DATE)
_Moments: TypeAlias = tuple[str | None, str | None, str | None, str | None]
"""When it began and ended, when it was reported, and the day of its outcome."""
_Said: TypeAlias = tuple[str, str, dict[str, Scalar]]
_Form: TypeAlias = tuple[str, str, tuple[tuple[str, str, str], ...], str | None]
"""Role; handling; item, nature and value, with places to fill in, of what the row says first; and the nature in which
it says domestic abuse, None where somebody in this role is not said to be part of it."""


def quick_occurrences(names: tuple[str, ...]) -> ReadQuickly:
    """The quick way of a file whose columns have these names."""
    places = [names.index(name) if name in names else None for name in _COLUMNS]

    def read(columns: Sequence[Sequence[str]]) -> list[tuple[PlainFact, ...] | None]:
        empty = ("",) * len(columns[0])
        return _facts([empty if place is None else columns[place] for place in places])

    return read


def _facts(columns: Sequence[Sequence[str]]) -> list[tuple[PlainFact, ...] | None]:
    numbers, persons, *moments_and_days, locations = columns[:_OWN]
    begins, ends, reported, days = moments_and_days
    when = (quick_moments(begins), quick_moments(ends), quick_moments(reported), [*map(quick_day, days)])
    odd = any(NOT_QUICK in one for one in when)
    return [
        None
        if form is None or abuse is NOT_QUICK or (odd and NOT_QUICK in moments)
        or not (0 < len(person) <= MAX_KEY and 0 < len(number) <= MAX_OCCURRENCE_NUMBER)
        else _said(form, abuse, number, person, moments, place)
        for number, person, form, abuse, moments, place in zip(
            map(str.strip, numbers),
            map(str.strip, persons),
            map(_form, *columns[_OWN:_FLAGS]),
            map(_abuse, *columns[_FLAGS:], columns[_TITLE]),
            zip(*when, strict=True),
            map(encode_basestring_ascii, map(str.strip, locations)),
            strict=True,
        )
    ]  # fmt: skip


def _said(
    form: _Form, abuse: str | None, number: str, person: str, moments: _Moments, place: str
) -> tuple[PlainFact, ...] | None:
    role, handling, said, nature_of_abuse = form
    begins, ends, reported, day = moments
    # Texts of moments are in the order of the clock but where one has parts of a second, or an offset changes.
    if begins and ends and ends < begins and is_before(ends, begins):
        return None
    if abuse is not None and nature_of_abuse is not None:
        said = (*said, ("da.incident", nature_of_abuse, abuse))
    day_text = f'"{day}"' if day else "null"
    occurrence = f"{number}/{role}"
    first, last = begins and begins[:10], begins and ends and ends[:10]
    at = begins or reported
    facts = []
    for item, nature, value in said:
        full = value.replace(_OUTCOME_DATE_TEXT, day_text).replace(_LOCATION_TEXT, place)
        facts.append(
            made_fact(
                (
                    item, "person", person, occurrence, full, first, last, at, nature, role, handling, _UNDISPUTED,
                )
            )
        )  # fmt: skip
    return tuple(facts)


@lru_cache(_REMEMBERED)
def _form(  # noqa: PLR0913, PLR0917 - cells
    role_text: str, nature_text: str, handling_text: str, ho_class: str, title: str, status: str, outcome_text: str
) -> _Form | None:  # fmt: skip
    """What a row says but of domestic abuse; None where a cell is odd."""
    try:
        return _formed(*map(str.strip, (role_text, nature_text, handling_text, ho_class, title, status, outcome_text)))
    except NotQuickError:
        return None


def _formed(  # noqa: PLR0913, PLR0917 - cells
    role_text: str, nature_text: str, handling_text: str, ho_class: str, title: str, status: str, outcome_text: str
) -> _Form:  # fmt: skip
    handling, role = quick_code(handling_text, HANDLING), quick_code(role_text, ROLES)
    if handling is None or handling in REFUSED_HANDLING or role is None:
        raise NotQuickError
    stated, outcome = quick_code(nature_text, NATURES), quick_code(outcome_text, OUTCOME_CODES)
    part = PARTS[role]
    proven = part is Part.ACCUSED and is_proven(outcome, status)
    nature = (_FACT if proven else _ALLEGATION) if part is Part.ACCUSED else stated or _ALLEGATION
    main = _main(part, (ho_class, title, _LOCATION), (stated, outcome, _OUTCOME_DATE), proven=proven)
    said = () if main is None else ((*main[:2], value_text(main[2])),)
    return role, handling, said, None if part is Part.ONLOOKER else nature


@lru_cache(_REMEMBERED)
def _abuse(domestic_text: str, child_text: str, risk_text: str, marac_text: str, title: str) -> str | None:
    """The value of an incident of domestic abuse; None where the row is none, `NOT_QUICK` where a cell is odd."""
    try:
        risk = quick_code(risk_text.strip(), DASH_RISKS)
        domestic, child_present, marac = (quick_flag(one.strip()) for one in (domestic_text, child_text, marac_text))
    except NotQuickError:
        return NOT_QUICK
    value: dict[str, Scalar] = {
        "risk": risk, "child_present": child_present, "marac": marac, "location": _LOCATION, "title": title.strip(),
    }  # fmt: skip
    return value_text(value) if domestic else None


def _main(
    part: Part, of: tuple[str, str, str], how: tuple[str | None, str | None, str | None], *, proven: bool
) -> _Said | None:
    """What the row says first: item, nature and value."""
    (ho_class, title, location), (stated, outcome, outcome_date) = of, how
    if part is Part.HARMED or part is Part.ONLOOKER:
        return "crime.victim", stated or _FACT, {"ho_class": ho_class, "title": title, "location": location}
    if part is Part.MISSING:
        value: dict[str, Scalar] = {"category": missing_category(title), "risk": missing_risk(title), "found": None}
        return "child.missing", stated or _FACT, value
    if is_asb(ho_class, title):
        qualifier, category = asb_parts(title)
        if qualifier is None:
            raise NotQuickError
        return "crime.asb", stated or _ALLEGATION, {"qualifier": qualifier, "category": category, "location": location}
    if part is not Part.ACCUSED:
        return None
    value = {
        "ho_class": ho_class, "title": title, "outcome": outcome, "outcome_date": outcome_date, "location": location,
    }  # fmt: skip
    return ("crime.offence", _FACT, value) if proven else ("crime.allegation", _ALLEGATION, value)
