"""Education, health and care plans, as the council's register of special needs holds them (SEN2; domain 2.4.2, 2.6.3).

A plan has a life: asked for, being assessed, in force, ceased. One row is one child's present place in it.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from adapters.cells import Cells
from adapters.port import Column, FeedProfile, Translation
from adapters.schools.needs import SEN_TYPES, needs_of
from adapters.tabular.parts import NO_COLUMN, usual_name
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

_NAME, _SEN, _PROVISION = ("identity.name",), ("education.sen",), ("education.provision",)
PLAN, ASSESSED, ASKED, NOT_ISSUED = "E", "assessment", "request", "not-issued"
_ANSWERS: Mapping[str, str] = {
    "y": "yes",
    "yes": "yes",
    "n": "no",
    "no": "no",
    "w": "withdrawn",
    "withdrawn": "withdrawn",
}
PLACEMENTS: Mapping[str, str] = {
    "mainstream": "MAIN", "resourced provision": "RESOURCED", "special school": "SPECIAL",
    "alternative provision": "AP", "elective home education": "EHE", "education otherwise": "EOTAS",
    "post-16": "POST16", "awaiting provision": "AWAITING",
}  # fmt: skip

SEND = FeedProfile(
    name="send-plans",
    source="send",
    title="Education, health and care plans",
    formats=("csv",),
    never_kept=("mediation", "personal_budget", "plan_text", "tribunal"),
    columns=(
        Column("person_id", (), "The council's own number of the child or young person", required=True),
        Column("upn", ("identity.upn",), "Unique pupil number"),
        Column("surname", _NAME, "Last name", required=True),
        Column("forename", _NAME, "First name"),
        Column("dob", ("identity.birth_date",), "Date of birth", required=True),
        Column("sex", ("identity.sex",), "M or F"),
        Column("postcode", ("address.residence",), "Postcode of the home"),
        Column("request_date", _SEN, "Day on which an assessment was asked for"),
        Column("request_agreed", _SEN, "Y, N or W (withdrawn); empty while not decided"),
        Column("plan_issued", _SEN, "Y or N, once assessed"),
        Column("plan_date", _SEN, "Day on which the final plan was made"),
        Column("cease_date", _SEN, "Day on which the plan ceased"),
        Column("need1", _SEN, "Primary type of need: SPLD, MLD, SLD, PMLD, SEMH, SLCN, HI, VI, MSI, PD, ASD, ..."),
        Column("need2", _SEN, "Secondary type of need"),
        Column("placement", _PROVISION, "mainstream, special school, ... while a plan is in force"),
    ),
    example_rows=(
        {
            "person_id": "SN0000001", "upn": "B801200005001", "surname": "Example", "forename": "Robin",
            "dob": "2013-02-11", "sex": "F", "postcode": "ZZ1 1ZZ", "request_date": "2024-02-01",
            "request_agreed": "Y", "plan_issued": "Y", "plan_date": "2024-06-20", "need1": "ASD", "need2": "SLCN",
            "placement": "mainstream",
        },
        {
            "person_id": "SN0000002", "surname": "Example", "forename": "Alex", "dob": "30/05/2015",
            "request_date": "02/10/2026", "need1": "SEMH",
        },
    ),
)  # fmt: skip


def read_plan(cells: Cells) -> Translation:
    """One child's place in the life of a plan, the needs, and where the plan is carried out."""
    key, family, given = cells.key("person_id"), cells.required("surname"), cells.text("forename")
    cells.required("dob")
    birth_date, sex, upn = cells.partial_date("dob"), cells.sex("sex"), cells.identifier("upn", "upn")
    address = cells.address((), uprn=NO_COLUMN)
    types = tuple(cells.code(name, SEN_TYPES) for name in ("need1", "need2"))
    placement = cells.code("placement", PLACEMENTS)
    provision, since, until = _stage(cells)

    def build() -> Iterator[ConceptRecord]:
        yield Person(
            person=key, names=usual_name(family, given), birth_date=birth_date, sex=sex,
            identifiers=(upn,) if upn else (),
        )  # fmt: skip
        if address:
            yield Residence(person=key, address=address)
        yield from needs_of(key, "send", provision, types, since, until)
        if placement and provision == PLAN:
            yield Circumstance(
                subject=key, item="education.provision", occurrence="send", value={"status": placement},
                valid_from=since, valid_to=until,
            )  # fmt: skip

    return cells.translation(build)


def _stage(cells: Cells) -> tuple[str | None, date | None, date | None]:
    """Where the child stands, since when and until when. A request that was refused or withdrawn leaves nothing."""
    asked, made = cells.period("request_date", "plan_date")
    ceased = cells.date("cease_date")
    cells.in_order("plan_date", "cease_date", made, ceased)
    agreed, issued = cells.code("request_agreed", _ANSWERS), cells.code("plan_issued", _ANSWERS)
    if not (asked or made) and not cells.errors:
        cells.required("request_date")
    if issued == "yes" and not made and not cells.errors:
        cells.required("plan_date")
    if made:
        return PLAN, made, ceased
    if issued == "no":
        return NOT_ISSUED, asked, None
    if agreed == "yes":
        return ASSESSED, asked, None
    return (None if agreed else ASKED), asked, None
