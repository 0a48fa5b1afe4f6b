"""Whoever is erased leaves no dispute, no mark of what was taken back and no notice under their handle.

And of a dispute its fact's owner is told by ids alone.
"""

import json
from dataclasses import replace

from gateway.usecases.subjects.answering_disputes import own_tasks
from gateway.usecases.subjects.disputing import NewDispute, raise_dispute
from gateway.usecases.subjects.erasing import NewErasure, ask_erasure, decide_erasure
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, retract_facts
from gateway.usecases.telling.webhooks import add_webhook
from gateway.usecases.telling.webhooks_sending import deliver_due
from tests.gateway.feeds.receiver import receiving
from tests.gateway.northvale_world import CONTEXT

WORDS = "We paid this in full before the summer."


def arrears(northvale, declaration, family):
    profile = northvale.open("B101", declaration, family).profile
    return next(fact for fact in profile.circumstances if fact.item == "housing.arrears")


def left_over(northvale):
    return {
        table: northvale.count(f"SELECT count(*) FROM {table}")  # noqa: S608 - fixed names
        for table in ("hearth.dispute", "hearth.retracted_fact", "desk.correction_notice")
    }


def test_whose_fact_is_disputed_is_told_of_a_task_and_of_nothing_in_it(northvale):
    settings = northvale.wiring.settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    wiring, family = replace(northvale.wiring, settings=settings), northvale.family_id("S2", "Kelly Marsh")
    landlord = northvale.partner("housing-arrears")
    declaration = northvale.declare("B101", "tenancy_management")
    fact = arrears(northvale, declaration, family)
    with receiving() as receiver:
        add_webhook(wiring, CONTEXT, landlord, receiver.address, ["task.opened"])
        add_webhook(wiring, CONTEXT, northvale.partner("police-nominals"), receiver.address, ["task.opened"])
        raise_dispute(wiring, CONTEXT, northvale.reader("B101"), family, declaration, NewDispute(fact.ref, WORDS))
        deliver_due(wiring)
    ((_, body),) = receiver.got
    (task,) = own_tasks(wiring, CONTEXT, landlord)
    told = json.loads(body)
    assert told["type"] == "task.opened"
    assert told["data"] == {
        "task_id": str(task.task_id), "feed": "housing-arrears", "answer_by": task.answer_by.isoformat()
    }  # fmt: skip


def test_with_the_person_goes_what_was_disputed_taken_back_and_told(northvale):
    wiring, family = northvale.wiring, northvale.family_id("S2", "Kelly Marsh")
    key = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    declaration = northvale.declare("B101", "tenancy_management")
    fact = arrears(northvale, declaration, family)
    raise_dispute(wiring, CONTEXT, northvale.reader("B101"), family, declaration, NewDispute(fact.ref, WORDS))
    asked = NewRetraction("housing-tenancies", "sent-in-error", (FactsMeant(key, item="identity.birth_date"),))
    retract_facts(wiring, CONTEXT, northvale.partner("housing-tenancies"), asked)
    assert all(left_over(northvale).values())

    new = NewErasure(family, "unlawful", "ER-7", "She asked, and the ground holds.")
    erasure = ask_erasure(wiring, CONTEXT, northvale.reader("W601"), new)
    decide_erasure(wiring, CONTEXT, northvale.reader("W602"), erasure.erasure_id, "Checked.", confirmed=True)

    assert not any(left_over(northvale).values())


def test_a_retraction_of_one_person_leaves_the_notices_of_another(northvale):
    wiring = northvale.wiring
    for scene, name in (("S2", "Kelly Marsh"), ("S1", "Aisha Cole")):
        declaration = northvale.declare("B101", "tenancy_management")
        northvale.open("B101", declaration, northvale.family_id(scene, name))
        key = northvale.person(scene, name)["keys"]["housing"]
        asked = NewRetraction("housing-tenancies", "sent-in-error", (FactsMeant(key, item="identity.name"),))
        retract_facts(wiring, CONTEXT, northvale.partner("housing-tenancies"), asked)
    assert left_over(northvale)["desk.correction_notice"] == 2

    family = northvale.family_id("S2", "Kelly Marsh")
    erasure = ask_erasure(wiring, CONTEXT, northvale.reader("W601"), NewErasure(family, "unlawful", "ER-8", "Checked."))
    decide_erasure(wiring, CONTEXT, northvale.reader("W602"), erasure.erasure_id, "Checked.", confirmed=True)

    (notice,) = northvale.sql("SELECT family_id FROM desk.correction_notice")
    assert notice.family_id == northvale.family_id("S1", "Aisha Cole")
