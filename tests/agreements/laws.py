"""What holds in every register, whatever its documents say; each law is asked of random questions about one."""

from dataclasses import replace
from datetime import timedelta

from agreements.decision import FORMS, Permit, Refer
from agreements.explain import STATE_ITEMS
from agreements.register import compile_register
from agreements.request import STATES, Band, Relationship, Tri
from concept_model.items import Withholding
from tests.agreements import generator, questions, reference

QUESTIONS = 6
TICK = timedelta(microseconds=1)


def released(decision):
    permit = decision.permit if isinstance(decision, Refer) else decision
    return permit if isinstance(permit, Permit) else None


def masks(register, profile):
    return [permit.mask if permit else 0 for permit in map(released, register.decide_profile(profile))]


def ranks(register, request):
    """Rank of the form of every released cell."""
    permit = released(register.decide(request))
    cells = register.vocabulary.cells(permit.mask) if permit else ()
    return {cell: FORMS.index(permit.form(*cell)) for cell in cells}


def asked_of(rng, documents, number=QUESTIONS):
    instants = questions.edges(documents)
    return [questions.question(rng, documents, instants)[0] for _ in range(number)]


def profiles_of(rng, documents, number=2):
    instants = questions.edges(documents)
    return [questions.profile(rng, documents, instants) for _ in range(number)]


def no_finer(before, after):
    """Nothing of `after` is released that was not released before, or in a finer form."""
    return all(cell in before and before[cell] <= rank for cell, rank in after.items())


def without_pairs(documents):
    return not any(rule.effect == "never_both" for one in documents.agreements for rule in one.document.rules)


def every_cell_is_permitted_or_has_exactly_one_reason(rng, documents):
    register = compile_register(documents)
    for profile in profiles_of(rng, documents):
        explained = register.explain_profile(profile)
        for mask, reasons in zip(masks(register, profile), explained, strict=True):
            accounted = mask
            for reason in reasons:
                assert reason.mask
                assert not accounted & reason.mask
                accounted |= reason.mask
            assert accounted == register.vocabulary.all_mask


def a_permit_more_never_removes_or_coarsens(rng, documents):
    if not without_pairs(documents):
        return
    more = generator.with_rule(documents, generator.permit(rng, 90))
    before, after = compile_register(documents), compile_register(more)
    for request in asked_of(rng, more):
        if not request.break_glass:
            assert no_finer(ranks(after, request), ranks(before, request))


def a_prohibition_more_never_adds_or_refines(rng, documents):
    effect = rng.choice(("prohibit", "limit", "never_both"))
    more = generator.with_rule(documents, generator.bar(rng, 90, effect))
    before, after = compile_register(documents), compile_register(more)
    for request in asked_of(rng, more):
        assert no_finer(ranks(before, request), ranks(after, request))
    for profile in profiles_of(rng, more):
        assert not any(new & ~old for old, new in zip(masks(before, profile), masks(after, profile), strict=True))


def what_is_forgotten_never_permits(rng, documents):
    """Also where never-both rules weigh one subject's states against what another might be shown."""
    register = compile_register(documents)
    for profile in profiles_of(rng, documents):
        known = masks(register, profile)
        for number, request in enumerate(profile):
            for state in request.states:
                for less in (forgotten(request, state), unknown(request, state)):
                    other = (*profile[:number], less, *profile[number + 1 :])
                    assert not any(new & ~old for old, new in zip(known, masks(register, other), strict=True))


def forgotten(request, state):
    return replace(request, states={name: value for name, value in request.states.items() if name != state})


def unknown(request, state):
    return replace(request, states={**request.states, state: Tri.UNKNOWN})


def the_order_of_documents_makes_no_difference(rng, documents):
    forward = compile_register(documents)
    backward = compile_register(replace(documents, agreements=documents.agreements[::-1]))
    assert forward.version == backward.version
    for profile in profiles_of(rng, documents):
        assert forward.decide_profile(profile) == backward.decide_profile(profile)
        assert forward.explain_profile(profile) == backward.explain_profile(profile)


