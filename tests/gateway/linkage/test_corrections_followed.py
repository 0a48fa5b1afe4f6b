"""A steward's word on who belongs with whom outlasts joinings, partings and moves of those it is about."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.linkage.unlike_people import NAMES, REASON, STEWARD, People
from tests.gateway.served import served


class Homes(People):
    """A is said to belong to B's household, whatever registers tell."""

    def __init__(self, northvale):
        super().__init__(northvale)
        own = (
            "SELECT household_id FROM hearth.household_member JOIN hearth.link USING (person_id) WHERE record_id = :one"
        )
        (home,) = northvale.sql(f"{own} AND superseded_at IS NULL", one=self.records["B"])[0]
        said = {"family_id": str(self.handles["A"]), "belongs": True, "sources": [], "reason": REASON}
        with served(northvale) as gateway:
            path, caller = f"/v1/households/{home}/corrections", {"Test-Caller": STEWARD}
            assert gateway.client.post(path, json=said, headers=caller).status_code == httpx.codes.CREATED

    def together(self):
        """Whether a household holds both."""
        return bool(self.northvale.sql(
            "SELECT household_id FROM hearth.household_member JOIN hearth.link l USING (person_id)"
            " WHERE l.superseded_at IS NULL AND l.record_id IN (:one, :other)"
            " GROUP BY household_id HAVING count(DISTINCT l.record_id) = 2",
            one=self.records["A"], other=self.records["B"],
        ))  # fmt: skip

    def move(self, name, place):
        """A file tells another address."""
        text = (self.northvale.built.folder / "library-members.csv").read_text(encoding="utf-8-sig")
        given, family = NAMES[name]
        row = next(csv.DictReader(io.StringIO(text))) | {"dob": "", "phone": "", "email": ""}
        row |= {"borrower_no": f"LB99{[*NAMES].index(name) + 1}0", "forename": given, "surname": family}
        self.northvale.push_rows("library-members", row | {"address": f"{place} Kestrel Close; Northvale"})
        self.northvale.clock.now += timedelta(seconds=5)


@pytest.fixture
def homes(northvale):
    made = Homes(northvale)
    assert made.together()
    return made


def test_who_was_taken_for_the_other_and_parted_again_belongs_there_as_was_said(homes):
    """The household went to the one who was put in, and the word said nothing any more."""
    homes.northvale.clock.now += timedelta(seconds=5)
    decision = homes.join("A", "B")
    link_everything(homes.northvale.wiring)
    homes.northvale.clock.now += timedelta(seconds=5)

    homes.part(decision)
    assert homes.together()
    link_everything(homes.northvale.wiring)
    assert homes.together()


@pytest.mark.parametrize("link", [link_new, link_everything])
def test_who_lived_there_for_a_time_belongs_there_as_was_said_when_the_other_has_moved(homes, link):
    homes.northvale.clock.now += timedelta(seconds=5)
    homes.move("B", 1)
    link(homes.northvale.wiring)
    assert homes.together()

    homes.move("B", 9)
    link(homes.northvale.wiring)

    assert homes.together()


def test_a_run_over_everything_that_joins_whoever_lives_there_with_another_keeps_what_was_said(homes):
    """The ids that ended were not followed there, so that the household was another and the word at rest."""
    homes.northvale.clock.now += timedelta(seconds=5)
    pair = sorted((homes.records["B"], homes.records["C"]))
    homes.northvale.sql(
        "INSERT INTO hearth.match_decision VALUES (:id, :id, :one, :other, 'same', '', 'sub-W603', :now)",
        id=homes.northvale.wiring.mint(), one=pair[0], other=pair[1], now=homes.northvale.clock.now,
    )  # fmt: skip

    link_everything(homes.northvale.wiring)

    assert homes.handle_of(homes.records["B"]) == homes.handle_of(homes.records["C"])
    assert homes.together()
