"""Anti-social behaviour incidents and missing episodes, as forces export them (domain 2.1.1).

An incident of anti-social behaviour has one qualifier of the National Standard for Incident Recording 2011, given by
its effect and not by its heading. Somebody who suffered from it, saw it or rang is a victim or witness, never involved.
"""

from collections.abc import Iterator, Mapping

from adapters.cells import MAX_KEY, Cells
from adapters.police.codes import ASB_QUALIFIERS, Part
from adapters.police.handling import at_the_door, handling_column
from adapters.police.involved import nothing_kept, read_involved
from adapters.port import Column, FeedProfile, Translation
from concept_model.base import Nature, Scalar
from concept_model.statement import Event

_ASB_ITEMS, _MISSING = ("crime.asb", "crime.victim"), ("child.missing",)
_QUALIFIERS: Mapping[str, str] = {
    **{name: name for name in ASB_QUALIFIERS},
    **{name[0]: name for name in ASB_QUALIFIERS},
    **{f"asb {name}": name for name in ASB_QUALIFIERS},
}
_CATEGORIES: Mapping[str, str] = {
    "missing": "missing", "absent": "absent", "no apparent risk": "absent", "missing - no apparent risk": "absent",
}  # fmt: skip
"""Forces that still use the older list call an episode without apparent risk absent."""
_RISKS: Mapping[str, str] = {
    "no apparent": "no apparent", "no apparent risk": "no apparent", "low": "low", "medium": "medium", "high": "high",
}  # fmt: skip
_MISSING_ROLE = "missing person"

ASB = FeedProfile(
    name="police-asb",
    source="police",
    title="Anti-social behaviour incidents",
    formats=("csv",),
    row_key=("incident_no", "nominal_ref", "role"),
    never_kept=("beat", "caller", "caller_phone", "closing_code", "easting", "narrative", "northing"),
    columns=(
        Column("incident_no", (), "The force's number of the incident (command and control)", required=True),
        Column("nominal_ref", (), "The force's own reference of the person", required=True),
        Column("role", _ASB_ITEMS, "The person's role: suspect, victim, person reporting, ...", required=True),
        Column("fact_or_opinion", _ASB_ITEMS, "fact, opinion or allegation; empty if not recorded"),
        handling_column(_ASB_ITEMS),
        Column("reported_at", _ASB_ITEMS, "When it was reported", required=True),
        Column("opening_code", _ASB_ITEMS, "Opening code, kept where there is no category"),
        Column("qualifier", ("crime.asb",), "personal, nuisance or environmental", required=True),
        Column("category", _ASB_ITEMS, "Heading of the incident, such as rowdy or nuisance neighbours"),
        Column("location", _ASB_ITEMS, "Where, in words"),
    ),
    example_rows=(
        {
            "incident_no": "CAD0000001", "nominal_ref": "N0000001", "role": "victim", "handling": "open",
            "reported_at": "2026-03-02T21:15", "opening_code": "ASB3", "qualifier": "personal",
            "category": "Rowdy or nuisance neighbours", "location": "Sample Street",
        },
        {
            "incident_no": "CAD0000002", "nominal_ref": "N0000002", "role": "suspect", "fact_or_opinion": "allegation",
            "handling": "sensitive", "reported_at": "14/04/2026 18:30", "qualifier": "environmental",
            "category": "Noise", "location": "Example Park",
        },
    ),
)  # fmt: skip

MISSING = FeedProfile(
    name="police-missing",
    source="police",
    title="Missing episodes",
    formats=("csv",),
    never_kept=("cse_risk", "narrative", "return_interview_notes", "taken_phone"),
    columns=(
        Column("episode_ref", (), "The force's own number of the episode", required=True),
        Column("nominal_ref", (), "The force's own reference of the person who was missing", required=True),
        handling_column(_MISSING),
        Column("category", _MISSING, "missing or, in older lists, absent", required=True),
        Column("risk", _MISSING, "no apparent, low, medium or high"),
        Column("missing_from", _MISSING, "When the person was last known to be safe", required=True),
        Column("missing_to", _MISSING, "When the person was found or came back; empty while missing"),
        Column("found_location", _MISSING, "Where the person was found, in words"),
    ),
    example_rows=(
        {
            "episode_ref": "MP0000001", "nominal_ref": "N0000002", "handling": "open", "category": "missing",
            "risk": "medium", "missing_from": "2026-05-02T18:00", "missing_to": "2026-05-03T07:40",
            "found_location": "Home of a friend",
        },
        {
            "episode_ref": "MP0000002", "nominal_ref": "N0000002", "handling": "open", "category": "absent",
            "risk": "no apparent", "missing_from": "09/06/2026 21:30",
        },
    ),
)  # fmt: skip


@at_the_door
def read_asb(cells: Cells, handling: str | None) -> Translation:
    """One person's role in one incident of anti-social behaviour."""
    involved = read_involved(cells, handling, "incident_no")
    cells.required("reported_at")
    at = cells.datetime("reported_at")
    cells.required("qualifier")
    qualifier = cells.code("qualifier", _QUALIFIERS)
    category, location = cells.text("category") or cells.text("opening_code"), cells.text("location")

    def build() -> Iterator[Event]:
        if involved.part in (Part.HARMED, Part.ONLOOKER):
            title = f"Anti-social behaviour: {category}" if category else "Anti-social behaviour"
            yield involved.victim({"title": title, "location": location}, at)
        elif involved.part is Part.ACCUSED:
            value: dict[str, Scalar] = {"qualifier": qualifier, "category": category, "location": location}
            # Nothing is ever proven by an incident: no court and no caution stands behind it (practice P8).
            yield involved.event("crime.asb", Nature.ALLEGATION, value, at)
        else:
            nothing_kept(cells)

    return cells.translation(build)


@at_the_door
def read_missing(cells: Cells, handling: str | None) -> Translation:
    """One episode of one person."""
    number, person = cells.key("episode_ref", most=MAX_KEY - len(_MISSING_ROLE) - 1), cells.key("nominal_ref")
    cells.required("category")
    category, risk = cells.code("category", _CATEGORIES), cells.code("risk", _RISKS)
    cells.required("missing_from")
    begins, ends = cells.datetime("missing_from"), cells.datetime("missing_to")
    cells.in_order("missing_from", "missing_to", begins, ends)
    found = cells.text("found_location") or None

    def build() -> Iterator[Event]:
        yield Event(
            subject=person, item="child.missing", occurrence=f"{number}/{_MISSING_ROLE}", role=_MISSING_ROLE,
            value={"category": category, "risk": risk, "found": found}, handling=handling, at=begins,
            valid_from=begins.date() if begins else None, valid_to=ends.date() if begins and ends else None,
        )  # fmt: skip

    return cells.translation(build)
