"""A school's roll: pupil, address, enrolment, where they went on leaving, and the contacts the school rings."""

from collections.abc import Callable, Iterator
from datetime import date

from adapters.cells import Cells
from adapters.port import Translation
from adapters.schools.codes import CONTACT_CODES, CONTACT_RELATIONSHIPS, LEAVING_DESTINATIONS, SOCIAL_WORKER
from adapters.schools.pupil import pupil_key, read_pupil
from adapters.tabular.parts import NO_COLUMN, needs, occurrence, telecoms, usual_name
from concept_model.base import Scalar
from concept_model.household import Relationship
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Intervention

Build = Callable[[], Iterator[ConceptRecord]]


def read_roll(cells: Cells) -> Translation:
    """One pupil on, or lately on, the roll of one school."""
    key = pupil_key(cells)
    pupil = read_pupil(cells, key)
    address = cells.address(("line1", "line2", "line3"), uprn=NO_COLUMN)
    education = _education(cells, key)
    contacts = [_contact(cells, key, number) for number in (1, 2)]

    def build() -> Iterator[ConceptRecord]:
        yield pupil()
        if address:
            yield Residence(person=key, address=address)
        yield from education()
        for contact in contacts:
            yield from contact()

    return cells.translation(build)


def _education(cells: Cells, key: str) -> Build:
    urn = cells.key("school_urn")
    enrolment: dict[str, Scalar] = {
        "school": cells.text("school") or urn,
        "urn": urn,
        "year_group": cells.text("year_group") or None,
        "status": "left" if cells.text("leaving_date") else "current",
    }
    entry, leaving = cells.period("entry_date", "leaving_date")
    destination = cells.code("leaving_destination", LEAVING_DESTINATIONS)
    if destination and not cells.text("leaving_date"):
        needs(cells, "leaving_date", "leaving_destination")

    def build() -> Iterator[ConceptRecord]:
        yield Circumstance(
            subject=key, item="education.enrolment", occurrence=occurrence(urn, _day(entry)),
            value=enrolment, valid_from=entry, valid_to=leaving,
        )  # fmt: skip
        # A pupil who moved to another school is in ordinary provision: that school's roll says so.
        if destination and destination != "OTHER":
            yield Circumstance(
                subject=key, item="education.provision", occurrence=occurrence(destination, _day(leaving)),
                value={"status": destination}, valid_from=leaving,
            )  # fmt: skip

    return build


def _contact(cells: Cells, pupil: str, number: int) -> Build:
    prefix = f"contact{number}_"
    family, given = cells.text(prefix + "surname"), cells.text(prefix + "forename")
    code = cells.code(prefix + "relationship", CONTACT_CODES)
    phones = telecoms(cells, phones=(prefix + "phone",))
    if not (family or given):
        for name in ("relationship", "phone"):
            if cells.text(prefix + name):
                needs(cells, prefix + "surname", prefix + name)
                break
        return lambda: iter(())
    contact_key = f"{pupil}/contact/{number}"

    def build_relative() -> Iterator[ConceptRecord]:
        kind = CONTACT_RELATIONSHIPS.get(code or "", "other")
        yield Person(person=contact_key, names=usual_name(family, given), telecoms=phones)
        yield Relationship(person=contact_key, other=pupil, kind=kind)

    def build_social_worker() -> Iterator[ConceptRecord]:
        phone = phones[0].value if phones else None
        yield Intervention(
            subject=pupil, item="care.professional", occurrence=f"contact/{number}",
            value={"name": f"{given} {family}".strip(), "role": "Social worker", "phone": phone},
        )  # fmt: skip

    return build_social_worker if code == SOCIAL_WORKER else build_relative


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
