"""Emergency attendances as a trust extracts them from its Emergency Care Data Set (ECDS; domain 2.3.3).

What a family record gets is that somebody came, when, and one of five groups of reason. Complaints, diagnoses and
injuries stay with the trust: the columns are named, dropped and reported back.
"""

from collections.abc import Iterator, Mapping

from adapters.cells import Cells
from adapters.health.patient_columns import PATIENT_COLUMNS, read_patient, safeguarding_flag
from adapters.port import Column, FeedProfile, Translation
from adapters.tabular.parts import occurrence
from concept_model.records import ConceptRecord
from concept_model.statement import Event

_ATTENDANCE = ("health.attendance",)
_KIND = "EMER"
_PLANNED = "4"
_DEPARTMENTS: Mapping[str, str] = {
    **{code: code for code in ("01", "02", "03", "04", "05")},
    **{code: f"0{code}" for code in ("1", "2", "3", "4", "5")},
}
"""01 consultant-led, 02 single specialty, 03 other or minor injury, 04 walk-in, 05 ambulatory care."""
_CATEGORIES: Mapping[str, str] = {code: code for code in ("1", "2", "3", "4")}
"""1 unplanned first, 2 unplanned follow-up here, 3 unplanned follow-up elsewhere, 4 planned."""
REASON_GROUPS: Mapping[str, str] = {
    name: name for name in ("injury", "illness", "mental health", "maternity", "other")
}  # fmt: skip
"""Wide on purpose: a narrower group would be a diagnosis in other words."""
_DISCHARGES: Mapping[str, str] = {
    "treated": "finished", "admitted": "finished", "transferred": "finished", "died": "finished",
    "left before treatment": "left-before-treatment", "left before being seen": "left-before-treatment",
}  # fmt: skip

EMERGENCY = FeedProfile(
    name="health-emergency",
    source="health",
    title="Emergency attendances (ECDS extract)",
    formats=("csv",),
    row_key=("local_patient_id", "nhs_number", "attendance_id"),
    never_kept=(
        "acuity", "alcohol_drug_involvement", "chief_complaint", "clinical_narrative", "diagnosis", "injury_intent",
        "place_of_injury",
    ),
    columns=(
        *PATIENT_COLUMNS,
        Column("attendance_id", (), "The trust's own number of the attendance", required=True),
        Column("department_type", _ATTENDANCE, "01 to 05; read to check the row"),
        Column("attendance_category", _ATTENDANCE, "1 to 4; 4, a planned one, is kept as such"),
        Column("arrival_at", _ATTENDANCE, "When the patient arrived", required=True),
        Column("departure_at", _ATTENDANCE, "When the patient left"),
        Column("reason_group", _ATTENDANCE, "injury, illness, mental health, maternity or other"),
        Column("discharge_status", _ATTENDANCE, "treated, admitted, transferred, died or left before treatment"),
        Column("safeguarding_flag", ("health.flag",), "Y where the department recorded a safeguarding concern"),
    ),
    example_rows=(
        {
            "local_patient_id": "RX0000001", "nhs_number": "999 000 0018", "nhs_number_status": "02",
            "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "sex": "F", "line1": "1 Example Street",
            "postcode": "ZZ1 1ZZ", "attendance_id": "ED0000001", "department_type": "01", "attendance_category": "1",
            "arrival_at": "2026-03-02T21:15", "departure_at": "2026-03-03T00:40", "reason_group": "injury",
            "discharge_status": "treated", "safeguarding_flag": "N",
        },
        {
            "local_patient_id": "RX0000002", "surname": "Example", "forename": "Alex", "dob": "30/05/1979",
            "attendance_id": "ED0000002", "department_type": "03", "attendance_category": "1",
            "arrival_at": "14/04/2026 18:30", "reason_group": "illness", "discharge_status": "left before treatment",
        },
    ),
)  # fmt: skip


def read_emergency(cells: Cells) -> Translation:
    """One attendance of one patient."""
    patient = read_patient(cells)
    number = cells.key("attendance_id", most=100)
    cells.required("arrival_at")
    arrival, departure = cells.datetime("arrival_at"), cells.datetime("departure_at")
    cells.in_order("arrival_at", "departure_at", arrival, departure)
    cells.code("department_type", _DEPARTMENTS)
    category = cells.code("attendance_category", _CATEGORIES)
    reason = "planned" if category == _PLANNED else cells.code("reason_group", REASON_GROUPS)
    discharge = cells.code("discharge_status", _DISCHARGES)
    concern = cells.flag("safeguarding_flag")
    day = arrival.date() if arrival else None

    def build() -> Iterator[ConceptRecord]:
        yield from patient.build()
        yield Event(
            subject=patient.key, item="health.attendance", occurrence=occurrence("ed", number), at=arrival,
            value={"kind": _KIND, "reason_group": reason, "status": discharge},
            valid_from=day, valid_to=departure.date() if day and departure else None,
        )  # fmt: skip
        if concern:
            display = "Safeguarding concern recorded at an emergency attendance"
            yield safeguarding_flag(patient.key, occurrence("ed", number, "safeguarding"), display, day)

    return cells.translation(build)
