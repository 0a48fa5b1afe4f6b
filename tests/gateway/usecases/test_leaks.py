"""What was found by trying to get at it: each of these once told, or could have told, what it must not."""

import csv
import io
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from gateway.store.ledger import Ticket, authorise, open_ticket
from gateway.usecases.families.disclosure import mask_width
from gateway.usecases.families.searching import search_people
from gateway.usecases.linking.linking import link_everything
from linkage.tokens import SearchQuery
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.store.tickets import TicketDesk

NEW_HOME = {"line1": "99 Safe Street", "postcode": "NV9 9ZZ", "address_from": "2026-10-10", "phone": "01632 960777"}
TELLING = ("99 Safe Street", "NV9", "960777")


def pushed(northvale, feed, rows):
    """Push rows of a feed and link them."""
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    batch = northvale.push(feed, sheet.getvalue().encode(), f"leaks-{feed}")
    assert batch.rows_accepted == len(rows)
    link_everything(northvale.wiring)


def moved(northvale, name):
    """The early help case system learns where one of the Nairs lives now."""
    person = northvale.person("S3", name)
    row = {
        "person_ref": person["keys"]["case_system"], "surname": person["surname"], "forename": person["forename"],
        "dob": person["dob"], "sex": person["sex"],
    }  # fmt: skip
    pushed(northvale, "case-people", [row | NEW_HOME])


def found(northvale, worker, declaration, **query):
    """Names of the hits."""
    answer = search_people(northvale.wiring, CONTEXT, northvale.reader(worker), SearchQuery(**query), declaration)
    return [hit.identity.names[0].value for hit in answer.hits]


def test_nobody_can_be_added_to_a_ticket_that_is_committed(northvale):
    """Else: add, open, read, roll back, and no entry anywhere says whom the reading was about."""
    desk = TicketDesk(northvale)
    kelly, vikram = northvale.person_id("S2", "Kelly Marsh"), northvale.person_id("S3", "Vikram Nair")
    ticket = desk.issue(desk.subject(kelly, desk.cells(("housing", "identity.name"))))
    add = text(
        "INSERT INTO audit.ticket_subject (ticket_id, person_id, band, shown, counted, existing)"
        " SELECT :ticket, :person, 0, s.shown, s.counted, s.existing FROM"
        " (VALUES (repeat('1', 3072)::bit varying, ''::bit varying, ''::bit varying)) s(shown, counted, existing)"
    )
    whom = {"ticket": ticket, "person": vikram}

    with northvale.wiring.database.engine("hg_read").connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied"), connection.begin_nested():
            connection.execute(add, whom)
        open_ticket(connection, ticket)
        with pytest.raises(ProgrammingError, match="permission denied"), connection.begin_nested():
            connection.execute(add, whom)
        persons = set(connection.execute(text("SELECT person_id FROM hearth.link")).scalars())
        connection.rollback()

    assert persons == {kelly}


@pytest.mark.parametrize("name", ["Priya Nair", "Rohan Nair"])
def test_a_new_home_that_one_council_team_knows_reaches_no_other(northvale, name):
    """Vikram's early help worker and the MASH are of the council whose case system says it (S3, invariant I3)."""
    moved(northvale, name)
    worker, mash = northvale.declare("W203", "early_help"), northvale.declare("W101", "front_door")

    told = [
        northvale.open("W203", worker, northvale.family_id("S3", "Vikram Nair")).profile,
        northvale.search("W203", worker, northvale.person("S3", name)).hits,
        northvale.search("W101", mash, northvale.person("S3", name)).hits,
    ]
    page = northvale.open("W101", mash, northvale.family_id("S3", name)).profile

    assert not [word for word in TELLING if word in repr([*told, asdict(page)])]
    assert "Location protected: call the desk" in {line.sentence for line in page.withheld}


def test_a_landlord_still_reads_its_own_tenancies(northvale):
    """The other side: an agency that reads its own records alone knows the homes that it lets."""
    declaration = northvale.declare("B101", "tenancy_management")

    page = northvale.open("B101", declaration, northvale.family_id("S3", "Priya Nair")).profile

    assert [line for address in page.addresses for line in address.lines]


def test_a_postcode_that_is_shown_by_district_alone_cannot_be_guessed(northvale):
    """Early help sees the district: a hit for the right postcode and none for a wrong one would tell the rest."""
    kelly = northvale.person("S2", "Kelly Marsh")
    held = northvale.sql(
        "SELECT DISTINCT f.value->>'postcode' AS postcode FROM hearth.fact f JOIN hearth.link l USING (record_id)"
        " JOIN hearth.item i USING (item_no) JOIN hearth.source s ON s.source_no = f.source_no"
        " WHERE l.person_id = :person AND i.name = 'address.residence' AND s.name = 'case_system'",
        person=northvale.person_id("S2", "Kelly Marsh"),
    )
    asked = {"given": kelly["forename"], "postcode": held[0].postcode}

    assert found(northvale, "W203", northvale.declare("W203", "early_help"), **asked) == []
    assert "Kelly Marsh" in found(northvale, "B101", northvale.declare("B101", "tenancy_management"), **asked)


