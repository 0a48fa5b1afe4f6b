"""Pushing: versions are added and never overwritten, the same thing twice is kept once, keys may rotate meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.building import load_custody
from gateway.custody import rotate_key
from gateway.errors import ForbiddenError, IdempotencyConflictError, NotFoundError, UnsupportedMediaError
from gateway.store.facts import load_facts
from gateway.store.ledger import open_ticket
from gateway.usecases.intake.intake import Push, receive_batch
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.store.tickets import TicketDesk

FEED = "housing-arrears"
FILE = "housing-arrears.csv"
FACTS = "SELECT count(*) FROM hearth.fact"
ENTRIES = "SELECT count(*) FROM audit.entry"


@pytest.fixture
def arrears(northvale):
    return (northvale.built.folder / FILE).read_bytes()


def one_row(northvale, balance: str) -> bytes:
    """Kelly Marsh's newest balance, alone."""
    tenancy = northvale.scenes["S2"]["tenancy_ref"]
    person = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    day = f"{northvale.built.now:%Y-%m-%d}"
    header = "tenancy_ref,person_ref,as_at,balance,weeks,stage"
    return f"{header}\n{tenancy},{person},{day},{balance},11,NOSP\n".encode()


def balances(northvale) -> list[str]:
    rows = northvale.sql(
        "SELECT f.value ->> 'balance' AS balance FROM hearth.fact f JOIN hearth.item i USING (item_no)"
        " WHERE i.name = 'housing.arrears' AND f.record_id = :record AND f.valid_from = :day ORDER BY f.recorded_at",
        record=northvale.record_id("housing", northvale.person("S2", "Kelly Marsh")["keys"]["housing"]),
        day=northvale.built.now.date(),
    )
    return [row.balance for row in rows]


def test_the_same_push_again_is_the_same_batch_and_changes_nothing(northvale, arrears):
    facts, entries = northvale.count(FACTS), northvale.count(ENTRIES)

    again = northvale.push(FEED, arrears, FILE)

    assert again.batch_id == northvale.built.batches[FILE].batch_id
    assert (northvale.count(FACTS), northvale.count(ENTRIES)) == (facts, entries)


def test_the_same_file_under_a_new_key_is_a_new_batch_without_a_new_fact(northvale, arrears):
    facts = northvale.count(FACTS)
    before = northvale.built.batches[FILE]

    again = northvale.push(FEED, arrears, "sent once more")

    assert again.batch_id != before.batch_id
    assert (again.facts_new, again.facts_unchanged) == (0, before.facts_new + before.facts_unchanged)
    assert northvale.count(FACTS) == facts


def test_an_idempotency_key_does_not_carry_other_content(northvale, arrears):
    facts = northvale.count(FACTS)

    with pytest.raises(IdempotencyConflictError):
        northvale.push(FEED, arrears + b"\n", FILE)

    assert northvale.count(FACTS) == facts


def test_a_changed_value_is_a_version_beside_the_earlier_one(northvale):
    northvale.push(FEED, one_row(northvale, "1210.00"), "first")
    northvale.clock.now += timedelta(minutes=1)

    changed = northvale.push(FEED, one_row(northvale, "1300.00"), "second")

    assert changed.facts_new == 1
    assert [float(balance) for balance in balances(northvale)] == [1210.0, 1300.0]


def test_a_reader_is_shown_the_newest_version_alone(northvale):
    northvale.push(FEED, one_row(northvale, "1210.00"), "first")
    northvale.clock.now += timedelta(minutes=1)
    northvale.push(FEED, one_row(northvale, "1300.00"), "second")
    desk = TicketDesk(northvale)
    northvale.sql("UPDATE hearth.link SET band = 0")
    kelly = northvale.person_id("S2", "Kelly Marsh")

    ticket = desk.issue(desk.subject(kelly, desk.cells(("housing", "housing.arrears"))))
    with northvale.wiring.database.transaction("hg_read") as connection:
        open_ticket(connection, ticket)
        shown = load_facts(connection)

    today = [fact.value["balance"] for fact in shown if fact.valid_from == northvale.built.now.date()]
    assert [float(balance) for balance in today] == [1300.0]


def test_a_value_that_returns_to_what_it_was_is_a_version_again(northvale):
    for number, balance in enumerate(("1210.00", "1300.00", "1210.00")):
        northvale.push(FEED, one_row(northvale, balance), f"push {number}")
        northvale.clock.now += timedelta(minutes=1)

    assert [float(balance) for balance in balances(northvale)] == [1210.0, 1300.0, 1210.0]


def test_every_committed_chunk_has_its_collection_entry_and_the_batch_its_own(northvale, arrears):
    entries = northvale.count(ENTRIES)

    batch = northvale.push(FEED, arrears, "counted")

    assert northvale.count(ENTRIES) == entries + 2
    last = northvale.sql("SELECT event_class FROM audit.entry WHERE entry_id = :id", id=batch.receipt_entry)
    assert last[0].event_class == "collection"


