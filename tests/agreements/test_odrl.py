"""An export says what the documents say: it reads back equal, refuses what was changed, and foreign tools read it."""

import json
import os
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from agreements.errors import AgreementFileError
from agreements.odrl import export_odrl, read_odrl
from agreements.odrl_vocabulary import DEFAULT_BASE, context
from agreements.register import compile_register
from tests.agreements import generator
from tests.agreements.northvale import NOW

GENERATED = int(os.environ.get("ODRL_AGREEMENTS", "300"))


@pytest.mark.parametrize("which", ["northvale_documents", "sandbox_documents"])
def test_northvale_reads_back_to_the_same_documents_and_masks(which, request):
    documents = request.getfixturevalue(which)
    again = read_odrl(export_odrl(documents))

    assert again == documents
    assert compile_register(again).index == compile_register(documents).index
    assert compile_register(again).version == compile_register(documents).version


def test_generated_agreements_read_back_to_the_same_documents_and_masks():
    rng = random.Random(11)  # noqa: S311 - the same agreements every time
    read, effects = 0, set()
    while read < GENERATED:
        documents = generator.register(rng)
        again = read_odrl(export_odrl(documents))
        assert again == documents
        assert compile_register(again).index == compile_register(documents).index
        read += len(documents.agreements)
        effects |= {rule.effect for admitted in documents.agreements for rule in admitted.document.rules}

    assert effects == {"permit", "refer", "prohibit", "limit", "never_both"}


def test_the_same_documents_give_the_same_bytes(northvale_documents):
    assert export_odrl(northvale_documents) == export_odrl(read_odrl(export_odrl(northvale_documents)))


def test_names_are_relative_to_the_base_that_is_asked_for(northvale_documents):
    text = export_odrl(northvale_documents, "https://council.example/sharing/")

    assert json.loads(text)["@context"]["@base"] == "https://council.example/sharing/"
    assert DEFAULT_BASE not in text
    assert read_odrl(text) == northvale_documents


def test_every_agreement_states_its_profile_its_conflict_strategy_and_the_digest_that_was_signed(northvale_documents):
    exported = json.loads(export_odrl(northvale_documents))
    digests = {admitted.document.reference: admitted.digest for admitted in northvale_documents.agreements}

    assert "signatures are over the canonical JSON of each YAML document" in exported["description"]
    for agreement in exported["agreement"]:
        assert agreement["type"] == ["odrl:Agreement"]
        assert agreement["profile"] == context(DEFAULT_BASE)["isa"]
        assert agreement["conflict"] == "odrl:prohibit"
        assert agreement["digest"] == digests[agreement["uid"].removeprefix("agreement/")]


def test_a_version_that_nobody_has_put_in_force_is_an_offer(northvale_documents):
    drafts = replace(
        northvale_documents, agreements=tuple(replace(one, active=()) for one in northvale_documents.agreements)
    )
    exported = json.loads(export_odrl(drafts))

    assert {agreement["type"][0] for agreement in exported["agreement"]} == {"odrl:Offer"}
    assert read_odrl(export_odrl(drafts)) == drafts


def first_rule(exported, kind):
    return next(agreement[kind][0] for agreement in exported["agreement"] if kind in agreement)


CHANGES = {
    "a statement of somebody else's": lambda node: node.update(licence="mine"),
    "a constraint that no rule of ours has": lambda node: first_rule(node, "permission")["constraint"].append(
        {"uid": "x", "type": ["odrl:Constraint"], "leftOperand": "odrl:spatial", "operator": "odrl:eq"}
    ),
    "a date in one place and not in the other": lambda node: node["agreement"][0].update(validTo="2031-03-31"),
    "another conflict strategy": lambda node: node["agreement"][0].update(conflict="odrl:perm"),
    "an item taken out of its group": lambda node: node["item"][0].update(partOf=[]),
    "a rule without its cells": lambda node: first_rule(node, "permission").pop("target"),
    "a choice that says nothing": lambda node: first_rule(node, "permission")["target"].pop("source"),
    "an effect that no document has": lambda node: first_rule(node, "prohibition").update(existence="isa:existence-x"),
    "a purpose named where a source belongs": lambda node: first_rule(node, "permission")["target"].update(
        source=["purpose/early_help"]
    ),
    "another context": lambda node: node["@context"].update(permission="odrl:prohibition"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_export_is_refused(change, northvale_documents):
    exported = json.loads(export_odrl(northvale_documents))
    change(exported)

    with pytest.raises(AgreementFileError, match=r"^export:0: .*; export it again$"):
        read_odrl(json.dumps(exported))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"@context": {}}', "null"])
def test_what_is_no_export_is_refused(text):
    with pytest.raises(AgreementFileError, match=r"^export:\d+: file: not .*; export it again$"):
        read_odrl(text)


def test_every_term_of_the_profile_in_an_export_is_explained(northvale_documents):
    page = (Path(__file__).resolve().parents[2] / "docs" / "odrl-profile.md").read_text(encoding="utf-8")
    rng = random.Random(3)  # noqa: S311 - the same agreements every time
    exported = [json.loads(export_odrl(one)) for one in (northvale_documents, generator.register(rng, most=40))]
    said = json.dumps([{key: value for key, value in node.items() if key != "@context"} for node in exported])
    terms = {found.partition("-")[0] for found in re.findall(r'"(isa:\w+-?)', said)}

    assert sorted(term for term in terms if not re.search(rf"`{term}(?:-|`| )", page)) == []


def test_the_instant_of_loading_is_kept(northvale_documents):
    assert read_odrl(export_odrl(northvale_documents)).now == NOW
