"""Requests that a named person decides, within agreements: S2's refusal in the same words."""

from datetime import UTC, datetime, timedelta

import pytest

from concept_model.errors import UnknownItemError
from gateway.errors import AccessRefusedError
from gateway.usecases.families.declaring import NewDeclaration, declare_purpose
from gateway.usecases.families.requesting import NewRequest, request_access, requests_open
from gateway.usecases.feeds.working_days import working_days_on
from gateway.usecases.review.reviewing import review_queue
from tests.gateway.northvale_world import CONTEXT

RENT, EARLY_HELP, FRAUD, DPO, OFFICER, SOCIAL_WORKER = "B101", "W201", "W502", "W602", "W601", "W301"
HEALTH = "Your role does not include health information. This does not mean there is any."
FRAUD_WORDS = (
    "Family support data cannot be used for fraud work. If you have a lawful request, send it to the data "
    "protection officer. This attempt is recorded."
)


def ask(northvale, worker, purpose, *items, **more):
    new = NewRequest(purpose, items, "to decide on a repayment plan", **more)
    return request_access(northvale.wiring, CONTEXT, northvale.reader(worker), new)


def refusal(northvale, worker, purpose, *items, **more):
    with pytest.raises(AccessRefusedError) as refused:
        ask(northvale, worker, purpose, *items, **more)
    return refused.value


def entries(northvale):
    return northvale.count("SELECT count(*) FROM audit.entry")


def requests(northvale, worker=DPO):
    return requests_open(northvale.wiring, CONTEXT, northvale.reader(worker))


def reviews(northvale, worker=OFFICER):
    return review_queue(northvale.wiring, CONTEXT, northvale.reader(worker))


def family_of_tenant_without_health_record(northvale):
    keys = northvale.scenes["S2"]["tenant_without_health_record"]["Graham Tully"]["keys"]
    (row,) = northvale.sql(
        "SELECT p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id)"
        " WHERE l.record_id = :record AND l.superseded_at IS NULL",
        record=northvale.record_id("housing", keys["housing"]),
    )
    return row.family_id


def test_a_rent_officer_is_refused_health_in_the_same_words_with_and_without_a_health_record(northvale):
    families = northvale.family_id("S2", "Kelly Marsh"), family_of_tenant_without_health_record(northvale)
    answers = {
        family: refusal(northvale, RENT, "tenancy_management", "health.flag", family_id=family) for family in families
    }

    assert {(one.reason, one.sentence, str(one)) for one in answers.values()} == {
        ("items-not-included", HEALTH, HEALTH)
    }  # fmt: skip
    assert len({one.receipt for one in answers.values()}) == 2


def test_a_family_that_does_not_exist_is_refused_in_the_same_words_too(northvale):
    answer = refusal(northvale, RENT, "tenancy_management", "health.flag", family_id=northvale.wiring.mint_opaque())

    assert answer.sentence == HEALTH


def test_a_refused_request_is_one_entry_and_stores_no_request(northvale):
    before = entries(northvale)
    answer = refusal(northvale, RENT, "tenancy_management", "health.flag")

    assert entries(northvale) - before == 1
    (kept,) = northvale.sql("SELECT event_class FROM audit.entry WHERE entry_id = :entry", entry=answer.receipt)
    assert kept.event_class == "denied"
    assert not northvale.count("SELECT count(*) FROM desk.access_request")


def test_a_whole_group_may_be_named_by_who_does_not_know_its_items(northvale):
    assert refusal(northvale, RENT, "tenancy_management", "health.*").sentence == HEALTH
    with pytest.raises(UnknownItemError):
        ask(northvale, RENT, "tenancy_management", "healthy.*")


def test_one_item_out_of_reach_refuses_the_whole_request_by_topic(northvale):
    answer = refusal(northvale, RENT, "tenancy_management", "housing.arrears", "da.incident", "health.flag")

    assert "domestic abuse" in answer.sentence
    assert "health information" in answer.sentence
    assert "housing information" not in answer.sentence


