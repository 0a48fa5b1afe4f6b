"""Differences of drafts of Northvale's register, in the words that an officer reads before signing."""

from dataclasses import replace
from datetime import date

import pytest

from agreements.difference import differences
from agreements.difference_aspects import Kind
from agreements.difference_words import Names, as_data, in_sentences
from agreements.document import Agreement
from agreements.drafts import as_if_in_force
from agreements.periods import start_of_day
from agreements.register import compile_register

FROM = start_of_day(date(2027, 4, 1))


@pytest.fixture
def said(northvale_documents, northvale):
    def compare(change, agreement="ISA-NV-2026-014"):
        """Change one agreement's content as a draft from April 2027 and say what differs from what is in force."""
        drafts = tuple(
            redrafted(one, change) if one.document.id == agreement else one for one in northvale_documents.agreements
        )
        after = compile_register(
            as_if_in_force(replace(northvale_documents, agreements=drafts), FROM, northvale_documents)
        )
        names = Names.of(northvale, after)
        found = differences(northvale, after)
        return in_sentences([one for one in found if one.kind is not Kind.AGREEMENT], names), found

    return compare


def redrafted(admitted, change):
    content = admitted.document.model_dump(by_alias=True, mode="json")
    change(content)
    return replace(admitted, document=Agreement.model_validate(content), digest="a draft")


def rule(content, name):
    return next(one for one in content["rules"] if one["id"] == name)


def attendance_for_adults(content):
    content["rules"].append(
        {
            "id": "EH99", "effect": "permit", "purposes": ["early_help"], "relationships": ["allocated_worker"],
            "recipients": [{"agency": "northvale_council", "roles": ["early_help_worker"]}], "directions": ["view"],
            "sources": ["schools"], "data": ["contact.phone"], "conditions": {"all_of": ["agreed_to_help"]},
            "subjects": {"minors": "exclude"}, "window_days": 365, "necessity": "A worker must be able to call.",
        }
    )  # fmt: skip


def test_a_new_rule_is_told_with_its_day_reader_item_people_and_limits(said):
    sentences, _ = said(attendance_for_adults)

    gained = [one for one in sentences if "also see" in one]
    assert gained == [
        "From 1 April 2027 to 31 January 2029, early help workers at Northvale Council also see phone number "
        "(School records), in full, only events of the last 365 days, for “Support a family through early help”, "
        "for adults who agreed to help and whose record is not restricted, where the reader is the allocated worker."
    ]


def test_the_same_difference_as_data_names_codes_and_instants(said):
    _, found = said(attendance_for_adults)

    data = next(as_data(one) for one in found if one.kind is Kind.GAINED)
    assert data["readers"] == [{"agency": "northvale_council", "role": "early_help_worker"}]
    assert data["items"] == {"schools": ["contact.phone"]}
    assert data["spans"] == [{"from": "2027-03-31T23:00:00+00:00", "until": "2029-02-01T00:00:00+00:00"}]
    assert data["where"][0]["states"] == {"minor": ["no"], "agreed_to_help": ["yes"], "restriction": ["no"]}


def test_items_taken_out_of_a_rule_are_no_longer_seen_or_extracted(said):
    sentences, _ = said(lambda content: rule(content, "EH5")["data"].remove("contact.email"))

    lost = [one for one in sentences if "no longer" in one]
    assert len(lost) == 1
    assert (
        "early help managers and early help workers at Northvale Council no longer extract and see e-mail address"
        in lost[0]
    )


def test_what_is_said_of_the_withheld_is_told_when_it_changes_from_count_to_silent(said):
    sentences, found = said(lambda content: content["withholding"].clear())

    assert {one.kind for one in found} >= {Kind.TOLD}
    assert any("Now: silent" in one and "so far: count" in one for one in sentences)


def test_an_item_that_is_no_longer_supplied_is_told_of_its_owner(said):
    def without_arrears(content):
        supply = next(one for one in content["supply"] if one["party"] == "brightwater_homes")
        supply["data"].remove("housing.arrears")

    sentences, _ = said(without_arrears)
    assert any("early help" in one and "no longer" in one and "arrears" in one for one in sentences)


def test_break_glass_that_lasts_longer_is_told(said):
    sentences, _ = said(lambda content: content["break_glass"].update(expires_minutes=120))

    assert any("break-glass changes" in one.lower() and "lasts 120 minutes" in one for one in sentences)


def test_a_clause_that_is_split_in_two_and_does_the_same_is_no_difference(said):
    def split(content):
        whole = rule(content, "EH5")
        content["rules"].append({**whole, "id": "EH98", "data": whole["data"][1:]})
        whole["data"] = whole["data"][:1]

    assert said(split)[0] == []


def test_a_draft_leaves_the_past_as_it_was_agreed(said):
    _, found = said(lambda content: content.update(rules=[], withholding=[], break_glass=None))

    of_readers = [one for one in found if one.readers and one.kind is not Kind.BREAK_GLASS]
    assert of_readers
    assert all(span[0] >= FROM for one in of_readers for span in one.spans)


def test_a_team_that_subjects_are_told_of_by_its_own_name_from_now_on_is_told(northvale_documents, northvale):
    agencies = northvale_documents.agencies
    without = tuple(one.model_copy(update={"teams": one.teams[1:]}) for one in agencies.agencies)
    lists = agencies.model_copy(update={"agencies": without})
    after = compile_register(replace(northvale_documents, agencies=lists))

    (sentence,) = in_sentences(differences(northvale, after), Names.of(northvale, after))
    assert "eam northvale_council/Early Help North, to those whom its look-ups are about" in sentence
    assert "so far: told as Early Help. Now: nothing" in sentence
