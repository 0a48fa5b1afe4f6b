"""CINdetails of a CIN census child, part by part, to concepts."""

from collections.abc import Callable, Iterator
from datetime import date

from adapters.cells import Cells
from adapters.social_care import codes
from adapters.xml_rows import XmlNode
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Event, Intervention

_Translate = Callable[[Cells, XmlNode], Iterator[ConceptRecord]]
Part = Callable[[str, str], _Translate]
"""Given the child's key and the part's occurrence, how to translate the part."""


def _details(key: str, occurrence: str) -> _Translate:
    """`care.contact`, `care.episode` and `care.need` of one referral."""

    def translate(cells: Cells, _: XmlNode) -> Iterator[ConceptRecord]:
        cells.required("CINreferralDate")
        start, end = cells.period("CINreferralDate", "CINclosureDate")
        source = cells.code("ReferralSource", codes.REFERRAL_SOURCES, keep_unlisted=True)
        need = cells.code("PrimaryNeedCode", codes.PRIMARY_NEEDS, keep_unlisted=True)
        closure = cells.code("ReasonForClosure", codes.CLOSURES, keep_unlisted=True)
        no_action = _flag(cells, "ReferralNFA")
        if cells.errors:
            return
        yield Event(
            subject=key,
            item="care.contact",
            occurrence=occurrence,
            value={"source": source, "outcome": "no-further-action" if no_action else None},
            valid_from=start,
            valid_to=start,
        )
        yield Intervention(
            subject=key,
            item="care.episode",
            occurrence=occurrence,
            value={"kind": "child-in-need", "closure": closure},
            valid_from=start,
            valid_to=end,
        )
        if need:
            yield Circumstance(
                subject=key,
                item="care.need",
                occurrence=occurrence,
                value={"code": need},
                valid_from=start,
                valid_to=end,
            )

    return translate


def _assessment(key: str, occurrence: str) -> _Translate:
    """`care.assessment` and one `care.factor` for each factor found."""

    def translate(cells: Cells, part: XmlNode) -> Iterator[ConceptRecord]:
        cells.required("AssessmentActualStartDate")
        start, authorised = cells.date("AssessmentActualStartDate"), cells.date("AssessmentAuthorisationDate")
        if cells.errors:
            return
        if start and authorised and authorised < start:
            cells.remark(
                "AssessmentAuthorisationDate", "period-invalid", "The assessment was authorised before it started."
            )
        yield Intervention(
            subject=key,
            item="care.assessment",
            occurrence=occurrence,
            value={"authorised": authorised.isoformat() if authorised else None},
            valid_from=start,
        )
        yield from _factors(cells, key, occurrence, part, authorised or start)

    return translate


def _factors(cells: Cells, key: str, occurrence: str, part: XmlNode, since: date | None) -> Iterator[Circumstance]:
    """21 says that no factor was found, so it gives no record, and should stand alone."""
    column = "AssessmentFactors"
    sent = [
        factor.text.upper()
        for group in part.all("FactorsIdentifiedAtAssessment")
        for factor in group.all(column)
        if factor.text
    ]
    if codes.NO_FACTOR in sent and len(set(sent)) > 1:
        cells.remark(column, "code-contradiction", "Factor 21 (none) is sent together with other factors.")
    for code in dict.fromkeys(sent):
        if code.casefold() not in codes.FACTORS:
            message = f"The column {column} holds a code that is not in its list. It is kept as sent."
            cells.remark(column, "code-unlisted", message)
        if code != codes.NO_FACTOR:
            yield Circumstance(
                subject=key,
                item="care.factor",
                occurrence=f"{occurrence}/{code}",
                value={"code": code, "scope": codes.factor_scope(code)},
                valid_from=since,
            )


def _section47(key: str, occurrence: str) -> _Translate:
    """`care.section47`; whether a conference is required stays open where the file does not say."""

    def translate(cells: Cells, _: XmlNode) -> Iterator[ConceptRecord]:
        cells.required("S47ActualStartDate")
        start, conference = cells.date("S47ActualStartDate"), cells.date("DateOfInitialCPC")
        not_required = _flag(cells, "ICPCnotRequired")
        if cells.errors:
            return
        yield Event(
            subject=key,
            item="care.section47",
            occurrence=occurrence,
            value={
                "conference": conference.isoformat() if conference else None,
                "conference_required": None if not_required is None else not not_required,
            },
            valid_from=start,
        )

    return translate


def _need_plan(key: str, occurrence: str) -> _Translate:
    """`care.plan` of kind child-in-need."""

    def translate(cells: Cells, _: XmlNode) -> Iterator[ConceptRecord]:
        cells.required("CINPlanStartDate")
        start, end = cells.period("CINPlanStartDate", "CINPlanEndDate")
        if cells.errors:
            return
        yield Intervention(
            subject=key,
            item="care.plan",
            occurrence=f"child-in-need/{occurrence}",
            value={"kind": "child-in-need"},
            valid_from=start,
            valid_to=end,
        )

    return translate


def _protection_plan(key: str, occurrence: str) -> _Translate:
    """`care.plan` of kind child-protection, with the latest category of abuse that was sent."""

    def translate(cells: Cells, _: XmlNode) -> Iterator[ConceptRecord]:
        cells.required("CPPstartDate")
        start, end = cells.period("CPPstartDate", "CPPendDate")
        initial = cells.code("InitialCategoryOfAbuse", codes.ABUSE_CATEGORIES, keep_unlisted=True)
        latest = cells.code("LatestCategoryOfAbuse", codes.ABUSE_CATEGORIES, keep_unlisted=True)
        previous = cells.number("NumberOfPreviousCPP")
        if cells.errors:
            return
        yield Intervention(
            subject=key,
            item="care.plan",
            occurrence=f"child-protection/{occurrence}",
            value={"kind": "child-protection", "category": latest or initial, "previous": previous},
            valid_from=start,
            valid_to=end,
        )

    return translate


def _pre_proceedings(key: str, occurrence: str) -> _Translate:
    """`care.plan` of kind pre-proceedings: the time before an application to court. A family meeting alone is none."""

    def translate(cells: Cells, _: XmlNode) -> Iterator[ConceptRecord]:
        start, end = cells.period("PPStartDate", "StepDecisionDate")
        if cells.errors or not start:
            return
        yield Intervention(
            subject=key,
            item="care.plan",
            occurrence=f"pre-proceedings/{occurrence}",
            value={"kind": "pre-proceedings"},
            valid_from=start,
            valid_to=end,
        )

    return translate


def _flag(cells: Cells, name: str) -> bool | None:
    """true, false, 0 or 1 in any case; anything else is flagged and reads as not said."""
    return {"true": True, "false": False}.get(cells.code(name, codes.FLAGS, keep_unlisted=True) or "")


DETAIL_PARTS: tuple[tuple[str, Part], ...] = (
    ("", _details),
    ("Assessments", _assessment),
    ("Section47", _section47),
    ("CINPlanDates", _need_plan),
    ("ChildProtectionPlans", _protection_plan),
    ("PreProceedingsandFGDM", _pre_proceedings),
)
"""Element name inside CINdetails (empty: CINdetails itself) and how it is translated."""