def test_what_a_worker_is_told_is_withheld_may_be_asked_for_from_its_owner(northvale):
    taken = ask(northvale, EARLY_HELP, "early_help", "health.attendance")

    assert taken.decided_by == "northvale_nhs/contact"
    assert taken.answer_by == working_days_on(northvale.clock.now, 3)
    assert "does not mean there is anything to see" in taken.sentence


def test_the_answer_to_a_request_is_the_same_for_every_family(northvale):
    answers = [
        ask(northvale, EARLY_HELP, "early_help", "health.attendance", family_id=family)
        for family in (northvale.family_id("S2", "Kelly Marsh"), northvale.wiring.mint_opaque(), None)
    ]

    assert len({(one.decided_by, one.answer_by, one.sentence) for one in answers}) == 1


def test_a_request_stands_in_the_officers_list_and_looking_is_an_entry(northvale):
    before = entries(northvale)
    taken = ask(northvale, EARLY_HELP, "early_help", "health.attendance")
    assert entries(northvale) - before == 1

    (request,) = requests(northvale)
    assert entries(northvale) - before == 2
    assert (request.items, request.law, request.decided_by) == (("health.attendance",), None, "northvale_nhs/contact")
    assert (request.role, request.reason) == ("early_help_worker", "to decide on a repayment plan")
    assert request.answer_by == taken.answer_by


def test_where_several_agencies_hold_the_items_the_data_protection_officer_decides(northvale):
    taken = ask(northvale, EARLY_HELP, "early_help", "health.attendance", "education.attendance")

    assert taken.decided_by == "dpo"


def test_the_fraud_officer_without_a_law_is_refused_in_the_charters_words_and_reviewed(northvale):
    for purpose in ("council_tax_fraud", "early_help"):
        assert refusal(northvale, FRAUD, purpose, "housing.tenancy").sentence == FRAUD_WORDS

    assert {item.kind for item in reviews(northvale)} == {"items-not-included", "purpose-not-offered"}
    assert not requests(northvale)


def test_the_reason_of_a_request_is_sealed_where_it_is_kept(northvale):
    ask(northvale, EARLY_HELP, "early_help", "health.attendance")

    (row,) = northvale.sql("SELECT sealed_reason FROM desk.access_request")
    assert b"repayment" not in bytes(row.sealed_reason)


def test_an_item_that_is_none_is_refused_before_anything_is_written(northvale):
    before = entries(northvale)
    with pytest.raises(UnknownItemError):
        ask(northvale, EARLY_HELP, "early_help", "health.kelly")

    assert entries(northvale) == before


@pytest.mark.parametrize("look", [requests, reviews])
@pytest.mark.parametrize("worker", [RENT, FRAUD, SOCIAL_WORKER, "S104"])
def test_nobody_but_an_officer_reads_requests_or_the_review_queue(northvale, look, worker):
    with pytest.raises(AccessRefusedError):
        look(northvale, worker)


def test_a_purpose_that_was_not_offered_stands_in_todays_review_queue(northvale):
    with pytest.raises(AccessRefusedError) as refused:
        declare_purpose(northvale.wiring, CONTEXT, northvale.reader(FRAUD), NewDeclaration("early_help", "to look"))
    assert refused.value.sentence == FRAUD_WORDS

    for worker in (OFFICER, DPO):
        before = entries(northvale)
        (item,) = reviews(northvale, worker)
        assert entries(northvale) - before == 1
        assert (item.kind, item.role, item.agency) == (
            "purpose-not-offered", "council_tax_fraud_officer", "northvale_council",
        )  # fmt: skip
        assert str(item.entry_id) == refused.value.receipt
        assert item.raised_at == northvale.clock.now


def test_three_working_days_leave_out_the_weekend():
    thursday = datetime(2026, 11, 19, 10, tzinfo=UTC)

    assert working_days_on(thursday, 3) == thursday + timedelta(days=5)
