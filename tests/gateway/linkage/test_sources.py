"""What a feed says of whom it holds counts when records are linked, all together or as they come."""

import csv
import io
from dataclasses import replace

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.linking.match_deciding import MatchContradictedError, decide_match
from tests.gateway.northvale_world import CONTEXT

HOME = {"line1": "71 Larkspur Way", "line2": "", "line3": "Northvale", "postcode": "NV8 1QA", "uprn": "980000097001"}
CHILD = {"surname": "Wiltonby", "forename": "Barnaby", "dob": "2016-06-01", "sex": "M", "person_ref": "CP97101"}
PAYER = {"surname": "Wiltonby", "forename": "Barnaby", "dob": "", "person_ref": "L97101", "account_ref": "A97101"}


def push(northvale, feed, *rows):
    """A file of these rows; where they say nothing, its first row of the world stands, whoever and whose apart."""
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == feed]
    first = next(csv.DictReader(io.StringIO((northvale.built.folder / entry["file"]).read_text("utf-8-sig"))))
    whose = {
        "title",
        "middle",
        "line4",
        "household_ref",
        "household_role",
        "nhs_number",
        "phone",
        "email",
        "address_to",
    }
    given = {name: "" if name.lower() in whose else cell for name, cell in first.items()}
    text = io.StringIO()
    writer = csv.DictWriter(text, first, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: (HOME | row).get(name.lower(), cell) for name, cell in given.items()} for row in rows)
    batch = northvale.push(feed, text.getvalue().encode(), f"sources-{feed}")
    assert batch.rows_accepted == len(rows), batch


def person_of(northvale, source, key):
    query = "SELECT person_id FROM hearth.link WHERE record_id = :record AND superseded_at IS NULL"
    return northvale.sql(query, record=northvale.record_id(source, key))[0].person_id


def saying(wiring, feed, **said):
    """The wiring, a feed of which says so of whom it holds."""
    told = replace(wiring.feeds[feed], profile=replace(wiring.feeds[feed].profile, **said))
    return replace(wiring, feeds={**wiring.feeds, feed: told})


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_child_is_not_the_taxpayer_of_its_name_and_home(northvale, link):
    push(northvale, "case-people", CHILD)
    push(northvale, "council-tax", PAYER)
    link(northvale.wiring)
    assert person_of(northvale, "case_system", "CP97101") != person_of(northvale, "council_tax", "L97101")

    link_everything(saying(northvale.wiring, "council-tax", youngest=None))
    assert person_of(northvale, "case_system", "CP97101") == person_of(northvale, "council_tax", "L97101")


def test_a_steward_cannot_make_them_one_which_would_tear_the_childs_records_apart(northvale):
    push(northvale, "case-people", CHILD)
    push(northvale, "council-tax", PAYER)
    link_everything(northvale.wiring)
    pair = {northvale.record_id("case_system", "CP97101"), northvale.record_id("council_tax", "L97101")}
    (waiting,) = [
        row.review_id
        for row in northvale.sql("SELECT * FROM hearth.link_review WHERE state = 'open'")
        if {row.record_id, row.other_record_id} == pair
    ]

    with pytest.raises(MatchContradictedError):
        decide_match(northvale.wiring, CONTEXT, northvale.reader("W603"), waiting, "same", "they share a name")


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_two_keys_of_a_source_that_holds_nobody_twice_are_two_people(northvale, link):
    push(northvale, "council-tax", PAYER, PAYER | {"person_ref": "L97102", "account_ref": "A97102"})
    link(saying(northvale.wiring, "council-tax", duplicate_free=True))
    assert person_of(northvale, "council_tax", "L97101") != person_of(northvale, "council_tax", "L97102")

    link_everything(northvale.wiring)
    assert person_of(northvale, "council_tax", "L97101") == person_of(northvale, "council_tax", "L97102")
