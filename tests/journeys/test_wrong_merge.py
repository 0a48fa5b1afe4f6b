"""S5: a caution of the son stood on the father's page; parted, told without being repeated, and kept apart for good."""

import csv
import io
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from gateway.usecases.linking.linking import link_everything
from tests.gateway.records.test_what_the_log_tells import told
from tests.gateway.served import served

STEWARD, SECOND, OFFICER, DPO = "W603", "W607", "W601", "W602"
READERS = ("W101", "W102", "W103", "W301")
PURPOSE = "section_47"
NOMINAL, OFFENCE = "N4999999", "crime.offence"
REASON = "Somebody looked at both files."
FATHER, SON = ("S5", "Mohammed Iqbal"), ("S5", "Mohammed Iqbal (son)")
_SECTIONS = ("circumstances", "events", "interventions", "goals", "professionals")


class Story:
    """The police write down a caution of "Mohammed Iqbal, 11 Alder Court" without a date of birth."""

    def __init__(self, northvale, gateway):
        self.northvale, self.gateway = northvale, gateway
        # The council has two stewards, so that one can undo what the other decided.
        self.families = {one: northvale.family_id(*one) for one in (FATHER, SON)}
        for feed in ("police-nominals", "police-occurrences"):
            self.push(feed, "first")
        link_everything(northvale.wiring)

    def push(self, feed, key, born=""):
        (entry,) = [one for one in self.northvale.built.book("manifest")["files"] if one["feed"] == feed]
        rows = list(csv.DictReader(io.StringIO((self.northvale.built.folder / entry["file"]).read_text("utf-8-sig"))))
        known = self.northvale.person(*SON)["keys"]["police"]
        row = next(row for row in rows if row["nominal_ref"] == known)
        row |= {"nominal_ref": NOMINAL, "pnc_id": "", "dob": born} if "dob" in row else {"nominal_ref": NOMINAL}
        if "occurrence_no" in row:
            row["occurrence_no"] = f"{row['occurrence_no'][:-5]}99999"
        text = io.StringIO()
        writer = csv.DictWriter(text, row, lineterminator="\r\n")
        writer.writeheader()
        writer.writerow(row)
        batch = self.northvale.push(feed, text.getvalue().encode(), f"{feed}-{key}")
        assert batch.rows_accepted == 1, batch

    def get(self, path, caller):
        return self.gateway.client.get(path, headers={"Test-Caller": caller})

    def post(self, path, caller, **body):
        return self.gateway.client.post(path, json=body, headers={"Test-Caller": caller})

    def page(self, worker, whose=FATHER):
        declared = self.gateway.declare(worker, PURPOSE, case_reference="S47-2026-71")
        answer = self.gateway.family(worker, declared, self.families[whose])
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def offences_of(self, whose, worker="W101"):
        """Offences on a page that are its person's own, not another member's."""
        page = self.page(worker, whose)
        mine = str(self.families[whose])
        return [
            fact for section in _SECTIONS for fact in page[section] if fact["item"] == OFFENCE
            and fact["person"] == mine
        ]  # fmt: skip

    def pair_with(self, whose):
        """The pair of the caution's record and one of this person's."""
        caution = self.northvale.record_id("police", NOMINAL)
        person = self.northvale.person_id(*whose)
        for waiting in self.get("/v1/matches/reviews", STEWARD).json()["matches"]:
            row = self.northvale.sql("SELECT * FROM hearth.link_review WHERE review_id = CAST(:id AS uuid)",
                                     id=waiting["review_id"])[0]  # fmt: skip
            others = {row.record_id, row.other_record_id} - {caution}
            if len(others) == 1 and self.northvale.count(
                "SELECT count(*) FROM hearth.link WHERE record_id = :record AND person_id = :person"
                " AND superseded_at IS NULL", record=others.pop(), person=person,
            ):  # fmt: skip
                return waiting["review_id"]
        pytest.fail(f"no pair waits with {whose}")

    def decide(self, review_id, verdict, steward=STEWARD):
        answer = self.post(f"/v1/matches/{review_id}/decisions", steward, verdict=verdict, reason=REASON)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        # At once for the people concerned: no run over everything comes between.
        assert answer.json()["state"] == ("noted" if verdict == "unsure" else "applied")
        return answer.json()["decision_id"]

    def later(self, **time):
        self.northvale.clock.now += timedelta(**time)

    def notices(self, worker):
        return self.get("/v1/corrections", worker).json()


