"""The officers' side on a whole Northvale: real readings, sequenced, explained, drawn, asked about and closed."""

import json
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.entry import EventClass
from gateway.errors import AccessRefusedError, NotFoundError, ReviewGrewError
from gateway.review.drawing import draw_seed, lot, week_of
from gateway.store.ledger import append
from gateway.store.reviews import CLOSED, change_review, lock_review, raise_review
from gateway.usecases.families.watching_family import set_watch
from gateway.usecases.log.entries import system_entry
from gateway.usecases.people.loading_staff import load_staff
from gateway.usecases.review.reviewing import Closing, ReviewOutcome, close_review, open_review, review_queue
from gateway.usecases.review.reviewing_accesses import explain_new, judge_window, subject_reasons
from gateway.usecases.review.reviewing_draws import draw_reviews
from gateway.usecases.review.reviewing_questions import answer_question, ask_worker, my_questions
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.review.test_staff_list import HEADER

OFFICER, DPO, WORKER, FRAUD = "W601", "W602", "W201", "W502"


def sequenced(northvale):
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    return explain_new(northvale.wiring)


def opened_by(northvale, worker, purpose, scene, name):
    family = northvale.family_id(scene, name)
    northvale.open(worker, northvale.declare(worker, purpose), family)
    return family


def refused_purpose(northvale, times=1):
    for _ in range(times):
        with pytest.raises(AccessRefusedError):
            northvale.declare(FRAUD, "early_help")


def with_rules(wiring, folder, old, new):
    """The same with rules of review of which one line is another."""
    file = folder / "review.yaml"
    rules = wiring.settings.review_file.read_text(encoding="utf-8")
    file.write_text(rules.replace(old, new), encoding="utf-8")
    return replace(wiring, settings=wiring.settings.model_copy(update={"review_file": file}))


def queue(northvale, officer=OFFICER):
    return review_queue(northvale.wiring, CONTEXT, northvale.reader(officer))


def entries(northvale):
    rows = northvale.sql("SELECT o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
                         " ORDER BY e.recorded_at, e.entry_id")  # fmt: skip
    return [{name: json.loads(value) for name, (_, value) in row.fields.items()} for row in rows]


def close(northvale, item, officer=OFFICER, outcome=ReviewOutcome.EXPLAINED, uses=None):
    closing = Closing(outcome, "I spoke to them and to the manager.", uses)
    return close_review(northvale.wiring, CONTEXT, northvale.reader(officer), item.review_id, closing)


def read(northvale, item):
    return open_review(northvale.wiring, CONTEXT, northvale.reader(OFFICER), item.review_id)


def test_an_allocated_workers_reading_gets_its_reason_and_its_words_for_the_person(northvale):
    opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")

    assert sequenced(northvale) >= 1

    found = northvale.sql("SELECT access_id, path, score FROM desk.access_review")
    assert [(row.path, row.score < 30) for row in found] == [("allocated", True)]
    assert set(subject_reasons(northvale.wiring, [row.access_id for row in found]).values()) == {
        "The worker was allocated to you."
    }


def test_looking_again_finds_nothing_new(northvale):
    opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequenced(northvale)

    assert explain_new(northvale.wiring) == 0


def test_what_one_person_is_refused_again_is_one_item_with_all_its_uses(northvale):
    refused_purpose(northvale, times=3)

    [item] = queue(northvale)

    assert (item.kind, item.how, item.state, item.uses, item.worker) == (
        "purpose-not-offered", "raised", "open", 3, FRAUD,
    )  # fmt: skip


def test_an_officer_closes_an_item_once_with_sealed_words_and_an_entry(northvale):
    refused_purpose(northvale)
    [item] = queue(northvale)

    done = close(northvale, item, outcome=ReviewOutcome.REMINDER_GIVEN)

    assert (done.outcome, done.words) == ("reminder-given", "I spoke to them and to the manager.")
    assert queue(northvale) == []
    row = northvale.sql("SELECT * FROM desk.review_item")[0]
    assert row.closed_by == OFFICER
    assert b"manager" not in bytes(row.sealed_words)
    said = [one for one in entries(northvale) if one["detail"].get("review_outcome") == "reminder-given"]
    assert [(one["who"], one["sealed"], one["refers_to"]) for one in said] == [(OFFICER, True, str(item.entry_id))]
    with pytest.raises(AccessRefusedError, match="closed this already"):
        close(northvale, item, officer=DPO, outcome=ReviewOutcome.MISUSE)


