"""Feed `schools-ctf`: the Common Transfer File, which follows a pupil from school to school (DfE; domain 2.4.4).

One row is one `Pupil`. A fault in who the pupil is loses the row; a fault in one part, such as a contact, leaves out
that part alone, with a flag. The former pupil number, stages reached and who looks after the pupil are not kept: a
child adopted from care has a new number so that nobody can join the two.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from adapters.cells import Cells
from adapters.port import Column, FeedProfile, RawRow, RowFlag, Translation
from adapters.row_path import RowPath
from adapters.schools.ctf_example import EXAMPLE
from adapters.schools.ctf_parts import PARTS, School, cells_of, pupil_records
from adapters.schools.pupil import pupil_key
from adapters.xml_rows import XmlNode, leaves, xml_rows
from adapters.xml_text import pruned, text_of

_NAME, _RESIDENCE, _PHONE = ("identity.name",), ("address.residence",), ("contact.phone",)
_ENROLMENT, _ATTENDANCE, _SEN = ("education.enrolment",), ("education.attendance",), ("education.sen",)
_CONTACT = "Contacts/Contact"
_RELATION = ("family.relationship",)
_WORKER = ("care.professional",)
_HISTORY = "SchoolHistory/School"
_YEAR = "Attendance/YearData"
_LINES = ("AddressLine1", "AddressLine2", "AddressLine3", "SAON", "PAON", "Street", "Locality", "Town")

PROFILE = FeedProfile(
    name="schools-ctf",
    source="schools",
    title="Common Transfer File (XML)",
    formats=("xml",),
    row_key=("UPN",),
    example_file=EXAMPLE,
    never_kept=("BasicDetails/FormerUPN", "BasicDetails/Language", "LookedAfter", "StageAssessments"),
    columns=(
        Column("UPN", ("identity.upn",), "Unique pupil number", required=True),
        Column("ULN", ("identity.local_id",), "Unique learner number"),
        Column("Surname", _NAME, "Legal last name", required=True),
        Column("Forename", _NAME, "Legal first name"),
        Column("DOB", ("identity.birth_date",), "Date of birth", required=True),
        Column("Sex", ("identity.sex",), "M or F"),
        Column("Gender", ("identity.sex",), "Older name of Sex"),
        Column("BasicDetails/MiddleNames", _NAME, "Middle names"),
        Column("BasicDetails/Ethnicity", ("identity.ethnicity",), "Ethnic group, DfE code"),
        Column("BasicDetails/FSMhistory/FSMinstance/FSMstartDate", ("education.meals",), "Free school meals from"),
        Column("BasicDetails/FSMhistory/FSMinstance/FSMendDate", ("education.meals",), "Free school meals until"),
        Column("SENhistory/SEN/StartDate", _SEN, "Provision since"),
        Column("SENhistory/SEN/SENprovision", _SEN, "N, K, E or S"),
        Column("SENneeds/SENneed/SENtype", _SEN, "Type of need, in order of rank"),
        *(Column(f"Address/{name}", _RESIDENCE, "Home address") for name in (*_LINES, "PostCode")),
        Column("Address/UniquePropertyReferenceNumber", _RESIDENCE, "UPRN of the home"),
        Column("Phones/Phone/PhoneNo", _PHONE, "Phone of the pupil"),
        Column("Email", ("contact.email",), "E-mail of the pupil"),
        Column(f"{_CONTACT}/Order", (), "Order in which contacts are rung"),
        Column(f"{_CONTACT}/Title", _NAME, "Title of a contact"),
        Column(f"{_CONTACT}/Surname", (*_NAME, *_WORKER), "Last name of a contact"),
        Column(f"{_CONTACT}/Forename", (*_NAME, *_WORKER), "First name of a contact"),
        Column(f"{_CONTACT}/Relationship", (*_RELATION, *_WORKER), "PAM, PAF, STP, CAR, GRP, SWR, FOS or OTH"),
        Column(f"{_CONTACT}/Responsibility", _RELATION, "Whether the contact has parental responsibility"),
        *(Column(f"{_CONTACT}/Address/{name}", _RESIDENCE, "Contact's address") for name in (*_LINES, "PostCode")),
        Column(f"{_CONTACT}/Phones/Phone/PhoneNo", (*_PHONE, *_WORKER), "Phone of a contact"),
        Column(f"{_CONTACT}/Email", ("contact.email", *_WORKER), "E-mail of a contact"),
        Column(f"{_YEAR}/Year", _ATTENDANCE, "September year of the school year"),
        *(
            Column(f"{_YEAR}/SessionDetails/{name}", _ATTENDANCE, "Sessions of that year at the sending school")
            for name in ("SessionsPossible", "SessionsAttended", "SessionsAuthorised", "SessionsUnauthorised")
        ),
        *(
            Column(f"{_HISTORY}/{name}", _ENROLMENT, "A school that the pupil attended")
            for name in ("LEA", "Estab", "URN", "SchoolName", "EntryDate", "LeavingDate")
        ),
    ),
)
_PUPIL, _BELOW = "/CTfile/CTFpupilData/Pupil[{}]", (("", "/"),)
_NAMES = {name: f"/BasicDetails/{name}" for name in ("MiddleNames", "Ethnicity")}


@dataclass(frozen=True, slots=True)
class Transferred:
    """A `Pupil` element with the school that sends it."""

    pupil: XmlNode
    sender: School


class CtfFeed:
    """The Common Transfer File. Text between elements is a slip of the export and is not read."""

    profile = PROFILE

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row per Pupil. Raises `FeedUnreadableError` before any row where the XML is unsafe, broken or other."""
        header = next(xml_rows(source, "CTfile", "Header"), XmlNode("Header"))
        sender = School.of(header.first("SourceSchool") or XmlNode("SourceSchool"))
        pupils = xml_rows(source, "CTfile", "Pupil")
        return (
            RawRow(
                number, leaves(pupil), Transferred(pupil, sender), path=RowPath(_PUPIL.format(number), _NAMES, _BELOW)
            )
            for number, pupil in enumerate(pupils, 1)
        )

    def translate(self, row: RawRow) -> Translation:
        """The pupil, then each part of the record."""
        sent = row.payload
        if not isinstance(sent, Transferred):
            whole = Cells(row)
            whole.error("", "row-shape", "The row is no Pupil element.", "Send a Common Transfer File.")
            return whole.translation(tuple)
        found = pupil_records(row, sent.pupil)
        if found.errors:
            return replace(found, row=row)
        key = pupil_key(cells_of(row, sent.pupil), "UPN")
        records, flags = list(found.records), list(found.flags)
        for path, read in PARTS:
            for number, part in enumerate(_all(sent.pupil, path), 1):
                cells = cells_of(row, part)
                taken = cells.translation(read(cells, part, key, (number, sent.sender)))
                records += taken.records
                flags += taken.flags
                flags += [
                    RowFlag(
                        row.number, error.column or part.name, error.code, f"{error.message} This part is left out."
                    )
                    for error in taken.errors
                ]
        return Translation(row, tuple(records), flags=tuple(dict.fromkeys(flags)))

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """A transfer file of that pupil, from the same school."""
        sent = row.payload
        if not isinstance(sent, Transferred):
            return ""
        school = (XmlNode("URN", sent.sender.number), XmlNode("SchoolName", sent.sender.name))
        header = XmlNode("Header", children=(XmlNode("SourceSchool", children=school),))
        pupils = XmlNode("CTFpupilData", children=(pruned(sent.pupil, keeps),))
        return text_of(XmlNode("CTfile", children=(header, pupils)))


def _all(node: XmlNode, path: str) -> tuple[XmlNode, ...]:
    found: tuple[XmlNode, ...] = (node,)
    for name in filter(None, path.split("/")):
        found = tuple(child for one in found for child in one.all(name))
    return found
