"""P2: a partner sees how its data was used, by purpose and month, and never that somebody was looked up in secret."""

import json
from dataclasses import replace
from datetime import UTC, timedelta
from uuid import UUID

import pytest

from audit.entry import EventClass
from gateway.errors import ForbiddenError
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.log.entries import system_entry
from gateway.usecases.log.partner_packs import write_partner_pack
from gateway.usecases.log.partner_uses import (
    PersonQuery,
    PersonUse,
    reconcile_batches,
    uses_of_one_person,
    uses_of_own_data,
)
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT

HOUSING_OFFICER, HEALTH_OFFICER, POLICE_ANALYST, RENT_OFFICER = "B105", "N103", "C101", "B101"
WORKER, MASH = "W201", "W101"
HOUSING_DATA = "B103"


def look(northvale, worker, purpose, scene, name, **declared):
    family = northvale.family_id(scene, name)
    declaration = northvale.declare(worker, purpose, family_id=family, **declared)
    return northvale.open(worker, declaration, family)


def sequence(northvale):
    drain(northvale.wiring.database, northvale.wiring.log_signer)


def next_month(northvale):
    northvale.clock.now = (northvale.clock.now.astimezone(UTC).replace(day=1) + timedelta(days=40)).replace(day=2)


def told(northvale, worker=HOUSING_DATA):
    return uses_of_own_data(northvale.wiring, CONTEXT, northvale.reader(worker))


def counts(uses):
    return {title: cell.count for month in uses.months for cell in month.cells for title in cell.groups}


def test_accesses_by_others_are_counted_when_the_month_is_over_and_never_again(northvale):
    for _ in range(12):
        look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequence(northvale)
    assert told(northvale).months == ()

    sequence(northvale)
    next_month(northvale)
    first = told(northvale)
    assert counts(first)["Support a family through early help"] == 12
    # An entry that turns up afterwards changes no figure that was told.
    northvale.sql("UPDATE audit.card SET agency = 'another' WHERE phase = 'outcome'")
    assert told(northvale) == first


def test_a_month_is_not_counted_while_one_of_its_entries_waits_for_a_place_in_the_tree(northvale):
    """The sequencer may stand still for hours while reads go on; what is counted then would lack them for ever."""
    look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequence(northvale)
    for _ in range(12):
        look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    next_month(northvale)
    assert told(northvale).months == ()

    sequence(northvale)

    assert counts(told(northvale))["Support a family through early help"] == 13


def test_ones_own_readers_are_not_counted(northvale):
    for _ in range(6):
        look(northvale, RENT_OFFICER, "tenancy_management", "S2", "Kelly Marsh")
    sequence(northvale)
    next_month(northvale)

    assert set(counts(told(northvale)).values()) == {None}


def test_few_accesses_are_told_together_and_without_a_count(northvale):
    for _ in range(4):
        look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequence(northvale)
    next_month(northvale)

    (month,) = told(northvale).months
    assert [cell.count for cell in month.cells] == [None]
    assert "Support a family through early help" in month.cells[0].groups


def test_sealed_look_ups_change_nothing_that_a_partner_is_told(northvale):
    """Byte for byte: the same figures and the same answer about a person with and without what MASH looked up."""
    for _ in range(7):
        look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequence(northvale)
    sealed_before = northvale.count("SELECT count(*) FROM audit.card WHERE sealed AND phase = 'outcome'")
    for _ in range(9):
        look(northvale, MASH, "front_door", "S1", "Aisha Cole")
    sequence(northvale)
    assert northvale.count("SELECT count(*) FROM audit.card WHERE sealed AND phase = 'outcome'") == sealed_before + 9
    next_month(northvale)
    titles = northvale.wiring.register.purpose_titles
    found = counts(told(northvale, POLICE_ANALYST))

    assert set(found.values()) == {None}
    assert titles["front_door"] not in found


@pytest.mark.parametrize("renamed", [False, True])
def test_page_and_pack_and_a_purpose_by_another_title_tell_one_partition_so_that_nothing_is_left_by_subtraction(
    northvale, tmp_path, renamed
):
    """Council tax alone in the pack, and together with two small ones on the page, told the two."""
    look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
    sequence(northvale)
    next_month(northvale)
    month = told(northvale).months[0].month
    wiring, agency = northvale.wiring, "brightwater_homes"
    for purpose, accesses in {"council_tax": 20, "early_help": 30, "adult_treatment": 2, "attendance": 12}.items():
        northvale.sql(
            "UPDATE desk.partner_use SET accesses = :n WHERE agency = :a AND purpose = :p RETURNING 1",
            n=accesses, a=agency, p=purpose,
        )  # fmt: skip
    titles = dict(wiring.register.purpose_titles)
    exported = system_entry(wiring, EventClass.EXPORT, wiring.clock(), purpose="uses_of_own_data")
    write_partner_pack(wiring, wiring.log_signer, exported, agency, tmp_path / "pack")
    packed = json.loads((tmp_path / "pack" / "uses.json").read_text())[f"{month:%Y-%m}"]
    if renamed:
        titles["council_tax"] = "Work out and collect council tax"
        register = replace(wiring.register, purpose_titles=titles)
        northvale.wiring = replace(wiring, register=register)

    page = {(frozenset(cell.groups), cell.count) for cell in told(northvale).months[0].cells}

    assert page == {(frozenset(titles[one] for one in groups), count) for groups, count in packed}