def test_an_item_that_grew_since_it_was_read_is_read_again_before_it_is_closed(northvale):
    refused_purpose(northvale)
    [read] = queue(northvale)
    refused_purpose(northvale)

    with pytest.raises(ReviewGrewError, match="Read all of it"):
        close(northvale, read, uses=read.uses)

    [item] = queue(northvale)
    assert (item.review_id, item.state, item.uses) == (read.review_id, "open", 2)
    assert close(northvale, item, uses=item.uses).outcome == "explained"


def test_what_is_done_while_an_item_is_being_closed_is_an_item_of_its_own(northvale):
    refused_purpose(northvale)
    [item] = queue(northvale)
    again = threading.Thread(target=refused_purpose, args=(northvale,))
    with northvale.wiring.database.transaction("hg_desk") as connection:
        lock_review(connection, item.review_id)
        closed = {"closed_at": northvale.wiring.clock(), "closed_by": OFFICER, "outcome": "explained"}
        change_review(connection, item.review_id, {"state": CLOSED, "sealed_words": b"sealed", **closed})
        again.start()
        again.join(0.5)
        assert again.is_alive()
    again.join()

    [new] = queue(northvale)
    assert (new.review_id != item.review_id, new.uses) == (True, 1)


def test_an_officer_reads_why_the_worker_said_that_they_looked_until_it_is_erased(northvale):
    family = northvale.family_id("S2", "Kelly Marsh")
    declared = northvale.declare(WORKER, "early_help", case_reference="EH-7")
    northvale.open(WORKER, declared, family)
    sequenced(northvale)
    draw_reviews(northvale.wiring)
    [item] = [one for one in queue(northvale) if one.worker == WORKER]

    [use] = read(northvale, item).used
    assert (use.said, use.case_reference) == ("a reason of the test", "EH-7")
    northvale.sql("UPDATE desk.declaration SET sealed_reason = '', sealed_case_reference = NULL RETURNING 1")
    [use] = read(northvale, item).used
    assert (use.said, use.case_reference) == (None, None)


def test_an_officer_reads_who_is_at_risk_in_an_emergency_and_why(northvale):
    family = northvale.family_id("S2", "Kelly Marsh")
    northvale.declare("W211", "early_help", family_id=family, break_glass=True, at_risk="The mother")
    sequenced(northvale)
    [item] = queue(northvale)

    assert [use.said for use in read(northvale, item).used] == ["The mother: a reason of the test"]


def test_nobody_reviews_what_they_did_themselves(northvale):
    refused_purpose(northvale)
    northvale.sql("UPDATE desk.review_item SET who = :who", who=OFFICER)
    [item] = queue(northvale)

    assert not item.may_close
    for act in (
        lambda: close(northvale, item),
        lambda: ask_worker(northvale.wiring, CONTEXT, northvale.reader(OFFICER), item.review_id, "Why was that?"),
    ):
        with pytest.raises(AccessRefusedError) as refused:
            act()
        assert refused.value.reason == "own-review"
        assert any(one["entry_id"] == refused.value.receipt for one in with_ids(northvale))
    assert close(northvale, item, officer=DPO).outcome == "explained"


def with_ids(northvale):
    return [{"entry_id": str(row.entry_id)} for row in northvale.sql("SELECT entry_id FROM audit.entry")]


@pytest.mark.parametrize("worker", [WORKER, FRAUD, "W103", "B101"])
def test_none_but_officers_see_or_close_or_ask_or_watch(northvale, worker):
    refused_purpose(northvale)
    [item] = queue(northvale)
    wiring, reader = northvale.wiring, northvale.reader(worker)

    for act in (
        lambda: review_queue(wiring, CONTEXT, reader),
        lambda: open_review(wiring, CONTEXT, reader, item.review_id),
        lambda: close(northvale, item, officer=worker),
        lambda: ask_worker(wiring, CONTEXT, reader, item.review_id, "Why was that?"),
        lambda: set_watch(wiring, CONTEXT, reader, item.review_id, "Why not?", watched=True),
    ):
        with pytest.raises(AccessRefusedError):
            act()


