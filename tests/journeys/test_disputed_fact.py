"""S4: a suspension that is another pupil's, over HTTP, from the mother's words to who is told that it was wrong."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from gateway.usecases.feeds.working_days import working_days_on
from tests.gateway.served import served

WORDS = "This was another boy of the same first name. Tyler was at home with flu that day."
FEED = "schools-suspensions"
READERS = (("W402", "attendance"), ("W404", "special_needs"), ("W405", "special_needs"))
SOCIAL_WORKER = ("W301", "section_47", "S47-2026-71")
_SECTIONS = ("circumstances", "events", "interventions", "goals", "professionals")


@pytest.fixture
def gateway(northvale):
    with served(northvale) as running:
        yield running


class Story:
    """Tyler's page as its readers open it, and the school's side."""

    def __init__(self, northvale, gateway):
        self.northvale, self.gateway = northvale, gateway
        self.family = northvale.family_id("S4", "Tyler Boateng")

    def look(self, worker, purpose, case=None):
        declared = {"case_reference": case} if case else {}
        self.declaration = self.gateway.declare(worker, purpose, **declared)
        answer = self.gateway.family(worker, self.declaration, self.family)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def suspensions(self, worker="W402", purpose="attendance"):
        return items(self.look(worker, purpose), "education.exclusion")

    def dispute(self, ref, words=WORDS, worker="W402"):
        return self.gateway.client.post(
            f"/v1/families/{self.family}/disputes",
            json={"fact": ref, "words": words},
            headers=self.gateway.headers(worker, self.declaration),
        )

    def get(self, path, caller):
        return self.gateway.client.get(path, headers={"Test-Caller": caller})

    def post(self, path, caller, **body):
        return self.gateway.client.post(path, json=body, headers={"Test-Caller": caller})

    def disputed(self):
        """Everybody has looked, and the attendance officer has recorded what the mother says."""
        for worker, purpose in READERS[1:]:
            self.look(worker, purpose)
        self.look(*SOCIAL_WORKER)
        (fact,) = self.suspensions()
        answer = self.dispute(fact["ref"])
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return answer.json()

    def notices(self, worker):
        return self.get("/v1/corrections", worker).json()

    def rows(self):
        path = next(self.northvale.built.folder.rglob("*suspension*.csv"))
        return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))

    def own_row(self):
        key = self.northvale.person("S4", "Tyler Boateng")["keys"]["schools"]
        (row,) = [row for row in self.rows() if any(value and value in key for value in row.values() if len(value) > 9)]
        return row

    def push(self, row, key):
        text = io.StringIO()
        writer = csv.DictWriter(text, row, lineterminator="\r\n")
        writer.writeheader()
        writer.writerow(row)
        return self.northvale.push(FEED, text.getvalue().encode(), key)


def items(page, item):
    return [fact for section in _SECTIONS for fact in page[section] if fact["item"] == item]


@pytest.fixture
def story(northvale, gateway):
    return Story(northvale, gateway)


def test_a_disputed_fact_says_so_with_her_words_and_reaches_the_school(story):
    raised = story.disputed()

    (fact,) = story.suspensions("W404", "special_needs")
    today = story.northvale.clock.now.date().isoformat()
    assert fact["disputed"]
    assert fact["dispute"] == {"since": today, "words": WORDS}
    assert fact["values"]["reasons"].startswith("DA")
    (task,) = story.get("/v1/partners/me/tasks", FEED).json()
    assert (task["task_id"], task["item"], task["state"]) == (raised["dispute_id"], "education.exclusion", "open")
    assert raised["answer_by"] == working_days_on(story.northvale.clock.now, 10).isoformat().replace("+00:00", "Z")
    # The list names nobody; the task itself shows the school what the school sent, and the words.
    assert "Boateng" not in story.get("/v1/partners/me/tasks", FEED).text
    opened = story.get(f"/v1/partners/me/tasks/{raised['dispute_id']}", FEED).json()
    assert opened["words"] == WORDS
    assert opened["fact"]["values"]["category"] == "SUSP"
    assert {"Tyler"} == {one["values"]["given"] for one in opened["person"] if one["item"] == "identity.name"}
    assert "Quarry Rise" not in str(opened)

    story.northvale.clock.now += timedelta(days=15)
    (late,) = story.get("/v1/partners/me/tasks", FEED).json()
    assert late["state"] == "overdue"
    assert [one["state"] for one in story.get("/v1/disputes", "W601").json()] == ["overdue"]


def test_upheld_it_is_gone_whoever_saw_it_is_told_and_the_mother_can_be_told_who_that_was(story):
    raised = story.disputed()

    answer = story.post(
        f"/v1/partners/me/tasks/{raised['dispute_id']}/answer",
        FEED,
        outcome="withdrawn",
        reason="It was another pupil.",
    )

    assert answer.status_code == httpx.codes.OK, answer.text
    # The school learns that people were told, and of so few neither how many nor who (practice P2).
    assert answer.json()["viewers_told"] == "fewer than 5 readers"
    assert story.suspensions() == []
    for worker, _ in READERS:
        (notice,) = story.notices(worker)
        assert (notice["kind"], notice["state"]) == ("withdrawn", "unread")
        assert notice["family_id"] == str(story.family)
        assert not {"suspen", "drug", "tyler", "school"} & set(str(notice).casefold().split())
    # The social worker is told too; of the enquiry nobody else learns (practice P1).
    assert [one["kind"] for one in story.notices("W301")] == ["withdrawn"]
    after = story.get(f"/v1/disputes/{raised['dispute_id']}", "W402").json()
    assert after["state"] == "withdrawn"
    assert after["reason"] == "It was another pupil."
    assert {(one["role"], one["people"]) for one in after["told"]} == {
        ("attendance_officer", 1), ("send_officer", 1), ("educational_psychologist", 1),
    }  # fmt: skip
    assert story.get("/v1/partners/me/tasks", FEED).json() == []
    assert story.get("/v1/corrections", "W403").json() == []

    notice = story.notices("W404")[0]["notice_id"]
    assert story.post(f"/v1/corrections/{notice}/read", "W405").status_code == httpx.codes.NOT_FOUND
    assert story.post(f"/v1/corrections/{notice}/read", "W404").json()["state"] == "read"
    assert story.notices("W404")[0]["state"] == "read"


def test_sent_again_it_stays_away(story):
    raised = story.disputed()
    path = f"/v1/partners/me/tasks/{raised['dispute_id']}/answer"
    assert story.post(path, FEED, outcome="withdrawn", reason="It was another pupil.").status_code == httpx.codes.OK

    batch = story.push(story.own_row(), "again")

    assert (batch.state, batch.facts_new) == ("accepted", 0)
    assert story.suspensions() == []


def test_a_corrected_row_supersedes_only_with_the_schools_answer(story):
    raised = story.disputed()
    path = f"/v1/partners/me/tasks/{raised['dispute_id']}/answer"

    early = story.post(path, FEED, outcome="corrected", reason="It was for something else.")
    assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (409, "correction-awaited")
    row = {name: "PP" if value == "DA" else value for name, value in story.own_row().items()}
    assert row != story.own_row()
    assert story.push(row, "corrected").facts_new == 1
    # Until the owner says that this is its answer, the new version is as disputed as the old one.
    (fact,) = story.suspensions()
    assert fact["values"]["reasons"].startswith("PP")
    assert fact["dispute"]["words"] == WORDS

    answer = story.post(path, FEED, outcome="corrected", reason="It was for something else.")
    assert answer.status_code == httpx.codes.OK, answer.text
    (fact,) = story.suspensions()
    assert (fact["disputed"], fact["dispute"]) == (False, None)
    assert fact["values"]["reasons"].startswith("PP")
    assert [one["kind"] for one in story.notices("W404")] == ["corrected"]


def test_not_upheld_the_mark_goes_with_a_reason_and_the_worker_is_told(story):
    raised = story.disputed()

    answer = story.post(
        f"/v1/partners/me/tasks/{raised['dispute_id']}/answer",
        FEED,
        outcome="not-upheld",
        reason="Two teachers saw it.",
    )

    assert answer.status_code == httpx.codes.OK, answer.text
    (fact,) = story.suspensions()
    assert (fact["disputed"], fact["dispute"]) == (False, None)
    assert [one["kind"] for one in story.notices("W402")] == ["answered"]
    assert story.notices("W404") == []
    after = story.get(f"/v1/disputes/{raised['dispute_id']}", "W402").json()
    assert (after["state"], after["reason"], after["told"]) == ("not-upheld", "Two teachers saw it.", [])
    again = story.post(
        f"/v1/partners/me/tasks/{raised['dispute_id']}/answer", FEED, outcome="withdrawn", reason="On reflection."
    )
    assert again.status_code == httpx.codes.NOT_FOUND


def test_who_may_not_see_a_fact_cannot_dispute_it_and_who_did_not_send_it_cannot_answer(story):
    (fact,) = story.suspensions()
    story.look("W403", "participation")
    assert story.dispute(fact["ref"], worker="W403").status_code == httpx.codes.NOT_FOUND
    story.suspensions()
    assert story.dispute(fact["ref"], " ".join(["word"] * 61)).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    raised = story.dispute(fact["ref"]).json()
    again = story.dispute(fact["ref"])
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "already-disputed")
    path = f"/v1/partners/me/tasks/{raised['dispute_id']}"
    assert story.get("/v1/partners/me/tasks", "police-occurrences").json() == []
    for caller in ("police-occurrences", "council-tax"):
        assert story.get(path, caller).status_code == httpx.codes.NOT_FOUND
        answer = story.post(f"{path}/answer", caller, outcome="withdrawn", reason="Not ours to say.")
        assert answer.status_code == httpx.codes.NOT_FOUND
    assert story.get(path, "W404").status_code == httpx.codes.FORBIDDEN
    assert story.get(f"/v1/disputes/{raised['dispute_id']}", "W404").status_code == httpx.codes.NOT_FOUND
    assert len(story.suspensions()) == 1


def test_a_report_without_further_action_shows_as_an_allegation_and_never_as_an_offence(story):
    page = story.look(*SOCIAL_WORKER)

    assert items(page, "crime.offence") == []
    (allegation,) = items(page, "crime.allegation")
    assert allegation["nature"] == "allegation"
    assert allegation["note"] == "Reported to police. No further action. Not proof that it happened."
