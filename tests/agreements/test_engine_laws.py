"""The laws of every register, on random ones; a seed that fails is named by Hypothesis and repeats."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.decision import Refusal
from agreements.register import compile_register
from tests.agreements import generator, questions
from tests.agreements.laws import LAWS

SEEDS = st.integers(min_value=0, max_value=10**9)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("law", LAWS, ids=[law.__name__.replace("_", " ") for law in LAWS])
@QUICK
@given(SEEDS)
def test_in_every_register(law, seed):
    law(generator.seeded("questions", seed), generator.register(generator.seeded(seed)))


@QUICK
@given(SEEDS)
def test_an_empty_register_refuses_everything(seed):
    rng = generator.seeded(seed)
    full = generator.register(rng)
    empty = compile_register(generator.register_of((), generator.lists(rng)))

    request, _ = questions.question(rng, full, questions.edges(full))

    assert isinstance(empty.decide(request), Refusal)
    assert empty.decide_supply("council", "register", request.now).items == frozenset()
    assert empty.purposes_for("council", "worker", request.now) == ()