@pytest.fixture
def story(northvale):
    with served(northvale) as gateway:
        yield Story(northvale, gateway)


def test_parted_both_pages_are_right_viewers_are_told_and_the_officer_has_a_form(story):
    before = {whose: len(story.offences_of(whose)) for whose in (FATHER, SON)}
    # What the police know as a former name was shown to nobody, and is in no form.
    story.northvale.sql(
        "UPDATE hearth.fact SET item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.former_name')"
        " WHERE item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.sex') AND record_id = :record",
        record=story.northvale.record_id("police", NOMINAL),
    )
    decision = story.decide(story.pair_with(FATHER), "same")
    assert len(story.offences_of(FATHER)) == before[FATHER] + 1
    for worker in READERS:
        story.page(worker)
    # Who decided cannot undo it; a second steward can, and says whose it is.
    assert story.post(f"/v1/matches/decisions/{decision}/undo", STEWARD, reason=REASON).status_code == 403
    story.later(seconds=5)
    undone = story.post(f"/v1/matches/decisions/{decision}/undo", SECOND, reason=REASON)
    assert (undone.status_code, undone.json()["state"]) == (httpx.codes.OK, "applied")

    assert len(story.offences_of(FATHER)) == before[FATHER]
    for worker in READERS:
        (notice,) = story.notices(worker)
        assert (notice["kind"], notice["state"]) == ("parted", "unread")
        assert notice["family_id"] == str(story.families[FATHER])
        assert not {"assault", "offence", "police", "iqbal", "mohammed"} & set(str(notice).casefold().split())
    # Who never opened the page is told nothing.
    assert story.notices("W201") == []

    (listed,) = story.get("/v1/matches/breaches", DPO).json()
    form = story.get(f"/v1/matches/breaches/{listed['breach_id']}", DPO).json()
    assert form["decision_id"] == decision
    assert form["readers"] == len(READERS)
    assert form["readers_by_role"]
    categories = {one["item"] for one in form["categories_of_data"]}
    assert {OFFENCE, "identity.name"} <= categories
    assert "identity.former_name" not in categories
    assert listed["notify_by"] == form["notify_by"]
    page = story.get(f"/v1/matches/breaches/{listed['breach_id']}/page", DPO)
    assert page.headers["content-type"].startswith("text/html")
    for text in (str(form), page.text):
        assert not any(word in text for word in ("Iqbal", "Mohammed", "Alder Court", "assault"))
    assert story.get("/v1/matches/breaches", STEWARD).status_code == 403


def test_what_was_decided_holds_for_every_later_run_and_every_file_that_comes_again(story):
    # Once it is not the father's, nothing speaks against its being the son's.
    story.decide(story.pair_with(FATHER), "different")
    persons = {whose: story.northvale.person_id(*whose) for whose in (FATHER, SON)}
    caution = story.northvale.record_id("police", NOMINAL)
    assert len(story.offences_of(SON)) == 2

    story.later(seconds=5)
    for feed in ("police-nominals", "police-occurrences"):
        story.push(feed, "again")
    link_everything(story.northvale.wiring)

    assert {whose: story.northvale.person_id(*whose) for whose in (FATHER, SON)} == persons
    assert owner(story, caution) == persons[SON]
    assert story.offences_of(FATHER) == []
    assert story.get("/v1/matches/breaches", DPO).json() == []


def test_what_was_decided_holds_when_the_record_it_was_decided_of_is_withdrawn(story):
    waiting = story.pair_with(FATHER)
    story.decide(waiting, "different")
    caution, father = story.northvale.record_id("police", NOMINAL), story.northvale.person_id(*FATHER)
    (pair,) = story.northvale.sql("SELECT record_id, other_record_id FROM hearth.match_decision")
    (decided,) = {*pair} - {caution}
    # As its sender withdraws it: every fact of it has a tombstone.
    story.northvale.sql("UPDATE hearth.fact SET tombstone = true WHERE record_id = :record", record=decided)
    link_everything(story.northvale.wiring)

    assert owner(story, decided) == father
    assert owner(story, caution) == story.northvale.person_id(*SON)
    assert story.offences_of(FATHER) == []


