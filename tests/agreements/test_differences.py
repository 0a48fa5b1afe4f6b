"""What differs between two registers: nothing missed, nothing claimed that a decision does not show."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.decision import FORMS, Permit, Refer
from agreements.difference import differences
from agreements.difference_aspects import Kind
from agreements.register import compile_register
from agreements.request import DecisionRequest, Direction, Relationship, Tri
from tests.agreements.registers import (
    ITEMS,
    PURPOSES,
    SOURCES,
    USED_STATES,
    agreements,
    any_or,
    near_misses,
    patterns,
    recipients,
    register_of,
    scope,
    some,
    state_lists,
)

QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
CELLS = [(source, item) for source in SOURCES for item in ITEMS]


def gated(number, effect):
    return scope(number, effect) | {
        "relationships": st.one_of(st.just("*"), some(("team", "none"))),
        "conditions": st.fixed_dictionaries({"all_of": state_lists(), "any_of": state_lists()}),
        "min_band": st.sampled_from(("review", "probable")),
    }


@cache
def referral():
    return st.fixed_dictionaries(
        gated(70, "refer")
        | {
            "to": st.sampled_from(("council/worker", "police/manager")),
            "within": st.sampled_from(("PT4H", "PT24H")),
            "message": st.just("somebody decides"),
            "duty": st.booleans(),
        }
    )


def selection():
    return st.fixed_dictionaries({"sources": any_or(SOURCES), "data": patterns()})


@cache
def never_both():
    return st.fixed_dictionaries(
        {
            "id": st.just("R80"),
            "effect": st.just("never_both"),
            "recipients": recipients(),
            "purposes": any_or(PURPOSES),
            "directions": any_or(("view", "search")),
            "keep": selection(),
            "withhold": selection(),
            "reason": st.just("together they tell"),
            "when": st.fixed_dictionaries({"any_of": state_lists()}),
            "unless": st.fixed_dictionaries({"all_of": state_lists()}),
        }
    )


@cache
def voice():
    told = gated(90, "permit") | {"mode": st.sampled_from(("exists", "count")), "sentence": st.just("{owner} holds")}
    return st.fixed_dictionaries({name: part for name, part in told.items() if name != "effect"})


@st.composite
def rich(draw, number):
    """A random agreement which may also refer, pair, speak of what it withholds, and limit rows."""
    admitted = draw(agreements(number))
    content = admitted.document.model_dump(by_alias=True, mode="json")
    for part in (referral(), never_both()):
        if draw(st.booleans()):
            content["rules"].append(draw(part))
    if draw(st.booleans()):
        content["withholding"].append(draw(voice()))
    for rule in content["rules"]:
        if rule["effect"] == "permit":
            rule["window_days"] = draw(st.sampled_from((None, None, 30, 90)))
            rule["event_roles"] = draw(st.sampled_from(((), (), ("victim",), ("victim", "suspect"))))
            rule["advice"] = draw(st.sampled_from((None, None, "Act in good faith.")))
    return replace(admitted, document=type(admitted.document).model_validate(content))


@st.composite
def drafts(draw):
    """Two registers, the second most often the first with one thing changed."""
    first = tuple(draw(rich(number)) for number in range(draw(st.integers(1, 3))))
    which = draw(st.integers(0, len(first) - 1))
    changed = first[which]
    content = changed.document.model_dump(by_alias=True, mode="json")
    other = draw(rich(9))
    how = draw(st.sampled_from(("rule", "added", "all", "suspended")))
    if how == "rule":
        content["rules"] = [*content["rules"][1:], *other.document.model_dump(by_alias=True, mode="json")["rules"][:1]]
        content["rules"] = [rule | {"id": f"N{at}"} for at, rule in enumerate(content["rules"])]
        content["break_glass"] = None
        second = replace(changed, document=type(changed.document).model_validate(content))
    elif how == "suspended":
        second = replace(changed, active=((changed.active[0][0], changed.active[0][0] + timedelta(days=1)),))
    elif how == "added":
        return register_of(first), register_of((*first, other))
    else:
        second = other
    return register_of(first), register_of((*first[:which], second, *first[which + 1 :]))


@st.composite
def compared(draw):
    before, after = draw(drafts())
    questions = [draw(near_misses(draw(st.sampled_from((before, after))))) for _ in range(6)]
    return before, after, questions


def released(register, request):
    decision = register.decide(request)
    permit = decision.permit if isinstance(decision, Refer) else decision
    return permit if isinstance(permit, Permit) else None


def form(permit, source, item):
    return permit.form(source, item) if permit is not None and permit.allows(source, item) else None


def kind_between(old, new):
    if old == new:
        return None
    if old is None or new is None:
        return Kind.GAINED if old is None else Kind.LOST
    return Kind.FINER if FORMS.index(new) < FORMS.index(old) else Kind.COARSER


OF_CELLS = {Kind.GAINED, Kind.LOST, Kind.FINER, Kind.COARSER}


@QUICK
@given(compared())
def test_every_cell_that_is_decided_otherwise_is_covered_by_a_difference_of_its_kind_and_no_other_cell_is(compared):
    before, after = compile_register(compared[0]), compile_register(compared[1])
    told = [one for one in differences(before, after) if one.kind in OF_CELLS]

    for request in compared[2]:
        old, new = released(before, request), released(after, request)
        for source, item in CELLS:
            cell = before.vocabulary.cell(source, item)
            kinds = {one.kind for one in told if one.covers(request, cell)}
            expected = kind_between(form(old, source, item), form(new, source, item))
            assert kinds == ({expected} if expected else set())


@st.composite
def request_of(draw, difference):
    """A request drawn from what a difference covers."""
    where = draw(st.sampled_from(difference.where))
    agency, role = draw(st.sampled_from(difference.readers))
    span = draw(st.sampled_from(difference.spans))
    now = draw(st.sampled_from((max(span[0], span[0].replace(year=2026)), span[1].replace(year=2026))))
    now = now if span[0] <= now < span[1] else (span[0] if span[0].year > 1 else span[1] - timedelta(seconds=1))
    states = draw(st.dictionaries(st.sampled_from(USED_STATES), st.sampled_from(Tri)))
    states |= {state: draw(st.sampled_from(answers)) for state, answers in where.states}
    return DecisionRequest(
        agency, role, draw(st.sampled_from(difference.purposes)), draw(st.sampled_from(where.relationships)), states,
        draw(st.sampled_from(where.bands)), Direction(draw(st.sampled_from(difference.directions))), now,
        draw(st.sampled_from(where.break_glass)), draw(st.sampled_from(where.regimes)),
    )  # fmt: skip


@QUICK
@given(compared(), st.data())
def test_what_a_difference_claims_is_shown_by_a_decision_drawn_from_its_region(compared, data):
    before, after = compile_register(compared[0]), compile_register(compared[1])

    for one in differences(before, after):
        if one.kind not in OF_CELLS:
            continue
        request = data.draw(request_of(one))
        old, new = released(before, request), released(after, request)
        for source, item in list(one.vocabulary.cells(one.mask))[:3]:
            assert kind_between(form(old, source, item), form(new, source, item)) is one.kind


def grounds(permit, source, item):
    uses = permit.uses_of(source, item)
    return {
        Kind.BASIS: {law for use in uses for law in (use.agreement, *use.gateways, *use.article_6, *use.article_9)},
        Kind.OBLIGATIONS: {duty for use in uses for duty in use.obligations},
        Kind.ADVICE: {use.advice for use in uses if use.advice},
        Kind.ROWS: [
            permit.row_form(source, item, days, role) if permit.admits(source, item, days, role) else None
            for days in (None, 30, 31, 91)
            for role in (None, "victim", "suspect", "witness")
        ],
    }


@QUICK
@given(compared())
def test_bases_obligations_advice_and_limits_on_rows_that_change_are_told(compared):
    before, after = compile_register(compared[0]), compile_register(compared[1])
    told = differences(before, after)

    for request in compared[2]:
        old, new = released(before, request), released(after, request)
        for source, item in CELLS:
            if form(old, source, item) is None or form(new, source, item) is None:
                continue
            cell = before.vocabulary.cell(source, item)
            kinds = {one.kind for one in told if one.covers(request, cell)}
            was, now = grounds(old, source, item), grounds(new, source, item)
            for kind in (Kind.BASIS, Kind.OBLIGATIONS, Kind.ADVICE):
                assert (kind in kinds) == (was[kind] != now[kind])
            same_form = form(old, source, item) == form(new, source, item)
            if was[Kind.ROWS] != now[Kind.ROWS]:
                assert kinds & {Kind.ROWS, Kind.FINER, Kind.COARSER}
            elif same_form:
                assert Kind.ROWS not in kinds


@QUICK
@given(compared())
def test_a_referral_that_begins_ends_or_goes_elsewhere_is_told(compared):
    before, after = compile_register(compared[0]), compile_register(compared[1])
    told = [one for one in differences(before, after) if one.kind is Kind.REFERRAL]

    for request in compared[2]:
        old, new = before.decide(request), after.decide(request)
        for source, item in CELLS:
            cell = before.vocabulary.cell(source, item)
            was, now = (
                (one.to, one.within, one.code) if isinstance(one, Refer) and one.mask >> cell & 1 else None
                for one in (old, new)
            )
            assert any(one.covers(request, cell) for one in told) == (was != now)


@QUICK
@given(drafts())
def test_a_register_does_not_differ_from_itself_in_another_order_of_documents(pair):
    first = pair[1]
    backward = replace(first, agreements=first.agreements[::-1])

    assert differences(compile_register(first), compile_register(backward)) == ()


@QUICK
@given(compared())
def test_a_profile_differs_only_where_some_difference_names_the_reader(compared):
    before, after = compile_register(compared[0]), compile_register(compared[1])
    told = differences(before, after)

    for request in compared[2]:
        profile = [request, replace(request, states={}), replace(request, relationship=Relationship.NONE)]
        if [answer(before, one) for one in [profile]] != [answer(after, one) for one in [profile]]:
            assert any(
                (request.agency, request.role) in one.readers
                and request.purpose in one.purposes
                and request.direction.value in one.directions
                for one in told
            )


def answer(register, profile):
    permits = [one.permit if isinstance(one, Refer) else one for one in register.decide_profile(profile)]
    return [one.mask if isinstance(one, Permit) else 0 for one in permits]


def spoken(register, request, source, item):
    """Mode in which a withholding clause speaks of a cell; `silent` where none does."""
    bit = 1 << register.vocabulary.cell(source, item)
    codes = [one.code for one in register.explain(request) if one.source == source and one.mask & bit]
    return next((code.removeprefix("withheld-") for code in codes if code.startswith("withheld-")), "silent")


@QUICK
@given(compared())
def test_a_mode_in_which_the_withheld_is_spoken_of_is_told_where_it_changes_and_nowhere_else(compared):
    before, after = compile_register(compared[0]), compile_register(compared[1])
    told = [one for one in differences(before, after) if one.kind is Kind.TOLD]

    for request in compared[2]:
        # A referral speaks of its cells before any clause about the withheld does.
        if any(isinstance(register.decide(request), Refer) for register in (before, after)):
            continue
        old, new = released(before, request), released(after, request)
        for source, item in CELLS:
            if form(old, source, item) is not None or form(new, source, item) is not None:
                continue
            was, now = spoken(before, request, source, item), spoken(after, request, source, item)
            cell = before.vocabulary.cell(source, item)
            covering = [one for one in told if one.covers(request, cell)]
            assert {(one.before[0], one.after[0]) for one in covering if one.before[0] != one.after[0]} == (
                {(was, now)} if was != now else set()
            )
