"""Three people of whom nothing is alike, whom stewards join and part: what tests of handles and decisions share."""

import csv
import io
from datetime import timedelta

from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.linking.match_deciding import decide_match, undo_decision
from tests.gateway.northvale_world import CONTEXT

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

    def asked(self, one, other):
        """A pair of them that waits until it is decided."""
        pair = sorted((self.records[one], self.records[other]))
        review = self.northvale.wiring.mint()
        self.northvale.sql(
            "INSERT INTO hearth.link_review (review_id, record_id, other_record_id, reason, run_id, raised_at)"
            " VALUES (:id, :one, :other, 'parted', :id, :now)",
            id=review, one=pair[0], other=pair[1], now=self.northvale.clock.now,
        )  # fmt: skip
        return review

    def doubted(self, one, other):
        """A pair of records of one person that waits, since somebody doubts them."""
        review = self.asked(one, other)
        self.northvale.sql(
            "INSERT INTO hearth.match_doubt (doubt_id, record_ids, sealed_reason, doubted_by, doubted_at)"
            " VALUES (:id, :records, '', :steward, :now)", id=review, steward=SECOND,
            records=[self.records[one], self.records[other]], now=self.northvale.clock.now,
        )  # fmt: skip
        return review

    def join(self, one, other, verdict="same"):
        """What a steward says of them is gone by at once."""
        review, steward = self.asked(one, other), self.northvale.reader(STEWARD)
        said = decide_match(self.northvale.wiring, CONTEXT, steward, review, verdict, REASON)
        self.northvale.clock.now += timedelta(seconds=5)
        assert said.state == "applied"
        return said.decision_id

    def part(self, decision):
        undo_decision(self.northvale.wiring, CONTEXT, self.northvale.reader(SECOND), decision, REASON)
        self.northvale.clock.now += timedelta(seconds=5)
