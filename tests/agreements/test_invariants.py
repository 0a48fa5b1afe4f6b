"""What Northvale's register promises: all of it proved twice, and one word that breaks a promise is found out."""

import shutil

import pytest

from agreements.drafts import as_if_in_force
from agreements.errors import AgreementFileError
from agreements.invariants import Form
from agreements.loader import load_register
from agreements.proof import prove
from agreements.register import compile_register
from tests.agreements.northvale import NOW, REGISTER

THE_FOUR = {
    "register/TENANCY": "No tenancy-enforcement role sees health or domestic-abuse items for any purpose.",
    "register/FRAUD": "No fraud purpose sees welfare items.",
    "register/GLASS-ADDRESS": "Break-glass never opens a protected address.",
    "register/DUTY": "A duty-marked item is never silently withheld from its statutory recipient.",
}


@pytest.fixture(scope="module", params=["main", "sandbox"])
def proof(request, northvale_documents, sandbox_documents):
    return prove(northvale_documents if request.param == "main" else sandbox_documents)


def test_every_promise_of_northvale_is_proved_by_both_provers(proof):
    assert [verdict.promise.name for verdict in proof.verdicts if not verdict.proved] == []
    assert proof.whole


def test_the_promises_that_every_council_asks_for_are_among_them(proof):
    said = {verdict.promise.name: verdict.promise.says for verdict in proof.verdicts}

    assert {name: said.get(name) for name in THE_FOUR} == THE_FOUR
    assert sum(name.startswith("standing/") for name in said) == 4


def test_each_promise_but_those_of_duties_speaks_of_a_reader_a_cell_and_a_rule_of_the_register(proof, northvale):
    """A promise about nobody, or about items that no agreement moves for anybody, would prove itself."""
    moved = 0
    for rules in northvale.index.values():
        for permit in rules.permits:
            moved |= permit.mask
    for verdict in proof.verdicts:
        promise = verdict.promise
        assert promise.readers, promise.name
        assert promise.spans, promise.name
        if promise.name not in {"register/REFUGE", "MOU-NV-2026-001@1/I3"}:
            assert moved & northvale.vocabulary.mask(promise.sources, promise.items), promise.name


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(REGISTER, tmp_path / "register")


def change(folder, file, rule, old, new):
    """Change one word of one rule."""
    path = folder / file
    before, mark, after = path.read_text(encoding="utf-8").partition(f"- id: {rule}\n")
    assert mark
    assert old in after
    path.write_text(before + mark + after.replace(old, new, 1), encoding="utf-8")


def broken(folder):
    documents = as_if_in_force(load_register(folder, None, NOW), NOW, None)
    register = compile_register(documents)
    return {one.promise.name: one for one in prove(documents, register).verdicts if not one.proved}


@pytest.mark.parametrize(
    ("rule", "old", "new", "promise"),
    [
        ("EH1", "early_help_manager", "ig_officer", "register/OVERSIGHT"),
        ("EH1", "agreed_to_help", "safeguarding_concern", "register/AGREED"),
        ("EH4", "contact.phone", "address.residence", "register/GLASS-ADDRESS"),
        ("EH2", "early_help_manager", "analyst", "register/ANALYSTS"),
        ("X2", "reader_works_with_perpetrator", "objection", "register/PERPETRATOR"),
    ],
)
def test_one_word_that_breaks_a_promise_is_found_by_both_provers_with_a_case(copy, rule, old, new, promise):
    change(copy, "agreements/early-help.yaml", rule, old, new)

    verdict = broken(copy)[promise]

    assert (verdict.exact, verdict.z3) == (False, False)
    case = verdict.counterexample
    assert case.confirmed
    assert case.clause.startswith("ISA-NV-2026-014@1/EH")
    assert case.request.purpose == "early_help"
    assert case.request.break_glass is (promise in {"register/GLASS-ADDRESS", "register/PERPETRATOR"})


def test_a_charter_that_forgets_one_source_tells_where_a_protected_person_is(copy):
    named = "[health, schools, social_care, case_system, housing, academies, recovery, probation, youth_justice]"
    change(copy, "agreements/northvale-charter.yaml", "X7", 'sources: "*"', f"sources: {named}")

    case = broken(copy)["register/WHEREABOUTS"].counterexample
    assert case.confirmed
    assert case.request.agency == "little_steps"


def test_the_drafts_of_northvale_keep_their_promises_before_anybody_signs(copy):
    assert broken(copy) == {}


def test_an_agreement_that_nobody_signed_promises_nothing_yet():
    names = {verdict.promise.name for verdict in prove(load_register(REGISTER, None, NOW)).verdicts}

    assert "register/TENANCY" in names
    assert not any(name.startswith("MOU-") for name in names)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("families: [tenancy_enforcement]", "families: [tenancy_enforcment]", "no registered role is of this family"),
        ("purposes: [council_tax_fraud]", "purposes: [tax_fraud]", "a purpose here is not registered"),
        ("roles: [refuge_advocate]", "roles: [advocate]", "this means no registered role"),
        ('data: ["address.*"]', 'data: ["adress.*"]', "this names no data item"),
        ("id: FRAUD-ROLE", "id: FRAUD", "this id is used twice"),
        ("break_glass_never_opens:", "break_glass_opens:", "Extra inputs are not permitted"),
        ("    never_silent:", "    never: {}\n    never_silent:", "an invariant says one of"),
        ("states: [agreed_to_help]", "states: []", "only_if names the states"),
        ("never_silent: {", "under: this_agreement\n    never_silent: {", "never_silent speaks of the whole register"),
        ('{data: ["health.*"]}', '{data: ["health.*"], states: [minor]}', "states belong to never and only_if"),
        ("id: OVERSIGHT", "id: OVERSIGHT\n    under: this_agreement", "no agreement stands here to judge"),
    ],
)
def test_a_promise_that_means_nothing_is_refused_with_its_place(copy, old, new, words):
    path = copy / "invariants.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(AgreementFileError) as caught:
        load_register(copy, None, NOW)

    assert caught.value.file == "invariants.yaml"
    assert caught.value.line > 1
    assert words in caught.value.problem


def test_a_register_without_promises_of_its_own_keeps_the_standing_theorems(copy):
    (copy / "invariants.yaml").unlink()

    forms = [verdict.promise.form for verdict in prove(load_register(copy, None, NOW)).verdicts]

    assert forms == [
        Form.NO_PROHIBITION_CROSSED, Form.RELATIONSHIP_ALONE_WIDENED, Form.UNKNOWN_NEVER_PERMITS,
        Form.DUTY_NEVER_SILENT,
    ]  # fmt: skip
