"""Northvale's register as a whole: who is in it, what it covers, and what must never move."""

from collections import defaultdict

import pytest

from adapters.registry import FEEDS
from adapters.tabular.loader import load_mappings
from agreements.decision import Permit, Refer
from agreements.loader import load_register
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from concept_model.items import ITEMS, LOCATION_BEARING
from tests.agreements.northvale import DEMO, NOW, REGISTER

# Their places are bits of stored masks and audit entries.
FIRST_SOURCES = (
    "police", "dwp", "pds", "health", "schools", "social_care", "case_system", "housing", "council_tax", "refuge",
    "mash", "area", "academies", "send", "homelessness", "youth_justice", "probation", "recovery",
)  # fmt: skip
# No purpose has argued for these yet; a feed starts off (practice P16).
NOT_AGREED = {"identity.ethnicity", "education.meals", "education.sen"}
ALL_FEEDS = {**FEEDS, **load_mappings(DEMO / "feeds")}

# Fields that name a place, or a body or person who is near one.
TELLING_FIELDS = {"location", "found", "court", "landlord", "officer", "service", "organisation", "placement", "team"}
TELLING = {item.name for item in ITEMS if TELLING_FIELDS & item.field_names} - LOCATION_BEARING - {"place.crime"}
# Who may know, or reads what its own agency alone holds.
MAY_KNOW = {"safeguarding_front_door", "statutory_social_work", "domestic_abuse_support"}


@pytest.fixture(scope="module")
def documents(signed):
    return load_register(REGISTER, signed, NOW)


def moving(documents):
    return [one.document for one in documents.agreements if one.document.tier != "memorandum"]


def test_sources_keep_their_places(northvale):
    assert northvale.vocabulary.sources[: len(FIRST_SOURCES)] == FIRST_SOURCES


def test_the_register_is_of_the_size_of_a_borough(documents):
    agencies = documents.agencies.agencies

    assert len(agencies) >= 12
    assert sum(len(agency.roles) for agency in agencies) >= 30
    assert len(documents.purposes.purposes) >= 12
    assert len(moving(documents)) >= 14


def test_every_agency_signs_the_charter(documents):
    [charter] = [one.document for one in documents.agreements if one.document.tier == "memorandum"]

    assert {party.id for party in charter.parties.controllers} == {one.id for one in documents.agencies.agencies}


def test_every_agreement_has_an_assessment_of_its_own(documents):
    named = [document.dpia for document in moving(documents)]

    assert sorted(named) == sorted(dpia.id for dpia in documents.dpias)


def test_every_role_has_its_work_in_some_agreement_or_supplies_or_signs_or_oversees(northvale):
    busy = {(agency, role) for agency, role, _, _ in northvale.index}
    others = {"data_supply", "signatory", "oversight", "privacy"}

    idle = [
        (agency.id, role.id)
        for agency in northvale.agencies.values()
        for role in agency.roles
        if (agency.id, role.id) not in busy and not others & set(role.families)
    ]
    assert idle == []


def test_who_may_read_for_a_purpose_may_also_find_the_person(northvale):
    """A page opens from a search; hub workers have a list of their own families instead."""
    ways = defaultdict(set)
    for agency, role, purpose, direction in northvale.index:
        ways[agency, role, purpose].add(direction)

    stuck = {key for key, found in ways.items() if Direction.VIEW in found and Direction.SEARCH not in found}
    assert stuck == {
        ("little_steps", "family_hub_worker", "early_years"),
        # Area figures, which are of nobody.
        ("northvale_council", "analyst", "statistics"),
        ("northvale_police", "police_analyst", "statistics"),
    }


@pytest.mark.parametrize("name", ALL_FEEDS)
def test_every_feed_is_covered_but_for_what_nobody_has_argued_for(sandbox, name):
    profile = ALL_FEEDS[name].profile
    owner = sandbox.sources[profile.source].owner
    items = {item for column in profile.columns for item in column.items}

    supply = sandbox.decide_supply(owner, profile.source, NOW)

    if profile.source == "electoral":
        # SI 2001/341 reg 107: not for welfare, linkage included.
        assert not supply.items
        return
    assert items - supply.items <= NOT_AGREED
    assert items & supply.items


def test_a_source_for_matching_alone_is_so_in_its_mapping_too(sandbox):
    mapped = {name: feed for name, feed in ALL_FEEDS.items() if name not in FEEDS}
    assert any(feed.match_only for feed in mapped.values())
    for name, feed in mapped.items():
        assert feed.match_only == sandbox.sources[feed.profile.source].match_only, name


def shown_in_words(register, key, relationship, minor):
    """Cells that one reader is shown in words of a protected person who agreed to everything."""
    agency, role, purpose, direction = key
    states = dict.fromkeys(STATES, Tri.NO) | dict.fromkeys(("protected", "agreed_to_help", "named_case"), Tri.YES)
    decision = register.decide(
        DecisionRequest(
            agency, role, purpose, relationship, states | {"minor": minor}, Band.VERIFIED, Direction(direction), NOW,
            regime=register.regimes[purpose],
        )
    )  # fmt: skip
    permit = decision.permit if isinstance(decision, Refer) else decision
    if not isinstance(permit, Permit):
        return set()
    return {cell for cell in register.vocabulary.cells(permit.mask) if permit.form(*cell) not in {"band", "presence"}}


def test_of_a_protected_person_nobody_else_reads_what_names_a_place_or_who_is_near_it(sandbox):
    asked = told = 0
    for key in sandbox.index:
        families = set(sandbox.role(*key[:2]).families)
        if key[3] not in {Direction.VIEW, Direction.EXTRACT, Direction.NOTIFY, Direction.SEARCH}:
            continue
        for relationship in Relationship:
            for minor in (Tri.YES, Tri.NO):
                shown = {cell for cell in shown_in_words(sandbox, key, relationship, minor) if cell[1] in TELLING}
                asked += 1
                told += len(shown)
                if families & MAY_KNOW:
                    continue
                others = {cell for cell in shown if sandbox.sources[cell[0]].owner != key[0]}
                council = {cell for cell in shown if key[0] == "northvale_council"}
                # Early help knows the teams of early help.
                own_team = {("case_system", "care.allocation")} if "family_support" in families else set()
                assert (others | council) - own_team == set(), key
    assert asked
    assert told
