"""What became of facts that were known on an earlier day: changed, withdrawn, taken back, disputed, or another's."""

import csv
import io
from datetime import timedelta

import pytest

from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.subjects.as_known import page_on
from gateway.usecases.subjects.disputing import NewDispute, raise_dispute
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, retract_facts
from tests.gateway.linkage.unlike_people import People
from tests.gateway.northvale_world import CONTEXT

DPO, ARREARS, ARREARS_FEED = "W602", "housing.arrears", "housing-arrears"


def today(northvale):
    return northvale.clock.now.astimezone(LONDON).date()


def later(northvale, family, day):
    page = page_on(northvale.wiring, CONTEXT, northvale.reader(DPO), family, day)
    return {
        (item.item, item.source): [(one.kind, one.facts, one.since) for one in item.later] for item in page.items
    }  # fmt: skip


def kellys_row(northvale, feed):
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == feed]
    rows = csv.DictReader(io.StringIO((northvale.built.folder / entry["file"]).read_text("utf-8-sig")))
    key = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    return next(row for row in rows if key in row.values())


def change(northvale):
    row = kellys_row(northvale, ARREARS_FEED)
    sent(northvale, ARREARS_FEED, {name: "7.00" if "." in cell else cell for name, cell in row.items()})


def take_back(northvale):
    key = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    new = NewRetraction(ARREARS_FEED, "sent-in-error", (FactsMeant(key, item=ARREARS),))
    retract_facts(northvale.wiring, CONTEXT, northvale.partner(ARREARS_FEED), new)


def dispute(northvale):
    family, declaration = northvale.family_id("S2", "Kelly Marsh"), northvale.declare("B101", "tenancy_management")
    page = northvale.open("B101", declaration, family).profile
    fact = next(one for one in page.circumstances if one.item == ARREARS)
    reader, words = northvale.reader("B101"), NewDispute(fact.ref, "That is not so.")
    raise_dispute(northvale.wiring, CONTEXT, reader, family, declaration, words)


def sent(northvale, feed, row):
    text = io.StringIO()
    csv.DictWriter(text, row).writeheader()
    csv.DictWriter(text, row).writerow(row)
    batch = northvale.push(feed, text.getvalue().encode(), str(northvale.wiring.mint()))
    assert batch.rows_accepted == 1, batch


@pytest.mark.parametrize(
    ("act", "kind", "facts"), [(change, "changed", 1), (take_back, "taken-back", 12), (dispute, "disputed", 1)]
)  # fmt: skip
def test_what_became_of_a_fact_is_told_with_when_and_of_the_day_after_no_more(northvale, act, kind, facts):
    family, day = northvale.family_id("S2", "Kelly Marsh"), today(northvale)
    assert later(northvale, family, day)[ARREARS, "housing"] == []
    northvale.clock.now += timedelta(days=2)
    act(northvale)

    told = later(northvale, family, day)

    assert told.pop((ARREARS, "housing")) == [(kind, facts, northvale.clock.now)]
    assert not any(told.values())
    northvale.clock.now += timedelta(days=2)
    assert not any(later(northvale, family, day + timedelta(days=3)).values())


def test_that_a_name_changed_is_not_told(northvale):
    """It hints at a history that nobody is told of (practice P12)."""
    family, day = northvale.family_id("S2", "Kelly Marsh"), today(northvale)
    northvale.clock.now += timedelta(days=2)
    sent(northvale, "housing-tenancies", kellys_row(northvale, "housing-tenancies") | {"surname": "Fenwick"})

    assert later(northvale, family, day)["identity.name", "housing"] == []


def test_who_was_rightly_joined_since_was_not_corrected_and_who_was_parted_again_was_under_either_handle(northvale):
    people = People(northvale)
    day = today(northvale)
    northvale.clock.now += timedelta(days=2)
    decision = people.join("A", "B")
    joined = today(northvale)
    assert not any(later(northvale, people.handles["A"], day).values())
    assert not any(later(northvale, people.handles["B"], day).values())
    northvale.clock.now += timedelta(days=2)
    people.part(decision)

    for name in "AB":
        # Each handle opened the one page that there was.
        found = later(northvale, people.handles[name], joined)
        assert {kind for each in found.values() for kind, *_ in each} == {"parted"}
        assert not any(later(northvale, people.handles[name], day).values())