def a_permit_holds_to_its_end(rng, documents):
    """One microsecond before `not_after` everything of it is still permitted, in no coarser form."""
    register = compile_register(documents)
    for request in asked_of(rng, documents):
        permit = released(register.decide(request))
        if permit is not None:
            assert permit.not_after > request.now
            last = replace(request, now=permit.not_after - TICK)
            assert no_finer(ranks(register, last), ranks(register, request))


def a_permit_ends_where_something_it_rests_on_ends(rng, documents):
    """`not_after` is an edge of the documents, or the end of a break-glass use; never a later one."""
    register = compile_register(documents)
    edges = set(questions.edges(documents))
    minutes = {
        timedelta(minutes=one.document.break_glass.expires_minutes)
        for one in documents.agreements
        if one.document.break_glass is not None
    }
    for request in asked_of(rng, documents):
        permit = released(register.decide(request))
        if permit is None:
            continue
        widened = request.break_glass and permit.not_after - request.now in minutes
        assert widened or permit.not_after in edges


def what_is_relied_on_is_what_is_released(rng, documents):
    """Every released cell names what permits it, and nothing that is withheld does."""
    register = compile_register(documents)
    for request in asked_of(rng, documents):
        permit = released(register.decide(request))
        if permit is not None:
            relied_on = 0
            for use in permit.uses:
                relied_on |= use.mask
            assert relied_on == permit.mask
            assert sorted(permit.uses, key=lambda use: use.clause) == list(permit.uses)


def break_glass_never_crosses_a_prohibition(rng, documents):
    """It widens the relationship of the rules named, for the minutes named, and nothing else."""
    register = compile_register(documents)
    for plain in asked_of(rng, documents):
        request = replace(plain, break_glass=True)
        permit = released(register.decide(request))
        if permit is None:
            continue
        widened = permit.mask & ~masks(register, [replace(plain, break_glass=False)])[0]
        [heard] = reference.hear(documents, (request,))
        for cell in register.vocabulary.cells(permit.mask):
            assert not reference.prohibited(heard, *cell)
        if widened:
            assert permit.not_after - request.now <= timedelta(minutes=60)
        related = replace(request, break_glass=False)
        nearer = 0
        for relationship in Relationship:
            nearer |= masks(register, [replace(related, relationship=relationship)])[0]
        assert without_relationship(documents) or not permit.mask & ~nearer


def without_relationship(documents):
    """Whether some rule opens by break-glass alone, or never-both rules answer otherwise for other relationships."""
    return not without_pairs(documents) or any(
        rule.effect == "permit" and rule.relationships == ()
        for one in documents.agreements
        for rule in one.document.rules
    )


def silence_says_the_same_whatever_the_states(rng, documents):
    """Of two subjects of whom a reader is shown and told the same, what is silent is silent in the same words."""
    register = compile_register(documents)
    for request in asked_of(rng, documents):
        shown, first = open_to_reader(register, request), said(register, request)
        if shown == (0, None):
            assert all(reason.mode is Withholding.SILENT for reason in first.values())
        for number in (1, 2, len(STATES)):
            changed = {name: rng.choice(tuple(Tri)) for name in rng.sample(STATES, number)}
            other = replace(request, states={**request.states, **changed})
            second = said(register, other)
            for cell in first.keys() & second.keys() if open_to_reader(register, other) == shown else ():
                if first[cell].mode is second[cell].mode is Withholding.SILENT:
                    assert words(first[cell]) == words(second[cell])


def open_to_reader(register, request):
    """What tells two subjects apart: the cells released, and the referral that is made."""
    decision = register.decide(request)
    referred = (decision.to, decision.within, decision.mask) if isinstance(decision, Refer) else None
    return masks(register, [request])[0], referred


def said(register, request):
    return {cell: reason for reason in register.explain(request) for cell in register.vocabulary.cells(reason.mask)}


def words(reason):
    return reason.code, reason.message, reason.agreement, reason.change


