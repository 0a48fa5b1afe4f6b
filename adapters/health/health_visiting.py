"""Contacts of health visitors, in the codes of the Community Services Data Set (CSDS; domain 2.3.3).

A child does not miss a contact: a child is not brought. The national list has no code for that, so it is told from
"did not attend" where the row shows that the patient was under 18 on the day.
"""

from collections.abc import Iterator, Mapping

from adapters.cells import Cells
from adapters.health.patient_columns import PATIENT_COLUMNS, Patient, read_patient, safeguarding_flag
from adapters.port import Column, FeedProfile, Translation
from adapters.tabular.parts import occurrence
from concept_model.records import ConceptRecord
from concept_model.statement import Event

_APPOINTMENT = ("health.appointment",)
_SERVICE = "Health visiting"
CONTACT_TYPES: Mapping[str, str] = {
    "antenatal": "antenatal visit", "new birth": "new birth visit", "6-8 weeks": "6 to 8 week review",
    "9-12 months": "9 to 12 month review", "2-2.5 years": "2 to 2½ year review", "other": "other contact",
}  # fmt: skip
"""The five reviews of the Healthy Child Programme, and any other contact."""
NOT_ATTENDED = "did-not-attend"
ATTENDANCE: Mapping[str, str] = {
    "5": "fulfilled", "6": "fulfilled", "7": "late-not-seen", "2": "cancelled", "3": NOT_ATTENDED, "4": "cancelled",
    "0": "booked",
}  # fmt: skip
"""5 on time, 6 late but seen, 7 late and not seen, 2 cancelled by or for the patient, 3 did not attend, 4 cancelled by
the provider, 0 still to come (NHS Data Dictionary, attended or did not attend)."""

HEALTH_VISITING = FeedProfile(
    name="health-visiting",
    source="health",
    title="Health visiting contacts (CSDS extract)",
    formats=("csv",),
    row_key=("local_patient_id", "nhs_number", "contact_id"),
    never_kept=("asq_score", "epds_score", "feeding", "level_of_service", "maternal_mood", "notes"),
    columns=(
        *PATIENT_COLUMNS,
        Column("contact_id", (), "The trust's own number of the contact", required=True),
        Column("contact_date", _APPOINTMENT, "Day of the contact", required=True),
        Column("contact_type", _APPOINTMENT, "antenatal, new birth, 6-8 weeks, 9-12 months, 2-2.5 years or other"),
        Column("attendance", _APPOINTMENT, "5, 6 seen; 7 late, not seen; 2, 4 cancelled; 3 did not attend; 0 to come"),
        Column("safeguarding_flag", ("health.flag",), "Y where the record has a safeguarding flag"),
    ),
    example_rows=(
        {
            "local_patient_id": "HV0000001", "nhs_number": "999 000 0018", "nhs_number_status": "02",
            "surname": "Example", "forename": "Sam", "dob": "2025-09-01", "sex": "M", "line1": "1 Example Street",
            "postcode": "ZZ1 1ZZ", "contact_id": "C0000001", "contact_date": "2026-06-12",
            "contact_type": "9-12 months", "attendance": "5", "safeguarding_flag": "N",
        },
        {
            "local_patient_id": "HV0000001", "surname": "Example", "forename": "Sam", "dob": "01/09/2025",
            "contact_id": "C0000002", "contact_date": "14/07/2026", "contact_type": "other", "attendance": "3",
        },
    ),
)  # fmt: skip


def read_contact(cells: Cells) -> Translation:
    """One contact with one patient."""
    patient = read_patient(cells)
    number = cells.key("contact_id", most=100)
    cells.required("contact_date")
    day = cells.date("contact_date")
    kind = cells.code("contact_type", CONTACT_TYPES)
    cells.required("attendance")
    attended = cells.code("attendance", ATTENDANCE)
    concern = cells.flag("safeguarding_flag")

    def build() -> Iterator[ConceptRecord]:
        yield from patient.build()
        outcome = "was_not_brought" if attended == NOT_ATTENDED and patient.is_child(day) else attended
        yield Event(
            subject=patient.key, item="health.appointment", occurrence=occurrence("hv", number),
            value={"outcome": outcome, "service": f"{_SERVICE}: {kind}" if kind else _SERVICE},
            valid_from=day, valid_to=day,
        )  # fmt: skip
        if concern:
            yield _flag(patient)

    return cells.translation(build)


def _flag(patient: Patient) -> ConceptRecord:
    """One flag a child, however many contacts repeat it."""
    return safeguarding_flag(patient.key, "hv/safeguarding", "Safeguarding flag on the health visiting record", None)