def test_the_worker_is_asked_answers_once_and_the_officer_reads_it(northvale):
    refused_purpose(northvale)
    [item] = queue(northvale)
    sequenced(northvale)
    wiring, officer, worker = northvale.wiring, northvale.reader(OFFICER), northvale.reader(FRAUD)

    ask_worker(wiring, CONTEXT, officer, item.review_id, "What were you working on?")

    assert my_questions(wiring, CONTEXT, northvale.reader(WORKER)) == []
    [asked] = my_questions(wiring, CONTEXT, worker)
    assert asked.question == "What were you working on?"
    assert len(asked.uses) == 1
    with pytest.raises(NotFoundError):
        answer_question(wiring, CONTEXT, northvale.reader(WORKER), item.review_id, "Not mine to answer")
    answer_question(wiring, CONTEXT, worker, item.review_id, "I chose the wrong purpose.")
    with pytest.raises(NotFoundError):
        answer_question(wiring, CONTEXT, worker, item.review_id, "Once more")
    case = open_review(wiring, CONTEXT, officer, item.review_id)
    assert (case.item.state, case.asked.answer) == ("answered", "I chose the wrong purpose.")
    held = northvale.sql("SELECT sealed_question, sealed_answer FROM desk.review_question")[0]
    assert b"wrong purpose" not in bytes(held.sealed_answer) + bytes(held.sealed_question)


def test_opening_the_queue_and_an_item_are_sealed_entries(northvale):
    refused_purpose(northvale)
    # The same officer has switched the feeds on.
    before = len(entries(northvale))
    [item] = queue(northvale)
    open_review(northvale.wiring, CONTEXT, northvale.reader(OFFICER), item.review_id)

    mine = [one for one in entries(northvale)[before:] if one["who"] == OFFICER]

    assert [(one["purpose"], one["sealed"]) for one in mine] == [("log_oversight", True)] * 2
    assert mine[1]["detail"]["review"] == str(item.review_id)


def test_a_draw_opens_the_doubtful_and_some_by_lot_and_anybody_can_repeat_the_lot(northvale):
    for worker, purpose, scene, name in (
        (WORKER, "early_help", "S2", "Kelly Marsh"),
        ("B101", "tenancy_management", "S2", "Kelly Marsh"),
        ("W101", "front_door", "S1", "Aisha Cole"),
    ):
        opened_by(northvale, worker, purpose, scene, name)
    kelly = northvale.family_id("S2", "Kelly Marsh")
    set_watch(northvale.wiring, CONTEXT, northvale.reader(OFFICER), kelly, "In the newspaper", watched=True)
    sequenced(northvale)

    drawn = draw_reviews(northvale.wiring)

    assert drawn.pool == 3
    assert drawn.ranked + drawn.sampled == len(queue(northvale))
    record = northvale.sql("SELECT * FROM desk.review_draw")[0]
    note = northvale.sql("SELECT note FROM audit.checkpoint WHERE tree_size = :n", n=record.checkpoint_size)[0].note
    assert note.splitlines()[1] == str(record.checkpoint_size)
    seed = draw_seed(bytes(record.root), week_of(northvale.clock.now))
    lots = {item.worker: lot(seed, (item.worker, str(northvale.family_id("S1", "Aisha Cole")))) for item in
            queue(northvale) if item.how == "sampled"}  # fmt: skip
    assert len(lots) == drawn.sampled
    assert draw_reviews(northvale.wiring).ranked == 0


def test_what_a_worker_does_while_an_item_stands_open_joins_it_so_that_closing_it_hides_nothing(northvale):
    kelly = opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequenced(northvale)
    assert draw_reviews(northvale.wiring).pool == 1
    [item] = queue(northvale)
    set_watch(northvale.wiring, CONTEXT, northvale.reader(OFFICER), kelly, "In the newspaper", watched=True)
    northvale.open(WORKER, northvale.declare(WORKER, "early_help"), kelly)
    sequenced(northvale)

    assert draw_reviews(northvale.wiring).pool == 0

    [again] = queue(northvale)
    assert (again.review_id, item.uses, again.uses, again.score > item.score) == (item.review_id, 1, 2, True)


