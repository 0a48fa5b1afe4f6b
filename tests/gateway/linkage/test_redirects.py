"""A handle leads to the person whose records it was made for: through a merge, and back again once that is undone."""

import csv
import io
from datetime import timedelta

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.linking.match_deciding import decide_match, undo_decision
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.served import served

STEWARD, SECOND, REASON = "W603", "W607", "Seen in both files."
NAMES = {"A": ("Zenobia", "Quillfeather"), "B": ("Marguerite", "Marchpane"), "C": ("Thora", "Larkspur")}


class People:
    """Three people of whom nothing is alike; C is known by three records, so that her id outlasts the others'."""

    def __init__(self, northvale):
        self.northvale = northvale
        text = (northvale.built.folder / "library-members.csv").read_text(encoding="utf-8-sig")
        row = next(csv.DictReader(io.StringIO(text))) | {"dob": "", "phone": "", "email": ""}
        rows = [
            row | {"borrower_no": f"LB99{place}0", "forename": given, "surname": family,
                   "address": f"{place} Kestrel Close; Northvale"}
            for place, (given, family) in enumerate(NAMES.values(), 1)
        ]  # fmt: skip
        northvale.push_rows("library-members", *rows, *(rows[2] | {"borrower_no": f"LB993{one}"} for one in (1, 2)))
        link_new(northvale.wiring)
        self.records = {
            name: northvale.record_id("libraries", f"LB99{place}0") for place, name in enumerate(NAMES, 1)
        }  # fmt: skip
        self.handles = {name: self.handle_of(record) for name, record in self.records.items()}
        assert len(set(self.handles.values())) == len(NAMES)

    def handle_of(self, record):
        return self.northvale.sql(
            "SELECT family_id FROM hearth.person JOIN hearth.link USING (person_id)"
            " WHERE record_id = :record AND superseded_at IS NULL", record=record
        )[0].family_id  # fmt: skip

    def led_to(self, name):
        """Whose records are found under the handle that somebody had at first."""
        found = self.northvale.sql(
            "SELECT record_id FROM hearth.link WHERE person_id = hearth.current_person(:handle)"
            " AND superseded_at IS NULL", handle=self.handles[name]
        )  # fmt: skip
        return {one for one, record in self.records.items() if (record,) in {tuple(row) for row in found}}

    def join(self, one, other):
        """A steward says that they are one, of a pair that linkage asks about."""
        pair = sorted((self.records[one], self.records[other]))
        review = self.northvale.wiring.mint()
        self.northvale.sql(
            "INSERT INTO hearth.link_review (review_id, record_id, other_record_id, reason, run_id, raised_at)"
            " VALUES (:id, :one, :other, 'unsure', :id, :now)",
            id=review, one=pair[0], other=pair[1], now=self.northvale.clock.now,
        )  # fmt: skip
        said = decide_match(self.northvale.wiring, CONTEXT, self.northvale.reader(STEWARD), review, "same", REASON)
        self.northvale.clock.now += timedelta(seconds=5)
        assert said.state == "applied"
        return said.decision_id

    def part(self, decision):
        undo_decision(self.northvale.wiring, CONTEXT, self.northvale.reader(SECOND), decision, REASON)
        self.northvale.clock.now += timedelta(seconds=5)


@pytest.fixture
def people(northvale):
    return People(northvale)


def test_the_handle_of_who_was_taken_for_another_shows_nothing_of_the_other_once_that_is_undone(people):
    decision = people.join("A", "B")
    ended = next(name for name in "AB" if people.handles[name] != people.handle_of(people.records[name]))
    stayed = next(name for name in "AB" if name != ended)
    assert people.led_to(ended) == people.led_to(stayed) == {"A", "B"}

    people.part(decision)

    assert (people.led_to(ended), people.led_to(stayed)) == ({ended}, {stayed})
    with served(people.northvale) as gateway:
        declared = gateway.declare("W101", "section_47", case_reference="S47-2026-71")
        page = gateway.family("W101", declared, people.handles[ended]).text
    assert NAMES[stayed][1] not in page


def test_a_run_over_everything_that_parts_them_leads_each_handle_back_as_well(people):
    decision = people.join("A", "B")
    people.northvale.sql(
        "INSERT INTO hearth.match_undone VALUES (:decision, '', 'sub-W607', :now)",
        decision=decision, now=people.northvale.clock.now,
    )  # fmt: skip

    link_everything(people.northvale.wiring)

    assert (people.led_to("A"), people.led_to("B")) == ({"A"}, {"B"})


def test_through_two_merges_each_handle_leads_to_its_own_records_when_either_is_undone(people):
    first = people.join("A", "B")
    second = people.join("A", "C")
    assert people.led_to("A") == people.led_to("B") == people.led_to("C") == {"A", "B", "C"}

    people.part(first)
    assert (people.led_to("A"), people.led_to("B"), people.led_to("C")) == ({"A", "C"}, {"B"}, {"A", "C"})

    people.part(second)
    assert (people.led_to("A"), people.led_to("B"), people.led_to("C")) == ({"A"}, {"B"}, {"C"})
