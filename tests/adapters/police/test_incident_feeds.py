"""Anti-social behaviour, missing episodes, domestic abuse, custody: what rows become, and what never travels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.police import FEEDS
from adapters.police.codes import OUTCOMES, PARTS, ROLES, Part, is_proven
from adapters.port import RawRow, Translation
from concept_model.base import Nature
from concept_model.records import Fact, facts_of

BY_NAME = {feed.profile.name: feed for feed in FEEDS}
PLAIN = {
    "police-asb": {
        "incident_no": "CAD1", "nominal_ref": "N1", "role": "suspect", "handling": "open",
        "reported_at": "2026-03-02T21:15", "qualifier": "nuisance", "category": "Noise", "location": "Sample Street",
    },
    "police-missing": {
        "episode_ref": "MP1", "nominal_ref": "N2", "handling": "open", "category": "missing", "risk": "high",
        "missing_from": "2026-03-02T21:15", "missing_to": "2026-03-03T07:00", "found_location": "Bus station",
    },
    "police-domestic-abuse": {
        "incident_no": "OC1", "nominal_ref": "N1", "role": "victim", "handling": "sensitive",
        "incident_from": "2026-03-02T21:15", "dash_risk": "high", "marac_flag": "Y", "child_present_flag": "Y",
    },
    "police-custody": {
        "custody_ref": "CR1", "nominal_ref": "N1", "role": "detained", "handling": "open", "ho_class": "8N",
        "offence": "Assault", "arrested_at": "2026-03-02T21:15", "released_at": "2026-03-03T09:00",
        "disposal": "bailed", "bail_kind": "pre-charge", "bail_from": "2026-03-03", "bail_to": "2026-06-01",
    },
}  # fmt: skip
WITH_ROLE = sorted(name for name, row in PLAIN.items() if "role" in row)


def translate(feed: str, **changes: str) -> Translation:
    return BY_NAME[feed].translate(RawRow(1, PLAIN[feed] | changes))


def facts(feed: str, **changes: str) -> list[Fact]:
    found = translate(feed, **changes)
    assert found.errors == ()
    return [fact for record in found.records for fact in facts_of(record)]


def items(feed: str, **changes: str) -> list[str]:
    return [fact.item for fact in facts(feed, **changes)]


@pytest.mark.parametrize("feed", sorted(PLAIN))
@pytest.mark.parametrize("handling", ["intelligence", "Intel", "live-operation", "LIVE OPERATION"])
def test_intelligence_and_live_operations_are_refused_before_anything_else_is_read(feed: str, handling: str) -> None:
    found = translate(feed, handling=handling, nominal_ref="", arrested_at="nonsense", missing_from="nonsense")
    assert (found.refused, found.records) == (True, ())
    assert [error.code for error in found.errors] == ["handling-refused"]


@pytest.mark.parametrize("feed", sorted(PLAIN))
def test_a_row_that_does_not_say_its_handling_is_not_taken(feed: str) -> None:
    found = translate(feed, handling="")
    assert [(error.column, error.code) for error in found.errors] == [("handling", "required-missing")]
    assert not found.refused


@pytest.mark.parametrize("feed", ["police-asb", "police-custody"])
@pytest.mark.parametrize("role", sorted(role for role, part in PARTS.items() if part in (Part.HARMED, Part.ONLOOKER)))
def test_victims_and_witnesses_are_kept_apart_and_never_involved(feed: str, role: str) -> None:
    assert items(feed, role=role, outcome_code="3") == ["crime.victim"]


@pytest.mark.parametrize("feed", WITH_ROLE)
@given(role=st.sampled_from(sorted(ROLES)), said=st.sampled_from(["fact", "opinion", "allegation", ""]))
def test_whoever_is_accused_is_accused_by_an_allegation(feed: str, role: str, said: str) -> None:
    for fact in facts(feed, role=role, fact_or_opinion=said):
        if PARTS[ROLES[role]] is Part.ACCUSED:
            assert fact.nature is Nature.ALLEGATION
        else:
            assert fact.item in ("crime.victim", "da.incident", "da.risk")


class TestAntiSocialBehaviour:
    def test_an_incident_keeps_qualifier_heading_and_place(self) -> None:
        (fact,) = facts("police-asb", qualifier="P")
        assert fact.value == {"qualifier": "personal", "category": "Noise", "location": "Sample Street"}
        assert (fact.occurrence, fact.role) == ("CAD1/suspect", "suspect")

    @pytest.mark.parametrize("qualifier", ["", "loud"])
    def test_an_incident_without_a_qualifier_of_the_national_standard_goes_back(self, qualifier: str) -> None:
        (error,) = translate("police-asb", qualifier=qualifier).errors
        assert error.column == "qualifier"
        assert error.how_to_fix

    def test_somebody_who_was_merely_near_is_not_shared(self) -> None:
        found = translate("police-asb", role="associated")
        assert (found.records, [flag.code for flag in found.flags]) == ((), ["nothing-kept"])


class TestMissing:
    def test_an_episode_has_risk_times_and_where_it_ended(self) -> None:
        (fact,) = facts("police-missing")
        assert fact.value == {"category": "missing", "risk": "high", "found": "Bus station"}
        assert (str(fact.valid_from), str(fact.valid_to)) == ("2026-03-02", "2026-03-03")

    def test_an_episode_that_still_lasts_has_no_end(self) -> None:
        assert facts("police-missing", missing_to="")[0].valid_to is None

    def test_the_same_episode_sent_by_the_crime_system_is_the_same_fact(self) -> None:
        row = {
            "occurrence_no": "MP1", "nominal_ref": "N2", "role": "missing person", "handling": "open",
            "title": "Missing from home", "committed_from": "2026-03-02T21:15",
        }  # fmt: skip
        (other,) = facts_of(BY_NAME["police-occurrences"].translate(RawRow(1, row)).records[0])
        (fact,) = facts("police-missing")
        assert (other.item, other.subject_key, other.occurrence) == (fact.item, fact.subject_key, fact.occurrence)

    def test_found_before_missing_goes_back(self) -> None:
        (error,) = translate("police-missing", missing_to="2026-03-01T07:00").errors
        assert (error.column, error.code) == ("missing_to", "period-invalid")


class TestDomesticAbuse:
    def test_the_risk_is_the_harmed_persons_and_an_opinion(self) -> None:
        incident, risk = facts("police-domestic-abuse", fact_or_opinion="fact")
        assert (incident.item, incident.value["risk"], incident.nature) == ("da.incident", "high", Nature.FACT)
        assert (risk.item, risk.value, risk.nature) == ("da.risk", {"risk": "high", "marac": True}, Nature.OPINION)

    @pytest.mark.parametrize("role", ["perpetrator", "alleged perpetrator", "suspect", "child present"])
    def test_nobody_else_in_the_incident_shows_how_high_the_risk_was_judged(self, role: str) -> None:
        (incident,) = facts("police-domestic-abuse", role=role)
        assert (incident.item, incident.value["risk"], incident.value["marac"]) == ("da.incident", None, None)

    @pytest.mark.parametrize("role", ["witness", "person reporting"])
    def test_who_saw_or_rang_is_not_shared(self, role: str) -> None:
        found = translate("police-domestic-abuse", role=role)
        assert (found.records, [flag.code for flag in found.flags]) == ((), ["nothing-kept"])


class TestCustody:
    def test_an_arrest_is_an_allegation_and_so_is_the_bail_that_rests_on_it(self) -> None:
        found = {(fact.item, str(fact.value.get("kind", ""))): fact for fact in facts("police-custody")}
        assert set(found) == {
            ("crime.allegation", ""), ("justice.order", "Police custody"), ("justice.order", "Bail before charge"),
        }  # fmt: skip
        bail = found["justice.order", "Bail before charge"]
        assert (str(bail.valid_from), str(bail.valid_to)) == ("2026-03-03", "2026-06-01")
        assert {fact.nature for fact in found.values()} == {Nature.ALLEGATION}

    @pytest.mark.parametrize("outcome", sorted(OUTCOMES))
    def test_only_the_caution_class_makes_it_an_offence(self, outcome: str) -> None:
        item = "crime.offence" if is_proven(outcome, "") else "crime.allegation"
        assert items("police-custody", outcome_code=outcome)[0] == item

    @pytest.mark.parametrize(
        ("disposal", "kind"), [("RUI", "Released under investigation"), ("remanded", "Remanded in custody")]
    )
    def test_what_a_detention_ended_in_is_a_state_of_its_own(self, disposal: str, kind: str) -> None:
        found = facts("police-custody", disposal=disposal, bail_kind="", bail_from="", bail_to="")
        assert [fact.value["kind"] for fact in found[1:]] == ["Police custody", kind]
        assert (str(found[-1].valid_from), found[-1].valid_to) == ("2026-03-03", None)

    def test_states_of_one_record_are_told_apart(self) -> None:
        occurrences = [(fact.item, fact.occurrence) for fact in facts("police-custody")]
        assert len(set(occurrences)) == len(occurrences)

    @pytest.mark.parametrize(
        ("changes", "column", "code"),
        [
            ({"bail_kind": ""}, "bail_kind", "required-missing"),
            ({"bail_kind": "sometimes"}, "bail_kind", "code-unknown"),
            ({"bail_to": "2026-02-01"}, "bail_to", "period-invalid"),
            ({"released_at": "2026-03-01"}, "released_at", "period-invalid"),
            ({"disposal": "vanished"}, "disposal", "code-unknown"),
            ({"offence": ""}, "offence", "required-missing"),
            ({"arrested_at": "2026-02-30"}, "arrested_at", "date-invalid"),
        ],
    )
    def test_what_cannot_be_read_goes_back_in_words(self, changes: dict[str, str], column: str, code: str) -> None:
        (error,) = translate("police-custody", **changes).errors
        assert (error.column, error.code) == (column, code)
        assert error.how_to_fix

    def test_what_is_never_kept_is_no_column_of_the_feed(self) -> None:
        profile = BY_NAME["police-custody"].profile
        assert {"medical_notes", "risk_assessment", "victim_ref", "bail_conditions"} <= set(profile.never_kept)
        assert not set(profile.never_kept).intersection(column.name for column in profile.columns)
