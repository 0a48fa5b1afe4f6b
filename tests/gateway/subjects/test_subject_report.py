"""Who looked at my data: in plain words, by job and team, with what proves it; made by officers; each is an entry."""

import json
import re
from datetime import date, timedelta
from uuid import UUID

import pytest

from audit.subject_letter import CLOSING
from audit.subject_report import FIELDS, LINEAGE_FIELDS
from audit.subject_words import Capacity
from gateway.errors import AccessRefusedError, NotFoundError, ProofNotReadyError
from tests.gateway.subjects.reports import DPO, OFFICER, pass_an_hour, report, sequence, words

NOBODY = UUID("00000000-0000-4000-8000-00000000dead")
EARLY_HELP, RENT, MASH = "W201", "B101", "W101"


@pytest.fixture
def kelly(northvale):
    return northvale.family_id("S2", "Kelly Marsh")


def look(northvale, worker, purpose, name="Kelly Marsh", scene="S2", **declared):
    """Search the person and open their family, as a worker does."""
    declaration = northvale.declare(worker, purpose, **declared)
    northvale.search(worker, declaration, northvale.person(scene, name))
    return northvale.open(worker, declaration, northvale.family_id(scene, name))


def newest(northvale):
    (row,) = northvale.sql(
        "SELECT e.event_class, o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " ORDER BY e.entry_id DESC LIMIT 1"
    )
    return row.event_class, {name: json.loads(value) for name, (_, value) in row.fields.items()}


def test_a_worker_of_the_family_is_told_of_by_job_team_purpose_and_reason(northvale, kelly):
    look(northvale, EARLY_HELP, "early_help")
    pass_an_hour(northvale)

    said = words(report(northvale, kelly))

    assert "An early help worker in the Early Help team at Northvale Council made a search on" in said
    assert "You were in the list that it showed." in said
    assert "An early help worker in the Early Help team at Northvale Council looked at information about you" in said
    assert "They did this to support a family through early help. They were allocated to your family." in said
    assert northvale.staff[EARLY_HELP]["name"].split()[-1] not in said
    assert EARLY_HELP not in said


def test_a_sealed_purpose_is_not_told_of(northvale):
    look(northvale, MASH, "front_door", "Aisha Cole", "S1")
    pass_an_hour(northvale)

    made = report(northvale, northvale.family_id("S1", "Aisha Cole"))

    assert words(made).count("There is nothing in this list.") == 2
    assert [section.elements for section in made.pack.sections] == [()]
    assert words(made).endswith(CLOSING)


def test_what_came_after_the_map_is_told_and_said_to_be_not_provable_yet(northvale, kelly):
    pass_an_hour(northvale)
    northvale.clock.now -= timedelta(hours=1)
    look(northvale, RENT, "tenancy_management")
    sequence(northvale)
    northvale.clock.now += timedelta(hours=1)

    said = words(report(northvale, kelly))

    proved, _, later = said.partition("After that, up to")
    assert "rent officer" not in proved
    assert "A rent officer in the Income team at Brightwater Homes looked at information about you" in later
    assert "cannot be proved yet" in later


def test_an_authorisation_without_an_outcome_may_have_been_looked_at(northvale, kelly, monkeypatch):
    def stopped(*_given):
        raise RuntimeError

    declaration = northvale.declare(EARLY_HELP, "early_help")
    with monkeypatch.context() as patched:
        patched.setattr("gateway.usecases.families.disclosure._read", stopped)
        with pytest.raises(RuntimeError):
            northvale.open(EARLY_HELP, declaration, kelly)
    pass_an_hour(northvale)

    assert "It may have been looked at." in words(report(northvale, kelly))


