"""Feed `social-care-cin`: the children in need census as XML (DfE CIN census 2021 to 2026; domain 2.6.1).

One row is one `Child`. A fault in who the child is loses the row. A fault in one part of the child's record, such as
a plan that ends before it starts, leaves out that part alone, with a flag: the other plans still protect the child.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from adapters.cells import Cells
from adapters.port import Column, FeedProfile, RawRow, RowFlag, Translation
from adapters.row_path import RowPath
from adapters.social_care.cin_child import child_records
from adapters.social_care.cin_details import DETAIL_PARTS
from adapters.social_care.cin_example import EXAMPLE
from adapters.xml_rows import XmlNode, leaves, xml_rows
from adapters.xml_text import pruned, text_of
from concept_model.records import ConceptRecord

_FACTORS = "CINdetails/Assessments/FactorsIdentifiedAtAssessment/AssessmentFactors"
_PLAN = "CINdetails/ChildProtectionPlans"
_COURT = "CINdetails/PreProceedingsandFGDM"
_PROFILE = FeedProfile(
    "social-care-cin",
    "social_care",
    "Children in need census (XML)",
    ("xml",),
    (
        Column("ChildIdentifiers/LAchildID", (), "The council's id of the child", required=True),
        Column("ChildIdentifiers/UPN", ("identity.upn",), "Unique pupil number"),
        Column("ChildIdentifiers/FormerUPN", ("identity.local_id",), "Earlier pupil number; not kept if adopted"),
        Column("ChildIdentifiers/UPNunknown", (), "Why there is no UPN: UN1 to UN7"),
        Column("ChildIdentifiers/PersonBirthDate", ("identity.birth_date",), "Date of birth"),
        Column("ChildIdentifiers/ExpectedPersonBirthDate", ("identity.birth_date",), "Expected date of birth"),
        Column("ChildIdentifiers/GenderCurrent", ("identity.sex",), "0, 1, 2 or 9 (to 2025)"),
        Column("ChildIdentifiers/Sex", ("identity.sex",), "M or F (from 2026)"),
        Column("ChildIdentifiers/PersonDeathDate", ("identity.death",), "Date of death"),
        Column("ChildCharacteristics/Ethnicity", ("identity.ethnicity",), "DfE ethnicity code"),
        Column("ChildCharacteristics/Disabilities/Disability", ("care.disability",), "Disability codes"),
        Column("CINdetails/CINreferralDate", ("care.contact", "care.episode"), "Date of referral", required=True),
        Column("CINdetails/ReferralSource", ("care.contact",), "Who referred"),
        Column("CINdetails/ReferralNFA", ("care.contact",), "No further action"),
        Column("CINdetails/PrimaryNeedCode", ("care.need",), "Primary need"),
        Column("CINdetails/CINclosureDate", ("care.episode",), "Date closed"),
        Column("CINdetails/ReasonForClosure", ("care.episode", "identity.protected"), "Why closed; RC1 is adopted"),
        Column("CINdetails/Assessments/AssessmentActualStartDate", ("care.assessment",), "Assessment started"),
        Column("CINdetails/Assessments/AssessmentAuthorisationDate", ("care.assessment",), "Assessment authorised"),
        Column(_FACTORS, ("care.factor",), "Factors identified at assessment"),
        Column("CINdetails/CINPlanDates/CINPlanStartDate", ("care.plan",), "Child in need plan started"),
        Column("CINdetails/CINPlanDates/CINPlanEndDate", ("care.plan",), "Child in need plan ended"),
        Column("CINdetails/Section47/S47ActualStartDate", ("care.section47",), "Section 47 enquiry started"),
        Column("CINdetails/Section47/DateOfInitialCPC", ("care.section47",), "Initial child protection conference"),
        Column("CINdetails/Section47/ICPCnotRequired", ("care.section47",), "Conference not required"),
        Column(f"{_PLAN}/CPPstartDate", ("care.plan",), "Child protection plan started"),
        Column(f"{_PLAN}/CPPendDate", ("care.plan",), "Child protection plan ended"),
        Column(f"{_PLAN}/InitialCategoryOfAbuse", ("care.plan",), "Category at the start"),
        Column(f"{_PLAN}/LatestCategoryOfAbuse", ("care.plan",), "Category now"),
        Column(f"{_PLAN}/NumberOfPreviousCPP", ("care.plan",), "Earlier plans"),
        Column(f"{_COURT}/PPStartDate", ("care.plan",), "Pre-proceedings began (from 2026)"),
        Column(f"{_COURT}/StepDecisionDate", ("care.plan",), "Decision that ended them"),
    ),
    example_file=EXAMPLE,
    row_key=("ChildIdentifiers/LAchildID",),
)
_CHILD, _BELOW = "/Message/Children/Child[{}]", (("", "/"),)
_NAMES = {
    column.name.rpartition("/")[2]: f"/{column.name}"
    for column in _PROFILE.columns
    if column.name.startswith(("ChildIdentifiers/", "ChildCharacteristics/"))
}


class CinFeed:
    """The CIN census. Text between elements is a slip of the export and is not read."""

    profile = _PROFILE

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row per Child. Raises `FeedUnreadableError` before any row where the XML is unsafe, broken or other."""
        children = xml_rows(source, "Message", "Child")
        return (
            RawRow(number, leaves(child), payload=child, path=RowPath(_CHILD.format(number), _NAMES, _BELOW))
            for number, child in enumerate(children, 1)
        )

    def translate(self, row: RawRow) -> Translation:
        """The child, then what each `CINdetails` says."""
        child = row.payload
        if not isinstance(child, XmlNode):
            whole = Cells(row)
            whole.error("", "row-shape", "The row is no Child element.", "Send a CIN census file.")
            return whole.translation(tuple)
        translated = child_records(row, child)
        if translated.errors:
            return replace(translated, row=row)
        key = child_key(child)
        records, flags = list(translated.records), list(translated.flags)
        for details, occurrence in _occurrences(child.all("CINdetails"), "CINreferralDate"):
            for part_name, translate_part in DETAIL_PARTS:
                parts = details.all(part_name) if part_name else (details,)
                for part, number in _occurrences(parts, _FIRST_DATES.get(part_name, "")):
                    name = f"{occurrence}/{number}" if part_name else occurrence
                    _take(row, part, translate_part(key, name), records, flags)
        return Translation(row, tuple(records), flags=tuple(dict.fromkeys(flags)))

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """A census of that child."""
        if not isinstance(row.payload, XmlNode):
            return ""
        children = XmlNode("Children", children=(pruned(row.payload, keeps),))
        return text_of(XmlNode("Message", children=(children,)))


