"""Police rows about persons into concept records: nominals, and roles in occurrences (domain 2.1, practice P8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from adapters.cells import MAX_KEY, Cells
from adapters.police.codes import (
    ADDRESS_TYPES,
    DASH_RISKS,
    ETHNICITY_SCHEME,
    NATURES,
    OUTCOME_CODES,
    PARTS,
    ROLES,
    SELF_DEFINED_ETHNICITY,
    UNDEFINED_OUTCOME,
    Part,
    asb_parts,
    is_asb,
    is_proven,
    missing_category,
    missing_risk,
)
from adapters.police.handling import at_the_door
from adapters.port import Translation
from concept_model.base import Nature, Scalar
from concept_model.person import Person, PersonName
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Event

MAX_OCCURRENCE_NUMBER = MAX_KEY - max(map(len, PARTS)) - 1
_FORENAMES = ("forename1", "forename2", "forename3")


def read_nominal(cells: Cells) -> Translation:
    """One address of one nominal: the person, and where they lived then."""
    key = cells.key("nominal_ref")
    surname, given = cells.text("surname"), " ".join(filter(None, map(cells.text, _FORENAMES)))
    birth_date, sex = cells.partial_date("dob"), cells.sex("sex")
    ethnicity = cells.code("ethnic_self", SELF_DEFINED_ETHNICITY, keep_unlisted=True)
    identifiers = tuple(filter(None, (cells.identifier("pnc_id", "pnc_id"), cells.identifier("cro", "cro"))))
    address = cells.address(("line1", "line2", "line3", "line4"))
    kind = _address_kind(cells)
    start, end = cells.period("from", "to")

    def build() -> Iterator[ConceptRecord]:
        usual = (PersonName(family=surname, given=given),) if surname or given else ()
        yield Person(
            person=key, names=(*usual, *_aliases(cells.text("alias"))), birth_date=birth_date, sex=sex,
            ethnicity=ethnicity, ethnicity_scheme=ETHNICITY_SCHEME if ethnicity else None, identifiers=identifiers,
            protected="refuge" if kind == "refuge" else None, protected_from=start if kind == "refuge" else None,
        )  # fmt: skip
        if address:
            yield Residence.model_validate(
                {"person": key, "address": address, "kind": kind, "valid_from": start, "valid_to": end}
            )

    return cells.translation(build)


@at_the_door
def read_occurrence(cells: Cells, handling: str | None) -> Translation:
    """One person's role in one occurrence; refused outright if it is intelligence or a live operation."""
    involvement = _involvement(cells, handling)

    def build() -> tuple[Event, ...]:
        events = tuple(_events(cells, involvement)) if involvement else ()
        if not events:
            cells.remark("role", "nothing-kept", "This role in an occurrence of this kind is not shared.")
        return events

    return cells.translation(build)


@dataclass(frozen=True, slots=True)
class _Involvement:
    """What every event of the row has in common."""

    person: str
    number: str
    role: str
    part: Part
    stated: Nature | None
    proven: bool
    handling: str | None
    title: str
    location: str
    ho_class: str
    outcome: str | None
    outcome_date: str | None
    domestic: bool
    child_present: bool | None
    risk: str | None
    marac: bool | None
    begins: datetime | None
    ends: datetime | None
    reported: datetime | None

    def event(self, item: str, nature: Nature, value: dict[str, Scalar]) -> Event:
        """An event of this occurrence. Its key is the occurrence and the role, so a resend meets itself."""
        return Event(
            subject=self.person, item=item, occurrence=f"{self.number}/{self.role}", value=value, role=self.role,
            nature=nature, handling=self.handling, at=self.begins or self.reported,
            valid_from=self.begins.date() if self.begins else None,
            valid_to=self.ends.date() if self.begins and self.ends else None,
        )  # fmt: skip