def test_a_look_between_the_last_draw_and_the_closing_of_its_item_is_drawn_anew(northvale):
    kelly = opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequenced(northvale)
    draw_reviews(northvale.wiring)
    [item] = queue(northvale)
    northvale.open(WORKER, northvale.declare(WORKER, "early_help"), kelly)
    northvale.clock.now += timedelta(seconds=5)
    close(northvale, item)
    sequenced(northvale)

    assert draw_reviews(northvale.wiring).pool == 1


def test_a_reason_that_lies_in_a_look_just_before_the_window_is_kept(northvale, tmp_path):
    wiring = with_rules(northvale.wiring, tmp_path, "sources: [housing]", "sources: [libraries]")
    kelly = opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    northvale.clock.now += timedelta(seconds=9)
    northvale.open("B101", northvale.declare("B101", "tenancy_management"), kelly)
    drain(wiring.database, wiring.log_signer)
    explain_new(wiring)
    paths = {row.path for row in northvale.sql("SELECT path FROM desk.access_review")}
    assert paths == {"allocated", "consulted"}

    judged = judge_window(wiring, northvale.clock.now, timedelta(seconds=5))

    assert [one.path for one in judged] == ["consulted"]
    assert {row.path for row in northvale.sql("SELECT path FROM desk.access_review")} == paths


def test_a_tie_of_life_to_anybody_whom_a_family_page_showed_is_told_by_whichever_of_them_it_was_opened(northvale):
    jayden, wiring = northvale.person("S2", "Jayden Marsh"), northvale.wiring
    row = f"{WORKER},northvale_council,early_help_worker,Early Help 1,,,,{jayden['surname']},{jayden['dob']},,,"
    load_staff(
        wiring, f"{HEADER}\n{row}".encode(),
        lambda detail: system_entry(wiring, EventClass.CONFIGURATION, wiring.clock(), purpose="x", detail=detail),
    )  # fmt: skip
    opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")

    sequenced(northvale)

    [found] = northvale.sql("SELECT path, signals FROM desk.access_review")
    assert (found.path, "self" in found.signals) == ("allocated", True)


def test_warnings_about_agreements_take_no_room_from_doubtful_accesses_and_hide_none_of_them(northvale, tmp_path):
    wiring, kelly = northvale.wiring, opened_by(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    set_watch(wiring, CONTEXT, northvale.reader(OFFICER), kelly, "In the newspaper", watched=True)
    sequenced(northvale)
    with wiring.database.transaction("hg_desk") as connection:
        for _ in range(205):
            told = system_entry(wiring, EventClass.CONFIGURATION, wiring.clock(), purpose="log_oversight")
            append(connection, told)
            raise_review(connection, wiring.mint(), "agreement-review-90", told, wiring.clock())

    assert draw_reviews(with_rules(wiring, tmp_path, "least_score: 45", "least_score: 1")).ranked == 1

    assert Counter(item.how for item in queue(northvale)) == {"raised": 200, "ranked": 1}


def test_a_day_of_searches_that_found_nobody_becomes_one_item_and_a_few_such_become_none(northvale):
    """Names typed one after the other to see who is known: none of them showed anybody, and none was a question."""
    fishing, mistyped = northvale.declare(WORKER, "early_help"), northvale.declare("W202", "early_help")
    for number in range(9):
        nobody = {"forename": "Zorro", "surname": f"Quixano{chr(97 + number)}", "dob": "1961-02-03"}
        assert northvale.search(WORKER, fishing, nobody).hits == ()
        if number < 3:
            northvale.search("W202", mistyped, nobody)
    assert sequenced(northvale) == 12
    # Other days' leaves are looked at apart from these; the window puts a day together.
    draw_reviews(northvale.wiring)

    [item] = queue(northvale)

    assert (item.worker, item.how, item.uses) == (WORKER, "ranked", 9)
    case = open_review(northvale.wiring, CONTEXT, northvale.reader(OFFICER), item.review_id)
    assert "On that day most of what the worker searched for found nobody." in case.used[0].evidence
