"""Incidents of the Police Standard Data Model, as a policing API gives them in JSON:API (domain 2.1.4).

Values are ids of constrained lists (`GNDR_0001`, `ESDD_W1`), never labels; what is true or false may come as a word in
quotation marks. Of the lists that we could not find published an id is kept out and flagged rather than guessed at. The
narrative of an incident (`incidentDescription` and its like) has no item and is never kept. The model itself says
nothing of handling, so the force says it in the resource's `meta` as `handling`; an incident without is not taken.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from adapters.cells import MAX_KEY, Cells, Sex
from adapters.police.codes import ETHNICITY_SCHEME, PARTS, SELF_DEFINED_ETHNICITY, Part
from adapters.police.handling import at_the_door, handling_column
from adapters.police.json_api import document_of, incident_rows
from adapters.port import Column, FeedProfile, RawRow, Translation
from concept_model.base import Nature, Scalar
from concept_model.person import Person, PersonName
from concept_model.place import Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Event

ROLE_OF_RELATIONSHIP: Mapping[str, str] = {
    "personReporting": "person reporting", "victim": "victim", "victimDetailsFromWitness": "victim",
    "victimDetailsReportedOnBehalfOf": "victim", "witness": "witness", "suspect": "suspect", "known": "suspect",
    "unknown": "suspect", "guardianDetails": "parent/guardian", "missingPerson": "missing person",
}  # fmt: skip
"""Relationships of an incident to persons; `known` and `unknown` are those of whom the report says that they did it."""

_GENDERS: Mapping[str, Sex] = {"gndr_0001": "female"}
"""The only id of the list whose meaning the model's own example gives."""
_ETHNICITIES: Mapping[str, str] = {f"esdd_{code}": kept for code, kept in SELF_DEFINED_ETHNICITY.items()}
_KEPT_APART = "psdm"
"""Ids of the API are told apart from nominals of the same force: nothing says that they are one list."""
_MAX_ID = MAX_KEY - max(map(len, PARTS)) - len(_KEPT_APART) - 2
_NAME, _RESIDENCE = ("identity.name",), ("address.residence",)
_EVENTS = ("crime.victim", "crime.allegation", "child.missing")
_HARM = ("crime.victim", "crime.allegation")
_FLAGS: Mapping[str, str] = {
    "incident.physicallyAssaulted": "physical assault",
    "incident.subjectedToThreatAbuseOrAssault": "threat, abuse or assault",
    "incident.subjectedToHateCrime": "hate crime",
    "incident.hadWeapon": "weapon",
}
_LINES = ("home.buildingName", "home.buildingNumber", "home.streetName", "home.townOrCity")
_PLACE = ("place.buildingName", "place.streetName", "place.townOrCity")