def _involvement(cells: Cells, handling: str | None) -> _Involvement | None:
    person, number = cells.key("nominal_ref"), cells.key("occurrence_no", most=MAX_OCCURRENCE_NUMBER)
    cells.required("role")
    role = cells.code("role", ROLES)
    stated = cells.code("fact_or_opinion", NATURES)
    outcome = _outcome(cells)
    outcome_date = cells.date("outcome_date")
    begins, ends = cells.datetime("committed_from"), cells.datetime("committed_to")
    cells.in_order("committed_from", "committed_to", begins, ends)
    domestic, child_present, marac = cells.flag("dv_flag"), cells.flag("child_present_flag"), cells.flag("marac_flag")
    risk, reported = cells.code("dash_risk", DASH_RISKS), cells.datetime("reported_at")
    if role is None:
        return None
    return _Involvement(
        person=person, number=number, role=role, part=PARTS[role], stated=Nature(stated) if stated else None,
        proven=is_proven(outcome, cells.text("status")), handling=handling, title=cells.text("title"),
        location=cells.text("location"), ho_class=cells.text("ho_class"), outcome=outcome,
        outcome_date=outcome_date.isoformat() if outcome_date else None, domestic=bool(domestic),
        child_present=child_present, risk=risk, marac=marac, begins=begins, ends=ends, reported=reported,
    )  # fmt: skip


def _events(cells: Cells, row: _Involvement) -> Iterator[Event]:
    if row.part in (Part.HARMED, Part.ONLOOKER):
        value: dict[str, Scalar] = {"ho_class": row.ho_class, "title": row.title, "location": row.location}
        yield row.event("crime.victim", row.stated or Nature.FACT, value)
    elif row.part is Part.MISSING:
        yield _missing(row)
    elif is_asb(row.ho_class, row.title):
        qualifier, category = asb_parts(row.title)
        if qualifier is None:
            cells.remark("title", "code-unlisted", "The title names no ASB qualifier. The incident is kept without.")
        value = {"qualifier": qualifier, "category": category, "location": row.location}
        yield row.event("crime.asb", row.stated or Nature.ALLEGATION, value)
    elif row.part is Part.ACCUSED:
        yield _accusation(row)
    if row.domestic and row.part is not Part.ONLOOKER:
        value = {
            "risk": row.risk, "child_present": row.child_present, "marac": row.marac, "location": row.location,
            "title": row.title,
        }  # fmt: skip
        yield row.event("da.incident", _nature_of_abuse(row), value)


def _accusation(row: _Involvement) -> Event:
    value: dict[str, Scalar] = {
        "ho_class": row.ho_class, "title": row.title, "outcome": row.outcome, "outcome_date": row.outcome_date,
        "location": row.location,
    }  # fmt: skip
    if row.proven:
        return row.event("crime.offence", Nature.FACT, value)
    # Whatever the row claims, what no court or caution proved is an allegation (practice P8).
    return row.event("crime.allegation", Nature.ALLEGATION, value)


def _nature_of_abuse(row: _Involvement) -> Nature:
    if row.part is Part.ACCUSED:
        return Nature.FACT if row.proven else Nature.ALLEGATION
    return row.stated or Nature.ALLEGATION


def _missing(row: _Involvement) -> Event:
    value: dict[str, Scalar] = {"category": missing_category(row.title), "risk": missing_risk(row.title), "found": None}
    return row.event("child.missing", row.stated or Nature.FACT, value)


def _outcome(cells: Cells) -> str | None:
    undefined = cells.text("outcome_code") == UNDEFINED_OUTCOME
    return cells.code("outcome_code", OUTCOME_CODES, keep_unlisted=undefined)


def _address_kind(cells: Cells) -> str:
    sent = cells.text("address_type").casefold()
    if sent and sent not in ADDRESS_TYPES:
        message = "The type of address is not in its list. The address is kept as one for correspondence."
        cells.remark("address_type", "code-unlisted", message)
        # Not as a home: two persons who share a workplace or a bail address are no household.
        return "correspondence"
    return ADDRESS_TYPES.get(sent, "home")


def _aliases(text: str) -> Iterator[PersonName]:
    for alias in filter(None, (part.strip() for part in text.split(";"))):
        family, comma, given = alias.partition(",")
        if not comma:
            given, _, family = alias.rpartition(" ")
            if not given:
                given, family = family, ""
        yield PersonName(family=family, given=given, use="alias")