PartTranslator = Callable[[Cells, XmlNode], Iterator[ConceptRecord]]
_FIRST_DATES = {
    "Assessments": "AssessmentActualStartDate",
    "CINPlanDates": "CINPlanStartDate",
    "Section47": "S47ActualStartDate",
    "ChildProtectionPlans": "CPPstartDate",
    "PreProceedingsandFGDM": "PPStartDate",
}


def child_key(child: XmlNode) -> str:
    """The council's id of the child."""
    identifiers = child.first("ChildIdentifiers")
    return identifiers.value("LAchildID") if identifiers else ""


def _take(
    row: RawRow, part: XmlNode, translate: PartTranslator, records: list[ConceptRecord], flags: list[RowFlag]
) -> None:
    cells = part_cells(row, part)
    translated = cells.translation(lambda: translate(cells, part))
    records.extend(translated.records)
    flags.extend(translated.flags)
    flags.extend(
        RowFlag(row.number, error.column or part.name, error.code, f"{error.message} This part is left out.")
        for error in translated.errors
    )


def part_cells(row: RawRow, part: XmlNode) -> Cells:
    """The simple children of an element as cells; the first of each name."""
    simple = {child.name: child.text for child in reversed(part.children) if not child.children}
    return Cells(RawRow(row.number, simple))


def _occurrences(parts: tuple[XmlNode, ...], date_name: str) -> Iterator[tuple[XmlNode, str]]:
    """Each part with a name that stays the same when it is sent again: its first date, numbered if not alone."""
    seen: dict[str, int] = {}
    for part in parts:
        day = part.value(date_name)[:20] or "undated"
        seen[day] = seen.get(day, 0) + 1
        yield part, day if seen[day] == 1 else f"{day}/{seen[day]}"