def test_nothing_of_others_is_opened_and_no_code_is_in_the_words(northvale, kelly):
    look(northvale, EARLY_HELP, "early_help")
    look(northvale, RENT, "tenancy_management")
    pass_an_hour(northvale)

    made = report(northvale, kelly)

    document = json.loads(made.files["report.json"])
    elements = [element for section in document["sections"] for element in section["elements"]]
    assert len(elements) >= 4
    for element in elements:
        event = json.loads(element["leaf"])["event"]
        assert set(element["openings"]) <= set(LINEAGE_FIELDS if event == "combination" else FIELDS)
    jayden = str(northvale.person_id("S2", "Jayden Marsh"))
    assert jayden.encode() not in made.files["report.json"]
    for name in ("report.txt", "report.html"):
        text = re.sub(r"<style>.*</style>", "", made.files[name].decode())
        assert not re.search(r"\b\w+_\w+\b|W\d{3}|%", text)
        assert "Kelly" not in text


def test_the_report_is_an_entry_that_a_subject_is_not_told_of_and_it_is_durable_first(northvale, kelly):
    pass_an_hour(northvale)

    made = report(northvale, kelly)

    event, values = newest(northvale)
    assert (event, values["purpose"], values["who"]) == ("export", "log_oversight", OFFICER)
    assert values["sealed"] is True
    assert str(northvale.person_id("S2", "Kelly Marsh")) in values["subjects"]
    assert values["detail"]["capacity"] == "self"
    northvale.clock.now += timedelta(minutes=1)
    pass_an_hour(northvale)
    again = report(northvale, kelly)
    assert "Information governance officer" not in words(again)
    assert "made a copy" not in words(again)
    assert len(again.pack.sections[0].elements) == len(made.pack.sections[0].elements)


def test_no_entry_no_report(northvale, kelly, monkeypatch):
    pass_an_hour(northvale)

    def fails(*_given):
        raise OSError

    monkeypatch.setattr("gateway.usecases.subjects.subject_report.append", fails)

    with pytest.raises(OSError):
        report(northvale, kelly)


def test_a_person_and_their_family_handle_give_the_same_report(northvale, kelly):
    look(northvale, EARLY_HELP, "early_help")
    pass_an_hour(northvale)

    by_person = report(northvale, northvale.person_id("S2", "Kelly Marsh"))

    assert by_person.files == report(northvale, kelly).files


@pytest.mark.parametrize("capacity", [Capacity.PARENT, Capacity.REPRESENTATIVE])
def test_somebody_else_needs_a_decision_and_is_answered_in_neutral_words(northvale, capacity):
    look(northvale, EARLY_HELP, "early_help")
    pass_an_hour(northvale)
    jayden = northvale.family_id("S2", "Jayden Marsh")
    for more in ({}, {"decided_by": "Head of children's services"}, {"decided_on": date(2026, 11, 20)}):
        with pytest.raises(AccessRefusedError, match="needs a decision first"):
            report(northvale, jayden, capacity, **more)
        event, values = newest(northvale)
        assert (event, values["detail"]["reasons"], values["sealed"]) == ("denied", ["report-not-decided"], True)

    decided = {"decided_by": "Head of children's services", "decided_on": date(2026, 11, 20)}
    made = report(northvale, jayden, capacity, **decided)

    _, values = newest(northvale)
    assert values["detail"]["decided_by"] == decided["decided_by"]
    assert values["detail"]["decided_day"] == "2026-11-20"
    said = words(made).removesuffix(CLOSING)
    assert not re.search(r"\byou\b(?! (do not|can))", said.replace("You can", "you can").casefold())
    assert "information about the child" in said or capacity is Capacity.REPRESENTATIVE


def test_nobody_but_an_officer_makes_a_report_and_of_nobody_there_is_none(northvale, kelly):
    pass_an_hour(northvale)

    for worker in (EARLY_HELP, MASH, "W606"):
        with pytest.raises(AccessRefusedError, match="Only information governance officers"):
            report(northvale, kelly, officer=worker)
    with pytest.raises(NotFoundError):
        report(northvale, NOBODY)
    assert newest(northvale)[0] == "denied"


def test_before_the_first_map_there_is_no_report(northvale, kelly):
    with pytest.raises(ProofNotReadyError):
        report(northvale, kelly)


def test_the_dpo_makes_the_same_report_as_the_officer(northvale, kelly):
    pass_an_hour(northvale)

    assert report(northvale, kelly, officer=DPO).files == report(northvale, kelly).files
