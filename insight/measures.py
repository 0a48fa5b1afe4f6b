"""The closed list of figures: what each counts, by what, and which facts it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `needs` maps each (source, item) whose facts are counted to the forms that are enough for it."""

    name: str
    title: str
    group_by: str
    unit: str
    needs: Mapping[tuple[str, str], frozenset[str]]


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
)  # fmt: skip

MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in _LISTED})
