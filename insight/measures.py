"""The closed list of figures: what each counts, by what, and which facts it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `needs` maps each (source, item) whose facts are counted to the forms that are enough for it.

    `states` hold of everybody who is counted, as the counting itself sees to; agreements are asked about such persons.
    `opt_out`: it rests on confidential patient information, so whoever opted out of uses beyond their own care
    (National Data Opt-out), or was not checked, is not counted.
    """

    name: str
    title: str
    group_by: str
    unit: str
    needs: Mapping[tuple[str, str], frozenset[str]]
    states: Mapping[str, str] = field(default_factory=dict)
    opt_out: bool = False


_WHOLE = frozenset({"full"})
_MONTH = frozenset({"full", "month"})
_LISTED = (
    Measure(
        "single_person_discounts", "Single person discounts of council tax", "postcode_district", "liable persons",
        {("council_tax", "ctax.discount"): _WHOLE,
         ("council_tax", "address.residence"): frozenset({"full", "outward_postcode"})},
    ),
    Measure(
        "suspended_pupils", "Pupils suspended in the last 365 days", "school_year", "pupils",
        {("schools", "education.exclusion"): _MONTH, ("schools", "education.enrolment"): _MONTH},
    ),
    Measure(
        "tenants_in_arrears", "Tenants who owe rent, by the stage that recovery has reached", "arrears_stage",
        "tenants", {("housing", "housing.arrears"): frozenset({"full", "band"})},
    ),
    Measure(
        "emergency_attendances", "Patients helped who attended an emergency department, last 365 days", "month",
        "patients", {("health", "health.attendance"): _MONTH},
        states={"agreed_to_help": "yes", "objection": "no", "restriction": "no"}, opt_out=True,
    ),
)  # fmt: skip

MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in _LISTED})
