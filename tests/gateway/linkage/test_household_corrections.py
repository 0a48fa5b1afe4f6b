"""Stewards correct who belongs to a household; linkage keeps to it, and readers learn of it no more than they may."""

from collections import Counter
from datetime import date

import httpx
import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import relink
from tests.gateway.served import content, served

STEWARD, SECOND, WORKER = "W603", "W607", "W101"
REASON = "Seen at a visit."


class Homes:
    """A household of several people, `own`; `leaver`, who lives there and nowhere else; somebody of another home."""

    def __init__(self, northvale, gateway):
        self.northvale, self.gateway = northvale, gateway
        homes = self.members()
        memberships = Counter(one for people in homes.values() for one in people)
        self.own, self.leaver = min(
            (home, one) for home, people in homes.items() if len(people) > 2 for one in people if memberships[one] == 1
        )
        self.stranger = min(
            one for home, people in homes.items() if len(people) == 2 and not people & homes[self.own] for one in people
        )

    def members(self):
        found = {}
        for row in self.northvale.sql("SELECT household_id, person_id FROM hearth.household_member"):
            found.setdefault(row.household_id, set()).add(row.person_id)
        return found

    def rows(self):
        return {tuple(row) for row in self.northvale.sql("SELECT * FROM hearth.household_member")}

    def handle(self, person):
        return str(self.northvale.sql("SELECT family_id FROM hearth.person WHERE person_id = :p", p=person)[0][0])

    def said(self, person, steward=STEWARD, *, belongs, home=None, **more):
        return self.gateway.client.post(
            f"/v1/households/{home or self.own}/corrections", headers={"Test-Caller": steward},
            json={"family_id": self.handle(person), "belongs": belongs, "sources": [], "reason": REASON, **more},
        )  # fmt: skip

    def correct(self, person, **said):
        answer = self.said(person, **said)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return answer.json()

    def withdraw(self, correction, steward):
        return self.gateway.client.post(
            f"/v1/households/corrections/{correction['correction_id']}/withdrawal",
            headers={"Test-Caller": steward}, json={"reason": REASON},
        )  # fmt: skip

    def get(self, path, caller=STEWARD):
        return self.gateway.client.get(path, headers={"Test-Caller": caller})


@pytest.fixture
def homes(northvale):
    link_everything(northvale.wiring)
    with served(northvale) as gateway:
        yield Homes(northvale, gateway)


def test_a_run_over_what_has_not_changed_gives_the_same_households_with_the_same_dates(homes):
    before = homes.rows()
    link_everything(homes.northvale.wiring)

    assert homes.rows() == before


def test_who_does_not_belong_is_out_and_stays_out_until_a_second_steward_withdraws_it(homes):
    before = homes.rows()
    correction = homes.correct(homes.leaver, belongs=False)
    after = {row for row in before if row[:2] != (homes.own, homes.leaver)}
    # Their handle still leads to the household, where what was said of them is found.
    listed = {one["household_id"]: one for one in homes.get(f"/v1/households/of/{homes.handle(homes.leaver)}").json()}
    members = {one["family_id"] for one in listed[str(homes.own)]["members"]}
    assert members == {homes.handle(one) for one in homes.members()[homes.own]}
    assert homes.handle(homes.leaver) not in members
    assert (correction["state"], homes.rows()) == ("applied", after)
    link_everything(homes.northvale.wiring)
    assert homes.rows() == after
    other = next(iter(homes.members()[homes.own]))
    relink(homes.northvale.wiring, [row.record_id for row in homes.northvale.sql(
        "SELECT record_id FROM hearth.link WHERE person_id = :p AND superseded_at IS NULL", p=other)])  # fmt: skip
    assert homes.rows() == after
    assert homes.withdraw(correction, STEWARD).status_code == httpx.codes.FORBIDDEN
    assert homes.withdraw(correction, SECOND).json()["state"] == "applied"
    assert homes.rows() == before
    link_everything(homes.northvale.wiring)
    assert homes.rows() == before


