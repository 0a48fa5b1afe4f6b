"""Where somebody was while they were protected stays hidden, whatever the service that protected them sends next."""

import csv
import io
import json
from datetime import timedelta

import pytest

from audit.entry import EventClass
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.log.entries import system_entry
from gateway.usecases.subjects.retention import forget
from gateway.usecases.subjects.retention_schedule import RetentionSchedule
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, retract_facts
from tests.gateway.northvale_world import CONTEXT

MOTHER = {"surname": "Quillow", "forename": "Marsha", "dob": "1990-04-05", "sex": "F"}
HOME = {"line1": "71 Larkspur Way", "postcode": "NV8 1QA", "uprn": "980000097001"}
SINCE_SHE_FLED = {"line1": "2 Sorrel Row", "postcode": "NV9 9ZZ", "uprn": "980000097099"}
REFERRAL = {
    "referral_ref": "MASH-2026-9001", "person_ref": "M69001", "referred_at": "18/11/2026 08:10", "source": "2A",
    "urgency": "urgent", "concern": "unknown",
}  # fmt: skip
PLACED = {"client_ref": "HV9001", "from_date": "2026-09-05", "status": "resident"} | MOTHER
MOVED_ON = PLACED | {"from_date": "2026-10-20", "line1": "Rowan Lodge", "line2": "9 Kestrel Lane"}


def sent(northvale, feed, rows, mode=Mode.DELTA):
    batch = northvale.push_rows(feed, *rows, mode=mode)
    link_new(northvale.wiring)
    return batch


@pytest.fixture
def fled(northvale):
    """She is known at her home; the refuge takes her in; then her council tax follows her."""
    referred(northvale)
    sent(northvale, "refuge-placements", [PLACED, *others(northvale)], Mode.FULL)
    account = {"account_ref": "CT98", "person_ref": "L98", "liable_from": "2026-09-10"}
    known = {one: MOTHER[one] for one in ("surname", "forename", "dob")}
    sent(northvale, "council-tax", [account | known | SINCE_SHE_FLED])
    assert streets(northvale) == {"71 Larkspur Way"}
    return northvale


def referred(northvale):
    """She is known at her home, and the front door has a referral."""
    case = {"person_ref": "CP98101", "address_from": "2021-03-01"}
    sent(northvale, "case-people", [case | MOTHER | HOME])
    sent(northvale, "mash-referrals", [REFERRAL | {one: MOTHER[one] for one in ("surname", "forename", "dob")} | HOME])