PROFILE = FeedProfile(
    name="police-incidents-psdm",
    source="police",
    title="Incidents of the Police Standard Data Model (JSON:API)",
    formats=("json", "ndjson"),
    row_key=("person.id",),
    never_kept=(
        "incident.incidentDescription", "incident.incidentDateTimeDescription", "incident.incidentEventsPreceeding",
        "incident.incidentInvolvement", "incident.incidentReportedAlready", "incident.incidentReportedAlreadyReference",
        "incident.subjectedToHateCrimeDetails", "incident.targetedByOffender", "person.age",
        "person.approximateAgeFrom", "person.approximateAgeTo", "person.communicationNeeds",
        "person.contactPreference", "person.disability", "person.ethnicityGroup", "person.genderSelfDescribe",
        "person.nextOfKin", "person.titleOther", "person.under18",
    ),
    columns=(
        Column("incident.id", (), "The source's id of the incident", required=True),
        Column("person.id", (), "The source's id of the person"),
        handling_column(_EVENTS),
        Column("role", _EVENTS, "The relationship by which the incident names the person"),
        Column("incident.incidentStartDateTime.dateFrom", _EVENTS, "When it began", required=True),
        Column("incident.incidentStartDateTime.dateTo", _EVENTS, "When it ended"),
        *(Column(name, _HARM, f"True where the report says: {words}") for name, words in _FLAGS.items()),
        *(Column(name, _HARM, "Where, in words") for name in _PLACE),
        Column("person.givenName", _NAME, "Given names"),
        Column("person.middleName", _NAME, "Middle names"),
        Column("person.surname", _NAME, "Last name"),
        Column("person.dateOfBirth", ("identity.birth_date",), "Date of birth"),
        Column("person.dateofBirthKnown", ("identity.birth_date",), "False where the date is an estimate, left out"),
        Column("person.gender", ("identity.sex",), "Constrained value, GNDR_..."),
        Column("person.ethnicitySelfDefined", ("identity.ethnicity",), "Constrained value, ESDD_ and a 16+1 code"),
        *(Column(name, _RESIDENCE, "The person's current or permanent address") for name in _LINES),
        Column("home.postcode", _RESIDENCE, "Postcode"),
        Column("home.osUprn", _RESIDENCE, "Unique property reference number"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IncidentFeed:
    """Incidents of a policing API; a row is one person's part in one of them."""

    profile: FeedProfile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row for each person of each incident. Raise `FeedUnreadableError` for what is no such document."""
        return incident_rows(source, ROLE_OF_RELATIONSHIP)

    def translate(self, row: RawRow) -> Translation:
        """The person, where they live, and their part in the incident."""
        return _guarded(Cells(row))

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """That person's part in the incident, as a document."""
        return document_of(row.cells, ROLE_OF_RELATIONSHIP, keeps) if row.cells else ""


def _read(cells: Cells, handling: str | None) -> Translation:
    incident = cells.key("incident.id", most=_MAX_ID)
    begins = cells.datetime("incident.incidentStartDateTime.dateFrom")
    cells.required("incident.incidentStartDateTime.dateFrom")
    ends = cells.datetime("incident.incidentStartDateTime.dateTo")
    cells.in_order("incident.incidentStartDateTime.dateFrom", "incident.incidentStartDateTime.dateTo", begins, ends)
    said = "; ".join(words for name, words in _FLAGS.items() if cells.flag(name))
    role = cells.text("role")
    person = _person(cells) if role else None
    home = cells.address(_LINES, "home.postcode", "home.osUprn") if role else None
    where = ", ".join(filter(None, map(cells.text, _PLACE)))

    def build() -> Iterator[ConceptRecord]:
        if person is None:
            cells.remark("role", "nothing-kept", "The incident names nobody whom this feed keeps.")
            return
        yield person
        if home:
            yield Residence(person=person.person, address=home)
        for item, nature, value in _part_in(PARTS[role], said, where):
            yield Event(
                subject=person.person, item=item, occurrence=f"{_KEPT_APART}/{incident}/{role}", value=value,
                role=role, nature=nature, handling=handling, at=begins, valid_from=begins.date() if begins else None,
                valid_to=ends.date() if begins and ends else None,
            )  # fmt: skip

    return cells.translation(build)


_guarded = at_the_door(_read)


def _person(cells: Cells) -> Person | None:
    """The person of the row; None where nobody is told apart, as a suspect of whom nothing is known."""
    key = cells.key("person.id", most=_MAX_ID)
    given = " ".join(filter(None, map(cells.text, ("person.givenName", "person.middleName"))))
    family = cells.text("person.surname")
    known = cells.flag("person.dateofBirthKnown")
    born = cells.partial_date("person.dateOfBirth")
    if born and known is False:
        cells.remark("person.dateOfBirth", "date-estimated", "The date of birth is an estimate and is left out.")
        born = None
    sex = _sex(cells)
    ethnicity = cells.code("person.ethnicitySelfDefined", _ETHNICITIES, keep_unlisted=True)
    if not (given or family or born):
        return None
    return Person(
        person=f"{_KEPT_APART}/{key}"[:MAX_KEY], birth_date=born, sex=sex,
        names=(PersonName(family=family, given=given),) if given or family else (),
        ethnicity=ethnicity, ethnicity_scheme=ETHNICITY_SCHEME if ethnicity else None,
    )  # fmt: skip


def _sex(cells: Cells) -> Sex | None:
    sent = cells.text("person.gender").casefold()
    if sent and sent not in _GENDERS:
        cells.remark("person.gender", "code-unlisted", "This id of a gender is in no list we have. It is left out.")
    return _GENDERS.get(sent)


def _part_in(part: Part, said: str, where: str) -> Iterator[tuple[str, Nature, dict[str, Scalar]]]:
    value: dict[str, Scalar] = {"title": said, "location": where}
    if part in (Part.HARMED, Part.ONLOOKER):
        yield "crime.victim", Nature.FACT, value
    elif part is Part.ACCUSED:
        # Nothing in a report is proven (practice P8).
        yield "crime.allegation", Nature.ALLEGATION, value
    elif part is Part.MISSING:
        yield "child.missing", Nature.FACT, {"category": "missing"}


FEED = IncidentFeed(PROFILE)
