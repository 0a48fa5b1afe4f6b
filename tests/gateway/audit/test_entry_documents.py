"""Exported entries: as a sheet that no spreadsheet runs, and as FHIR that an R4 model and BALP's profiles take."""

import csv
import io
from base64 import b64decode
from uuid import UUID

import pytest
from fhirclient.models.auditevent import AuditEvent
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import Decision, EventClass, Outcome, Phase, committed_values
from gateway.usecases.log.entry_audit_event import AuditEventWriter
from gateway.usecases.log.entry_sheet import COLUMNS, entry_row, header_row
from gateway.usecases.log.log_lines import LogLine, OpenedEntry
from tests.gateway.audit.balp import check_profiles
from tests.gateway.audit.log_book import FAMILY, LOG, an_entry, person

WRITER = AuditEventWriter(LOG, "https://hearthgate.northvale.example")
REQUEST = "11111111-1111-4111-8111-111111111111"


def opened(entry, index=41):
    values = committed_values(entry)
    line = LogLine(
        UUID(entry.entry_id), entry.event.value, entry.at, index, intact=True, who=entry.who, role=entry.role,
        team=entry.team, agency=entry.agency, purpose=entry.purpose, household=entry.household,
        subjects=entry.subjects, phase=entry.phase.value, decision=entry.decision.value, outcome=entry.outcome.value,
        items_shown=entry.items_shown, sources=entry.sources, agreements=entry.agreements, refers_to=entry.refers_to,
        sealed=entry.sealed,
    )  # fmt: skip
    return OpenedEntry(line, values)


def events_of(entry):
    return list(WRITER.events(opened(entry)))


def done(event, subjects, **fields):
    """An act of that class that succeeded, about so many persons."""
    given_fields = {
        "event": event, "subjects": tuple(str(person(n)) for n in range(subjects)), "request_id": REQUEST,
        "items_shown": ("identity.name", "education.attendance"), "agreements": ("northvale-charter@1/share",),
        "detail": {"network": "192.0.2.7", "channel": "page", "batch": "b-1"},
    }  # fmt: skip
    return an_entry(**(given_fields | fields))


PROFILES = {
    EventClass.COLLECTION: ("Create", "PatientCreate"),
    EventClass.ALTERATION: ("Update", "PatientUpdate"),
    EventClass.COMBINATION: ("Update", "PatientUpdate"),
    EventClass.CONSULTATION: ("Read", "PatientRead"),
    EventClass.PRINT: ("Read", "PatientRead"),
    EventClass.DISCLOSURE: ("Read", "PrivacyDisclosure.Source"),
    EventClass.ERASURE: ("Delete", "PatientDelete"),
    EventClass.SEARCH: ("Query", "PatientQuery"),
}


@pytest.mark.parametrize("event", PROFILES)
@pytest.mark.parametrize("subjects", [0, 1, 3])
def test_what_succeeded_follows_its_profile_one_event_a_person(event, subjects):
    made = events_of(done(event, subjects))
    assert len(made) == max(subjects, 1)
    for one in made:
        AuditEvent(one)
        assert check_profiles(one) == [PROFILES[event][subjects > 0]]
    assert len({one["id"] for one in made}) == len(made)
    told = {
        entity["what"]["reference"] for one in made for entity in one["entity"] if "reference" in entity.get("what", {})
    }
    assert told == {f"Patient/{person(n)}" for n in range(subjects)}