def others(northvale):
    """Whom the refuge has named before, but for a row that it did not get right."""
    text = (northvale.built.folder / "refuge-placements.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    known = {row.record_id for row in northvale.sql("SELECT record_id FROM hearth.source_record")}
    return [row for row in rows if known.intersection(northvale._records([("refuge", row["client_ref"])]))]


def streets(northvale, source="council_tax", key="L98"):
    """The addresses on the front door's page of her family, or of somebody else's."""
    (handle,) = northvale.sql(
        "SELECT p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id)"
        " WHERE l.record_id = :record AND l.superseded_at IS NULL",
        record=northvale.record_id(source, key),
    )[0]
    profile = northvale.open("W101", northvale.declare("W101", "front_door"), handle).profile
    return {one.lines[0] for one in profile.addresses}


@pytest.mark.parametrize("mode", [Mode.DELTA, Mode.FULL])
def test_a_second_placement_does_not_bring_to_light_where_she_was_during_the_first(fled, mode):
    sent(fled, "refuge-placements", [MOVED_ON, *others(fled)], mode)

    assert streets(fled) == {"71 Larkspur Way"}


def test_who_has_left_the_refuge_and_its_full_file_is_protected_all_the_same(fled):
    batch = sent(fled, "refuge-placements", others(fled), Mode.FULL)

    # Her name and the refuge's address go; that she is protected stays.
    assert batch.facts_withdrawn > 0
    assert streets(fled) == {"71 Larkspur Way"}
    link_everything(fled.wiring)
    assert streets(fled) == {"71 Larkspur Way"}


@pytest.mark.parametrize("mode", [Mode.DELTA, Mode.FULL])
def test_police_who_know_another_address_of_somebody_since_the_refuge_do_not_end_the_protection(northvale, mode):
    referred(northvale)
    account = {"account_ref": "CT98", "person_ref": "L98", "liable_from": "2026-10-20"}
    known = {one: MOTHER[one] for one in ("surname", "forename", "dob")}
    nominal = {"nominal_ref": "N4998101", "surname": "QUILLOW", "forename1": "Marsha", "dob": "05/04/1990", "sex": "F"}
    others = held_by_police(northvale)
    in_a_refuge = nominal | {
        "line1": "Rowan Lodge",
        "postcode": "NV8 9ZY",
        "address_type": "REFUGE",
        "from": "05/09/2026",
    }
    sent(northvale, "police-nominals", [in_a_refuge, *others], Mode.FULL)
    sent(northvale, "council-tax", [account | known | SINCE_SHE_FLED])
    assert streets(northvale) == {"71 Larkspur Way"}

    moved_on = nominal | {"address_type": "HOME", "from": "20/10/2026"} | SINCE_SHE_FLED
    sent(northvale, "police-nominals", [moved_on, *others], mode)

    assert streets(northvale) == {"71 Larkspur Way"}


def held_by_police(northvale):
    """Whom the police have named before."""
    text = (northvale.built.folder / "police-nominals.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    known = {row.record_id for row in northvale.sql("SELECT record_id FROM hearth.source_record")}
    return [row for row in rows if known.intersection(northvale._records([("police", row["nominal_ref"])]))]


def test_where_somebody_went_in_the_weeks_before_the_refuge_took_her_in_is_hidden_too(fled):
    known = {one: MOTHER[one] for one in ("surname", "forename", "dob")}
    friends = {"line1": "14 Sorrel Row", "postcode": "NV9 9ZX"}
    claim = {"account_ref": "CT97", "person_ref": "L98", "liable_from": "2026-08-20"}
    sent(fled, "council-tax", [claim | known | friends])
    assert streets(fled) == {"71 Larkspur Way"}

    sent(fled, "council-tax", [claim | known | friends | {"account_ref": "CT96", "liable_from": "2026-07-01"}])
    assert streets(fled) == {"71 Larkspur Way", "14 Sorrel Row"}


def test_where_she_was_before_is_gone_once_its_sender_takes_it_back(fled):
    """A day written down wrong may have let out where she is, and all that its sender can do is to take it back."""
    known = {one: MOTHER[one] for one in ("surname", "forename", "dob")}
    claim = {"account_ref": "CT97", "person_ref": "L98", "liable_from": "2026-07-01", "line1": "14 Sorrel Row"}
    sent(fled, "council-tax", [claim | known])
    assert streets(fled) == {"71 Larkspur Way", "14 Sorrel Row"}

    sent(fled, "council-tax", [claim], Mode.TOMBSTONE)

    assert streets(fled) == {"71 Larkspur Way"}


def test_a_refuge_that_takes_its_record_back_ends_the_protection(fled):
    sent(fled, "refuge-placements", [{"client_ref": "HV9001"}], Mode.TOMBSTONE)

    assert streets(fled) == {"71 Larkspur Way", "2 Sorrel Row"}


AGAIN = PLACED | {"client_ref": "HV9002", "from_date": "2026-11-10"}


@pytest.mark.parametrize("again", [PLACED | {"from_date": "2026-11-10"}, AGAIN])
def test_whoever_comes_back_to_the_refuge_is_hidden_since_she_first_came(fled, again):
    sent(fled, "refuge-placements", [{"client_ref": "HV9001"}], Mode.TOMBSTONE)
    assert streets(fled) == {"71 Larkspur Way", "2 Sorrel Row"}

    sent(fled, "refuge-placements", [again])

    assert streets(fled) == {"71 Larkspur Way"}


def test_a_protection_that_was_taken_back_as_wrong_does_not_count_beside_another(fled):
    taken_back = NewRetraction("refuge-placements", "sent-in-error", (FactsMeant("HV9001"),))
    retract_facts(fled.wiring, CONTEXT, fled.partner("refuge-placements"), taken_back)
    link_new(fled.wiring)

    sent(fled, "refuge-placements", [AGAIN])

    assert streets(fled) == {"71 Larkspur Way", "2 Sorrel Row"}


@pytest.mark.parametrize("items", [["*"], ["identity.*", "address.*"], ["identity.protected"]])
def test_what_the_retention_schedule_forgets_of_the_refuge_does_not_end_the_protection(fled, items):
    """The mark goes with the last of what is known of her: it went first, and every page showed where she was since."""
    rule = {"feeds": ["refuge-placements"], "items": items, "keep": "P1Y", "counted_from": "recorded",
            "reason": "A year after it was last heard of."}  # fmt: skip
    schedule = RetentionSchedule.model_validate_json(json.dumps({"schedule": "NV-RET-2026", "rules": [rule]}))
    now = fled.clock.now

    def entry_of(detail):
        return system_entry(fled.wiring, EventClass.ERASURE, now, purpose="retention", detail=dict(detail))

    fled.clock.now += timedelta(days=400)
    forget(fled.wiring, schedule, fled.wiring.feeds, entry_of)
    fled.clock.now = now
    link_everything(fled.wiring)

    assert streets(fled) == {"71 Larkspur Way"}


def test_where_a_child_who_fled_with_her_is_stays_hidden_when_the_child_is_grown(fled):
    grown = fled.clock.now.date() - timedelta(days=18 * 365 + 5)
    child = {"person_ref": "CP98103", "surname": "Quillow", "forename": "Una", "dob": grown.isoformat(), "sex": "F"}
    sent(fled, "case-people", [child | HOME | {"address_from": "2021-03-01", "household_ref": "HH981"}])
    sent(fled, "case-people", [MOTHER | HOME | {"person_ref": "CP98101", "household_ref": "HH981"}])
    sent(fled, "case-people", [child | SINCE_SHE_FLED | {"address_from": "2026-09-12", "household_ref": "HH981"}])

    assert streets(fled, "case_system", "CP98103") == {"71 Larkspur Way"}


def test_where_her_child_went_with_her_is_hidden_as_she_is_and_where_the_child_was_before_is_not(fled):
    child = {"person_ref": "CP98102", "surname": "Quillow", "forename": "Ida", "dob": "2017-02-03", "sex": "F"}
    sent(fled, "case-people", [child | HOME | {"address_from": "2021-03-01", "household_ref": "HH981"}])
    sent(fled, "case-people", [child | SINCE_SHE_FLED | {"address_from": "2026-09-12", "household_ref": "HH981"}])

    assert streets(fled) == {"71 Larkspur Way"}
    assert streets(fled, "case_system", "CP98102") == {"71 Larkspur Way"}

    sent(fled, "refuge-placements", [{"client_ref": "HV9001"}], Mode.TOMBSTONE)
    assert "2 Sorrel Row" in streets(fled, "case_system", "CP98102")
