"""The theorems that hold of every register: an engine that breaks one is found out on Northvale's."""

from dataclasses import replace

import pytest

from agreements.compiled import Bite, Gate
from agreements.document import ProhibitRule
from agreements.proof import prove
from agreements.register import Register, compile_register
from agreements.request import Band, Tri


def failing(documents, register):
    return {one.promise.name for one in prove(documents, register).verdicts if not one.exact}


@pytest.fixture
def engine(monkeypatch):
    """Replace how the engine decides by a function of the register's own way and the request."""
    own = Register.decide

    def install(decide):
        monkeypatch.setattr(Register, "decide", lambda register, request: decide(own, register, request))

    return install


def test_the_engine_as_it_is_breaks_none(northvale_documents, northvale):
    assert failing(northvale_documents, northvale) == set()


def test_a_gate_that_lets_the_unknown_pass_is_found(monkeypatch, northvale_documents, northvale):
    monkeypatch.setattr(Gate, "conditions_hold", lambda gate, yes, no: not gate.yes_all & no and not gate.no_all & yes
                        and not (gate.yes_all & ~yes and yes))  # fmt: skip

    assert "standing/unknown_never_permits" in failing(northvale_documents, northvale)


def test_a_prohibition_that_the_unknown_lifts_is_found(monkeypatch, northvale_documents, northvale):
    monkeypatch.setattr(Bite, "bites", lambda bite, yes, _: not bite.when_any or bool(bite.when_any & yes))

    assert "standing/unknown_never_permits" in failing(northvale_documents, northvale)


def test_an_engine_that_forgets_that_a_state_is_unknown_is_found(engine, northvale_documents, northvale):
    def kind(own, register, request):
        guessed = {name: request.states.get(name, Tri.YES) for name in ("agreed_to_help", "named_case")}
        return own(register, replace(request, states={**request.states, **guessed}))

    engine(kind)

    assert "standing/unknown_never_permits" in failing(northvale_documents, northvale)


def test_break_glass_that_crosses_a_prohibition_is_found(engine, northvale_documents, northvale):
    lawless = compile_register(
        replace(
            northvale_documents,
            agreements=tuple(
                replace(one, document=one.document.model_copy(update={"rules": kept(one.document)}))
                for one in northvale_documents.agreements
            ),
        )
    )
    engine(lambda own, register, request: own(lawless if request.break_glass else register, request))

    assert failing(northvale_documents, northvale) >= {"standing/no_prohibition_crossed"}


def kept(document):
    return tuple(rule for rule in document.rules if not isinstance(rule, ProhibitRule))


def test_break_glass_that_also_widens_the_link_band_is_found(engine, northvale_documents, northvale):
    engine(
        lambda own, register, request: own(
            register, replace(request, band=Band.VERIFIED) if request.break_glass else request
        )
    )

    assert "standing/relationship_alone_widened" in failing(northvale_documents, northvale)


def test_break_glass_that_outlasts_its_agreement_is_found(engine, northvale_documents, northvale):
    inside = min(
        permit.gate.starts for rules in northvale.index.values() for permit in rules.permits if permit.break_glass_for
    )
    engine(
        lambda own, register, request: own(register, replace(request, now=inside) if request.break_glass else request)
    )

    assert "standing/relationship_alone_widened" in failing(northvale_documents, northvale)


def test_a_duty_that_is_not_referred_is_found(engine, northvale_documents, northvale):
    def deaf(own, register, request):
        decision = own(register, request)
        if getattr(decision, "code", "") != "statutory-referral":
            return decision
        return decision.permit or own(register, replace(request, role="nobody"))

    engine(deaf)

    assert "standing/duty_never_silent" in failing(northvale_documents, northvale)