@pytest.mark.parametrize("worker", [RENT_OFFICER, WORKER, "S101"])
def test_only_data_staff_and_privacy_officers_see_how_data_was_used(northvale, worker):
    before = northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'denied'")
    with pytest.raises(ForbiddenError):
        told(northvale, worker)

    assert northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'denied'") == before + 1


class TestOnePerson:
    def ask(self, northvale, worker, scene="S2", name="Kelly Marsh", source="housing", key=None):
        key = key or northvale.person(scene, name)["keys"][source]
        return uses_of_one_person(
            northvale.wiring, CONTEXT, northvale.reader(worker), PersonQuery(source, key, "the tenant asked us")
        )

    def test_the_officer_is_told_who_was_shown_their_facts_of_a_person_by_role_and_team(self, northvale):
        look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
        look(northvale, RENT_OFFICER, "tenancy_management", "S2", "Kelly Marsh")
        sequence(northvale)

        (use,) = self.ask(northvale, HOUSING_OFFICER)

        assert use == PersonUse(
            northvale.clock.now.astimezone(LONDON).date(), "Northvale Council", "Early help worker",
            "Early Help", "Support a family through early help",
        )  # fmt: skip

    def test_a_person_of_whom_nothing_of_theirs_was_shown_has_an_empty_answer(self, northvale):
        look(northvale, WORKER, "early_help", "S2", "Kelly Marsh")
        sequence(northvale)

        assert self.ask(northvale, HOUSING_OFFICER, "S1", "Aisha Cole") == ()

    def test_the_question_is_sealed_in_the_log(self, northvale):
        self.ask(northvale, HOUSING_OFFICER)
        sequence(northvale)
        (card,) = northvale.sql("SELECT sealed, subjects FROM audit.card WHERE who = :w", w=HOUSING_OFFICER)

        assert (card.sealed, card.subjects) == (True, [northvale.person_id("S2", "Kelly Marsh")])

    def test_an_unknown_key_and_a_person_looked_up_in_secret_have_one_answer(self, northvale):
        look(northvale, MASH, "front_door", "S1", "Aisha Cole")
        sequence(northvale)
        keys = northvale.person("S1", "Aisha Cole")["keys"]
        source = next(
            name for name in keys
            if northvale.wiring.register.owner_of(name, northvale.clock.now) == "northvale_nhs"
        )  # fmt: skip
        assert northvale.sql("SELECT 1 FROM audit.card WHERE phase = 'outcome' AND :s = ANY (sources)", s=source)

        assert self.ask(northvale, HEALTH_OFFICER, "S1", "Aisha Cole", source) == ()
        assert self.ask(northvale, HEALTH_OFFICER, "S1", "Aisha Cole", source, "nobody") == ()

    @pytest.mark.parametrize("worker", [POLICE_ANALYST, MASH, "W601", HEALTH_OFFICER])
    def test_nobody_else_may_ask_and_the_attempt_is_an_entry(self, northvale, worker):
        before = northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'denied'")
        with pytest.raises(ForbiddenError):
            self.ask(northvale, worker)

        assert northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'denied'") == before + 1


class TestReconciliation:
    def sent(self, northvale):
        rows = northvale.sql("SELECT batch_id FROM desk.batch WHERE agency = 'brightwater_homes'")
        return {row.batch_id for row in rows}

    def compare(self, northvale, known):
        partner = northvale.partner("housing-tenancies")
        return reconcile_batches(northvale.wiring, CONTEXT, partner, frozenset(known))

    def test_the_batches_that_both_know_differ_in_nothing(self, northvale):
        sequence(northvale)
        own = self.sent(northvale)
        assert own
        found = self.compare(northvale, own)
        assert (found.not_in_the_log, found.not_in_yours) == ((), ())

    def test_one_dropped_and_one_invented_batch_are_named(self, northvale):
        sequence(northvale)
        own = self.sent(northvale)
        dropped, invented = min(own), UUID(int=7)

        found = self.compare(northvale, (own - {dropped}) | {invented})

        assert (found.not_in_the_log, found.not_in_yours) == ((invented,), (dropped,))
