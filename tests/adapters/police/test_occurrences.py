"""A person's role in an occurrence decides what it becomes and who may see it."""

import pytest

from adapters.police import FEEDS
from adapters.police.codes import ASB_QUALIFIERS, OUTCOMES, PARTS, ROLES, Part
from adapters.port import RawRow, Translation
from concept_model.base import Nature
from concept_model.records import Fact, facts_of
from concept_model.statement import Event

OCCURRENCES = next(feed for feed in FEEDS if feed.profile.name == "police-occurrences")
PLAIN = {
    "occurrence_no": "OC1", "nominal_ref": "N1", "role": "suspect", "handling": "open", "ho_class": "8N",
    "title": "Assault", "committed_from": "2024-03-02T21:15", "committed_to": "2024-03-02T22:00",
    "reported_at": "2024-03-03T08:00",
}  # fmt: skip


def translate(**changes: str) -> Translation:
    return OCCURRENCES.translate(RawRow(1, PLAIN | changes))


def facts(**changes: str) -> dict[str, Fact]:
    found = translate(**changes)
    assert found.errors == ()
    return {fact.item: fact for record in found.records for fact in facts_of(record)}


@pytest.mark.parametrize("role", ["victim", "witness", "complainant", "person reporting", "Reporting Person"])
@pytest.mark.parametrize("changes", [{}, {"ho_class": "ASB"}, {"outcome_code": "3"}])
def test_who_was_harmed_or_reported_is_never_involved_in_crime(role: str, changes: dict[str, str]) -> None:
    assert set(facts(role=role, **changes)) == {"crime.victim"}


@pytest.mark.parametrize("role", sorted(role for role, part in PARTS.items() if part is Part.ACCUSED))
def test_what_is_not_proven_is_an_allegation_whatever_the_row_claims(role: str) -> None:
    found = facts(role=role, fact_or_opinion="fact", outcome_code="16")
    assert set(found) == {"crime.allegation"}
    assert found["crime.allegation"].nature is Nature.ALLEGATION
    assert found["crime.allegation"].role == role


@pytest.mark.parametrize("code", sorted(OUTCOMES))
def test_only_a_conviction_or_the_caution_class_is_an_offence(code: str) -> None:
    proven = {"2", "2A", "3", "3A", "6", "7", "8"}
    assert set(facts(outcome_code=code)) == {"crime.offence" if code in proven else "crime.allegation"}


@pytest.mark.parametrize(
    ("status", "item"),
    [
        ("Convicted", "crime.offence"),
        ("Charged; convicted at court", "crime.offence"),
        ("Charged", "crime.allegation"),
        ("Not convicted", "crime.allegation"),
        ("Unconvicted", "crime.allegation"),
        ("", "crime.allegation"),
    ],
)
@pytest.mark.parametrize("code", ["1", "1a"])
def test_a_charge_is_an_offence_only_once_convicted(code: str, status: str, item: str) -> None:
    assert set(facts(outcome_code=code, status=status)) == {item}


def test_an_outcome_of_unpublished_meaning_is_kept_flagged_and_proves_nothing() -> None:
    found = translate(outcome_code="23", status="convicted")
    assert [flag.code for flag in found.flags] == ["code-unlisted"]
    assert {fact.item for record in found.records for fact in facts_of(record)} == {"crime.allegation"}
    assert [error.code for error in translate(outcome_code="24").errors] == ["code-unknown"]


@pytest.mark.parametrize(
    ("changes", "qualifier", "category"),
    [
        ({"ho_class": "", "title": "ASB - Personal: rowdy neighbours"}, "personal", "rowdy neighbours"),
        ({"ho_class": "ASB", "title": "ASB Nuisance"}, "nuisance", ""),
        ({"ho_class": "asb", "title": "Noise"}, None, "Noise"),
        ({"ho_class": "", "title": "ASB noise"}, None, "noise"),
    ],
)
def test_anti_social_behaviour_keeps_its_qualifier_and_category(
    changes: dict[str, str], qualifier: str | None, category: str
) -> None:
    found = facts(**changes)
    assert set(found) == {"crime.asb"}
    assert (found["crime.asb"].value["qualifier"], found["crime.asb"].value["category"]) == (qualifier, category)


