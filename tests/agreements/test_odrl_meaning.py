"""What the constraints of an export say, judged as ODRL says them, is what the engine decides."""

import json
import random

from agreements.compiled import state_bits
from agreements.odrl import export_odrl
from agreements.register import compile_register
from agreements.request import STATES, Tri
from tests.agreements import generator

STATE = "isa:state-"


def holds(test, states):
    """One constraint on the subject's states, by its operator and right operand alone; any other constraint holds."""
    if "or" in test:
        return any(holds(one, states) for one in test["or"])
    if not test.get("leftOperand", "").startswith(STATE):
        return True
    same = [f"isa:{states[test['leftOperand'].removeprefix(STATE)]}"] == test["rightOperand"]
    return same if test["operator"] == "odrl:eq" else not same


def of_clauses(exported, *kinds):
    for agreement in exported["agreement"]:
        for kind in kinds:
            for rule in agreement.get(kind, []):
                yield f"{agreement['uid'].removeprefix('agreement/')}/{rule['identifier']}", rule["constraint"]


def drawn(rng):
    states = {state: rng.choice(list(Tri)) for state in STATES}
    known = [state_bits(state for state, value in states.items() if value is wanted) for wanted in (Tri.YES, Tri.NO)]
    return states, known


def test_constraints_on_states_hold_as_the_engine_judges_them():
    rng = random.Random(5)  # noqa: S311 - the same rules every time
    judged = set()
    for _ in range(30):
        documents = generator.register(rng, most=6)
        exported = json.loads(export_odrl(documents))
        index = compile_register(documents).index.values()
        gates = {permit.clause: permit.gate.conditions_hold for rules in index for permit in rules.permits}
        bars = {bar.clause: bar.bites for rules in index for bar in (*rules.bars, *rules.pairs)}
        for clause, constraints in of_clauses(exported, "permission", "prohibition", "limit", "neverBoth"):
            speaks = gates.get(clause) or bars.get(clause)
            for states, (yes, no) in (drawn(rng) for _ in range(40 if speaks else 0)):
                said = all(holds(one, states) for one in constraints)
                assert said == speaks(yes, no), clause
                judged.add((clause in gates, said))

    assert judged == {(True, True), (True, False), (False, True), (False, False)}
