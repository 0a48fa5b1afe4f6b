"""The laws of every register, on random ones; a seed that fails is named by Hypothesis and repeats.

15 registers a law for a change and 40 for a release. That each law sees the mistakes that it is there for is shown in
`mutation/test_faults.py` for every change.
"""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.decision import Refusal
from agreements.register import compile_register
from tests.agreements import generator, questions, reference
from tests.agreements.laws import LAWS
from tests.depth import examples

SEEDS = st.integers(min_value=0, max_value=10**9)
QUICK = settings(max_examples=examples(15, 40), deadline=None, suppress_health_check=list(HealthCheck))


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


def test_the_reference_can_be_read_at_one_sitting():
    text = Path(reference.__file__).read_text(encoding="utf-8")
    spoken = {
        number
        for part in ast.walk(ast.parse(text))
        if isinstance(part, ast.Module | ast.FunctionDef) and ast.get_docstring(part)
        for number in range(part.body[0].lineno, part.body[0].end_lineno + 1)
    }
    code = [line for number, line in enumerate(text.splitlines(), start=1) if number not in spoken and line.strip()]

    assert len(code) < 120
