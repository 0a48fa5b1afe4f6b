"""The quick way of `police-occurrences`: what `read_occurrence` makes of a row without error or flag, no more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from adapters.cell_values import DATE_SENTINELS, parse_date, parse_datetime, parse_flag
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
from adapters.quick import PlainFact, ReadQuickly
from concept_model.base import Scalar

_COLUMNS = (
    "occurrence_no", "nominal_ref", "role", "fact_or_opinion", "handling", "ho_class", "title", "committed_from",
    "committed_to", "reported_at", "location", "status", "outcome_code", "outcome_date", "dv_flag",
    "child_present_flag", "dash_risk", "marac_flag",
)  # fmt: skip
_REMEMBERED = 50_000
_FACT, _ALLEGATION = "fact", "allegation"
_UNDISPUTED = False
_Said: TypeAlias = tuple[str, str, dict[str, Scalar]]


class _NotQuick(Exception):  # noqa: N818 - a way out, not an error
    """The row has something that costs it, or is to be remarked on."""


def quick_occurrences(names: tuple[str, ...]) -> ReadQuickly:
    """The quick way of a file whose columns have these names."""
    # One place past the end is an empty cell: that of a column which the file does not have.
    absent = len(names)
    places = [names.index(name) if name in names else absent for name in _COLUMNS]

    def read(cells: Sequence[str]) -> tuple[PlainFact, ...] | None:
        padded = [*cells, ""]
        try:
            return _facts([padded[place].strip() for place in places])
        except _NotQuick:
            return None

    return read


def _facts(texts: list[str]) -> tuple[PlainFact, ...]:
    (
        number, person, role_text, nature_text, handling_text, ho_class, title, from_text, to_text, reported_text,
        location, status, outcome_text, outcome_day, domestic_text, child_text, risk_text, marac_text,
    ) = texts  # fmt: skip
    handling, role = _code(handling_text, HANDLING), _code(role_text, ROLES)
    in_bounds = 0 < len(person) <= MAX_KEY and 0 < len(number) <= MAX_OCCURRENCE_NUMBER
    if handling is None or handling in REFUSED_HANDLING or role is None or not in_bounds:
        raise _NotQuick
    stated, outcome, risk = (
        _code(nature_text, NATURES),
        _code(outcome_text, OUTCOME_CODES),
        _code(risk_text, DASH_RISKS),
    )
    outcome_date = _day(outcome_day) if outcome_day else None
    begins, ends, reported = _moment(from_text), _moment(to_text), _moment(reported_text)
    if begins and ends and ends < begins:
        raise _NotQuick
    domestic, child_present, marac = _flag(domestic_text), _flag(child_text), _flag(marac_text)
    part = PARTS[role]
    proven = part is Part.ACCUSED and is_proven(outcome, status)
    said: list[_Said] = []
    main = _main(part, (ho_class, title, location), (stated, outcome, outcome_date), proven=proven)
    if main is not None:
        said.append(main)
    if domestic and part is not Part.ONLOOKER:
        nature = (_FACT if proven else _ALLEGATION) if part is Part.ACCUSED else stated or _ALLEGATION
        value: dict[str, Scalar] = {"risk": risk, "child_present": child_present, "marac": marac}
        value |= {"location": location, "title": title}
        said.append(("da.incident", nature, value))
    if not said:
        raise _NotQuick
    about = ("person", person, f"{number}/{role}")
    days = (begins.date() if begins else None, ends.date() if begins and ends else None, begins or reported)
    return tuple(
        [PlainFact(item, *about, value, *days, nature, role, handling, _UNDISPUTED) for item, nature, value in said]
    )


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
            raise _NotQuick
        return "crime.asb", stated or _ALLEGATION, {"qualifier": qualifier, "category": category, "location": location}
    if part is not Part.ACCUSED:
        return None
    value = {
        "ho_class": ho_class, "title": title, "outcome": outcome, "outcome_date": outcome_date, "location": location,
    }  # fmt: skip
    return ("crime.offence", _FACT, value) if proven else ("crime.allegation", _ALLEGATION, value)


def _code(text: str, allowed: Mapping[str, str]) -> str | None:
    if not text:
        return None
    known = allowed.get(text) or allowed.get(text.casefold())
    if known is None:
        raise _NotQuick
    return known


def _flag(text: str) -> bool | None:
    flag = parse_flag(text) if text else None
    if text and flag is None:
        raise _NotQuick
    return flag


@lru_cache(_REMEMBERED)
def _day(text: str) -> str:
    day = parse_date(text)
    if day is None or day in DATE_SENTINELS:
        raise _NotQuick
    return day.isoformat()


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = parse_datetime(text)
    if moment is None or moment.date() in DATE_SENTINELS:
        raise _NotQuick
    return moment
