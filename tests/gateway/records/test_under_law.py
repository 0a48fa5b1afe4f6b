"""Requests under a law that is named (S10, practice P4): asked, answered item by item, read for a day, and no more."""

from datetime import timedelta

import pytest

from gateway.errors import AccessRefusedError, AnsweredBeforeError, NotFoundError, PermitEndedError
from gateway.usecases.families.answering import answer_request, note_unanswered
from gateway.usecases.families.reading_granted import read_granted
from gateway.usecases.families.requesting import NewRequest, request_access, requests_open
from gateway.usecases.register.named_law import StoredAnswer
from gateway.usecases.review.reviewing import review_queue
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.served import content, served

RENT, FRAUD, OFFICER, DPO, SOCIAL_WORKER, WORKER = "B101", "W502", "W601", "W602", "W301", "W201"
LAW, REASON = "SI2013-501", "the enquiry turns on who lives there"
MEMBERSHIP, HOME = "case_system/household.membership", "case_system/address.residence"
DAY = timedelta(days=1)


def ask(northvale, *items, worker=FRAUD, law=LAW, family=("S2", "Kelly Marsh"), purpose="council_tax_fraud"):
    about = northvale.family_id(*family) if isinstance(family, tuple) else family
    new = NewRequest(purpose, items or (MEMBERSHIP, HOME), "a summons is being prepared", law, about)
    return request_access(northvale.wiring, CONTEXT, northvale.reader(worker), new)


def answer(northvale, taken, *items, worker=DPO, bases=("6(1)(e)",), by=None):
    given = StoredAnswer(items, bases, REASON, by)
    return answer_request(northvale.wiring, CONTEXT, northvale.reader(worker), taken.request_id, given)


def read(northvale, taken, worker=FRAUD):
    return read_granted(northvale.wiring, CONTEXT, northvale.reader(worker), taken.request_id)[0]


def refused(call, *arguments, **more):
    with pytest.raises(AccessRefusedError) as found:
        call(*arguments, **more)
    return found.value


def reviews(northvale):
    return [item.kind for item in review_queue(northvale.wiring, CONTEXT, northvale.reader(OFFICER))]


def entry_of(northvale, entry_id):
    (row,) = northvale.sql(
        "SELECT e.event_class, o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " WHERE entry_id = :entry",
        entry=entry_id,
    )
    return row.event_class, str(row.fields)


def entries(northvale):
    return northvale.count("SELECT count(*) FROM audit.entry")


def test_a_request_goes_to_the_named_decider_by_the_clock_of_the_law_and_officers_are_told(northvale):
    power, duty = ask(northvale), ask(northvale, law="CA1989-s47")

    assert {power.decided_by, duty.decided_by} == {"northvale_council/dpo"}
    assert power.answer_by == northvale.clock.now + 3 * DAY
    assert duty.answer_by == northvale.clock.now + DAY
    assert "does not mean there is anything to see" in power.sentence
    assert sorted(reviews(northvale)) == ["statutory-duty", "statutory-request"]
    event, opened = entry_of(northvale, power.entry_id)
    assert event == "configuration"
    assert LAW in opened


def test_an_owner_that_names_no_decider_is_asked_by_its_contact(northvale):
    assert ask(northvale, "housing.tenancy", law="CA1989-s47").decided_by == "brightwater_homes/contact"


@pytest.mark.parametrize(
    ("items", "law", "code"),
    [
        ((MEMBERSHIP,), "Council Tax Regulations reg. 4", "law-unknown"),
        ((MEMBERSHIP,), "COMMON-LAW-POLICING", "law-not-statute"),
        ((MEMBERSHIP,), "CA2004-s16LA", "law-not-in-force"),
        (("household.membership",), LAW, "owners-differ"),
        ((MEMBERSHIP, "housing/housing.tenancy"), LAW, "owners-differ"),
        (("health.*",), LAW, "items-unknown"),
        (("case_system/health.*",), LAW, "items-unknown"),
        (("nowhere/health.flag",), LAW, "items-unknown"),
    ],
)
def test_what_the_register_refuses_is_refused_in_its_words_with_an_entry_and_nothing_is_stored(
    northvale, items, law, code
):
    before = entries(northvale)
    refusal = refused(ask, northvale, *items, law=law)

    assert refusal.reason == code
    assert entries(northvale) - before == 1
    event, opened = entry_of(northvale, refusal.receipt)
    assert event == "denied"
    assert code in opened
    assert not northvale.count("SELECT count(*) FROM desk.access_request")


