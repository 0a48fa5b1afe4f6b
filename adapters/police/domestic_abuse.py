"""Domestic abuse incidents with the DASH risk that officers assessed (domain 2.1.1, practice P13).

The risk belongs to the person who was harmed and is an officer's opinion. Who is accused gets the incident, never the
risk, so that nothing on an accused person's side tells how high the other was judged. Answers to the DASH questions and
safety plans are never kept.
"""

from collections.abc import Iterator, Mapping

from adapters.cells import Cells
from adapters.police.codes import DASH_RISKS, ROLES, Part
from adapters.police.handling import at_the_door, handling_column
from adapters.police.involved import Involved, nothing_kept, read_involved
from adapters.port import Column, FeedProfile, Translation
from concept_model.base import Nature, Scalar
from concept_model.records import ConceptRecord

_INCIDENT, _RISK = ("da.incident",), ("da.risk",)
_BOTH = _INCIDENT + _RISK
_ROLES: Mapping[str, str] = {
    **ROLES, "perpetrator": "suspect", "alleged perpetrator": "suspect", "survivor": "victim",
}  # fmt: skip
"""What forces write in this extract, beside the roles of every other."""

DOMESTIC_ABUSE = FeedProfile(
    name="police-domestic-abuse",
    source="police",
    title="Domestic abuse incidents (DASH)",
    formats=("csv",),
    row_key=("incident_no", "nominal_ref", "role"),
    never_kept=("children_in_household", "dash_answers", "narrative", "safety_plan", "victim_phone"),
    columns=(
        Column("incident_no", (), "The force's number of the incident or occurrence", required=True),
        Column("nominal_ref", (), "The force's own reference of the person", required=True),
        Column("role", _BOTH, "victim, suspect (or perpetrator), child present, ...", required=True),
        Column("fact_or_opinion", _INCIDENT, "fact, opinion or allegation; empty if not recorded"),
        handling_column(_BOTH),
        Column("incident_from", _BOTH, "When it happened", required=True),
        Column("title", _INCIDENT, "What was reported"),
        Column("location", _INCIDENT, "Where, in words"),
        Column("child_present_flag", _INCIDENT, "Y if a child was there"),
        Column("dash_risk", _BOTH, "standard, medium or high, as assessed"),
        Column("marac_flag", _BOTH, "Y if referred to MARAC"),
        Column("review_date", _RISK, "Day until which the assessment of risk stands"),
    ),
    example_rows=(
        {
            "incident_no": "OC0000003", "nominal_ref": "N0000001", "role": "victim", "handling": "sensitive",
            "incident_from": "2026-03-02T21:15", "title": "Domestic incident, no crime", "child_present_flag": "Y",
            "dash_risk": "high", "marac_flag": "Y", "review_date": "2026-09-02",
        },
        {
            "incident_no": "OC0000003", "nominal_ref": "N0000002", "role": "perpetrator",
            "fact_or_opinion": "allegation", "handling": "sensitive", "incident_from": "02/03/2026 21:15",
            "title": "Domestic incident, no crime", "child_present_flag": "Y",
        },
    ),
)  # fmt: skip


@at_the_door
def read_domestic_abuse(cells: Cells, handling: str | None) -> Translation:
    """One person's role in one incident; for who was harmed, the assessed risk as well."""
    involved = read_involved(cells, handling, "incident_no", _ROLES)
    cells.required("incident_from")
    at = cells.datetime("incident_from")
    risk = cells.code("dash_risk", DASH_RISKS)
    child_present, marac = cells.flag("child_present_flag"), cells.flag("marac_flag")
    review = cells.date("review_date")
    day = at.date() if at else None
    cells.in_order("incident_from", "review_date", day, review)
    title, location = cells.text("title"), cells.text("location")
    harmed = involved.part is Part.HARMED

    def build() -> Iterator[ConceptRecord]:
        if involved.part is Part.ONLOOKER:
            nothing_kept(cells)
            return
        value: dict[str, Scalar] = {
            "risk": risk if harmed else None, "child_present": child_present, "marac": marac if harmed else None,
            "location": location, "title": title,
        }  # fmt: skip
        yield involved.event("da.incident", _nature(involved), value, at)
        if harmed and (risk or marac):
            yield involved.circumstance("da.risk", Nature.OPINION, {"risk": risk, "marac": marac}, (day, review))

    return cells.translation(build)


def _nature(involved: Involved) -> Nature:
    if involved.part is Part.ACCUSED:
        return Nature.ALLEGATION
    return involved.stated or Nature.ALLEGATION