def test_who_belongs_is_in_beside_their_own_home_with_the_dates_that_were_said(homes):
    before = homes.rows()
    correction = homes.correct(homes.stranger, belongs=True, valid_from="2025-01-02", valid_to="2025-09-30")
    after = before | {(homes.own, homes.stranger, date(2025, 1, 2), date(2025, 9, 30))}

    assert homes.rows() == after
    link_everything(homes.northvale.wiring)
    assert homes.rows() == after
    listed = homes.get(f"/v1/households/{homes.own}/corrections").json()
    assert [(one["correction_id"], one["belongs"], one["sources"]) for one in listed] == [
        (correction["correction_id"], True, [])
    ]
    households = homes.get(f"/v1/households/of/{homes.handle(homes.stranger)}").json()
    assert str(homes.own) in {one["household_id"] for one in households}


def test_only_stewards_correct_and_each_attempt_is_an_entry_that_names_no_reason(homes):
    said = homes.said(homes.leaver, WORKER, belongs=False)
    assert said.status_code == httpx.codes.FORBIDDEN
    assert homes.get(f"/v1/households/{homes.own}/corrections", WORKER).status_code == httpx.codes.FORBIDDEN
    before = homes.northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'alteration'")
    homes.correct(homes.leaver, belongs=False)

    entries = homes.northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'alteration'")
    assert entries == before + 1
    assert REASON.encode() not in bytes(
        homes.northvale.sql("SELECT sealed_reason FROM hearth.household_correction")[0].sealed_reason
    )


def test_a_correction_says_what_it_rests_on_before_anybody_learns_of_it(homes):
    """Nothing said is not the council's own word: that would tell every reader what one source alone may show."""
    unsaid = {"family_id": homes.handle(homes.leaver), "belongs": False, "reason": REASON}
    path = f"/v1/households/{homes.own}/corrections"
    refused = homes.gateway.client.post(path, headers={"Test-Caller": STEWARD}, json=unsaid)

    assert [field["pointer"] for field in refused.json()["fields"]] == ["/body/sources"]


def test_an_unknown_household_person_or_source_is_not_found(homes):
    unknown = "00000000-0000-4000-8000-000000000000"
    answers = [
        homes.said(homes.leaver, belongs=False, home=unknown),
        homes.said(homes.leaver, belongs=False, sources=["nobody-s"]),
    ]

    assert [answer.status_code for answer in answers] == [httpx.codes.NOT_FOUND] * 2
    assert not homes.northvale.sql("SELECT * FROM hearth.household_correction")


@pytest.mark.parametrize("sources", [["police"], []])
def test_who_may_not_see_what_a_correction_rests_on_is_answered_as_if_nobody_had_said_anything(homes, sources):
    """The rent officer sees two tenants of two homes; that the police saw one at the other's is not hers to know."""
    joined, tenant = (homes.northvale.person_id(*one) for one in (("S1", "Darren Cole"), ("S3", "Vikram Nair")))
    home = min(one for one, people in homes.members().items() if tenant in people)
    readers = {"B101": "tenancy_management", "W101": "front_door"}
    declared = {one: homes.gateway.declare(one, purpose) for one, purpose in readers.items()}

    def pages(worker):
        return [content(homes.gateway.family(worker, declared[worker], homes.handle(one))) for one in (tenant, joined)]

    before = {worker: pages(worker) for worker in readers}
    assert all(status == httpx.codes.OK for told in before.values() for status, _ in told)
    homes.correct(joined, home=home, belongs=True, sources=sources)

    members = dict(pages("W101")[0][1])["members"]
    assert homes.handle(joined) in {one["id"] for one in members}
    assert (pages("B101") == before["B101"]) is bool(sources)


def test_whom_a_steward_puts_into_a_household_is_on_its_page_also_where_nothing_else_ties_them(homes):
    joined, tenant = (homes.northvale.person_id(*one) for one in (("S1", "Darren Cole"), ("S3", "Vikram Nair")))
    home = min(one for one, people in homes.members().items() if tenant in people)
    homes.northvale.sql(
        "DELETE FROM hearth.fact f USING hearth.link l, hearth.item i WHERE l.record_id = f.record_id AND l.person_id ="
        " :joined AND i.item_no = f.item_no AND i.name IN ('address.residence', 'household.membership',"
        " 'family.relationship')",
        joined=joined,
    )
    declared = homes.gateway.declare("W101", "front_door")

    def members():
        page = dict(content(homes.gateway.family("W101", declared, homes.handle(tenant)))[1])
        return {one["id"] for one in page["members"]}

    assert homes.handle(joined) not in members()
    homes.correct(joined, home=home, belongs=True)

    assert homes.handle(joined) in members()