def test_what_a_rule_forbids_to_the_role_whoever_it_is_about_is_refused_under_a_power(northvale):
    refusal = refused(ask, northvale, "health/health.flag", worker=RENT, law="CA1989-s17", purpose="tenancy_management")

    assert refusal.reason == "prohibited"


def test_a_request_to_several_owners_is_told_what_to_do(northvale):
    sentence = refused(ask, northvale, "household.membership").sentence

    assert sentence.startswith("Ask each owner by a request of its own.")
    assert "source/item" in sentence


def test_a_request_under_a_law_is_about_one_family(northvale):
    assert refused(ask, northvale, family=None).reason == "family-not-named"


def test_a_request_about_a_family_that_does_not_exist_is_taken_answered_and_read_as_one_of_which_nothing_is_held(
    northvale,
):
    nobody = northvale.wiring.mint_opaque()
    told = []
    with served(northvale) as gateway:
        for family in (northvale.family_id("S1", "Aisha Cole"), nobody):
            body = {
                "purpose": "council_tax_fraud", "items": [MEMBERSHIP], "reason": "a review", "law": LAW,
                "family_id": str(family),
            }  # fmt: skip
            fraud, dpo = {"Test-Caller": FRAUD}, {"Test-Caller": DPO}
            taken = gateway.client.post("/v1/access-requests", json=body, headers=fraud)
            path = f"/v1/access-requests/{taken.json()['access_request_id']}"
            given = {"items": [MEMBERSHIP], "bases": ["6(1)(e)"], "reason": REASON}
            answered = gateway.client.post(f"{path}/answer", json=given, headers=dpo)
            shown = gateway.client.post(f"{path}/read", headers=fraud)
            assert (taken.status_code, answered.status_code, shown.status_code) == (202, 200, 200)
            own = {"access_request_id", "entry", "family_id"}
            told.append(
                [[pair for pair in content(one)[1] if pair[0] not in own] for one in (taken, answered, shown)]
            )  # fmt: skip

    assert told[0] == told[1]
    assert dict(told[0][2])["facts"] == []


def test_the_decider_grants_item_by_item_and_the_requester_reads_that_and_nothing_else(northvale):
    taken = ask(northvale)
    answered = answer(northvale, taken, MEMBERSHIP)
    before = entries(northvale)
    granted = read(northvale, taken)

    assert (answered.state, answered.granted, answered.left_out) == ("granted", (MEMBERSHIP,), ())
    assert answered.readable_until == northvale.clock.now + DAY
    assert [(fact.source, fact.item) for fact in granted.facts] == [("case_system", "household.membership")]
    assert (granted.law, granted.bases) == (LAW, ("6(1)(e)",))
    assert "data protection officer" in granted.obligations[0]
    assert entries(northvale) - before == 2
    assert granted.facts[0].values == {"role": "adult"}
    assert "Kelly" not in str(granted)
    assert "statutory-disclosure" in reviews(northvale)


def test_what_is_read_leaves_its_authorisation_and_its_outcome_under_the_law_and_no_agreement(northvale):
    taken = ask(northvale)
    answer(northvale, taken, MEMBERSHIP)
    _, receipt = read_granted(northvale.wiring, CONTEXT, northvale.reader(FRAUD), taken.request_id)

    event, opened = entry_of(northvale, receipt.entry_id)
    assert event == "disclosure"
    assert LAW in opened
    assert "household.membership" in opened
    assert "ISA-" not in opened


