"""Two provers of random promises about random registers: one verdict, and no case that the engine does not confirm."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.counterexample import confirmed, in_words
from agreements.decision import Permit, Refer
from agreements.document import Invariant, ProhibitRule
from agreements.invariants import Form, promises_of
from agreements.proof import prove
from agreements.prove_exact import ExactProver
from agreements.prove_z3 import Z3Prover
from agreements.register import compile_register
from agreements.request import Tri
from tests.agreements import generator
from tests.agreements.promises import promising_registers
from tests.agreements.questions import edges, question
from tests.agreements.reference import form, hear

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
DUTIES = {Form.NEVER_SILENT, Form.DUTY_NEVER_SILENT}


@QUICK
@given(promising_registers())
def test_both_provers_say_the_same_and_the_engine_confirms_every_case(documents):
    register = compile_register(documents)
    promises = promises_of(documents)
    exact, solver = ExactProver(register), Z3Prover(documents, promises)

    for promise in promises:
        enumerated, broken = exact.violation(promise), solver.broken(promise)
        assert (enumerated is not None) == broken, promise
        for found in filter(None, (enumerated, solver.case(promise) if broken else None)):
            assert confirmed(found, promise, register).confirmed, (promise, found)


@QUICK
@given(promising_registers())
def test_every_case_is_also_one_of_the_reference(documents):
    register = compile_register(documents)

    for verdict in prove(documents, register).verdicts:
        case = verdict.counterexample
        if case is None or documents.successions:
            continue
        released = form(hear(documents, [case.request])[0], case.source, case.item)
        assert (released is None) == (verdict.promise.form in DUTIES)
        assert case.item in verdict.promise.items
        assert (case.request.agency, case.request.role) in verdict.promise.readers
        for state in verdict.promise.states if verdict.promise.form is Form.NEVER else ():
            assert case.request.states[state] is Tri.YES
        if verdict.promise.form is Form.ONLY_IF:
            assert any(case.request.states.get(state) is not Tri.YES for state in verdict.promise.states)


@QUICK
@given(st.integers(0, 2**32))
def test_what_the_engine_releases_to_a_random_question_both_provers_find(seed):
    rng = generator.seeded(seed)
    documents = generator.register(rng)
    register = compile_register(documents)
    instants = edges(documents)
    asked = [question(rng, documents, instants)[0] for _ in range(20)]
    promises = tuple(
        Invariant.model_validate(content)
        for number, one in enumerate(asked)
        for content in against(register, one, number)
    )

    for verdict in prove(documents, register, promises).verdicts:
        if verdict.promise.name.startswith("register/"):
            assert not verdict.exact, verdict.promise
            assert not verdict.z3, verdict.promise
            assert verdict.counterexample.confirmed


def against(register, request, number):
    """A promise that the engine breaks in its answer to a request, if it releases anything."""
    decision = register.decide(request)
    permit = decision.permit if isinstance(decision, Refer) else decision
    if not isinstance(permit, Permit):
        return
    source, item = next(register.vocabulary.cells(permit.mask))
    yes = [state for state, value in request.states.items() if value is Tri.YES]
    yield {
        "id": f"P{number}",
        "says": "what was just released is never released",
        "never": {
            "recipients": [{"agency": request.agency, "roles": [request.role]}],
            "purposes": [request.purpose], "directions": [request.direction.value],
            "sources": [source], "data": [item], "states": yes,
        },
    }  # fmt: skip


def permitting_and_forbidding():
    """A register in which one prohibition stands between a reader and what a permit would release."""
    for seed in range(1000):
        documents = generator.register(generator.seeded(seed), most=1)
        register = compile_register(documents)
        for rule in documents.agreements[0].document.rules:
            if isinstance(rule, ProhibitRule) and rule.data == ("*",) and not (rule.when.any_of or rule.when.all_of):
                without = without_rule(documents, rule)
                promise = forbidden_by(rule)
                found = ExactProver(compile_register(without)).violation(promises_of(without, (promise,))[-1])
                if (
                    found is not None
                    and ExactProver(register).violation(promises_of(documents, (promise,))[-1]) is None
                ):
                    return documents, without, promise
    pytest.fail("no such register was drawn")


def without_rule(documents, rule):
    admitted = documents.agreements[0]
    left = tuple(one for one in admitted.document.rules if one is not rule)
    document = admitted.document.model_copy(update={"rules": left})
    return replace(documents, agreements=(replace(admitted, document=document),))


def forbidden_by(rule):
    purposes = rule.purposes if rule.purposes == "*" else list(rule.purposes)
    selector = {"recipients": [one.model_dump() for one in rule.recipients], "purposes": purposes}
    return Invariant.model_validate({"id": "P", "says": "what is forbidden is never released", "never": selector})


def test_a_compiler_that_loses_a_prohibition_is_seen_as_a_difference_between_the_provers():
    documents, without, promise = permitting_and_forbidding()

    proof = prove(documents, compile_register(without), (promise,))
    verdict = next(one for one in proof.verdicts if one.promise.name == "register/P")

    assert (verdict.exact, verdict.z3) == (False, True)
    assert not proof.whole
    assert prove(documents, compile_register(documents), (promise,)).verdicts[-1].proved


def test_a_case_is_told_in_a_sentence_that_names_reader_purpose_subject_date_and_cell():
    for seed in range(100):
        documents = generator.register(generator.seeded(seed))
        register = compile_register(documents)
        everything = Invariant.model_validate({"id": "P", "says": "nothing is released", "never": {}})
        case = prove(documents, register, (everything,)).verdicts[-1 - promised(documents)].counterexample
        if case is not None and case.request.states:
            told = in_words(case, register)
            for part in (case.request.role, case.request.purpose, case.source, case.item, case.request.band.word):
                assert part in told
            assert all(f"{name} {value.value}" in told for name, value in case.request.states.items())
            assert str(case.request.now.year) in told
            return
    pytest.fail("no case was found")


def promised(documents):
    return sum(len(one.document.invariants) for one in documents.agreements)


def test_a_register_without_permits_keeps_every_promise():
    documents = generator.register(generator.seeded(1))
    empty = replace(documents, agreements=())
    everything = Invariant.model_validate({"id": "P", "says": "nothing is released", "never": {}})

    assert prove(empty, extra=(everything,)).whole


def test_the_order_of_documents_makes_no_difference_to_a_proof():
    documents = generator.register(generator.seeded(5), most=4)
    backward = replace(documents, agreements=documents.agreements[::-1])

    assert prove(documents).invariants == prove(backward).invariants
    assert prove(documents).register_version == prove(backward).register_version


def test_a_promise_of_this_agreement_judges_its_own_rules_alone():
    told_apart = 0
    for seed in range(40):
        documents = generator.register(generator.seeded(seed))
        for admitted in documents.agreements:
            own, whole = (verdict_on(documents, admitted, under) for under in ("this_agreement", "register"))
            if own is not None and own.counterexample is not None:
                assert own.counterexample.clause.startswith(f"{admitted.document.reference}/")
                assert not whole.proved
            told_apart += own is not None and own.proved and not whole.proved

    assert told_apart


def verdict_on(documents, admitted, under):
    """The verdict on a promise of one agreement that nothing is released; `None` before it was ever activated."""
    content = {"id": "P", "says": "nothing is released", "never": {}, "under": under}
    document = admitted.document.model_copy(update={"invariants": (Invariant.model_validate(content),)})
    promising = tuple(replace(one, document=document) if one is admitted else one for one in documents.agreements)
    verdicts = prove(replace(documents, agreements=promising)).verdicts
    return next((one for one in verdicts if one.promise.name == f"{document.reference}/P"), None)
