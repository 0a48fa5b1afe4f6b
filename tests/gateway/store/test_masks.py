"""Which rows a ticket admits: by source and item, by band, and by what is protected since when."""

import pytest
from sqlalchemy import text

from gateway.store.facts import withheld_counts
from gateway.store.ledger import open_ticket

REVIEW = 3
_AT_HOME = ("address.residence", "contact.phone", "contact.email", "health.registration", "education.enrolment")


@pytest.fixture
def kelly(northvale):
    return northvale.person_id("S2", "Kelly Marsh")


@pytest.fixture
def priya(northvale):
    return northvale.person_id("S3", "Priya Nair")


def test_only_the_cells_of_the_mask_are_shown(desk, kelly):
    mask = desk.cells(("housing", "housing.arrears"), ("health", "health.flag"))

    shown = desk.read(desk.issue(desk.subject(kelly, mask)))

    assert shown == {("housing", "housing.arrears"), ("health", "health.flag")}


def test_an_item_is_shown_of_the_source_of_the_cell_alone(desk, kelly):
    shown = desk.read(desk.issue(desk.subject(kelly, desk.cells(("housing", "identity.name")))))

    assert shown == {("housing", "identity.name")}


def test_an_empty_mask_shows_nothing(desk, kelly):
    assert desk.read(desk.issue(desk.subject(kelly, 0))) == set()


def test_a_ticket_without_subjects_shows_nothing(desk):
    assert desk.read(desk.issue()) == set()


@pytest.mark.parametrize("band", [1, 2, REVIEW])
def test_records_of_another_band_than_the_ticket_names_are_not_shown(desk, kelly, band):
    assert desk.read(desk.issue(desk.subject(kelly, desk.everything)))

    assert desk.read(desk.issue(desk.subject(kelly, desk.everything, band=band))) == set()


def test_a_record_held_for_review_is_not_shown_with_the_verified_ones(northvale, desk, kelly):
    record = northvale.record_id("police", northvale.person("S2", "Kelly Marsh")["keys"]["police"])
    before = desk.read(desk.issue(desk.subject(kelly, desk.everything)))
    northvale.sql("UPDATE hearth.link SET band = 3 WHERE record_id = :record", record=record)

    verified = desk.read(desk.issue(desk.subject(kelly, desk.everything)))
    review = desk.read(desk.issue(desk.subject(kelly, desk.everything, band=REVIEW)))

    assert any(source == "police" for source, _ in before)
    assert not any(source == "police" for source, _ in verified)
    assert {source for source, _ in review} == {"police"}


def test_each_band_of_one_person_has_a_mask_of_its_own(northvale, desk, kelly):
    record = northvale.record_id("police", northvale.person("S2", "Kelly Marsh")["keys"]["police"])
    northvale.sql("UPDATE hearth.link SET band = 2 WHERE record_id = :record", record=record)

    shown = desk.read(
        desk.issue(
            desk.subject(kelly, desk.cells(("housing", "housing.arrears"), ("police", "da.incident"))),
            desk.subject(kelly, desk.cells(("police", "identity.name"), ("housing", "identity.name")), band=2),
        )
    )

    assert shown == {("housing", "housing.arrears"), ("police", "identity.name")}


def test_two_persons_masks_do_not_mix(northvale, desk, kelly):
    vikram = northvale.person_id("S3", "Vikram Nair")
    ticket = desk.issue(
        desk.subject(kelly, desk.cells(("housing", "housing.arrears"))),
        desk.subject(vikram, desk.cells(("housing", "identity.name"))),
    )

    with northvale.wiring.database.transaction("hg_read") as connection:
        open_ticket(connection, ticket)
        rows = connection.execute(
            text(
                "SELECT DISTINCT l.person_id, i.name FROM hearth.fact f JOIN hearth.link l USING (record_id)"
                " JOIN hearth.item i USING (item_no)"
            )
        )
        shown = {(row.person_id, row.name) for row in rows}

    assert shown == {(kelly, "housing.arrears"), (vikram, "identity.name")}


def test_where_a_protected_person_lives_is_shown_by_the_protected_cell_alone(desk, priya):
    ordinary = desk.cells(("refuge", "address.residence"), ("housing", "address.residence"))
    protected = desk.cells(("refuge", "address.protected_location"))

    assert ("refuge", "address.residence") not in desk.read(desk.issue(desk.subject(priya, ordinary)))
    assert ("refuge", "address.residence") in desk.read(desk.issue(desk.subject(priya, protected)))


def test_where_a_person_lived_before_a_dated_protection_is_no_secret(northvale, desk, priya):
    northvale.sql(
        "DELETE FROM hearth.fact f USING hearth.item i WHERE f.item_no = i.item_no AND i.name = 'identity.protected'"
        " AND f.valid_from IS NULL"
    )

    shown = desk.read(desk.issue(desk.subject(priya, desk.cells(("housing", "address.residence")))))

    assert shown == {("housing", "address.residence")}


def test_an_undated_protection_counts_from_ever_also_beside_a_dated_one(desk, priya):
    """The refuge knows the day and the NHS does not say one: the refuge's day must not open what others hold."""
    assert desk.read(desk.issue(desk.subject(priya, desk.cells(("housing", "address.residence"))))) == set()


def test_whatever_tells_a_location_is_judged_as_one_since_the_protection_began(northvale, desk, priya):
    every_item = {(source, item) for source in northvale.wiring.register.vocabulary.sources for item in _AT_HOME}
    shown = desk.read(desk.issue(desk.subject(priya, desk.cells(*every_item))))

    late = northvale.sql(
        "SELECT DISTINCT s.name AS source, i.name AS item FROM hearth.fact f JOIN hearth.link l USING (record_id)"
        " JOIN hearth.item i USING (item_no) JOIN hearth.source s ON s.source_no = f.source_no"
        " WHERE l.person_id = :person AND i.location_bearing"
        " AND coalesce(f.valid_from, f.recorded_at::date) >= hearth.protected_since(:person)",
        person=priya,
)  # fmt: skip
    assert late
    assert not shown & {(row.source, row.item) for row in late if row.source != "housing"}


def test_an_agency_is_shown_what_it_said_itself_of_a_protected_person(desk, priya):
    mask = desk.cells(("refuge", "address.residence"))

    assert desk.read(desk.issue(desk.subject(priya, mask), own=["refuge"])) == {("refuge", "address.residence")}
    assert desk.read(desk.issue(desk.subject(priya, mask), own=["housing"])) == set()


def test_a_withheld_entry_is_counted_only_where_the_ticket_says_so(northvale, desk, kelly):
    counted = desk.cells(("health", "health.flag"))
    existing = desk.cells(("police", "da.incident"))
    ticket = desk.issue(desk.subject(kelly, 0, counted=counted, existing=existing))
    silent = desk.issue(desk.subject(kelly, 0))

    def told(opened):
        with northvale.wiring.database.transaction("hg_read") as connection:
            open_ticket(connection, opened)
            return {(count.mode, count.entries) for count in withheld_counts(connection, [kelly])}

    assert told(ticket) == {("count", 1), ("exists", 1)}
    assert told(silent) == set()
