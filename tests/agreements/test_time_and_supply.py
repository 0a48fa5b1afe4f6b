"""Instants at which things begin and end, and what partners may supply."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agreements.decision import Permit, Refusal
from agreements.enactment import enact_register
from agreements.lifecycle import LifecycleEvent, admit
from agreements.loader import load_register
from agreements.register import compile_register
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from tests.agreements.northvale import ENACTED, NOW, REGISTER

LONDON = ZoneInfo("Europe/London")


def rent(now):
    states = dict.fromkeys(STATES, Tri.NO)
    return DecisionRequest(
        "brightwater_homes", "rent_officer", "tenancy_management", Relationship.NONE, states, Band.VERIFIED,
        Direction.VIEW, now,
    )  # fmt: skip


def ticks_around(instant):
    return instant - timedelta(microseconds=1), instant


def with_housing(documents, **changes):
    agreements = [
        replace(one, **changes) if one.document.id == "ISA-NV-2026-016" else one for one in documents.agreements
    ]
    return compile_register(replace(documents, agreements=tuple(agreements)))


@pytest.fixture(scope="module")
def documents(signed):
    return load_register(REGISTER, signed, NOW)


def test_a_missed_review_suspends_at_midnight_in_london_and_the_permit_says_so(northvale):
    before, after = ticks_around(datetime(2029, 2, 1, tzinfo=LONDON))

    decision = northvale.decide(rent(before))

    assert isinstance(decision, Permit)
    assert decision.not_after == after == datetime(2029, 2, 1, tzinfo=UTC)
    assert northvale.decide(rent(after)).code == "not-in-force"


def test_a_review_that_was_held_carries_on_to_the_end_of_validity(documents):
    register = with_housing(documents, reviews=((datetime(2029, 1, 4, tzinfo=UTC), date(2029, 3, 31)),))
    dpia_ends = datetime(2029, 2, 1, tzinfo=LONDON)

    assert register.decide(rent(NOW)).not_after == dpia_ends
    renewed = replace(
        documents, dpias=tuple(d.model_copy(update={"next_review": date(2029, 12, 31)}) for d in documents.dpias)
    )
    assert with_housing(renewed, reviews=((datetime(2029, 1, 4, tzinfo=UTC), date(2029, 3, 31)),)).decide(
        rent(NOW)
    ).not_after == datetime(2029, 4, 1, tzinfo=LONDON)


def test_nothing_is_released_before_activation(northvale):
    before, at = ticks_around(ENACTED)

    assert isinstance(northvale.decide(rent(before)), Refusal)
    assert isinstance(northvale.decide(rent(at)), Permit)


def test_a_suspension_stops_permits(documents):
    stopped = with_housing(documents, active=((ENACTED, NOW),))

    assert isinstance(stopped.decide(rent(NOW - timedelta(microseconds=1))), Permit)
    assert stopped.decide(rent(NOW)).code == "not-in-force"


def test_a_suspension_lifts_no_prohibition(documents):
    charter = next(one for one in documents.agreements if one.document.tier == "memorandum")
    arrears = next(rule for rule in charter.document.rules if rule.id == "X4").model_copy(
        update={"id": "X9", "data": ("housing.arrears",)}
    )
    document = charter.document.model_copy(update={"rules": (*charter.document.rules, arrears)})
    suspended = replace(charter, document=document, active=((ENACTED, NOW),))
    others = tuple(one for one in documents.agreements if one is not charter)
    register = compile_register(replace(documents, agreements=(*others, suspended)))

    permit = register.decide(rent(NOW + timedelta(days=1)))

    assert permit.allows("housing", "housing.tenancy")
    assert not permit.allows("housing", "housing.arrears")


def test_a_gateway_that_ends_lapses_what_rests_on_it(documents):
    gateways = tuple(
        gateway.model_copy(update={"ended": date(2026, 12, 31)}) if gateway.id == "DAA2021-s49A" else gateway
        for gateway in documents.law.gateways
    )
    register = compile_register(replace(documents, law=documents.law.model_copy(update={"gateways": gateways})))
    before, after = ticks_around(datetime(2027, 1, 1, tzinfo=LONDON))
    notice = DecisionRequest(
        "northvale_schools", "school_safeguarding_lead", "school_safeguarding", Relationship.NONE,
        dict.fromkeys(STATES, Tri.NO) | {"minor": Tri.YES}, Band.VERIFIED, Direction.NOTIFY, before,
    )  # fmt: skip

    assert register.decide(notice).not_after == after
    lapsed = register.decide(replace(notice, now=after))
    assert isinstance(lapsed, Refusal) or not lapsed.allows("police", "da.incident")


def test_a_party_that_withdraws_takes_its_facts_with_it(documents):
    early = next(one for one in documents.agreements if one.document.id == "ISA-NV-2026-014")
    gone = datetime(2026, 10, 1, tzinfo=UTC)
    events = [
        LifecycleEvent(document=early.document.reference, event="activated", at=ENACTED, by=("A", "B")),
        LifecycleEvent(
            document=early.document.reference, event="withdrawn", at=gone, by=("C",), party="brightwater_homes"
        ),
    ]
    signed_at = dict.fromkeys(early.parties, ENACTED)
    amended = admit(early.document, early.digest, signed_at, events)
    agreements = tuple(amended if one is early else one for one in documents.agreements)
    register = compile_register(replace(documents, agreements=agreements))
    states = dict.fromkeys(STATES, Tri.NO) | {"agreed_to_help": Tri.YES}
    request = DecisionRequest(
        "northvale_council", "early_help_worker", "early_help", Relationship.ALLOCATED_WORKER, states, Band.VERIFIED,
        Direction.VIEW, gone - timedelta(microseconds=1),
    )  # fmt: skip

    assert register.decide(request).allows("housing", "housing.arrears")
    assert register.decide(request).not_after == gone
    after = register.decide(replace(request, now=gone))
    assert not after.allows("housing", "housing.arrears")
    assert after.allows("schools", "education.attendance")


def test_a_request_that_is_not_well_formed_is_refused(northvale):
    good = rent(NOW)

    for bad in (
        replace(good, now=NOW.replace(tzinfo=None)),
        replace(good, states={"rumoured": Tri.YES}),
        replace(good, states={"minor": "yes!"}),
        replace(good, band="verified"),
        replace(good, direction="view"),
        replace(good, relationship="none"),
    ):
        assert northvale.decide(bad).code == "request-invalid"
        assert (
            sum(reason.mask.bit_count() for reason in northvale.explain(bad))
            == northvale.vocabulary.all_mask.bit_count()
        )


def test_schools_may_not_supply_what_their_agreements_do_not_cover(northvale):
    supply = northvale.decide_supply("northvale_schools", "schools", NOW)

    assert {"identity.name", "education.attendance", "education.exclusion", "education.provision"} <= supply.items
    assert not supply.items & {"education.meals", "education.sen", "identity.ethnicity"}
    assert supply.refusals["education.meals"].code == "no-agreement"
    assert supply.not_after == datetime(2029, 2, 1, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("agency", "source", "code"),
    [
        ("northvale_schools", "police", "not-owner"),
        ("northvale_schools", "gossip", "source-unknown"),
        ("dwp", "dwp", "not-in-force"),
    ],
)
def test_supply_is_refused_with_its_reason(northvale, agency, source, code):
    supply = northvale.decide_supply(agency, source, NOW)

    assert supply.items == frozenset()
    assert supply.refusals["identity.name"].code == code


def test_the_sandbox_lets_benefit_data_in(sandbox):
    assert "work.benefit" in sandbox.decide_supply("dwp", "dwp", NOW).items


def test_purposes_on_offer_are_those_of_the_role(northvale):
    def offered(role, now=NOW):
        return [offer.id for offer in northvale.purposes_for("northvale_council", role, now)]

    assert offered("council_tax_fraud_officer") == ["council_tax_fraud"]
    assert offered("mash_worker") == ["front_door", "section_47"]
    assert offered("early_help_worker") == ["early_help"]
    assert offered("data_steward") == []
    assert offered("early_help_worker", ENACTED - timedelta(days=1)) == []


def test_break_glass_is_offered_to_the_roles_that_documents_name(northvale):
    [offer] = northvale.break_glass_for("northvale_council", "early_help_manager", NOW)

    assert (offer.purposes, offer.expires_minutes, offer.second_person_within_hours) == (("early_help",), 60, 24)
    assert northvale.break_glass_for("brightwater_homes", "rent_officer", NOW) == ()
    assert northvale.break_glass_for("northvale_council", "early_help_manager", ENACTED - timedelta(days=1)) == ()


def test_a_search_uses_only_what_the_role_may_always_use(northvale):
    def sources(agency, role, purpose):
        mask = northvale.baseline(agency, role, purpose, Direction.SEARCH, NOW)
        return set(northvale.vocabulary.sources_of(mask))

    assert sources("northvale_council", "council_tax_fraud_officer", "council_tax_fraud") == {"council_tax"}
    assert sources("brightwater_homes", "rent_officer", "tenancy_management") == {"housing"}
    assert sources("northvale_council", "early_help_worker", "early_help") == {"case_system", "schools", "housing"}
    assert "refuge" in sources("northvale_council", "mash_worker", "front_door")
    assert sources("northvale_council", "dpo", "early_help") == set()


def test_each_use_names_its_law(northvale):
    states = dict.fromkeys(STATES, Tri.NO)
    request = DecisionRequest(
        "northvale_council", "mash_worker", "front_door", Relationship.MASH, states, Band.STRONG, Direction.VIEW, NOW
    )
    permit = northvale.decide(request)

    [police] = permit.uses_of("police", "da.incident")
    assert police.clause == "ISA-NV-2026-011@1/MF1"
    assert "CDA1998-s115" in police.gateways
    assert police.article_10 == ("10/18 (APD-NV-03)",)
    assert police.article_6 == ("6(1)(e)",)
    [home] = permit.uses_of("housing", "address.residence")
    assert home.article_6 == ("6(1)(f)",)
    for source, item in northvale.vocabulary.cells(permit.mask):
        assert permit.uses_of(source, item)


def test_a_notice_admits_recent_events_at_which_the_pupil_was_present_alone(northvale):
    notice = DecisionRequest(
        "northvale_schools", "school_safeguarding_lead", "school_safeguarding", Relationship.NONE,
        {"minor": Tri.YES}, Band.VERIFIED, Direction.NOTIFY, NOW,
    )  # fmt: skip
    permit = northvale.decide(notice)
    [use] = permit.uses_of("police", "da.incident")

    assert use.window_days < 100
    assert permit.admits("police", "da.incident", use.window_days, "child present")
    assert not permit.admits("police", "da.incident", use.window_days + 1, "child present")
    assert not permit.admits("police", "da.incident", None, "child present")
    assert not permit.admits("police", "da.incident", 1, "victim")
    assert not permit.admits("police", "crime.offence", 1, "child present")


def test_enactment_writes_no_private_key(tmp_path):
    enact_register(REGISTER, tmp_path, ENACTED)

    for path in tmp_path.rglob("*.json"):
        assert "private" not in path.read_text(encoding="utf-8").lower()
    assert set(json.loads((tmp_path / "keys.json").read_text())) == {"keys"}
