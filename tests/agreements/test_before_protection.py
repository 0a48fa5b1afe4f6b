"""Of a protected person, what began before the protection goes on where a prohibition says so, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.cells import Groundwork
from agreements.difference import differences
from agreements.difference_aspects import Kind
from agreements.linter import lint_agreement
from agreements.replay import Access, AskedSubject, replay
from agreements.request import Tri
from concept_model.items import EARLIER_ALONE, ITEM_CAPACITY
from tests.agreements import generator
from tests.agreements.by_hand import NAME, NOW, agreement, asked, compiled, never_both, permit, prohibition

TENANCY = {"sources": ["homes"], "data": ["housing.tenancy"]}
CELL = ("homes", "housing.tenancy")
IF_PROTECTED = {"any_of": ["protected"]}
SINCE = prohibition(TENANCY, "X1", when=IF_PROTECTED, rows="since_protection")
WHOLE = prohibition(TENANCY, "X2", when=IF_PROTECTED)
CONDITIONS = ({}, {"all_of": ["protected"]}, {"none_of": ["protected"]}, {"all_of": ["agreed_to_help"]})
BARS = (
    SINCE, WHOLE, prohibition(TENANCY, "X3", when={"all_of": ["protected", "agreed_to_help"]}, rows="since_protection"),
    prohibition(TENANCY, "X4", when={"any_of": ["agreed_to_help"]}),
    prohibition(TENANCY, "X5", unless={"any_of": ["protected"]}),
    never_both(NAME, TENANCY, id="N2", when=IF_PROTECTED), never_both(NAME, TENANCY, id="N3", unless=IF_PROTECTED),
)  # fmt: skip


def earlier(register, request):
    permitted = register.decide(request)
    return {*register.vocabulary.cells(getattr(permitted, "earlier", 0))}


def test_what_began_before_is_released_of_the_protected_alone_and_the_whole_of_anybody_else():
    register = compiled(agreement(permit(NAME), permit(TENANCY, "R2"), SINCE))

    assert register.decide(asked()).allows(*CELL)
    assert earlier(register, asked()) == set()
    permitted = register.decide(asked(protected=Tri.YES))
    assert (permitted.allows(*CELL), permitted.allows_some(*CELL)) == (False, True)
    assert earlier(register, asked(protected=Tri.YES)) == {CELL}
    assert [use.clause for use in permitted.uses_of(*CELL)] == ["ISA-1@1/R2"]


def test_of_whom_it_is_not_known_whether_they_are_protected_no_more_is_released():
    register = compiled(agreement(permit(NAME), permit(TENANCY, "R2"), SINCE))

    assert not register.decide(asked(protected=Tri.UNKNOWN)).allows(*CELL)
    assert earlier(register, asked(protected=Tri.UNKNOWN)) == {CELL}


def test_a_page_that_shows_nothing_but_what_began_before_is_a_page():
    assert earlier(compiled(agreement(permit(TENANCY), SINCE)), asked(protected=Tri.YES)) == {CELL}


@st.composite
def questions(draw):
    permits = [
        permit(TENANCY, f"R{number}", conditions=conditions)
        for number, conditions in enumerate(draw(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3)))
    ]
    bars = draw(st.lists(st.sampled_from(BARS), unique_by=lambda one: one["id"], max_size=4))
    states = {name: draw(st.sampled_from(Tri)) for name in ("protected", "agreed_to_help")}
    return permits, bars, states


def bites(bar, states):
    when, unless = bar.get("when", {}), bar.get("unless", {})
    possible = {name for name, answer in states.items() if answer is not Tri.NO}
    known = {name for name, answer in states.items() if answer is Tri.YES}
    waits = {*when.get("all_of", ())} <= possible and ("any_of" not in when or possible & {*when["any_of"]})
    return bool(waits) and not known & {*unless.get("any_of", ())}


def opened(permits, states):
    return any(
        all(states[name] is Tri.YES for name in one["conditions"].get("all_of", ()))
        and all(states[name] is Tri.NO for name in one["conditions"].get("none_of", ()))
        for one in permits
    )


@settings(max_examples=300, deadline=None)
@given(questions())
def test_what_is_released_of_before_is_what_one_prohibition_alone_keeps_and_what_anybody_would_be_shown(question):
    permits, bars, states = question
    register = compiled(agreement(permit(NAME, "R9"), *permits, *bars))

    of_since = [bar for bar in bars if bar.get("rows") == "since_protection" and bites(bar, states)]
    others = [bar for bar in bars if bar.get("rows") != "since_protection" and bites(bar, states)]
    unprotected = states | {"protected": Tri.NO}
    expected = (
        bool(of_since) and not others
        and opened(permits, states) and opened(permits, unprotected)
        and not any(bites(bar, unprotected) for bar in bars)
    )  # fmt: skip
    assert (earlier(register, asked(**states)) == {CELL}) is expected
    shown = register.decide(asked(**states))
    assert not (expected and shown.allows(*CELL))


UNSOUND = {
    "who is not protected": (prohibition(TENANCY, rows="since_protection"), "when"),
    "others too": (prohibition(TENANCY, when={"any_of": ["protected", "minor"]}, rows="since_protection"), "when"),
    "an item without a day": (
        prohibition({"sources": "*", "data": ["housing.*"]}, when=IF_PROTECTED, rows="since_protection"), "data"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNSOUND)
def test_a_prohibition_of_rows_that_nobody_can_judge_is_refused_and_bars_all(fault):
    rule, member = UNSOUND[fault]
    one = agreement(permit(NAME), permit(TENANCY, "R2"), rule)
    documents = generator.register_of((one,), generator.lists(generator.seeded("by hand")))

    found = [path for path, _, _ in lint_agreement(one.document, Groundwork(documents))]

    assert ("rules", 2, member) in found
    if member == "when":
        assert not compiled(one).decide(asked(protected=Tri.YES)).allows_some(*CELL)


def test_an_item_without_a_day_is_barred_whole_beside_those_that_have_one():
    both = {"sources": ["homes"], "data": ["housing.tenancy", "housing.arrears"]}
    rule = prohibition(both, when=IF_PROTECTED, rows="since_protection")

    assert earlier(compiled(agreement(permit(both), rule)), asked(protected=Tri.YES)) == {CELL}


def test_a_difference_tells_that_what_began_before_is_shown_or_no_longer():
    whole = compiled(agreement(permit(NAME), permit(TENANCY, "R2"), WHOLE | {"id": "X1"}))
    since = compiled(agreement(permit(NAME), permit(TENANCY, "R2"), SINCE))

    [gained] = [one for one in differences(whole, since) if one.kind is not Kind.AGREEMENT]
    [lost] = [one for one in differences(since, whole) if one.kind is not Kind.AGREEMENT]

    cell = since.vocabulary.cell(*CELL)
    assert (gained.kind, lost.kind) == (Kind.EARLIER_GAINED, Kind.EARLIER_LOST)
    assert gained.covers(asked(protected=Tri.YES), cell)
    assert not gained.covers(asked(), cell)


def test_a_ticket_says_of_which_sources_only_what_began_before_is_shown():
    register = compiled(agreement(permit(NAME), permit(TENANCY, "R2"), SINCE))
    permitted = register.decide(asked(protected=Tri.YES))

    ticket = register.vocabulary.in_ticket(permitted.mask, permitted.earlier)

    homes = register.vocabulary.sources.index("homes") * ITEM_CAPACITY
    assert ticket == permitted.mask | 1 << register.vocabulary.cell(*CELL) | 1 << homes + EARLIER_ALONE
    assert register.vocabulary.whole(ticket) == permitted.mask
    assert {*register.vocabulary.cells(ticket)} == {("register", "identity.name"), CELL}


DRAFTS = [(SINCE, SINCE, 0, 0), (SINCE, WHOLE, 0, 1), (WHOLE, SINCE, 1, 0), (SINCE, None, 1, 0), (None, SINCE, 0, 1)]


@pytest.mark.parametrize(("was", "now", "more", "less"), DRAFTS)
def test_a_replay_counts_rows_that_are_shown_no_longer(was, now, more, less):
    rules = permit(NAME), permit(TENANCY, "R2")
    before, draft = (compiled(agreement(*rules, *([one] if one else []))) for one in (was, now))
    request = asked(protected=Tri.YES)
    permitted = before.decide(request)
    ticket = before.vocabulary.in_ticket(permitted.mask, permitted.earlier)
    subject = AskedSubject(request.relationship.value, request.band.value, request.yes, request.no, ticket)
    access = Access(
        "e1", NOW, request.agency, request.role, request.purpose, request.direction.value, request.regime.value,
        break_glass=False, together=True, anyone=False, subjects=(subject,),
    )  # fmt: skip

    [reader] = replay([access], draft).readers

    assert (reader.more, reader.less) == (more, less)
    assert {item.item for item in replay([access], draft).items} == ({CELL[1]} if more or less else set())
