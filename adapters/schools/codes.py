"""Code lists of schools: attendance, suspension reasons, contacts, special educational needs (domain 2.4)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from concept_model.household import RelationshipKind

CODES_CHANGED = date(2024, 8, 19)
"""School Attendance (Pupil Registration) (England) Regulations 2024 came into force."""


class Counts(StrEnum):
    """What a session code counts as. Only the first four are possible sessions."""

    PRESENT = "present"
    APPROVED = "approved"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    NOT_POSSIBLE = "not possible"


def _table(*groups: tuple[str, Counts]) -> Mapping[str, Counts]:
    return MappingProxyType({code: counts for codes, counts in groups for code in codes.split()})


_ALWAYS = (
    ("/ \\ L", Counts.PRESENT),
    ("V P W B", Counts.APPROVED),
    ("C M T R I S E", Counts.AUTHORISED),
    ("G N O U", Counts.UNAUTHORISED),
    ("D X Z #", Counts.NOT_POSSIBLE),
)

ATTENDANCE_CODES = _table(
    *_ALWAYS,
    ("K", Counts.APPROVED),
    # An interview moved from approved activity to authorised absence, and its code from J to J1.
    ("C1 C2 J1", Counts.AUTHORISED),
    ("Q Y1 Y2 Y3 Y4 Y5 Y6 Y7", Counts.NOT_POSSIBLE),
)
"""Session codes in force from 19 August 2024."""

ATTENDANCE_CODES_BEFORE = _table(*_ALWAYS, ("H", Counts.AUTHORISED), ("J", Counts.APPROVED), ("Y", Counts.NOT_POSSIBLE))
"""Session codes to 18 August 2024: H holiday agreed, J interview, Y unable to attend through exceptional cause."""


def attendance_codes(day: date) -> Mapping[str, Counts]:
    """The list of session codes that was in force on a day."""
    return ATTENDANCE_CODES if day >= CODES_CHANGED else ATTENDANCE_CODES_BEFORE


SUSPENSION_CATEGORIES: Mapping[str, str] = MappingProxyType({"susp": "SUSP", "perm": "PERM", "lnch": "LNCH"})
"""SUSP suspension for a fixed period, PERM permanent exclusion, LNCH lunchtime suspension."""

SUSPENSION_REASONS: Mapping[str, str] = MappingProxyType({
    "PP": "physical assault against a pupil",
    "PA": "physical assault against an adult",
    "VP": "verbal abuse or threat to a pupil",
    "VA": "verbal abuse or threat to an adult",
    "OW": "weapon or prohibited item",
    "BU": "bullying",
    "RA": "racist abuse",
    "LG": "abuse over sexual orientation or gender identity",
    "DS": "abuse relating to disability",
    "SM": "sexual misconduct",
    "DA": "drugs or alcohol",
    "DM": "damage",
    "TH": "theft",
    "DB": "persistent or general disruptive behaviour",
    "MT": "misuse of social media or technology",
    "PH": "breach of public health measures",
    "OT": "other",
})  # fmt: skip
"""The national set, with OT from the older set for what schools code locally."""

LEAVING_DESTINATIONS: Mapping[str, str] = MappingProxyType({"ehe": "EHE", "other": "OTHER", "cme": "CME", "ap": "AP"})
"""EHE elective home education, CME missing education, AP alternative provision, OTHER another school."""

SEN_PROVISION: Mapping[str, str] = MappingProxyType({"n": "N", "k": "K", "e": "E", "s": "S"})
"""N none, K support, E education, health and care plan, S statement (history)."""

SOCIAL_WORKER = "SWR"
CONTACT_RELATIONSHIPS: Mapping[str, RelationshipKind] = MappingProxyType({
    "PAM": "parent", "PAF": "parent", "STP": "carer", "CAR": "carer", "GRP": "grandparent", "FOS": "carer",
    "OTH": "other",
})  # fmt: skip
"""Mother, father, step-parent, carer, grandparent, foster carer, other. A social worker is no relation."""
CONTACT_CODES: Mapping[str, str] = MappingProxyType({
    code.casefold(): code for code in (*CONTACT_RELATIONSHIPS, SOCIAL_WORKER)
})  # fmt: skip
