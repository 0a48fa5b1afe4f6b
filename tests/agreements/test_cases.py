"""Runs the Given/When/Then tables of cases/*.yaml on Northvale's register.

given: agency, role, purpose, relationship, band, states (those not named are no; `unknown: [..]` names unknown ones),
       break_glass, register (sandbox), now.
when:  a direction.
then:  result (permit, refer, refusal), code, subject_dependent, message, sees, never_sees (cells as source/item, where
       either side may be *), only (the complete list of cells), advice, form, minutes, withheld (cell: mode),
       says (cell: text).
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agreements.decision import Permit, Refer, Refusal
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from tests.agreements.northvale import NOW

CASES = [
    (path.stem, case)
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
]


def request_of(case):
    given = case["given"]
    states = dict.fromkeys(STATES, Tri.NO) | dict.fromkeys(given.get("states", []), Tri.YES)
    states |= dict.fromkeys(given.get("unknown", []), Tri.UNKNOWN)
    agency, role = given["reader"].split("/")
    return DecisionRequest(
        agency=agency,
        role=role,
        purpose=given["purpose"],
        relationship=Relationship(given.get("relationship", "none")),
        states=states,
        band=Band.named(given.get("band", "verified")),
        direction=Direction(case["when"]),
        now=datetime.fromisoformat(given["now"]) if "now" in given else NOW,
        break_glass=given.get("break_glass", False),
    )


def matching(vocabulary, pattern):
    source, item = pattern.split("/")
    prefix = item[:-1] if item.endswith("*") else None
    return {
        (s, i)
        for s, i in vocabulary.cells(vocabulary.all_mask)
        if source in {"*", s} and (i == item or (prefix is not None and i.startswith(prefix)))
    }


@pytest.fixture
def register(case, northvale, sandbox):
    return sandbox if case["given"].get("register") == "sandbox" else northvale


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{name}: {case['scene']}" for name, case in CASES])
class TestCase:
    def test_the_result_is_as_the_table_says(self, register, case):
        then, decision = case["then"], register.decide(request_of(case))

        assert type(decision).__name__.lower() == then["result"]
        for part in ("code", "subject_dependent", "message", "to"):
            if part in then:
                assert getattr(decision, part) == then[part]

    def test_the_cells_are_as_the_table_says(self, register, case):
        then, decision = case["then"], register.decide(request_of(case))
        permit = decision.permit if isinstance(decision, Refer) else decision
        seen = set(register.vocabulary.cells(permit.mask)) if isinstance(permit, Permit) else set()

        for pattern in then.get("sees", []):
            assert matching(register.vocabulary, pattern) & seen, pattern
        for pattern in then.get("never_sees", []):
            assert not matching(register.vocabulary, pattern) & seen, pattern
        if "only" in then:
            assert seen == {tuple(cell.split("/")) for cell in then["only"]}
        if "advice" in then:
            assert permit.advice == tuple(then["advice"])
        for cell, form in then.get("form", {}).items():
            assert permit.form(*cell.split("/")) == form
        if "minutes" in then:
            assert permit.not_after - request_of(case).now == timedelta(minutes=then["minutes"])

    def test_the_withheld_cells_speak_as_the_table_says(self, register, case):
        reasons = register.explain(request_of(case))

        for pattern, mode in case["then"].get("withheld", {}).items():
            for source, item in matching(register.vocabulary, pattern):
                bit = 1 << register.vocabulary.cell(source, item)
                assert [reason.mode.value for reason in reasons if reason.mask & bit] == [mode]
        for pattern, text in case["then"].get("says", {}).items():
            for source, item in matching(register.vocabulary, pattern):
                bit = 1 << register.vocabulary.cell(source, item)
                assert [reason.message for reason in reasons if reason.mask & bit] == [text]

    def test_every_cell_is_permitted_or_has_exactly_one_reason(self, register, case):
        request = request_of(case)
        decision = register.decide(request)
        permit = decision.permit if isinstance(decision, Refer) else decision
        accounted = permit.mask if isinstance(permit, Permit) else 0

        for reason in register.explain(request):
            assert not accounted & reason.mask
            accounted |= reason.mask
        assert accounted == register.vocabulary.all_mask


def test_a_refusal_of_the_fraud_officer_is_the_same_for_every_subject(northvale):
    refusals = {
        northvale.decide(
            DecisionRequest(
                "northvale_council", "council_tax_fraud_officer", "early_help", Relationship.NONE,
                {"agreed_to_help": answer}, Band.VERIFIED, Direction.VIEW, NOW,
            )
        )
        for answer in Tri
    }  # fmt: skip

    assert len(refusals) == 1
    assert isinstance(refusals.pop(), Refusal)
