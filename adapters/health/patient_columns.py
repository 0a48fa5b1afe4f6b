"""The patient as every CSV extract of a trust begins, and the key that they share with its FHIR records.

The key is the NHS number where the row has one, else the trust's own number in the form in which its FHIR resources
refer to the patient, so that an extract and a bundle of one trust speak of one record.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from adapters.cells import Cells
from adapters.health.fhir_dates import certainly_under_18
from adapters.port import Column
from adapters.tabular.parts import NO_COLUMN, usual_name
from concept_model.base import Nature
from concept_model.identifiers import Verification, identifier, normalise
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

_RESIDENCE = ("address.residence",)
PATIENT_COLUMNS = (
    Column("local_patient_id", (), "The trust's own number of the patient", required=True),
    Column("nhs_number", ("identity.nhs_number",), "NHS number, spaces or not"),
    Column("nhs_number_status", ("identity.nhs_number",), "01 where the number is present and verified, else 02 to 08"),
    Column("surname", ("identity.name",), "Last name"),
    Column("forename", ("identity.name",), "First names"),
    Column("dob", ("identity.birth_date",), "Date of birth"),
    Column("sex", ("identity.sex",), "M, F, U or X"),
    Column("line1", _RESIDENCE, "Address, line 1"),
    Column("line2", _RESIDENCE, "Address, line 2"),
    Column("postcode", _RESIDENCE, "Postcode"),
    Column("restricted_flag", ("identity.protected",), "Y where the trust holds the record as restricted"),
)
VERIFIED = "01"
_STATUSES: Mapping[str, str] = {
    **{f"0{number}": f"0{number}" for number in range(1, 9)},
    **{str(number): f"0{number}" for number in range(1, 9)},
}
"""NHS Data Dictionary, NHS number status indicator; spreadsheets lose the zero."""
_MAX_LOCAL = 100


@dataclass(frozen=True, slots=True)
class Patient:
    """The patient of a row. `build` gives the records once the whole row has proved readable."""

    key: str
    birth_date: str | None
    build: Callable[[], Iterator[ConceptRecord]]

    def is_child(self, on: date | None) -> bool:
        """Whether the row itself shows that the patient was under 18 on the day (domain 2.3.3)."""
        return bool(on and self.birth_date and certainly_under_18(self.birth_date, on))


def read_patient(cells: Cells) -> Patient:
    """Read the columns of the patient.

    A restricted record's address is not read at all: it never leaves the trust (domain 2.3.2).
    """
    local = cells.key("local_patient_id", most=_MAX_LOCAL)
    status = cells.code("nhs_number_status", _STATUSES, keep_unlisted=True)
    number = cells.identifier("nhs_number", "nhs_number", confirmed=status == VERIFIED)
    key = number.value if number else f"Patient/{local}"
    names = usual_name(cells.text("surname"), cells.text("forename"))
    birth_date, sex = cells.partial_date("dob"), cells.sex("sex")
    restricted = cells.flag("restricted_flag")
    address = None if restricted else cells.address(("line1", "line2"), uprn=NO_COLUMN)

    def build() -> Iterator[ConceptRecord]:
        yield Person(
            person=key, names=names, birth_date=birth_date, sex=sex, identifiers=(number,) if number else (),
            protected="restricted" if restricted else None,
        )  # fmt: skip
        if address:
            yield Residence(person=key, address=address)

    return Patient(key, birth_date, build)


def safeguarding_flag(key: str, occurrence: str, display: str, on: date | None) -> Circumstance:
    """That a clinician recorded a safeguarding concern: that it is there, never what it says."""
    return Circumstance(
        subject=key, item="health.flag", occurrence=occurrence, nature=Nature.OPINION, valid_from=on,
        value={"code": "safeguarding", "display": display, "status": "active"},
    )  # fmt: skip


def shared_number(cells: Cells, column: str) -> str:
    """An NHS number that must be one: ten digits whose check digit holds. Empty, with an error, where it is not."""
    sent = cells.required(column)
    if not sent:
        return ""
    number = normalise("nhs_number", sent)
    if len(number) > _MAX_LOCAL or identifier("nhs_number", sent[:_MAX_LOCAL]).verification is Verification.UNVERIFIED:
        cells.error(column, "number-invalid", f"The column {column} is no NHS number.", "Send the ten digits again.")
        return ""
    return number
