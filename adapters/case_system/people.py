"""People and households as the council's case system records them."""

from collections.abc import Iterator

from adapters.cells import Cells
from adapters.port import Translation
from adapters.tabular.parts import needs, telecoms, usual_name
from concept_model.household import Membership
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.records import ConceptRecord


def read_person(cells: Cells) -> Translation:
    """One person at one address, in one household of the case system."""
    key, family = cells.key("person_ref"), cells.required("surname")
    given, birth_date, sex = cells.text("forename"), cells.partial_date("dob"), cells.sex("sex")
    nhs_number = cells.identifier("nhs_number", "nhs_number")
    contacts = telecoms(cells, phones=("phone",), emails=("email",))
    address = cells.address(("line1", "line2", "line3"))
    since, until = cells.period("address_from", "address_to")
    household = cells.key("household_ref") if cells.text("household_ref") else ""
    role = cells.text("household_role")
    if role and not household:
        needs(cells, "household_ref", "household_role")

    def build() -> Iterator[ConceptRecord]:
        yield Person(
            person=key, names=usual_name(family, given), birth_date=birth_date, sex=sex,
            identifiers=(nhs_number,) if nhs_number else (), telecoms=contacts,
        )  # fmt: skip
        if address:
            # One home at a time, so its first day tells which: a corrected address takes the place of the wrong one.
            stay = f"home/{since.isoformat()}" if since else ""
            yield Residence(person=key, address=address, valid_from=since, valid_to=until, occurrence=stay)
        if household:
            yield Membership(household=household, person=key, role=role)

    return cells.translation(build)