@pytest.mark.parametrize("qualifier", ASB_QUALIFIERS)
def test_every_asb_qualifier_is_read(qualifier: str) -> None:
    assert facts(ho_class="ASB", title=f"ASB {qualifier.title()}")["crime.asb"].value["qualifier"] == qualifier


def test_a_class_other_than_asb_outweighs_the_title() -> None:
    assert set(facts(ho_class="8N", title="ASB turned assault")) == {"crime.allegation"}


@pytest.mark.parametrize(
    ("role", "items"),
    [
        ("victim", {"crime.victim", "da.incident"}),
        ("suspect", {"crime.allegation", "da.incident"}),
        ("child present", {"da.incident"}),
        ("associated", {"da.incident"}),
        ("witness", {"crime.victim"}),
        ("person reporting", {"crime.victim"}),
    ],
)
def test_domestic_abuse_is_recorded_for_every_role_but_the_onlooker(role: str, items: set[str]) -> None:
    found = facts(role=role, dv_flag="Y", dash_risk="High", child_present_flag="Y", marac_flag="N")
    assert set(found) == items
    if "da.incident" in found:
        fact = found["da.incident"]
        assert (fact.role, fact.value["risk"], fact.value["child_present"], fact.value["marac"]) == (
            role, "high", True, False,
        )  # fmt: skip


def test_a_missing_person_is_a_missing_episode() -> None:
    found = facts(role="missing person", ho_class="", title="Missing person - medium risk")
    assert set(found) == {"child.missing"}
    assert found["child.missing"].value == {"category": "missing", "risk": "medium", "found": None}


@pytest.mark.parametrize("role", sorted(PARTS))
def test_every_role_is_accepted_and_what_is_not_shared_is_said(role: str) -> None:
    found = translate(role=role)
    assert found.errors == ()
    assert bool(found.records) != ("nothing-kept" in {flag.code for flag in found.flags})


def test_the_code_lists_are_total() -> None:
    assert set(ROLES.values()) == set(PARTS)
    assert set(OUTCOMES) == {str(number) for number in range(1, 23)} | {"1A", "2A", "3A"}


@pytest.mark.parametrize("handling", ["intelligence", "Live-Operation", "live operation", " INTELLIGENCE "])
@pytest.mark.parametrize("changes", [{}, {"role": "", "committed_from": "never"}])
def test_intelligence_and_live_operations_are_refused_at_the_door(handling: str, changes: dict[str, str]) -> None:
    found = translate(handling=handling, **changes)
    assert found.refused
    assert found.records == ()
    assert [error.code for error in found.errors] == ["handling-refused"]


@pytest.mark.parametrize(("handling", "code"), [("", "required-missing"), ("secret", "code-unknown")])
def test_a_row_that_does_not_say_how_it_is_handled_is_not_taken(handling: str, code: str) -> None:
    found = translate(handling=handling)
    assert ([error.code for error in found.errors], found.records) == ([code], ())


def test_role_dates_and_handling_travel_with_the_event() -> None:
    fact = facts(handling="sensitive")["crime.allegation"]
    assert (fact.handling, str(fact.valid_from), str(fact.valid_to)) == ("sensitive", "2024-03-02", "2024-03-02")
    assert fact.at is not None
    assert fact.at.isoformat() == "2024-03-02T21:15:00+00:00"


def test_two_roles_in_one_occurrence_have_keys_of_their_own_and_a_resend_has_the_same() -> None:
    suspect, victim = translate(role="suspect"), translate(role="victim")
    keys = {record.occurrence for found in (suspect, victim) for record in found.records if isinstance(record, Event)}
    assert keys == {"OC1/suspect", "OC1/victim"}
    assert translate(role="SUSPECT").records == suspect.records


@pytest.mark.parametrize("column", ["occurrence_no", "nominal_ref", "role"])
def test_what_is_needed_to_know_whose_role_it_is_must_be_there(column: str) -> None:
    assert [(error.column, error.code) for error in translate(**{column: " "}).errors] == [(column, "required-missing")]


def test_the_end_may_not_precede_the_beginning() -> None:
    assert [error.code for error in translate(committed_to="2024-03-01").errors] == ["period-invalid"]
