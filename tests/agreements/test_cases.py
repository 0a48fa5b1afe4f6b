"""Runs the Given/When/Then tables of cases/*.yaml on Northvale's register (format: docs/agreements-guide.md).

given: reader, purpose, relationship, band, regime (that of the purpose, unless told), states (those not named are no;
       `unknown: [..]` names unknown ones), break_glass, now, family (the states of each other person asked of
       together), register (sandbox), suspended (a document suspended at `now`).
when:  a direction.
then:  result (permit, refer, refusal), code, subject_dependent, message, to, sees, never_sees (cells as source/item,
       where either side may be *), only (the complete list of cells), advice, form, minutes, withheld (cell: mode),
       says (cell: text).
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agreements.decision import Permit, Refer, Refusal
from agreements.loader import load_register
from agreements.register import compile_register
from agreements.request import STATES, Band, DecisionRequest, Direction, Regime, Relationship, Tri
from tests.agreements.northvale import ENACTED, NOW, REGISTER

CASES = [
    (path.stem, case)
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
]


GIVEN = {
    "reader", "purpose", "relationship", "band", "regime", "states", "unknown", "break_glass", "now", "family",
    "register", "suspended",
}  # fmt: skip
THEN = {
    "result", "code", "subject_dependent", "message", "to", "sees", "never_sees", "only", "advice", "form", "minutes",
    "withheld", "says",
}  # fmt: skip


def states_of(given):
    states = dict.fromkeys(STATES, Tri.NO) | dict.fromkeys(given.get("states", []), Tri.YES)
    return states | dict.fromkeys(given.get("unknown", []), Tri.UNKNOWN)


def requests_of(case, register):
    """The question of the case, then one for each other person of the family."""
    given = case["given"]
    agency, role = given["reader"].split("/")
    asked = DecisionRequest(
        agency=agency,
        role=role,
        purpose=given["purpose"],
        relationship=Relationship(given.get("relationship", "none")),
        states=states_of(given),
        band=Band.named(given.get("band", "verified")),
        direction=Direction(case["when"]),
        now=datetime.fromisoformat(given["now"]) if "now" in given else NOW,
        break_glass=given.get("break_glass", False),
        regime=Regime(given["regime"]) if "regime" in given else register.regimes[given["purpose"]],
    )
    return [asked, *(replace(asked, states=states_of(person)) for person in given.get("family", ()))]


def permit_of(decision):
    return decision.permit if isinstance(decision, Refer) else decision if isinstance(decision, Permit) else None


def matching(vocabulary, pattern):
    source, item = pattern.split("/")
    prefix = item[:-1] if item.endswith("*") else None
    found = {
        (s, i)
        for s, i in vocabulary.cells(vocabulary.all_mask)
        if source in {"*", s} and (i == item or (prefix is not None and i.startswith(prefix)))
    }
    assert found, f"{pattern} names no cell"
    return found


@pytest.fixture(scope="module")
def suspending(signed):
    """A register in which one document was suspended at an instant."""
    documents = load_register(REGISTER, signed, NOW)

    def suspended(reference):
        agreements = tuple(
            replace(one, active=((ENACTED, NOW),)) if one.document.reference == reference else one
            for one in documents.agreements
        )
        assert agreements != documents.agreements, reference
        return compile_register(replace(documents, agreements=agreements))

    return suspended


@pytest.fixture
def register(case, northvale, sandbox, suspending):
    if "suspended" in case["given"]:
        return suspending(case["given"]["suspended"])
    return sandbox if case["given"].get("register") == "sandbox" else northvale


@pytest.fixture
def decision(case, register):
    return register.decide_profile(requests_of(case, register))[0]


@pytest.fixture
def reasons(case, register):
    return tuple(register.explain_profile(requests_of(case, register))[0])


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{name}: {case['scene']}" for name, case in CASES])
class TestCase:
    def test_the_case_says_nothing_that_is_not_looked_at(self, case):
        assert case.keys() <= {"scene", "agreement", "given", "when", "then"}
        assert case["given"].keys() <= GIVEN
        assert case["then"].keys() <= THEN

    def test_the_result_is_as_the_table_says(self, decision, case):
        then = case["then"]

        assert type(decision).__name__.lower() == then["result"]
        for part in ("code", "subject_dependent", "message", "to"):
            if part in then:
                assert getattr(decision, part) == then[part]

    def test_the_cells_are_as_the_table_says(self, register, decision, case):
        then, permit = case["then"], permit_of(decision)
        seen = set(register.vocabulary.cells(permit.mask)) if permit else set()

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
            assert permit.not_after - requests_of(case, register)[0].now == timedelta(minutes=then["minutes"])

    def test_the_withheld_cells_speak_as_the_table_says(self, register, reasons, case):
        for pattern, mode in case["then"].get("withheld", {}).items():
            for source, item in matching(register.vocabulary, pattern):
                bit = 1 << register.vocabulary.cell(source, item)
                assert [reason.mode.value for reason in reasons if reason.mask & bit] == [mode]
        for pattern, text in case["then"].get("says", {}).items():
            for source, item in matching(register.vocabulary, pattern):
                bit = 1 << register.vocabulary.cell(source, item)
                assert [reason.message for reason in reasons if reason.mask & bit] == [text]

    def test_every_cell_is_permitted_or_has_exactly_one_reason(self, register, decision, reasons):
        permit = permit_of(decision)
        accounted = permit.mask if permit else 0

        for reason in reasons:
            assert not accounted & reason.mask
            accounted |= reason.mask
        assert accounted == register.vocabulary.all_mask

    def test_the_agreement_named_is_the_one_that_permits(self, decision, case):
        permit = permit_of(decision)
        if permit is not None and "agreement" in case:
            assert case["agreement"] in {use.agreement for use in permit.uses}


def test_every_agreement_and_every_purpose_has_a_case_that_is_allowed_and_one_that_is_refused(signed):
    documents = load_register(REGISTER, signed, NOW)
    told = defaultdict(set)
    for _, case in CASES:
        allowed = case["then"]["result"] != "refusal"
        told[case.get("agreement")].add(allowed)
        told[case["given"]["purpose"]].add(allowed)

    agreements = {one.document.id for one in documents.agreements if one.document.tier != "memorandum"}
    purposes = {purpose.id for purpose in documents.purposes.purposes}
    assert [name for name in sorted(agreements | purposes) if told[name] != {True, False}] == []


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
