"""What young people of 16 to 18 do: the participation return (NCCIS management information; domain 2.4.5).

Not known is never taken for not in education, employment or training: it is an answer of its own.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from adapters.cells import Cells
from adapters.port import Column, FeedProfile, Translation
from adapters.tabular.parts import NO_COLUMN, usual_name
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

_NAME, _ACTIVITY = ("identity.name",), ("work.ypactivity",)
_EDUCATION = "210 220 230 240 250 260 270 280 290"
_EMPLOYMENT = "310 320 330 340 350 360 380 381 550"
_TRAINING = "410 430 440 450 460 530"
_NEET = "540 610 615 616 619 620 630 640 650 660 670 680"
_NOT_KNOWN = "810 820 830"
_CUSTODY = "710"
ACTIVITIES: Mapping[str, str] = {
    code: code for code in f"{_EDUCATION} {_EMPLOYMENT} {_TRAINING} {_NEET} {_NOT_KNOWN} {_CUSTODY}".split()
}  # fmt: skip
NEET = frozenset(_NEET.split())
NOT_KNOWN = frozenset(_NOT_KNOWN.split())
_YOUNGEST = 15

NCCIS = FeedProfile(
    name="participation-nccis",
    source="participation",
    title="Young people's activities (NCCIS)",
    formats=("csv",),
    never_kept=("Ethnicity", "Gender", "LeadLA", "Level", "SENDFlag", "TeenageMother"),
    columns=(
        Column("YoungPersonsID", (), "The council's own number of the young person", required=True),
        Column("UPN", ("identity.upn",), "Unique pupil number"),
        Column("FamilyName", _NAME, "Last name", required=True),
        Column("GivenName", _NAME, "First name"),
        Column("DOB", ("identity.birth_date",), "Date of birth", required=True),
        Column("Postcode", ("address.residence",), "Postcode of the home"),
        Column("ActivityCode", _ACTIVITY, "Three digits of the national list", required=True),
        Column("StartDate", _ACTIVITY, "First day of the activity", required=True),
        Column("DateVerified", _ACTIVITY, "Day on which somebody last checked it"),
        Column("NEETStartDate", _ACTIVITY, "First day without a place, not before the 15th birthday"),
    ),
    example_rows=(
        {
            "YoungPersonsID": "YP0000001", "UPN": "B801200005001", "FamilyName": "Example", "GivenName": "Robin",
            "DOB": "2009-02-11", "Postcode": "ZZ1 1ZZ", "ActivityCode": "230", "StartDate": "2025-09-01",
            "DateVerified": "2026-10-05",
        },
        {
            "YoungPersonsID": "YP0000002", "FamilyName": "Example", "GivenName": "Alex", "DOB": "30/05/2008",
            "ActivityCode": "619", "StartDate": "15/07/2026", "DateVerified": "2026-11-02",
            "NEETStartDate": "15/07/2026",
        },
    ),
)  # fmt: skip


def read_activity(cells: Cells) -> Translation:
    """What one young person does now. A later row replaces it."""
    key = cells.key("YoungPersonsID")
    family, given = cells.required("FamilyName"), cells.text("GivenName")
    cells.required("DOB")
    birth_date, upn = cells.partial_date("DOB"), cells.identifier("upn", "UPN")
    address = cells.address((), "Postcode", NO_COLUMN)
    cells.required("ActivityCode")
    code = cells.code("ActivityCode", ACTIVITIES)
    cells.required("StartDate")
    start, verified = cells.period("StartDate", "DateVerified")
    neet_from = cells.date("NEETStartDate")
    if neet_from and birth_date and neet_from < _birthday(birth_date):
        cells.remark("NEETStartDate", "period-invalid", "The column NEETStartDate is before the 15th birthday.")

    def build() -> Iterator[ConceptRecord]:
        yield Person(
            person=key, names=usual_name(family, given), birth_date=birth_date, identifiers=(upn,) if upn else ()
        )
        if address:
            yield Residence(person=key, address=address)
        yield Circumstance(
            subject=key, item="work.ypactivity", occurrence="nccis", valid_from=start,
            value={
                "code": code, "neet": None if code in NOT_KNOWN else code in NEET,
                "verified": verified.isoformat() if verified else None,
            },
        )  # fmt: skip

    return cells.translation(build)


def _birthday(birth_date: str) -> date:
    """The first day on which somebody of this, maybe partial, birth date can be fifteen."""
    year, month, day = (int(part) for part in (birth_date + "-01-01")[:10].split("-"))
    return date(year + _YOUNGEST, month, min(day, 28) if month == 2 else day)  # noqa: PLR2004 - February