def test_the_postcode_of_a_protected_home_cannot_be_guessed(northvale):
    moved(northvale, "Priya Nair")
    declaration = northvale.declare("W101", "front_door")

    assert found(northvale, "W101", declaration, given="Priya", postcode=NEW_HOME["postcode"]) == []


def test_nobody_is_found_by_a_name_that_was_replaced(northvale):
    """Practice P12: a name given up must not lead to the new one."""
    kelly = northvale.person("S2", "Kelly Marsh")
    declaration = northvale.declare("B101", "tenancy_management")
    assert "Kelly Marsh" in found(northvale, "B101", declaration, family="Marsh", birth_date=kelly["dob"])
    northvale.sql(
        "INSERT INTO hearth.fact SELECT gen_random_uuid(), f.fact_key, f.record_id, f.source_no, f.item_no,"
        ' f.value || \'{"family": "Ashdown"}\', f.valid_from, f.valid_to, f.happened_at, f.nature, f.subject_role,'
        " f.handling, f.disputed, f.tombstone, f.content_digest, f.batch_id, f.agreement,"
        " f.recorded_at + interval '1 second' FROM hearth.fact f"
        " JOIN hearth.link l USING (record_id) JOIN hearth.item i USING (item_no)"
        " WHERE l.person_id = :person AND i.name = 'identity.name'",
        person=northvale.person_id("S2", "Kelly Marsh"),
    )

    assert found(northvale, "B101", declaration, family="Marsh", birth_date=kelly["dob"]) == []


def test_the_day_on_which_a_refuge_sends_moves_no_line_of_who_never_sees_it(northvale):
    """A small source sends when somebody came: coverage names the sources that the role sees, and no others."""
    worker, mash = northvale.declare("W203", "early_help"), northvale.declare("W101", "front_door")

    def coverage():
        page = northvale.open("W203", worker, northvale.family_id("S3", "Vikram Nair")).profile
        hits = northvale.search("W203", worker, northvale.person("S3", "Vikram Nair"))
        return page.coverage, hits.coverage

    def of_the_mash():
        return northvale.open("W101", mash, northvale.family_id("S3", "Priya Nair")).profile.coverage

    before, before_mash, today = coverage(), of_the_mash(), northvale.clock.now
    northvale.clock.now = today + timedelta(days=1)
    row = {"client_ref": "R9", "surname": "Example", "dob": "1990-01-31", "from_date": "2026-11-01", "status": "placed"}
    pushed(northvale, "refuge-placements", [row])
    northvale.clock.now = today

    assert coverage() == before
    assert "schools" in {line.source for line in before[0]}
    assert of_the_mash() != before_mash


def test_who_is_at_risk_stands_in_the_entry_of_an_emergency(northvale):
    """S6 asks for it, however the emergency was declared; it was asked for and then forgotten."""
    family = northvale.family_id("S2", "Kelly Marsh")

    declaration = northvale.declare("W210", "early_help", family_id=family, break_glass=True, at_risk="the mother")

    details = northvale.sql(
        "SELECT fields #>> '{detail,1}' AS detail FROM audit.opening WHERE fields #>> '{declaration,1}' = :id",
        id=f'"{declaration}"',
    )
    assert ["the mother" in row.detail for row in details] == [True]


def test_a_ticket_hangs_on_no_entry_but_the_one_it_was_committed_with(northvale):
    """Else it could hang on an old entry about somebody else, whose leaf is signed already."""
    desk = TicketDesk(northvale)
    kelly = northvale.person_id("S2", "Kelly Marsh")
    old = northvale.sql("SELECT entry_id FROM audit.entry LIMIT 1")[0].entry_id
    until = northvale.clock.now + timedelta(hours=1)
    late = Ticket(northvale.wiring.mint(), old, (), until, (desk.subject(kelly, desk.everything),))
    insert = text("INSERT INTO audit.ticket (ticket_id, entry_id, own_sources, not_after) VALUES (:t, :e, '{}', :u)")

    with northvale.wiring.database.engine("hg_read").connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied"), connection.begin_nested():
            connection.execute(insert, {"t": late.ticket_id, "e": old, "u": until})
        with pytest.raises(IntegrityError, match="entry_pkey"), connection.begin_nested():
            authorise(connection, replace(desk.authorisation(), entry_id=str(old)), late, mask_width(northvale.wiring))
        connection.rollback()
    assert northvale.count("SELECT count(*) FROM audit.ticket WHERE ticket_id = :t", t=late.ticket_id) == 0