def test_only_the_person_whom_the_handle_is_named_for_is_read(northvale):
    taken = ask(northvale, family=("S2", "Jayden Marsh"))
    answer(northvale, taken, MEMBERSHIP, HOME)

    subjects = northvale.sql("SELECT DISTINCT s.person_id FROM audit.ticket_subject s")
    assert read(northvale, taken).facts
    after = northvale.sql("SELECT DISTINCT s.person_id FROM audit.ticket_subject s")
    assert {row.person_id for row in after} - {row.person_id for row in subjects} == {
        northvale.person_id("S2", "Jayden Marsh")
    }  # fmt: skip


def test_where_a_protected_person_lives_is_not_released_by_granting_an_address(northvale):
    shown = {}
    for family in (("S3", "Priya Nair"), ("S2", "Jayden Marsh")):
        taken = ask(northvale, HOME, MEMBERSHIP, family=family)
        answer(northvale, taken, HOME, MEMBERSHIP)
        shown[family[1]] = {fact.item for fact in read(northvale, taken).facts}

    assert shown["Priya Nair"] == {"household.membership"}
    assert shown["Jayden Marsh"] == {"household.membership", "address.residence"}


def test_a_refusal_is_an_answer_and_nothing_is_read(northvale):
    taken = ask(northvale)
    answered = answer(northvale, taken)

    assert (answered.state, answered.granted, answered.readable_until) == ("refused", (), None)
    assert refused(read, northvale, taken).reason == "statutory-refused"


def test_nothing_is_read_before_the_answer_and_nothing_a_day_after_it(northvale):
    taken = ask(northvale)
    assert refused(read, northvale, taken).reason == "not-answered"
    answer(northvale, taken, MEMBERSHIP)
    northvale.clock.now += DAY - timedelta(seconds=1)
    assert read(northvale, taken).facts
    northvale.clock.now += timedelta(seconds=1)

    assert refused(read, northvale, taken).reason == "answer-ended"


def test_nothing_leaves_where_the_day_ends_while_it_is_read(northvale, monkeypatch):
    taken = ask(northvale)
    answer(northvale, taken, MEMBERSHIP)
    load = read_granted.__globals__["load_facts"]

    def slow(connection, *ticket, **options):
        northvale.clock.now += DAY
        return load(connection, *ticket, **options)

    monkeypatch.setitem(read_granted.__globals__, "load_facts", slow)
    with pytest.raises(PermitEndedError):
        read(northvale, taken)


def test_nobody_but_who_asked_reads_and_nobody_but_the_decider_answers(northvale):
    taken = ask(northvale)
    for worker in (OFFICER, FRAUD, RENT, WORKER):
        with pytest.raises(NotFoundError):
            answer(northvale, taken, MEMBERSHIP, worker=worker)
    answer(northvale, taken, MEMBERSHIP)
    for worker in (DPO, OFFICER, RENT, SOCIAL_WORKER):
        before = entries(northvale)
        with pytest.raises(NotFoundError):
            read(northvale, taken, worker)
        assert entries(northvale) - before == 1


def test_nobody_answers_a_request_of_their_own(northvale):
    taken = ask(northvale, worker=DPO, law="CA1989-s47")

    assert refused(answer, northvale, taken, MEMBERSHIP).reason == "decider-is-requester"


def test_a_second_answer_is_a_conflict_and_changes_nothing(northvale):
    taken = ask(northvale)
    answer(northvale, taken, MEMBERSHIP)
    with pytest.raises(AnsweredBeforeError):
        answer(northvale, taken)

    assert read(northvale, taken).items == (MEMBERSHIP,)