def a_reason_tells_a_state_only_to_a_reader_permitted_it(rng, documents):
    register = compile_register(documents)
    rules = {f"{one.document.reference}/{rule.id}": rule for one in documents.agreements for rule in one.document.rules}
    for request in asked_of(rng, documents):
        permit = released(register.decide(request))
        for reason in register.explain(request):
            if reason.code == "condition-not-met":
                for state in failing(rules[reason.agreement], request):
                    assert STATE_ITEMS.get(state), state
                    assert any(
                        permit.allows(source, item)
                        for item in STATE_ITEMS[state]
                        for source in register.vocabulary.sources
                    )


def failing(rule, request):
    conditions = rule.conditions
    yes = {name for name, value in request.states.items() if value is Tri.YES}
    no = {name for name, value in request.states.items() if value is Tri.NO}
    found = (set(conditions.all_of) - yes) | (set(conditions.none_of) - no)
    return found if yes & set(conditions.any_of) else found | set(conditions.any_of)


def what_a_prohibition_closes_is_not_spoken_of(rng, documents):
    register = compile_register(documents)
    for request in asked_of(rng, documents):
        [heard] = reference.hear(documents, (request,))
        closed = [rule for rule in heard.prohibitions if rule.existence == "closed"]
        for cell, reason in said(register, request).items() if closed else ():
            if any(reference.selects(rule, *cell) for rule in closed):
                assert reason.mode is Withholding.SILENT


def a_duty_is_never_silently_withheld(rng, documents):
    """What a duty refers is shown, or handed to a named person, whatever forbids it and whoever else is referred to."""
    register = compile_register(documents)
    for request in asked_of(rng, documents):
        [heard] = reference.hear(documents, (request,))
        decision = register.decide(request)
        mask = (released(decision).mask if released(decision) else 0) | getattr(decision, "mask", 0)
        for admitted, rule in heard.referrals:
            for cell in reference.cells(documents) if rule.duty else ():
                if reference.covers(documents, request, admitted, rule, *cell):
                    assert mask >> register.vocabulary.cell(*cell) & 1, cell


def what_a_search_may_always_use_is_permitted_whatever_the_states(rng, documents):
    register = compile_register(documents)
    for request in asked_of(rng, documents):
        always = register.baseline(request.agency, request.role, request.purpose, request.direction, request.now)
        plain = replace(request, break_glass=False, band=Band.VERIFIED, relationship=Relationship.NONE)
        if without_pairs(documents) and always:
            purpose = next(one for one in documents.purposes.purposes if one.id == request.purpose)
            assert not always & ~masks(register, [replace(plain, regime=type(request.regime)(purpose.regime))])[0]


def what_is_remembered_changes_no_answer(rng, documents):
    """A register that has answered others answers as a fresh one does: nothing of one subject stays for the next."""
    used = compile_register(documents)
    for first in asked_of(rng, documents, 3):
        state = {rng.choice(STATES): rng.choice(tuple(Tri))}
        later = replace(first, now=first.now + TICK)
        stranger = replace(first, relationship=Relationship.NONE, break_glass=True)
        others = (later, replace(later, states={**first.states, **state}), replace(first, band=Band.REVIEW))
        for request in (first, *others, stranger, replace(stranger, break_glass=False)):
            fresh = compile_register(documents)
            assert used.decide(request) == fresh.decide(request)
            assert used.explain(request) == fresh.explain(request)


LAWS = (
    every_cell_is_permitted_or_has_exactly_one_reason,
    a_permit_more_never_removes_or_coarsens,
    a_prohibition_more_never_adds_or_refines,
    what_is_forgotten_never_permits,
    the_order_of_documents_makes_no_difference,
    a_permit_holds_to_its_end,
    a_permit_ends_where_something_it_rests_on_ends,
    what_is_relied_on_is_what_is_released,
    break_glass_never_crosses_a_prohibition,
    silence_says_the_same_whatever_the_states,
    a_reason_tells_a_state_only_to_a_reader_permitted_it,
    what_a_prohibition_closes_is_not_spoken_of,
    a_duty_is_never_silently_withheld,
    what_a_search_may_always_use_is_permitted_whatever_the_states,
    what_is_remembered_changes_no_answer,
)
