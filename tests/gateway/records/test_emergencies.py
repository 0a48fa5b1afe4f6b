"""Break-glass beside the reading: who is told, the second person, and the right that rests when nobody answers."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.errors import AccessRefusedError, DeclarationError, NotFoundError
from gateway.usecases.families.emergencies import (
    answer_emergency,
    emergencies,
    lift_suspension,
    suspend_unconfirmed,
    told_roles,
)
from gateway.usecases.review.reviewing import review_queue
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.served import served

MANAGER, OTHER_MANAGER, OFFICER, DPO, WORKER = "W210", "W211", "W601", "W602", "W203"
DEADLINE = timedelta(hours=24)


def opened(northvale, worker=MANAGER):
    """A family opened in an emergency; the declaration."""
    family = northvale.family_id("S2", "Kelly Marsh")
    return northvale.declare(worker, "early_help", family_id=family, break_glass=True, at_risk="The mother")


def told(northvale, worker=OFFICER):
    return emergencies(northvale.wiring, CONTEXT, northvale.reader(worker))


def answered(northvale, one, worker=OFFICER, *, justified=True):
    caller = northvale.reader(worker)
    return answer_emergency(
        northvale.wiring, CONTEXT, caller, one.emergency_id, "we spoke at ten", justified=justified
    )  # fmt: skip


def lifted(northvale, one, worker=OFFICER):
    return lift_suspension(northvale.wiring, CONTEXT, northvale.reader(worker), one.emergency_id, "it was the phone")


def kinds(northvale):
    return [item.kind for item in review_queue(northvale.wiring, CONTEXT, northvale.reader(OFFICER))]


def test_an_emergency_is_told_at_the_instant_it_is_declared_by_who_and_why_and_without_the_family(northvale):
    opened(northvale)

    (one,) = told(northvale)

    assert (one.name, one.role, one.purpose) == (northvale.staff[MANAGER]["name"], "early_help_manager", "early_help")
    assert one.opened_at == northvale.clock.now
    assert one.confirm_by == northvale.clock.now + DEADLINE
    assert (one.state, one.suspended, one.may_answer) == ("open", False, True)
    family = northvale.scenes["S2"]["people"]["Kelly Marsh"]
    told_of = repr(one).casefold()
    for word in (family["forename"], family["surname"], str(northvale.family_id("S2", "Kelly Marsh")), "the mother"):
        assert word.casefold() not in told_of


def test_alerts_stand_for_every_role_that_the_register_tells_and_for_no_other(northvale):
    opened(northvale)

    register = northvale.wiring.register
    (offer,) = register.break_glass_for("northvale_council", "early_help_manager", northvale.clock.now)
    rows = northvale.sql("SELECT agency, role, raised_at FROM desk.emergency_alert")
    assert {(row.agency, row.role) for row in rows} == set(told_roles(offer))
    assert {row.role for row in rows} == {"mash_manager", "ig_officer"}
    assert {row.raised_at for row in rows} == {northvale.clock.now}


def test_a_role_that_is_told_of_nothing_sees_no_emergency(northvale):
    opened(northvale)
    (one,) = told(northvale)

    assert told(northvale, WORKER) == []
    with pytest.raises(NotFoundError):
        answered(northvale, one, WORKER)


def test_an_answer_confirms_and_the_right_stands_after_the_deadline(northvale):
    opened(northvale)
    (one,) = told(northvale)

    assert answered(northvale, one).state == "confirmed"
    northvale.clock.now += DEADLINE

    assert suspend_unconfirmed(northvale.wiring) == 0
    assert opened(northvale)


def test_the_first_answer_stands(northvale):
    opened(northvale)
    (one,) = told(northvale)
    answered(northvale, one)

    with pytest.raises(AccessRefusedError) as refused:
        answered(northvale, one, DPO, justified=False)

    assert refused.value.reason == "already-answered"


def test_the_right_rests_from_the_deadline_on_also_where_no_job_has_run(northvale):
    opened(northvale)

    northvale.clock.now += DEADLINE - timedelta(microseconds=1)
    assert opened(northvale)
    northvale.clock.now += timedelta(microseconds=1)
    with pytest.raises(AccessRefusedError) as refused:
        opened(northvale)

    assert refused.value.reason == "break-glass-suspended"
    assert refused.value.receipt
    assert opened(northvale, OTHER_MANAGER), "another's emergencies are another's"


def test_an_unanswered_emergency_is_suspended_once_with_an_entry_and_a_review_item(northvale):
    opened(northvale)
    northvale.clock.now += DEADLINE

    assert suspend_unconfirmed(northvale.wiring) == 1
    assert suspend_unconfirmed(northvale.wiring) == 0

    assert kinds(northvale).count("break-glass-unconfirmed") == 1
    (one,) = told(northvale)
    assert (one.state, one.suspended, one.may_lift) == ("unconfirmed", True, True)


def test_a_late_answer_is_taken_and_lifts_nothing(northvale):
    opened(northvale)
    northvale.clock.now += DEADLINE
    suspend_unconfirmed(northvale.wiring)
    (one,) = told(northvale)

    assert answered(northvale, one).suspended
    with pytest.raises(AccessRefusedError):
        opened(northvale)


@pytest.mark.parametrize("job_has_run", [True, False])
def test_an_officer_lifts_a_suspension_and_nobody_else(northvale, job_has_run):
    opened(northvale)
    northvale.clock.now += DEADLINE
    if job_has_run:
        suspend_unconfirmed(northvale.wiring)
    (one,) = told(northvale)

    with pytest.raises(AccessRefusedError):
        lifted(northvale, one, MANAGER)
    assert lifted(northvale, one).state == "lifted"

    assert opened(northvale)
    assert suspend_unconfirmed(northvale.wiring) == 0


def test_nothing_is_lifted_where_nothing_rests(northvale):
    opened(northvale)
    (one,) = told(northvale)

    with pytest.raises(NotFoundError):
        lifted(northvale, one)


def test_an_emergency_found_not_justified_ends_at_once_and_the_right_rests(northvale):
    declaration = opened(northvale)
    family = northvale.family_id("S2", "Kelly Marsh")
    assert northvale.open(MANAGER, declaration, family)
    (one,) = told(northvale)

    found = answered(northvale, one, justified=False)

    assert (found.state, found.suspended) == ("not-justified", True)
    assert "break-glass-not-justified" in kinds(northvale)
    with pytest.raises(DeclarationError):
        northvale.open(MANAGER, declaration, family)
    with pytest.raises(AccessRefusedError):
        opened(northvale)


def test_nobody_answers_for_an_emergency_of_their_own_nor_lifts_its_suspension(northvale):
    """The same person under another role: whom the provider signs in is who they are."""
    opened(northvale)
    officer = northvale.reader(OFFICER, subject=northvale.reader(MANAGER).subject)
    (one,) = emergencies(northvale.wiring, CONTEXT, officer)

    assert not one.may_answer
    with pytest.raises(AccessRefusedError) as refused:
        answer_emergency(northvale.wiring, CONTEXT, officer, one.emergency_id, "it was me", justified=True)
    assert refused.value.reason == "own-emergency"
    northvale.clock.now += DEADLINE
    with pytest.raises(AccessRefusedError) as refused:
        lift_suspension(northvale.wiring, CONTEXT, officer, one.emergency_id, "it was me")
    assert refused.value.reason == "own-emergency"


def test_break_glass_is_for_one_family(northvale):
    with pytest.raises(DeclarationError):
        northvale.declare(MANAGER, "early_help", break_glass=True, at_risk="The mother")


def test_the_reason_and_the_answer_stand_in_the_log_and_not_in_the_table(northvale):
    opened(northvale)
    (one,) = told(northvale)
    answered(northvale, one)

    rows = repr([tuple(row) for row in northvale.sql("SELECT * FROM desk.emergency")])
    assert "we spoke at ten" not in rows
    assert northvale.staff[MANAGER]["name"] not in rows
    openings = repr([row.fields for row in northvale.sql("SELECT fields FROM audit.opening")])
    assert "we spoke at ten" in openings
    assert "confirmed" in openings


def test_a_suspension_is_lifted_by_somebody_or_not_at_all(northvale):
    opened(northvale)

    with pytest.raises(IntegrityError):
        northvale.sql("UPDATE desk.emergency SET lifted_at = now()")


def test_the_routes_answer_lift_and_refuse(northvale):
    with served(northvale) as gateway:
        family = str(northvale.family_id("S2", "Kelly Marsh"))
        gateway.declare(MANAGER, "early_help", family_id=family, break_glass=True, at_risk="The mother")
        send = gateway.client
        (one,) = send.get("/v1/emergencies", headers={"Test-Caller": OFFICER}).json()
        place = f"/v1/emergencies/{one['emergency_id']}"
        found = {"justified": False, "reason": "nobody was at risk"}

        by_worker = send.post(f"{place}/answer", json=found, headers={"Test-Caller": WORKER})
        by_officer = send.post(f"{place}/answer", json=found, headers={"Test-Caller": OFFICER})
        refused = send.post(
            "/v1/purpose-declarations",
            json={
                "purpose": "early_help", "reason": "again", "family_id": family, "break_glass": True,
                "at_risk": "The mother",
            },
            headers={"Test-Caller": MANAGER},
        )  # fmt: skip
        lifted_again = send.post(f"{place}/lift", json={"reason": "a mistake"}, headers={"Test-Caller": DPO})

    assert (by_worker.status_code, by_officer.json()["state"]) == (404, "not-justified")
    assert (refused.status_code, refused.json()["reason"]) == (403, "break-glass-suspended")
    assert lifted_again.json()["state"] == "lifted"