def test_an_emergency_is_a_disclosure_that_says_so():
    (one,) = events_of(done(EventClass.OVERRIDE, 1, phase=Phase.OUTCOME, refers_to=str(person(7))))
    AuditEvent(one)
    assert check_profiles(one) == ["PrivacyDisclosure.Source"]
    assert {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110127"} in one["subtype"]
    assert "BTG" in [coding["code"] for coding in one["purposeOfEvent"][0]["coding"]]


NOT_YET = {"phase": Phase.AUTHORISATION, "outcome": Outcome.PENDING, "items_shown": ()}
REFUSED = {"outcome": Outcome.DENIED, "decision": Decision.REFUSE, "items_shown": ()}
PLAIN = [
    *((event, NOT_YET, None) for event in (EventClass.CONSULTATION, EventClass.DISCLOSURE, EventClass.SEARCH)),
    (EventClass.EXPORT, NOT_YET, None),
    (EventClass.DENIED, REFUSED, "4"),
    (EventClass.CONSULTATION, {"outcome": Outcome.ERROR}, "8"),
    (EventClass.SIGN_IN, {"items_shown": ()}, "0"),
    (EventClass.VERIFICATION, {"items_shown": ()}, "0"),
    (EventClass.CONFIGURATION, {"items_shown": ()}, "0"),
    (EventClass.EXPORT, {"items_shown": ()}, "0"),
    (EventClass.OVERRIDE, {"items_shown": ()}, "0"),
]


@pytest.mark.parametrize(("event", "fields", "outcome"), PLAIN)
def test_what_is_no_success_of_a_pattern_claims_none_and_is_fhir_all_the_same(event, fields, outcome):
    for one in events_of(done(event, 2, **fields)):
        AuditEvent(one)
        assert check_profiles(one) == []
        assert one.get("outcome") == outcome


def test_every_class_of_act_can_be_exported():
    assert {*PROFILES, EventClass.OVERRIDE, *(event for event, _, _ in PLAIN)} == set(EventClass)


def test_an_event_names_clauses_family_items_request_and_where_it_came_from():
    (one,) = events_of(done(EventClass.CONSULTATION, 1, team="Early Help", sealed=True))
    user = next(agent for agent in one["agent"] if agent["requestor"])
    assert user["policy"] == [f"https://{LOG}/agreements/northvale-charter@1/share"]
    assert user["who"]["identifier"]["value"] == "W104"
    assert one["agent"][0]["network"] == {"address": "192.0.2.7", "type": "2"}
    assert one["purposeOfEvent"][0]["coding"][0]["code"] == "early_help"
    assert "identity.name, education.attendance" in [entity.get("description") for entity in one["entity"]]
    told = {detail["type"]: detail["valueString"] for detail in one["entity"][-1]["detail"]}
    assert (told["team"], told["sealed"], told["leaf"]) == ("Early Help", "yes", "41")


def test_control_characters_in_somebodys_words_make_no_event_invalid():
    """FHIR R4, string: no code point below 32 but tab, line feed and carriage return."""
    said = {"justification": "rang\x07 at 9\x1b\n\tand came", "case_reference": "C\x0b1"}
    (one,) = events_of(done(EventClass.CONFIGURATION, 1, detail=said))
    told = {detail["type"]: detail["valueString"] for detail in one["entity"][-1]["detail"]}
    assert (told["justification"], told["case_reference"]) == ("rang\ufffd at 9\ufffd\n\tand came", "C\ufffd1")


def test_the_words_of_a_search_travel_as_its_query():
    fields = NOT_YET | {"detail": {"query": "family=Ng"}}
    (one,) = events_of(done(EventClass.SEARCH, 0, **fields))
    AuditEvent(one)
    assert [b64decode(entity["query"]) for entity in one["entity"] if "query" in entity] == [b"family=Ng"]


def test_an_entry_that_does_not_fit_its_leaf_is_no_event_and_an_empty_row():
    line = LogLine(UUID(int=7), "search", an_entry().at, 3, intact=False)
    assert list(WRITER.events(OpenedEntry(line, {}))) == []
    row = dict(zip(COLUMNS, next(csv.reader([entry_row(OpenedEntry(line, {}))])), strict=True))
    assert {name for name, cell in row.items() if cell} == {"at", "entry", "leaf", "intact", "event"}
    assert row["intact"] == "no"


def test_a_row_holds_what_the_entry_says_under_its_column():
    entry = done(
        EventClass.DISCLOSURE, 2, shown_counts={"identity.name": 2, "education.attendance": 9}, sources=("roll", "gp"),
        detail={"justification": "visit", "case_reference": "EH/12", "session": "s1", "reasons": ["a", "b"]},
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(header_row() + entry_row(opened(entry)))))
    assert len(rows) == 1
    row = rows[0]
    assert list(row) == list(COLUMNS)
    assert (row["who"], row["family"], row["leaf"], row["sealed"]) == ("W104", str(FAMILY), "41", "no")
    assert row["items_shown"] == "education.attendance=9 identity.name=2"
    assert (row["justification"], row["case_reference"], row["reasons"]) == ("visit", "EH/12", "a b")
    assert row["detail"] == '{"session":"s1"}'


@given(st.text(max_size=60))
def test_no_cell_of_the_sheet_starts_a_formula_or_breaks_the_row(words):
    entry = an_entry(team=words or None, detail={"justification": words, "query": words})
    (row,) = csv.reader(io.StringIO(entry_row(opened(entry)), newline=""))
    assert len(row) == len(COLUMNS)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)
    assert dict(zip(COLUMNS, row, strict=True))["justification"].removeprefix("'") == words.removeprefix("'")
