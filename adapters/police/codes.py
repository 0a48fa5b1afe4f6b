"""Code lists of police feeds: roles, handling, Home Office outcomes, ASB qualifiers, DASH risk (domain 2.1).

Keys are in lower case, as `Cells.code` looks them up.
"""

import re
from collections.abc import Mapping
from enum import Enum

from concept_model.base import Nature


class Part(Enum):
    """What a role says about the person: it decides which item a row becomes, and so who may see it."""

    HARMED = "harmed"
    """Victims and complainants. Never shown as involved in crime."""
    ONLOOKER = "onlooker"
    """Witnesses and those who report. Never shown as involved in crime, nor in domestic abuse."""
    ACCUSED = "accused"
    MISSING = "missing"
    NEAR = "near"
    """Named in the occurrence without a part in it: a child present, a parent, an associate."""


ROLES: Mapping[str, str] = {
    **{role: role for role in (
        "victim", "complainant", "witness", "person reporting", "suspect", "offender", "arrested", "charged",
        "defendant", "convicted", "missing person", "child present", "parent/guardian", "associated",
    )},
    "reporting person": "person reporting", "informant": "person reporting", "missing": "missing person",
    "aggrieved": "victim", "injured party": "victim", "parent": "parent/guardian", "guardian": "parent/guardian",
    "associate": "associated", "child": "child present",
}  # fmt: skip

PARTS: Mapping[str, Part] = {
    "victim": Part.HARMED,
    "complainant": Part.HARMED,
    "witness": Part.ONLOOKER,
    "person reporting": Part.ONLOOKER,
    "suspect": Part.ACCUSED,
    "offender": Part.ACCUSED,
    "arrested": Part.ACCUSED,
    "charged": Part.ACCUSED,
    "defendant": Part.ACCUSED,
    "convicted": Part.ACCUSED,
    "missing person": Part.MISSING,
    "child present": Part.NEAR,
    "parent/guardian": Part.NEAR,
    "associated": Part.NEAR,
}

HANDLING: Mapping[str, str] = {
    "open": "open", "sensitive": "sensitive", "intelligence": "intelligence", "intel": "intelligence",
    "live-operation": "live-operation", "live operation": "live-operation", "live_operation": "live-operation",
}  # fmt: skip
REFUSED_HANDLING = frozenset({"intelligence", "live-operation"})
"""Refused at the door (practice P8)."""

NATURES: Mapping[str, str] = {nature.value: nature.value for nature in Nature}

OUTCOMES: Mapping[str, str] = {
    "1": "Charged or summonsed",
    "1A": "Charged or summonsed for an alternate offence",
    "2": "Youth caution",
    "2A": "Youth caution for an alternate offence",
    "3": "Adult caution",
    "3A": "Adult caution for an alternate offence",
    "4": "Taken into consideration",
    "5": "Offender died",
    "6": "Penalty notice",
    "7": "Cannabis or khat warning",
    "8": "Community resolution",
    "9": "Prosecution not in the public interest (CPS)",
    "10": "Formal action not in the public interest (police)",
    "11": "Suspect under ten",
    "12": "Suspect too ill",
    "13": "Victim or key witness dead or too ill",
    "14": "Evidential difficulty: suspect not identified, victim does not support",
    "15": "Evidential difficulty: suspect named, victim supports",
    "16": "Evidential difficulty: suspect named, victim does not support",
    "17": "Time limit passed",
    "18": "No suspect identified",
    "19": "Passed to the National Fraud Intelligence Bureau",
    "20": "Action by another agency",
    "21": "Further investigation not in the public interest",
    "22": "Diversionary or educational activity",
}
"""Home Office outcome types and what they mean (domain 2.1.2)."""
OUTCOME_CODES: Mapping[str, str] = {
    **{code.casefold(): code for code in OUTCOMES},
    **{f"0{code}".casefold(): code for code in OUTCOMES if code[0] in "123456789" and len(code.rstrip("A")) == 1},
}
UNDEFINED_OUTCOME = "23"
"""In use, its meaning not published where we could find it: kept as sent and flagged."""
_CAUTION_CLASS = frozenset({"2", "2A", "3", "3A", "6", "7", "8"})
_CHARGED = frozenset({"1", "1A"})
_CONVICTED = re.compile(r"(?<!not )(?<!never )\bconvicted\b", re.IGNORECASE)

DASH_RISKS: Mapping[str, str] = {"standard": "standard", "medium": "medium", "high": "high"}

ASB_QUALIFIERS = ("personal", "nuisance", "environmental")
"""National Standard for Incident Recording 2011: one qualifier an incident, by its effect."""
_ASB_TITLE = re.compile(
    r"ASB\b[\s:\u2013\u2014-]*(?:(personal|nuisance|environmental)\b)?[\s:\u2013\u2014-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_MISSING_RISK = re.compile(r"\b(no apparent|low|medium|high)[ -]risk\b", re.IGNORECASE)

ADDRESS_TYPES: Mapping[str, str] = {
    "home": "home", "temp": "temporary", "temporary": "temporary", "refuge": "refuge", "placement": "placement",
    "corr": "correspondence", "correspondence": "correspondence",
}  # fmt: skip

ETHNICITY_SCHEME = "16+1"
"""Self-defined ethnicity; W3, W4 and O2 came with the census of 2011 and 2021."""
_ETHNIC_CODES = (
    "W1", "W2", "W3", "W4", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O1", "O2",
    "O9", "NS",
)  # fmt: skip
SELF_DEFINED_ETHNICITY: Mapping[str, str] = {code.casefold(): code for code in _ETHNIC_CODES}


def is_proven(outcome: str | None, status: str) -> bool:
    """A conviction or a disposal of the caution class; a charge or an arrest proves nothing (domain 2.1.2)."""
    return outcome in _CAUTION_CLASS or (outcome in _CHARGED and bool(_CONVICTED.search(status)))


def is_asb(ho_class: str, title: str) -> bool:
    """Anti-social behaviour: the class says so, or there is no class and the title does."""
    return ho_class.upper() == "ASB" or (not ho_class and title.upper().startswith("ASB"))


def asb_parts(title: str) -> tuple[str | None, str]:
    """Qualifier and category out of a title such as `ASB Personal: rowdy neighbours`."""
    found = _ASB_TITLE.fullmatch(title)
    if not found:
        return None, title
    return found[1].lower() if found[1] else None, found[2].strip()


def missing_category(title: str) -> str:
    """Missing, or the older "absent"."""
    return "absent" if "absent" in title.casefold() else "missing"


def missing_risk(title: str) -> str | None:
    """The risk as far as the title of the episode tells it."""
    found = _MISSING_RISK.search(title)
    return found[1].lower() if found else None
