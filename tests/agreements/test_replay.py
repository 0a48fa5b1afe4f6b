"""Past accesses judged again: what a draft would have shown more or less, against decisions taken one by one."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.decision import Permit, Refer
from agreements.register import compile_register
from agreements.replay import EXAMPLES, Access, AskedSubject, replay
from agreements.request import STATES, Band, DecisionRequest, Direction, Regime, Relationship, Tri
from tests.agreements.northvale import NOW
from tests.agreements.registers import agreements, near_misses, register_of

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def mask(decision):
    permit = decision.permit if isinstance(decision, Refer) else decision
    return permit.mask if isinstance(permit, Permit) else 0


def recorded(register, profile, reference):
    """An access as the log holds it: what was asked of each subject and what was permitted."""
    first = profile[0]
    subjects = tuple(
        AskedSubject(one.relationship.value, one.band.value, one.yes, one.no, mask(decision))
        for one, decision in zip(profile, register.decide_profile(profile), strict=True)
    )
    return Access(
        reference, first.now, first.agency, first.role, first.purpose, first.direction.value, first.regime.value,
        first.break_glass, together=True, anyone=False, subjects=subjects,
    )  # fmt: skip


@st.composite
def documents(draw):
    return register_of([draw(agreements(number)) for number in range(draw(st.integers(1, 3)))])


@st.composite
def pasts(draw):
    """A register, a draft of it, and profiles that were asked."""
    before, after = draw(documents()), draw(documents())
    profiles = []
    for _ in range(draw(st.integers(1, 6))):
        request = draw(near_misses(draw(st.sampled_from((before, after)))))
        other = replace(request, states={}, band=Band.VERIFIED)
        profiles.append([request, other])
    return before, after, profiles


@QUICK
@given(pasts())
def test_counts_of_more_and_less_are_those_of_deciding_each_profile_again(past):
    before, after = compile_register(past[0]), compile_register(past[1])
    accesses = [recorded(before, profile, f"e{number}") for number, profile in enumerate(past[2])]

    report = replay(accesses, after)

    more = less = 0
    for profile in past[2]:
        old = [mask(one) for one in before.decide_profile(profile)]
        new = [mask(one) for one in after.decide_profile(profile)]
        more += any(now & ~was for was, now in zip(old, new, strict=True))
        less += any(was & ~now for was, now in zip(old, new, strict=True))
    assert report.accesses == len(accesses)
    assert sum(one.more for one in report.readers) == more
    assert sum(one.less for one in report.readers) == less


@QUICK
@given(pasts())
def test_accesses_replayed_against_the_register_that_decided_them_change_nothing(past):
    register = compile_register(past[0])
    accesses = [recorded(register, profile, "e") for profile in past[2]]

    report = replay(accesses, register)

    assert report.items == ()
    assert all(one.more == one.less == 0 for one in report.readers)


@QUICK
@given(pasts(), st.integers(-3, 5))
def test_as_if_now_judges_every_access_at_the_one_instant(past, days):
    before, after = compile_register(past[0]), compile_register(past[1])
    accesses = [recorded(before, profile, f"e{number}") for number, profile in enumerate(past[2])]
    at = past[2][0][0].now + timedelta(days=days)

    report = replay(accesses, after, at)

    moved = [[replace(one, now=at) for one in profile] for profile in past[2]]
    gained = 0
    for profile, then in zip(past[2], moved, strict=True):
        old = [mask(one) for one in before.decide_profile(profile)]
        new = [mask(one) for one in after.decide_profile(then)]
        gained += any(now & ~was for was, now in zip(old, new, strict=True))
    assert sum(one.more for one in report.readers) == gained
    assert report.judged_at == at


def access(reference, northvale, **told):
    """An allocated early help worker views a family that agreed to help."""
    request = DecisionRequest(
        "northvale_council", "early_help_worker", "early_help", Relationship.ALLOCATED_WORKER,
        dict.fromkeys(STATES, Tri.NO) | {"agreed_to_help": Tri.YES}, Band.VERIFIED, Direction.VIEW,
        northvale[1], False, Regime.UK_GDPR,
    )  # fmt: skip
    return recorded(northvale[0], [replace(request, **told)], reference)


def test_items_are_counted_by_access_and_examples_are_references_of_the_first_ones(northvale, northvale_documents):
    now = northvale_documents.now
    stopped = tuple(
        replace(one, active=()) if one.document.id == "ISA-NV-2026-014" else one
        for one in northvale_documents.agreements
    )
    draft = compile_register(replace(northvale_documents, agreements=stopped))
    accesses = [access(f"entry-{number}", (northvale, now)) for number in range(8)]

    report = replay(accesses, draft)

    reader = report.readers[0]
    assert (reader.accesses, reader.more, reader.less) == (8, 0, 8)
    assert reader.less_examples == tuple(f"entry-{number}" for number in range(EXAMPLES))
    attendance = next(one for one in report.items if (one.source, one.item) == ("schools", "education.attendance"))
    assert (attendance.more, attendance.less) == (0, 8)


def test_what_was_refused_for_everyone_counts_as_opened_where_the_draft_no_longer_refuses_everyone(northvale):
    refused = Access(
        "e1", NOW, "northvale_council", "early_help_worker",
        "early_help", "view", "uk_gdpr", break_glass=False, together=True, anyone=True, subjects=(),
    )  # fmt: skip

    assert [one.opened for one in replay([refused], northvale).readers] == [1]
    assert [one.opened for one in replay([refused], compile_register(register_of(()))).readers] == [0]


def test_accesses_are_read_one_by_one_and_never_gathered(northvale, northvale_documents):
    one = access("entry", (northvale, northvale_documents.now))
    given_out = []

    def stream():
        for number in range(3):
            given_out.append(number)
            yield one._replace(reference=str(number))

    assert replay(stream(), northvale).accesses == len(given_out) == 3
