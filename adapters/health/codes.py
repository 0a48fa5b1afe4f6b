"""Code lists of the health feeds, with their publishers. Codes stay as sent beside what they are mapped to."""

from typing import Literal, TypedDict

from concept_model.household import RelationshipKind

ENCOUNTER_CLASSES = frozenset(
    {"AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS", "VR"}
)  # fmt: skip
"""HL7 v3 ActEncounterCode."""

ENCOUNTER_STATUSES = frozenset(
    {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"}
)
"""FHIR R4 EncounterStatus."""

APPOINTMENT_STATUSES = frozenset({
    "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in",
    "waitlist",
})  # fmt: skip
"""FHIR R4 AppointmentStatus."""

CONDITION_STATUSES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
"""FHIR R4 condition-clinical."""

WITHDRAWN = frozenset({"entered-in-error", "refuted"})
"""Statuses that say: this was never so."""

UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
"""FHIR R4 condition-ver-status short of confirmed."""

Gender = Literal["female", "male", "other", "unknown"]

GENDERS: dict[str, Gender] = {"male": "male", "female": "female", "other": "other", "unknown": "unknown"}
"""FHIR R4 AdministrativeGender."""

ETHNIC_CATEGORIES = frozenset("ABCDEFGHJKLMNPRSZ") | {"99"}
"""NHS Data Dictionary ethnic category, 2001 census groups (domain 2.11)."""

ETHNICITY_SCHEME = "nhs-ethnic-category"


class Ethnicity(TypedDict):
    """Ethnic group as `Person` takes it."""

    ethnicity: str | None
    ethnicity_scheme: str | None


NAME_USES: dict[str, Literal["usual", "official", "nickname", "old", "maiden", "alias"]] = {
    "usual": "usual",
    "official": "official",
    "nickname": "nickname",
    "old": "old",
    "maiden": "maiden",
    "temp": "alias",
    "anonymous": "alias",
}
"""FHIR R4 NameUse."""

AddressKind = Literal["home", "temporary", "correspondence"]

ADDRESS_KINDS: dict[str, AddressKind | None] = {
    "": "home",
    "home": "home",
    "temp": "temporary",
    "old": "home",
    "billing": "correspondence",
    "work": None,
}
"""FHIR R4 AddressUse; nobody lives at a work address."""

_ADMISSION_GROUPS = (
    ("planned", ("11", "12", "13")),
    ("emergency", ("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D")),
    ("maternity", ("31", "32")),
    ("other", ("81", "82", "83")),
)
REASON_GROUP_OF_ADMISSION = {code: group for group, codes in _ADMISSION_GROUPS for code in codes}
"""NHS Data Dictionary method of admission, in the four groups its own headings give."""

_RELATIONSHIPS: tuple[tuple[RelationshipKind, str], ...] = (
    ("parent", "PRN MTH FTH NMTH NFTH GESTM NPRN STPPRN STPMTH STPFTH ADOPTP ADOPTM ADOPTF PRNFOST MTHFOST FTHFOST"),
    ("child", "CHILD SON DAU DAUC SONC NCHILD DAUN SONN STPCHLD STPDAU STPSON CHLDADOPT DAUADOPT SONADOPT CHLDFOST "
              "DAUFOST SONFOST"),
    ("sibling", "SIB BRO SIS HBRO HSIS HSIB NBRO NSIS NSIB STPBRO STPSIS STPSIB TWIN TWINBRO TWINSIS FTWIN ITWIN"),
    ("partner", "SPS WIFE HUSB DOMPART SIGOTHR PolygamousPartner"),
    ("former-partner", "FMRSPS FRMSPS"),
    ("grandparent", "GRPRN GRMTH GRFTH MGRPRN MGRMTH MGRFTH PGRPRN PGRMTH PGRFTH"),
    ("guardian", "GUARD Guardian"),
    ("carer", "Carer"),
    ("relative", "FAMMEMB EXT AUNT MAUNT PAUNT UNCLE MUNCLE PUNCLE COUSN MCOUSN PCOUSN NIECE NEPHEW NIENEPH GRNDCHILD "
                 "GRNDDAU GRNDSON GGRPRN GGRMTH GGRFTH INLAW PRNINLAW MTHINLAW FTHINLAW SIBINLAW BROINLAW SISINLAW "
                 "CHLDINLAW DAUINLAW SONINLAW N"),
    ("other", "FRND NBOR ROOM ONESELF Agent Personal Dependant NonDependant ProxyContact ProxyCommunication "
              "ProxyContactCommunication NotSpecified C E F I S U O"),
)  # fmt: skip
RELATIONSHIP_KINDS = {code: kind for kind, codes in _RELATIONSHIPS for code in codes.split()}
"""HL7 v3 RoleCode (personal relationships), UK Core AdditionalPersonRelationshipRole, HL7 v2 table 0131."""