@pytest.mark.parametrize(
    ("feed", "changes", "expected"),
    [
        ("housing-arrears", {"agency": "northvale_police"}, ForbiddenError),
        ("housing-arrears", {"scopes": frozenset()}, ForbiddenError),
        ("no-such-feed", {}, NotFoundError),
        ("social-care-cin", {"agency": "northvale_council"}, UnsupportedMediaError),
    ],
)
def test_who_may_not_push_a_feed_is_refused_before_anything_is_stored(northvale, arrears, feed, changes, expected):
    before = northvale.count(FACTS), northvale.count("SELECT count(*) FROM desk.batch")
    caller = replace(northvale.partner(FEED), **changes)

    with pytest.raises(expected):
        receive_batch(northvale.wiring, CONTEXT, caller, Push(feed, arrears, "csv", "a key"))

    assert (northvale.count(FACTS), northvale.count("SELECT count(*) FROM desk.batch")) == before


def test_what_the_agreement_does_not_cover_is_not_stored(northvale):
    batch = northvale.built.batches["s9-schools-attendance.csv"]

    assert set(batch.columns_not_kept) == {"fsm", "sen", "ethnicity", "first_language", "religion"}
    stored = northvale.sql(
        "SELECT DISTINCT i.name FROM hearth.fact f JOIN hearth.item i USING (item_no) WHERE f.batch_id = :batch",
        batch=batch.batch_id,
    )
    assert not {row.name for row in stored} & {"identity.ethnicity", "education.sen", "education.free_meals"}


def test_a_fact_names_the_agreements_that_cover_its_item_and_no_other_of_its_source(northvale):
    register = northvale.wiring.register
    supply = register.decide_supply(register.sources["police"].owner, "police", northvale.built.now)
    stored = northvale.sql(
        "SELECT DISTINCT i.name, f.agreement FROM hearth.fact f JOIN hearth.item i USING (item_no)"
        " JOIN hearth.source s USING (source_no) WHERE s.name = 'police' AND NOT f.tombstone"
    )
    assert {row.name: row.agreement for row in stored} == {
        row.name: ", ".join(supply.covering[row.name]) for row in stored
    }
    assert len({row.agreement for row in stored}) > 1
    assert {name for named in supply.covering.values() for name in named} == set(supply.agreements)


@pytest.mark.parametrize("purpose", ["digest", "token"])
def test_after_a_rotation_a_resent_file_finds_its_records_and_facts(northvale, arrears, purpose, tmp_path):
    facts = northvale.count(FACTS)
    records = northvale.count("SELECT count(*) FROM hearth.source_record")
    rotated = with_rotated_key(northvale, purpose, tmp_path)

    again = rotated.push(FEED, arrears, "after the rotation")

    assert northvale.count("SELECT count(*) FROM hearth.source_record") == records
    assert (again.facts_new, northvale.count(FACTS)) == (0, facts)


def test_after_a_rotation_a_changed_value_is_a_version_of_the_same_fact(northvale, tmp_path):
    northvale.push(FEED, one_row(northvale, "1210.00"), "before")
    northvale.clock.now += timedelta(minutes=1)
    rotated = with_rotated_key(northvale, "digest", tmp_path)

    unchanged = rotated.push(FEED, one_row(northvale, "1210.00"), "after")
    northvale.clock.now += timedelta(minutes=1)
    changed = rotated.push(FEED, one_row(northvale, "1300.00"), "after, changed")

    assert (unchanged.facts_new, changed.facts_new) == (0, 1)
    assert [float(balance) for balance in balances(northvale)] == [1210.0, 1300.0]
    versions = northvale.sql(
        "SELECT count(*) AS number FROM hearth.fact WHERE batch_id IN"
        " (SELECT batch_id FROM desk.batch WHERE rows_read = 1 AND feed = :feed) GROUP BY fact_key",
        feed=FEED,
    )
    assert [row.number for row in versions] == [2]


def test_after_a_rotation_the_same_push_is_known_by_its_key(northvale, arrears, tmp_path):
    rotated = with_rotated_key(northvale, "digest", tmp_path)

    assert rotated.push(FEED, arrears, FILE).batch_id == northvale.built.batches[FILE].batch_id


def test_after_a_rotation_search_still_finds_who_was_pushed_before(northvale, tmp_path):
    rotated = with_rotated_key(northvale, "token", tmp_path)
    declaration = rotated.declare("B101", "tenancy_management")

    found = rotated.search("B101", declaration, northvale.person("S2", "Kelly Marsh"))

    assert northvale.family_id("S2", "Kelly Marsh") in [hit.family_id for hit in found.hits]


def with_rotated_key(northvale, purpose, folder):
    """The same Northvale after `hearthgate keys rotate`, in a copy of its keys."""
    for path in northvale.built.settings.keys_dir.iterdir():
        copy = folder / path.name
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
    rotate_key(folder, purpose)
    custody = load_custody(folder, ())
    assert len(getattr(custody, purpose).versions) == 2
    return replace(northvale, wiring=replace(northvale.wiring, custody=custody))
