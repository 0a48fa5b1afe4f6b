"""A later row supersedes: what it said before is in no view, finds nobody, and stays known as of its day."""

from datetime import timedelta

import pytest

from gateway.store.inputs import person_inputs
from gateway.usecases.register.deciding import reader_of

TENANCIES = "housing-tenancies"


def kellys_lines(northvale):
    key = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == TENANCIES]
    text = (northvale.built.folder / entry["file"]).read_text("utf-8-sig")
    head, *lines = text.splitlines(keepends=True)
    return head, [line for line in lines if key in line]


def names(northvale, worker="B101"):
    declaration = northvale.declare(worker, "tenancy_management")
    profile = northvale.open(worker, declaration, northvale.family_id("S2", "Kelly Marsh")).profile
    return {one.value for one in profile.members[0].identity.names}


def hits(northvale, **changed):
    declaration = northvale.declare("B101", "tenancy_management")
    return northvale.search("B101", declaration, {**northvale.person("S2", "Kelly Marsh"), **changed}).hits


def test_a_later_row_supersedes_in_views_and_search_and_what_was_known_stays_known(northvale):
    record = northvale.record_id("housing", northvale.person("S2", "Kelly Marsh")["keys"]["housing"])
    assert hits(northvale)
    head, lines = kellys_lines(northvale)
    then = northvale.clock.now
    northvale.clock.now += timedelta(days=1)

    batch = northvale.push(TENANCIES, (head + "".join(lines)).replace("Marsh", "Fenwick").encode(), "renamed")

    assert batch.facts_new > 0
    assert names(northvale) == {"Kelly Fenwick"}
    assert hits(northvale, surname="Fenwick")
    # Her other landlord's and officers' records still know her under the old name; this reader's sources do not.
    assert not hits(northvale)
    as_known = (
        "SELECT DISTINCT ON (f.fact_key) f.value->>'family' FROM hearth.fact f JOIN hearth.item i USING (item_no)"
        " WHERE f.record_id = :record AND i.name = 'identity.name' AND f.recorded_at <= :at"
        " ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC"
    )
    assert {row[0] for row in northvale.sql(as_known, record=record, at=then)} == {"Marsh"}
    assert {row[0] for row in northvale.sql(as_known, record=record, at=northvale.clock.now)} == {"Fenwick"}


def inputs(northvale, person):
    with northvale.wiring.database.transaction("hg_decide") as connection:
        reader = reader_of(northvale.wiring, northvale.reader("W101"))
        (found,) = person_inputs(connection, [person], reader, northvale.clock.now)
    return found


def mark(northvale, person, item, *, disputed=True):
    northvale.sql(
        "UPDATE hearth.fact f SET disputed = :disputed FROM hearth.link l, hearth.item i"
        " WHERE l.record_id = f.record_id AND i.item_no = f.item_no AND l.person_id = :person AND i.name = :item",
        disputed=disputed, person=person, item=item,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scene", "name", "item", "state", "known"),
    [
        ("S2", "Jayden Marsh", "identity.birth_date", "minor", "yes"),
        ("S2", "Kelly Marsh", "support.agreed_to_help", "agreed_to_help", "yes"),
        ("S2", "Kelly Marsh", "da.risk", "domestic_abuse", "yes"),
        ("S3", "Priya Nair", "identity.protected", "protected", "yes"),
    ],
)
def test_what_rests_on_disputed_facts_alone_is_not_known(northvale, scene, name, item, state, known):
    person = northvale.person_id(scene, name)
    assert inputs(northvale, person).states[state] == known
    if state == "domestic_abuse":
        # It is known of a home, from whatever anybody in it is party to.
        northvale.sql("UPDATE hearth.fact SET disputed = true WHERE item_no IN"
                      " (SELECT item_no FROM hearth.item WHERE name LIKE 'da.%')")  # fmt: skip
    mark(northvale, person, item)

    assert inputs(northvale, person).states[state] == "unknown"


def test_of_two_who_say_it_the_one_that_is_not_disputed_counts(northvale):
    person = northvale.person_id("S2", "Jayden Marsh")
    facts = northvale.sql(
        "SELECT DISTINCT f.record_id FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN hearth.link l"
        " USING (record_id) WHERE l.person_id = :person AND i.name = 'identity.birth_date'",
        person=person,
    )
    assert len(facts) > 1
    northvale.sql("UPDATE hearth.fact SET disputed = true WHERE record_id = :one", one=facts[0].record_id)

    assert inputs(northvale, person).states["minor"] == "yes"


def test_a_protected_place_stays_protected_while_somebody_disputes_it(northvale):
    """Unknown lifts no prohibition, and what the database judges as a protected location it judges so still."""
    person = northvale.person_id("S3", "Priya Nair")
    since = "SELECT hearth.protected_since(:person)::text"
    before = northvale.sql(since, person=person)
    mark(northvale, person, "identity.protected")

    assert northvale.sql(since, person=person) == before
    assert before[0][0] is not None
