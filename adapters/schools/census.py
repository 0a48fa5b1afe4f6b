"""The pupil level of the school census as a table, in the department's own item names (domain 2.4.2).

A pupil adopted from care has a new number so that nobody can join the two: the former one is then not read.
Session counts are of one term and never percentages.
"""

from collections.abc import Callable, Iterator, Mapping

from adapters.cells import Cells
from adapters.port import Column, FeedProfile, Translation
from adapters.schools.codes import SEN_PROVISION
from adapters.schools.needs import ENROLMENT, SEN_TYPES, enrolment_of, meals_of, needs_of
from adapters.schools.pupil import PupilNames, pupil_key, read_pupil
from adapters.tabular.parts import occurrence
from concept_model.base import Scalar
from concept_model.identifiers import Identifier, identifier
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

_NAMES = PupilNames("UPN", "Surname", "Forename", "DOB", "Sex", "Ethnicity", "MiddleNames")
_NAME, _ENROLMENT, _ATTENDANCE = ("identity.name",), ("education.enrolment",), ("education.attendance",)
_MEALS, _SEN, _RESIDENCE, _LOCAL = (
    ("education.meals",),
    ("education.sen",),
    ("address.residence",),
    ("identity.local_id",),
)
_SESSIONS = ("SessionsPossible", "SessionsAttended", "SessionsAuthorised", "SessionsUnauthorised")
_ADOPTED = "a"
_AFTER_CARE: Mapping[str, str] = {code.casefold(): code for code in ("N", "A", "S", "R", "C")}
"""N not declared, A adopted, S special guardianship, R residence order, C child arrangements order."""

CENSUS = FeedProfile(
    name="schools-census",
    source="schools",
    title="School census, pupil level",
    formats=("csv",),
    row_key=("UPN",),
    never_kept=("Language", "PreferredSurname", "Religion", "ServiceChild"),
    columns=(
        Column("UPN", ("identity.upn",), "Unique pupil number", required=True),
        Column("FormerUPN", _LOCAL, "Earlier number; not read for a pupil adopted from care"),
        Column("ULN", _LOCAL, "Unique learner number"),
        Column("Surname", _NAME, "Legal last name", required=True),
        Column("Forename", _NAME, "Legal first name"),
        Column("MiddleNames", _NAME, "Middle names"),
        Column("DOB", ("identity.birth_date",), "Date of birth", required=True),
        Column("Sex", ("identity.sex",), "M or F"),
        Column("Ethnicity", ("identity.ethnicity",), "Ethnic group, DfE code"),
        Column("SchoolURN", (*_ENROLMENT, *_ATTENDANCE), "Unique reference number of the school", required=True),
        Column("SchoolName", _ENROLMENT, "Name of the school"),
        Column("EntryDate", _ENROLMENT, "First day on the roll"),
        Column("LeavingDate", _ENROLMENT, "Last day on the roll"),
        Column("NCyearActual", _ENROLMENT, "National Curriculum year"),
        Column("EnrolStatus", _ENROLMENT, "C, M, S, G or F"),
        Column("FSMstartDate", _MEALS, "First day of eligibility for free school meals"),
        Column("FSMendDate", _MEALS, "Last day of eligibility"),
        Column("SENprovision", _SEN, "N, K, E or S"),
        Column("SENtype1", _SEN, "First type of need"),
        Column("SENtype2", _SEN, "Second type of need"),
        Column("PostLookedAfter", _LOCAL, "N, A, S, R or C; A keeps the former number out"),
        *(Column(name, _RESIDENCE, "Home address") for name in ("AddressLine1", "AddressLine2", "AddressLine3")),
        Column("PostCode", _RESIDENCE, "Postcode of the home"),
        Column("UPRN", _RESIDENCE, "Unique property reference number of the home"),
        Column("TermFrom", _ATTENDANCE, "First day of the term that the sessions are of"),
        Column("TermTo", _ATTENDANCE, "Last day of that term"),
        *(Column(name, _ATTENDANCE, f"Sessions {name[8:].lower()} in that term") for name in _SESSIONS),
    ),
    example_rows=(
        {
            "UPN": "B801200005001", "Surname": "Example", "Forename": "Robin", "DOB": "2013-02-11", "Sex": "F",
            "SchoolURN": "100001", "SchoolName": "Example School", "EntryDate": "2024-09-02", "NCyearActual": "9",
            "EnrolStatus": "C", "FSMstartDate": "2025-01-06", "SENprovision": "K", "SENtype1": "SLCN",
            "AddressLine1": "1 Example Street", "PostCode": "ZZ1 1ZZ", "TermFrom": "2026-01-05",
            "TermTo": "2026-03-27", "SessionsPossible": "118", "SessionsAttended": "101", "SessionsAuthorised": "9",
            "SessionsUnauthorised": "8",
        },
        {
            "UPN": "B801200005001", "Surname": "Example", "Forename": "Robin", "DOB": "11/02/2013", "Sex": "F",
            "SchoolURN": "100001", "EntryDate": "02/09/2024", "LeavingDate": "2026-07-22", "NCyearActual": "9",
            "EnrolStatus": "C", "SENprovision": "N",
        },
    ),
)  # fmt: skip


