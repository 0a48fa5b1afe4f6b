"""Who took somebody protected in is not on the page of the family that they fled from, over HTTP (scene S3)."""

from datetime import timedelta

import pytest

from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.northvale_world import copied
from tests.gateway.served import content, served
from tests.journeys.test_byte_equal import as_bytes

LEFT = {
    "line1": "71 Larkspur Way", "postcode": "NV8 1QA", "uprn": "980000097001", "address_from": "2021-03-01",
    "household_ref": "HH982",
}  # fmt: skip
HERS = {"line1": "2 Sorrel Row", "postcode": "NV9 9ZZ", "uprn": "980000097099", "household_ref": "HH983"}
VICTOR = {"person_ref": "CP98201", "surname": "Quillow", "forename": "Victor", "dob": "1988-01-05", "sex": "M"}
MARSHA = {"person_ref": "CP98202", "surname": "Quillow", "forename": "Marsha", "dob": "1990-04-05", "sex": "F"}
IDA = {"person_ref": "CP98203", "surname": "Quillow", "forename": "Ida", "dob": "2017-02-03", "sex": "F"}
OLIVE = {"person_ref": "CP98204", "surname": "Tarn", "forename": "Olive", "dob": "1960-02-03", "sex": "F"}
ALLOCATED = {"worker_ref": "W203", "worker_name": "Sunita Rao", "team": "Early Help South", "role": "allocated_worker"}
AGREED = {"answer": "yes", "recorded_on": "2026-05-04", "recorded_by": "W203", "told_state": "told"}
RUNG = "01632 960771"
PLACED = {"client_ref": "HV9001", "from_date": "2026-09-05", "status": "resident"} | MARSHA


def linked(northvale, feed, *rows, mode=Mode.DELTA):
    northvale.push_rows(feed, *rows, mode=mode)
    link_new(northvale.wiring)


@pytest.fixture
def family(northvale_world):
    """Victor, Marsha and Ida at home, with a worker who has known them since May; and Olive in hers."""
    with copied(northvale_world) as northvale:
        northvale.clock.now -= timedelta(days=120)
        rows = [VICTOR | LEFT, MARSHA | LEFT, IDA | LEFT, OLIVE | HERS | {"address_from": "2010-01-01"}]
        northvale.push_rows("case-people", *rows)
        refs = [one["person_ref"] for one in (VICTOR, MARSHA, IDA, OLIVE)]
        started = ALLOCATED | {"start_date": "2026-05-04"}
        northvale.push_rows("case-allocations", *[started | {"person_ref": ref} for ref in refs])
        linked(northvale, "case-agreed-to-help", *[AGREED | {"person_ref": ref} for ref in refs])
        northvale.clock.now = northvale_world.now
        yield northvale


def moves(northvale):
    """Olive takes Marsha and Ida in, and the case system says so."""
    linked(northvale, "case-people", *[one | HERS | {"address_from": "2026-10-12"} for one in (MARSHA, IDA)])


def page(northvale, who, worker="W203", purpose="early_help"):
    """Everything that a worker is answered of somebody's family, and why."""
    (found,) = northvale.sql(
        "SELECT p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id)"
        " WHERE l.record_id = :record AND l.superseded_at IS NULL",
        record=northvale.record_id("case_system", who["person_ref"]),
    )
    with served(northvale) as gateway:
        declaration = gateway.declare(worker, purpose)
        return [content(ask(worker, declaration, found.family_id)) for ask in (gateway.family, gateway.explain)]


@pytest.mark.parametrize("who", [VICTOR, MARSHA, IDA])
def test_the_page_is_the_one_of_before_whoever_took_them_in(family, who):
    linked(family, "refuge-placements", PLACED)
    before = page(family, who)
    assert b"71 Larkspur Way" in as_bytes(before)

    moves(family)

    assert as_bytes(page(family, who)) == as_bytes(before)


def test_a_mark_that_is_disputed_hides_as_before(family):
    linked(family, "refuge-placements", PLACED)
    before = page(family, VICTOR)
    family.sql(
        "UPDATE hearth.fact SET disputed = true WHERE item_no ="
        " (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.protected')"
    )

    moves(family)

    assert as_bytes(page(family, VICTOR)) == as_bytes(before)


def test_of_nobody_protected_the_new_household_is_told(family):
    moves(family)

    assert b"2 Sorrel Row" in as_bytes(page(family, VICTOR))
    assert b"Olive Tarn" in as_bytes(page(family, VICTOR))


def test_who_took_them_in_has_a_page_without_them(family):
    linked(family, "refuge-placements", PLACED)
    moves(family)

    told = as_bytes(page(family, OLIVE))
    assert b"2 Sorrel Row" in told
    assert b"Marsha" not in told
    assert b"Ida" not in told


def test_who_may_know_of_protection_sees_who_took_them_in(family):
    referral = {
        "referral_ref": "MASH-2026-9001", "person_ref": "M69001", "referred_at": "18/11/2026 08:10", "source": "2A",
        "urgency": "urgent", "concern": "unknown",
    }  # fmt: skip
    linked(family, "mash-referrals", referral | {one: IDA[one] for one in ("surname", "forename", "dob")} | LEFT)
    linked(family, "refuge-placements", PLACED)
    moves(family)

    assert b"Olive Tarn" in as_bytes(page(family, IDA, "W101", "front_door"))


def rings(northvale):
    """Ida's school says that it rings Olive now, who was known to nobody of the family."""
    northvale.push_rows("case-people", OLIVE | HERS | {"address_from": "2010-01-01", "phone": RUNG})
    pupil = {
        "upn": "B820200017105", "school_urn": "990101", "entry_date": "2022-09-05",
        "contact2_surname": "Tarn", "contact2_forename": "Olive",
        "contact2_relationship": "GRP", "contact2_phone": RUNG,
    }  # fmt: skip
    lived = {name: LEFT[name] for name in ("line1", "postcode")}
    linked(northvale, "schools-roll", pupil | lived | {one: IDA[one] for one in ("surname", "forename", "dob", "sex")})


@pytest.mark.parametrize("who", [VICTOR, MARSHA, IDA])
def test_whom_the_school_of_a_child_who_fled_rings_now_is_not_on_the_page(family, who):
    linked(family, "refuge-placements", PLACED)

    rings(family)

    told = as_bytes(page(family, who))
    assert b"71 Larkspur Way" in told
    assert b"Olive" not in told
    assert b"2 Sorrel Row" not in told


def test_of_nobody_protected_it_is_told_whom_the_school_rings(family):
    rings(family)

    assert b"Olive" in as_bytes(page(family, VICTOR))