def test_the_queue_comes_page_by_page_also_where_the_last_pair_of_a_page_moved_meanwhile(story, monkeypatch):
    whole = story.get("/v1/matches/reviews", STEWARD).json()
    monkeypatch.setattr("gateway.usecases.linking.match_queue._A_PAGE", 1)
    first = story.get("/v1/matches/reviews", STEWARD).json()
    story.decide(first["matches"][0]["review_id"], "unsure")
    pages, cursor = [first], first["next"]
    while cursor:
        pages.append(story.get(f"/v1/matches/reviews?cursor={cursor}", STEWARD).json())
        cursor = pages[-1]["next"]
    refused = story.get("/v1/matches/reviews?cursor=bm90LWEtcGFnZQ", STEWARD)

    assert len(whole["matches"]) > 1
    assert whole["next"] is None
    shown = [one["review_id"] for page in pages for one in page["matches"]]
    # Nothing is left out; what somebody could not tell comes once more, at the end.
    assert shown == [*(one["review_id"] for one in whole["matches"]), shown[0]]
    assert refused.status_code == 404


def test_unsure_leaves_the_pair_behind_the_others_and_two_people_are_never_joined_through_a_third_record(story):
    with_father, with_son = story.pair_with(FATHER), story.pair_with(SON)
    story.decide(with_father, "unsure")
    waiting = story.get("/v1/matches/reviews", STEWARD).json()["matches"]
    assert waiting[-1]["review_id"] == with_father
    assert waiting[-1]["unsure_since"]
    story.decide(with_father, "same")
    # The two men are two people: what is one's cannot be the other's as well.
    answer = story.post(f"/v1/matches/{with_son}/decisions", SECOND, verdict="same", reason=REASON)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "match-contradicted")
    assert story.northvale.person_id(*FATHER) != story.northvale.person_id(*SON)


def owner(story, record):
    return story.northvale.sql(
        "SELECT person_id FROM hearth.link WHERE record_id = :record AND superseded_at IS NULL", record=record
    )[0].person_id


def test_a_doubt_names_the_decisions_that_hold_a_person_together(story):
    story.decide(story.pair_with(FATHER), "same")
    story.later(seconds=5)

    doubted = story.post("/v1/matches/doubts", SECOND, family_id=str(story.families[FATHER]), reason=REASON)

    assert doubted.status_code == httpx.codes.CREATED, doubted.text
    # The pair that a decision holds together is not asked again: that decision is named, to be undone.
    assert len(doubted.json()["decisions"]) == 1
    nobody = story.post(
        "/v1/matches/doubts", SECOND, family_id=str(story.northvale.wiring.mint_opaque()), reason=REASON
    )
    assert nobody.status_code == httpx.codes.NOT_FOUND


def test_a_pair_is_explained_in_words_and_weights_and_shows_no_address_and_no_former_name(story):
    review = story.pair_with(SON)
    answer = story.get(f"/v1/matches/reviews/{review}", STEWARD)

    body = answer.json()
    assert {"The first name is the same.", "The address is the same."} <= set(body["claims"])
    weights = {one["comparison"]: one["bits"] for one in body["weights"]}
    # A name tells a person of a household from the others; the address they share does not.
    assert weights["given"] > 0
    assert abs(body["weights"][0]["bits"]) >= abs(body["weights"][-1]["bits"])
    assert "Held back until someone checks." in " ".join(body["match"]["reasons"])
    shown = {one["item"] for side in ("one", "other") for one in body[side]["said"]}
    assert "identity.name" in shown
    assert shown <= {"identity.name", "identity.birth_date", "identity.sex", "identity.nhs_number", "identity.upn",
                     "identity.nino", "identity.pnc_id"}  # fmt: skip
    # The log tells what the steward was shown, every item with its count, and of both people.
    counts, sources = told(story.northvale, body["receipt"]["entry"])
    said = [(side["source"], one["item"]) for side in (body["one"], body["other"]) for one in side["said"]]
    assert counts == Counter(item for _, item in said)
    assert sources == {source for source, _ in said}
    assert "Alder" not in answer.text
    assert "NV1" not in answer.text


def test_nobody_but_a_steward_compares(story):
    review = story.pair_with(SON)
    for worker in ("W101", "B101", OFFICER, DPO):
        for answer in (
            story.get("/v1/matches/reviews", worker),
            story.get(f"/v1/matches/reviews/{review}", worker),
            story.post(f"/v1/matches/{review}/decisions", worker, verdict="same", reason=REASON),
            story.post("/v1/matches/doubts", worker, family_id=str(story.families[SON]), reason=REASON),
            story.post(f"/v1/matches/decisions/{review}/undo", worker, reason=REASON),
        ):
            assert answer.status_code == httpx.codes.FORBIDDEN
            assert answer.json()["receipt"]
