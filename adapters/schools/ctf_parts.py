"""The parts of a `Pupil` element of the Common Transfer File, each into concept records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from adapters.cells import Cells
from adapters.port import RawRow, Translation
from adapters.schools.codes import CONTACT_CODES, CONTACT_RELATIONSHIPS, SEN_PROVISION, SOCIAL_WORKER
from adapters.schools.needs import SEN_TYPES, enrolment_of, meals_of, needs_of
from adapters.schools.pupil import PupilNames, pupil_key, read_pupil
from adapters.tabular.parts import occurrence, telecoms, usual_name
from adapters.xml_rows import XmlNode
from concept_model.base import Scalar
from concept_model.household import Relationship
from concept_model.person import Person, Telecom
from concept_model.place import Address, Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Intervention

Build = Callable[[], Iterator[ConceptRecord]]
_NAMES = PupilNames("UPN", "Surname", "Forename", "DOB", "Sex", "Ethnicity", "MiddleNames")
_NOTHING = XmlNode("")
_LINES = ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "AddressLine5")
_SESSIONS = ("SessionsPossible", "SessionsAttended", "SessionsAuthorised", "SessionsUnauthorised")


@dataclass(frozen=True, slots=True)
class School:
    """A school as a transfer file names it: by register number where it is given, else by authority and number."""

    number: str
    name: str

    @classmethod
    def of(cls, node: XmlNode) -> Self:
        """The school of a `SourceSchool` or `School` element; both parts may be empty."""
        own = "/".join(filter(None, (node.value("LEA"), node.value("Estab"))))
        return cls(node.value("URN") or own, node.value("SchoolName"))


def cells_of(row: RawRow, *nodes: XmlNode) -> Cells:
    """The simple children of the elements as cells; the first of each name."""
    simple = [child for node in nodes for child in node.children if not child.children]
    return Cells(RawRow(row.number, {child.name: child.text for child in reversed(simple)}))


def pupil_records(row: RawRow, pupil: XmlNode) -> Translation:
    """The pupil, home and needs, or the errors that make the row unusable."""
    details = pupil.first("BasicDetails") or _NOTHING
    cells = cells_of(row, pupil, details)
    names = _NAMES if cells.text("Sex") else replace(_NAMES, sex="Gender")
    key = pupil_key(cells, "UPN")
    uln = cells.identifier("uln", "ULN")
    person = read_pupil(cells, key, names, (uln,) if uln else ())
    address = _address(cells, pupil)
    phones, emails = _phones(row, pupil), telecoms(cells, emails=("Email",))

    def build() -> Iterator[ConceptRecord]:
        yield person().model_copy(update={"telecoms": (*phones, *emails)})
        if address:
            yield Residence(person=key, address=address)

    return cells.translation(build)


def _address(whole: Cells, node: XmlNode) -> Address | None:
    """Lines as sent, or the parts of a BS 7666 address: flat, then house number and street on one line.

    A fault in it loses the address alone, with a remark in `whole`.
    """
    cells = cells_of(whole.row, node.first("Address") or _NOTHING)
    if not any(cells.text(name) for name in _LINES):
        street = " ".join(filter(None, (cells.text("PAON"), cells.text("Street"))))
        lines = (cells.text("SAON"), street, cells.text("Locality"), cells.text("Town"))
        named = {f"AddressLine{number}": line for number, line in enumerate(filter(None, lines), 1)}
        cells = Cells(replace(cells.row, cells={**cells.row.cells, **named}))
    found = cells.address(_LINES, "PostCode", "UniquePropertyReferenceNumber")
    for error in cells.errors:
        whole.remark(error.column, error.code, f"{error.message} The address is left out.")
    return found if not cells.errors else None


def _phones(row: RawRow, node: XmlNode) -> tuple[Telecom, ...]:
    phones = node.first("Phones") or _NOTHING
    return tuple(one for phone in phones.all("Phone") for one in telecoms(cells_of(row, phone), phones=("PhoneNo",)))


def _contact(cells: Cells, part: XmlNode, key: str, place: tuple[int, School]) -> Build:
    """A relative whom the school rings, or the social worker of the pupil."""
    order = cells.number("Order") or place[0]
    family, given, title = cells.required("Surname"), cells.text("Forename"), cells.text("Title")
    code = cells.code("Relationship", CONTACT_CODES) or ""
    responsible = cells.flag("Responsibility")
    ways = (*_phones(cells.row, part), *telecoms(cells, emails=("Email",)))
    address = _address(cells, part)
    contact = f"{key}/contact/{order}"

    def build() -> Iterator[ConceptRecord]:
        if code == SOCIAL_WORKER:
            reached: dict[str, Scalar] = {way.system: way.value for way in ways}
            value: dict[str, Scalar] = {"name": f"{given} {family}".strip(), "role": "Social worker", **reached}
            yield Intervention(subject=key, item="care.professional", occurrence=f"contact/{order}", value=value)
            return
        yield Person(person=contact, names=usual_name(family, given, title), telecoms=ways)
        kind = CONTACT_RELATIONSHIPS.get(code, "other")
        yield Relationship(person=contact, other=key, kind=kind, parental_responsibility=responsible)
        if address:
            yield Residence(person=contact, address=address)

    return build


def _meals(cells: Cells, _: XmlNode, key: str, __: tuple[int, School]) -> Build:
    cells.required("FSMstartDate")
    since, until = cells.period("FSMstartDate", "FSMendDate")
    return lambda: iter((meals_of(key, since, until),))


def _needs(cells: Cells, part: XmlNode, key: str, _: tuple[int, School]) -> Build:
    """The newest provision of the history, with the types of need in order of rank."""
    history = sorted((part.first("SENhistory") or _NOTHING).all("SEN"), key=lambda one: one.value("StartDate"))
    newest = cells_of(cells.row, history[-1] if history else _NOTHING)
    since, provision = newest.date("StartDate"), newest.code("SENprovision", SEN_PROVISION)
    ranked = sorted((part.first("SENneeds") or _NOTHING).all("SENneed"), key=lambda one: one.value("SENtypeRank"))
    needs = [cells_of(cells.row, one) for one in ranked]
    types = tuple(one.code("SENtype", SEN_TYPES) for one in needs)
    for one in (newest, *needs):
        cells.errors += one.errors
        cells.flags += one.flags
    return lambda: needs_of(key, "ctf", provision, types, since, None)


def _year(cells: Cells, part: XmlNode, key: str, place: tuple[int, School]) -> Build:
    """Sessions of one school year: counts, never percentages."""
    year = cells.number("Year")
    details = cells_of(cells.row, part.first("SessionDetails") or _NOTHING)
    details.required("SessionsPossible")
    counts = [details.number(name) for name in _SESSIONS]
    cells.errors += details.errors

    def build() -> Iterator[ConceptRecord]:
        value: dict[str, Scalar] = {
            "possible": counts[0], "present": counts[1], "authorised": counts[2], "unauthorised": counts[3],
            "term": f"School year from September {year}" if year else "School year",
        }  # fmt: skip
        yield Circumstance(
            subject=key, item="education.attendance", value=value,
            occurrence=occurrence("year", place[1].number, str(year or place[0])),
        )  # fmt: skip

    return build


def _school(cells: Cells, part: XmlNode, key: str, _: tuple[int, School]) -> Build:
    """A school that the pupil attended."""
    school = School.of(part)
    if not school.number:
        cells.error("URN", "required-missing", "A school of the history has no number.", "Send URN, or LEA and Estab.")
    entry, leaving = cells.period("EntryDate", "LeavingDate")
    status = "left" if cells.text("LeavingDate") else "current"
    return lambda: iter((enrolment_of(key, (school.number, school.name), None, status, entry, leaving),))


PARTS: tuple[tuple[str, Callable[[Cells, XmlNode, str, tuple[int, School]], Build]], ...] = (
    ("Contacts/Contact", _contact),
    ("BasicDetails/FSMhistory/FSMinstance", _meals),
    ("", _needs),
    ("Attendance/YearData", _year),
    ("SchoolHistory/School", _school),
)
"""Path below `Pupil` (empty: the pupil itself) and how each element there is read: it is given its place in the order,
from one, and the school that sends the file."""
