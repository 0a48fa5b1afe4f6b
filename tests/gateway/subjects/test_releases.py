"""Nothing that reports leave out is released but by two different officers, and each step is a sealed entry."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gateway.errors import AccessRefusedError, AnsweredBeforeError, NotFoundError
from gateway.usecases.subjects.subject_releases import (
    NewRelease,
    approved_release,
    ask_for_release,
    decide_release,
    releases_waiting,
)
from tests.gateway.northvale_world import CONTEXT

OFFICER, DPO, WORKER = "W601", "W602", "W201"
WHY = "The court has ordered it"
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")


def ask(northvale, worker=OFFICER, handle=None, recipient="court"):
    handle = handle or northvale.family_id("S3", "Vikram Nair")
    return ask_for_release(northvale.wiring, CONTEXT, northvale.reader(worker), NewRelease(handle, recipient, WHY))


def decide(northvale, release_id, worker=DPO, *, approved=True, **changes):
    caller = northvale.reader(worker, **changes)
    return decide_release(northvale.wiring, CONTEXT, caller, release_id, approved=approved, reason="It is in order")


def usable(northvale, release_id, name="Vikram Nair"):
    with northvale.wiring.database.transaction("hg_desk") as connection:
        person = northvale.person_id("S3", name)
        return approved_release(northvale.wiring, connection, release_id, person, northvale.clock.now)


def newest_entries(northvale, count):
    rows = northvale.sql(
        "SELECT e.event_class, o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " ORDER BY e.entry_id DESC LIMIT :count",
        count=count,
    )
    return [(row.event_class, {name: value for name, (_, value) in row.fields.items()}) for row in rows]


def test_what_one_officer_asks_for_and_another_approves_may_be_used_for_that_person_and_recipient(northvale):
    asked = ask(northvale)
    decided = decide(northvale, asked.release_id)

    found = usable(northvale, asked.release_id)

    assert (asked.state, decided.state) == ("waiting", "approved")
    assert decided.usable_until == northvale.clock.now + timedelta(days=30)
    assert found.recipient == "court"
    assert found.person == northvale.person_id("S3", "Vikram Nair")
    assert found.decided_at == northvale.clock.now


def test_every_step_is_an_entry_about_the_person_that_a_subject_is_not_told_of(northvale):
    person = str(northvale.person_id("S3", "Vikram Nair"))
    asked = ask(northvale)
    releases_waiting(northvale.wiring, CONTEXT, northvale.reader(DPO))
    decided = decide(northvale, asked.release_id)

    (decision, look, question) = newest_entries(northvale, 3)

    assert [kind for kind, _ in (question, look, decision)] == ["configuration", "consultation", "configuration"]
    assert {fields["sealed"] for _, fields in (question, look, decision)} == {"true"}
    assert question[1]["subjects"] == decision[1]["subjects"] == f'["{person}"]'
    assert WHY in question[1]["detail"]
    assert '"review_outcome":"approved"' in decision[1]["detail"]
    assert decision[1]["refers_to"] == f'"{asked.entry}"'
    assert decided.entry != asked.entry


@pytest.mark.parametrize("by", ["the same officer", "the same officer under another account"])
def test_nobody_decides_on_what_they_asked_for(northvale, by):
    asked = ask(northvale)
    changes = {"subject": "sub-other"} if "another" in by else {}

    with pytest.raises(AccessRefusedError, match="Another officer decides"):
        decide(northvale, asked.release_id, OFFICER, **changes)

    with pytest.raises(AccessRefusedError):
        usable(northvale, asked.release_id)
    ((kind, fields),) = newest_entries(northvale, 1)
    assert (kind, fields["sealed"]) == ("denied", "true")
    assert "release-asked-by-oneself" in fields["detail"]


def test_the_database_itself_refuses_one_who_both_asks_and_decides(northvale):
    asked = ask(northvale)

    with pytest.raises(IntegrityError), northvale.wiring.database.engine("hg_desk").begin() as connection:
        connection.execute(
            text(
                "UPDATE desk.subject_release SET decided_by = asked_by, decided_worker = 'W999', decided_at = now(),"
                " approved = true WHERE release_id = :release"
            ),
            {"release": asked.release_id},
        )


def test_the_first_decision_stands(northvale):
    asked = ask(northvale)
    decide(northvale, asked.release_id, approved=False)

    with pytest.raises(AnsweredBeforeError):
        decide(northvale, asked.release_id)

    with pytest.raises(AccessRefusedError, match="second officer"):
        usable(northvale, asked.release_id)


def test_a_release_that_waits_or_is_too_old_or_of_somebody_else_gives_nothing(northvale):
    asked = ask(northvale)
    with pytest.raises(AccessRefusedError, match="second officer"):
        usable(northvale, asked.release_id)
    decide(northvale, asked.release_id)
    with pytest.raises(AccessRefusedError, match="somebody else"):
        usable(northvale, asked.release_id, "Priya Nair")
    with pytest.raises(NotFoundError):
        usable(northvale, NOBODY)

    northvale.clock.now += timedelta(days=30)

    with pytest.raises(AccessRefusedError, match="second officer"):
        usable(northvale, asked.release_id)


@pytest.mark.parametrize("worker", [WORKER, "W606", "W101"])
def test_nobody_but_an_officer_asks_decides_or_sees_what_waits(northvale, worker):
    asked = ask(northvale)
    reader = northvale.reader(worker)
    for act in (
        lambda: ask(northvale, worker),
        lambda: decide(northvale, asked.release_id, worker),
        lambda: releases_waiting(northvale.wiring, CONTEXT, reader),
    ):
        with pytest.raises(AccessRefusedError, match="Only information governance officers"):
            act()


def test_nobody_and_no_release_are_told_as_such_and_recorded(northvale):
    with pytest.raises(NotFoundError):
        ask(northvale, handle=NOBODY)
    with pytest.raises(NotFoundError):
        decide(northvale, NOBODY)

    assert [kind for kind, _ in newest_entries(northvale, 2)] == ["denied", "denied"]


def test_what_waits_is_listed_with_its_reason_and_whose_it_is_to_decide(northvale):
    asked = ask(northvale)

    (mine,) = releases_waiting(northvale.wiring, CONTEXT, northvale.reader(OFFICER))
    (other,) = releases_waiting(northvale.wiring, CONTEXT, northvale.reader(DPO))

    assert (mine.release_id, mine.reason, mine.recipient) == (asked.release_id, WHY, "court")
    assert (mine.mine, other.mine) == (True, False)
    decide(northvale, asked.release_id)
    assert releases_waiting(northvale.wiring, CONTEXT, northvale.reader(DPO)) == []


def test_person_and_reason_are_not_in_the_row_in_clear(northvale):
    ask(northvale)

    (row,) = northvale.sql("SELECT r::text AS whole, sealed_request FROM desk.subject_release r")

    assert str(northvale.person_id("S3", "Vikram Nair")) not in row.whole
    assert b"court has ordered" not in bytes(row.sealed_request)


def test_without_its_entry_no_step_is_taken(northvale, monkeypatch):
    def fails(*_given):
        raise OSError

    monkeypatch.setattr("gateway.usecases.subjects.subject_releases.append", fails)
    with pytest.raises(OSError):
        ask(northvale)

    assert northvale.count("SELECT count(*) FROM desk.subject_release") == 0
