"""Two readings of a register are compared in documents and in masks, drafts as if they were in force."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agreements.odrl import export_odrl, read_odrl
from gateway.usecases.register.exporting_register import differences, documents_to_export
from tests.gateway.cluster import REGISTER

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def drafts():
    return documents_to_export(REGISTER, None, NOW)


def without_rule(documents, agreement, rule):
    """The documents, one rule of one agreement taken out."""

    def cut(admitted):
        document = admitted.document
        if document.id != agreement:
            return admitted
        kept = tuple(one for one in document.rules if one.id != rule)
        return replace(admitted, document=document.model_copy(update={"rules": kept}))

    return replace(documents, agreements=tuple(cut(admitted) for admitted in documents.agreements))


def test_drafts_release_nothing_and_are_compared_all_the_same(drafts):
    assert all(not admitted.active for admitted in drafts.agreements)
    assert differences(drafts, read_odrl(export_odrl(drafts))) == []


def test_a_rule_that_was_lost_shows_in_the_document_and_in_the_masks(drafts):
    found = differences(drafts, without_rule(drafts, "ISA-NV-2026-017", "MA2"))

    assert "ISA-NV-2026-017@1: it reads back differently" in found
    assert "brightwater_homes/marac_housing_lead, marac, view: other masks once in force" in found
    assert not any("early_help" in line for line in found)


def test_a_list_that_was_changed_shows_by_its_name(drafts):
    again = replace(drafts, dpias=drafts.dpias[1:])

    assert differences(drafts, again)[0] == "dpias: they read back differently"