@pytest.mark.parametrize(
    ("items", "bases", "code"),
    [
        (("case_system/care.episode",), ("6(1)(e)",), "answer-items"),
        ((MEMBERSHIP,), (), "basis-missing"),
        ((MEMBERSHIP,), ("9(2)(g)/18",), "basis-missing"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused_and_the_request_stays_open(northvale, items, bases, code):
    taken = ask(northvale)

    assert refused(answer, northvale, taken, *items, bases=bases).reason == code
    assert [one.request_id for one in requests_open(northvale.wiring, CONTEXT, northvale.reader(DPO))] == [
        taken.request_id
    ]  # fmt: skip


def test_what_a_contact_answered_is_recorded_by_the_data_protection_officer_with_the_name(northvale):
    taken = ask(northvale, "housing/household.membership", worker=SOCIAL_WORKER, law="CA1989-s47", purpose="s47")

    assert refused(answer, northvale, taken, "housing/household.membership").reason == "contact-missing"
    answer(northvale, taken, "housing/household.membership", by="Pat Lowe, Brightwater")
    assert read(northvale, taken, SOCIAL_WORKER).facts[0].source == "housing"


def test_what_a_rule_forbids_to_the_role_is_not_released_by_granting_it(northvale):
    taken = ask(northvale, "health/health.flag", worker=RENT, law="CA1989-s47", purpose="tenancy_management")
    granted = refused(
        answer, northvale, taken, "health/health.flag", bases=("6(1)(c)", "9(2)(g)/18"), by="Caldicott Guardian"
    )  # fmt: skip

    assert granted.reason == "statutory-refused"
    assert "A rule forbids" in granted.sentence


def test_an_unanswered_request_is_told_to_officers_once_at_its_clock(northvale):
    taken = ask(northvale)
    northvale.clock.now = taken.answer_by - timedelta(seconds=1)
    assert note_unanswered(northvale.wiring) == 0
    northvale.clock.now += timedelta(seconds=1)

    assert [note_unanswered(northvale.wiring), note_unanswered(northvale.wiring)] == [1, 0]
    assert reviews(northvale).count("statutory-request-unanswered") == 1


def test_an_answered_request_is_not_told_as_unanswered(northvale):
    taken = ask(northvale)
    answer(northvale, taken)
    northvale.clock.now = taken.answer_by

    assert note_unanswered(northvale.wiring) == 0


def test_law_reason_and_answer_are_sealed_where_they_are_kept(northvale):
    taken = ask(northvale, "housing/household.membership", worker=SOCIAL_WORKER, law="CA1989-s47", purpose="s47")
    answer(northvale, taken, "housing/household.membership", by="Pat Lowe, Brightwater")

    rows = [*northvale.sql("SELECT * FROM desk.access_request"), *northvale.sql("SELECT * FROM desk.access_answer")]
    kept = b" ".join(bytes(part) if isinstance(part, bytes) else str(part).encode() for row in rows for part in row)
    assert str(taken.request_id).encode() in kept
    for word in ("CA1989", "summons", REASON, "6(1)(e)", "Pat Lowe"):
        assert word.encode() not in kept


def test_the_list_opens_law_and_reason_for_officers(northvale):
    taken = ask(northvale)
    (one,) = requests_open(northvale.wiring, CONTEXT, northvale.reader(OFFICER))

    assert (one.request_id, one.law, one.items) == (taken.request_id, LAW, (MEMBERSHIP, HOME))
    assert one.reason == "a summons is being prepared"


def test_the_family_page_holds_no_trace_of_a_request_its_answer_or_its_reading(northvale):
    family = northvale.family_id("S2", "Kelly Marsh")
    declaration = northvale.declare(WORKER, "early_help")
    before = northvale.open(WORKER, declaration, family).profile
    taken = ask(northvale)
    answer(northvale, taken, MEMBERSHIP)
    read(northvale, taken)

    assert northvale.open(WORKER, declaration, family).profile == before


def test_records_that_may_be_somebody_elses_are_not_released(northvale):
    taken = ask(northvale)
    answer(northvale, taken, MEMBERSHIP)
    assert read(northvale, taken).facts
    person = northvale.person_id("S2", "Kelly Marsh")
    northvale.sql("UPDATE hearth.link SET band = 3 WHERE person_id = :person", person=person)

    assert read(northvale, taken).facts == ()