def read_census(cells: Cells) -> Translation:
    """One pupil on the roll of one school on the census day."""
    key = pupil_key(cells, "UPN")
    pupil = read_pupil(cells, key, _NAMES, tuple(_other_numbers(cells)))
    urn = cells.key("SchoolURN")
    entry, leaving = cells.period("EntryDate", "LeavingDate")
    status = "left" if cells.text("LeavingDate") else cells.code("EnrolStatus", ENROLMENT) or "current"
    address = cells.address(("AddressLine1", "AddressLine2", "AddressLine3"), "PostCode", "UPRN")
    meals_from, meals_to = cells.period("FSMstartDate", "FSMendDate")
    provision = cells.code("SENprovision", SEN_PROVISION)
    types = tuple(cells.code(name, SEN_TYPES) for name in ("SENtype1", "SENtype2"))
    attendance = _attendance(cells, key, urn)

    def build() -> Iterator[ConceptRecord]:
        yield pupil()
        if address:
            yield Residence(person=key, address=address)
        school = (urn, cells.text("SchoolName"))
        yield enrolment_of(key, school, cells.text("NCyearActual") or None, status, entry, leaving)
        if meals_from:
            yield meals_of(key, meals_from, meals_to)
        yield from needs_of(key, "census", provision, types, None, None)
        yield from attendance()

    return cells.translation(build)


def _other_numbers(cells: Cells) -> Iterator[Identifier]:
    uln = cells.identifier("uln", "ULN")
    if uln:
        yield uln
    cells.code("PostLookedAfter", _AFTER_CARE)
    former = cells.identifier("upn", "FormerUPN")
    if former and cells.text("PostLookedAfter").casefold() != _ADOPTED:
        yield identifier("upn_former", former.value)


def _attendance(cells: Cells, key: str, urn: str) -> Callable[[], Iterator[ConceptRecord]]:
    counts = [cells.number(name) for name in _SESSIONS]
    begins, ends = cells.period("TermFrom", "TermTo")
    possible = counts[0]
    told = [count for count in counts if count is not None]
    if any(count < 0 or count != int(count) for count in told):
        message = "A number of sessions is below zero or no whole number."
        cells.error("SessionsPossible", "number-invalid", message, "Send whole numbers of sessions.")
    elif told and possible is None:
        cells.required("SessionsPossible")
    elif possible is not None and sum(told[1:]) > possible:
        message = "More sessions were attended and missed than were possible."
        cells.error("SessionsPossible", "number-invalid", message, "Count the sessions of the term again.")
    if told and not (begins and ends) and not cells.errors:
        for name in ("TermFrom", "TermTo"):
            cells.required(name)

    def build() -> Iterator[ConceptRecord]:
        if possible is None or begins is None:
            return
        value: dict[str, Scalar] = {
            "possible": possible, "present": counts[1], "authorised": counts[2], "unauthorised": counts[3],
            "term": f"Term from {begins.isoformat()}",
        }  # fmt: skip
        yield Circumstance(
            subject=key, item="education.attendance", occurrence=occurrence("term", urn, begins.isoformat()),
            value=value, valid_from=begins, valid_to=ends,
        )  # fmt: skip

    return build
