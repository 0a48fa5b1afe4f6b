"""An address that came without a UPRN is linked by the one that the gazetteer gives it, and nothing sent is changed."""

import csv
import io

import pytest

from gateway.store.gazetteer import standing_made_of
from gateway.store.identities import IdentityFact
from gateway.usecases.linking.link_index import LinkHasher
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_addresses import MATCHED_BY, SeenAddresses, with_uprns
from gateway.usecases.linking.linking_input import matching_mask
from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.linking.linking_new_facts import RecordFacts

FEED = "library-members"


@pytest.fixture
def members(northvale):
    """The library's members, who come without a UPRN."""
    text = (northvale.built.folder / "library-members.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    return [row for row in rows if all(row[name] for name in ("borrower_no", "dob", "address", "postcode", "forename"))]


def sent(northvale, rows, key):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return northvale.push(FEED, stream.getvalue().encode(), key)


def homes(northvale, source, number):
    """Residences of one record as linkage reads them."""
    wiring = northvale.wiring
    mask = matching_mask(wiring, wiring.clock())
    with wiring.database.transaction("hg_link") as connection:
        facts = RecordFacts(wiring, connection, mask, LinkHasher(wiring.custody, mask), wiring.clock())
        found = facts.of(northvale.record_id(source, number))
    return [fact.value for fact in found if fact.item == "address.residence"]


def known_home(northvale):
    """Any home of the gazetteer: UPRN, lines and postcode."""
    found = northvale.sql(
        "SELECT uprn, lines, postcode FROM hearth.gazetteer_address WHERE postcode IS NOT NULL AND lines ~ '^[0-9]+ '"
        " ORDER BY uprn LIMIT 1"
    )
    return found[0]


def gazetteer_of(northvale, uprn, building, postcode):
    """One home more, as its owner sends it."""
    lines = (
        f"15,I,1,99009999,QUILL YARD,,NORTHVALE,NORTHVALE,ENG,2001-03-19,\r\n"
        f"21,I,2,{uprn},1,2,2001-03-19,,1,1,53.6,-1.2,1,9900,E,2001-03-19,,2016-02-10,2001-03-19,D,{postcode},0\r\n"
        f"24,I,3,{uprn},9900L999999,ENG,1,2001-03-19,,2016-02-10,2001-03-19,,,,,,{building},,,,,99009999,1\r\n"
    )
    return northvale.push("gazetteer", lines.encode(), f"gazetteer-{uprn}")


def test_a_run_matches_addresses_and_writes_over_no_fact(northvale, members):
    facts = "SELECT count(*) FROM hearth.fact"
    before = northvale.count(facts)

    run = link_everything(northvale.wiring)

    assert run.addresses["same address"] > len(members) / 2
    assert run.differences["records-moved"] == 0
    assert northvale.count(facts) == before
    told = (
        "SELECT count(*) FILTER (WHERE value ? 'lines') AS lines, count(value->>'uprn') AS uprns FROM hearth.fact"
        " WHERE source_no = (SELECT source_no FROM hearth.source WHERE name = 'libraries')"
    )
    (library,) = northvale.sql(told)
    assert library.lines > 0 == library.uprns


def test_a_new_record_is_matched_as_a_run_over_everything_matches_it(northvale, members):
    home = known_home(northvale)
    row = members[0] | {
        "borrower_no": "LB998001", "surname": "Quillfeather", "address": home.lines.partition("\n")[0].lower(),
        "postcode": home.postcode,
    }  # fmt: skip
    sent(northvale, [row], "one")

    link_new(northvale.wiring)

    (value,) = homes(northvale, "libraries", "LB998001")
    assert (value["uprn"], value[MATCHED_BY]) == (home.uprn, "same address")
    run = link_everything(northvale.wiring)
    assert run.differences["records-moved"] == run.differences["persons-merged"] == 0


def test_what_the_gazetteer_says_anew_is_for_a_run_over_everything(northvale, members):
    row = members[0] | {"borrower_no": "LB998002", "address": "7 Quill Yard; Northvale", "postcode": "NV9 9ZZ"}
    sent(northvale, [row], "yard")
    link_new(northvale.wiring)
    assert homes(northvale, "libraries", "LB998002")[0]["uprn"] is None

    batch = gazetteer_of(northvale, "990000999999", "7", "NV9 9ZZ")
    linked = link_new(northvale.wiring)
    waits = northvale.count(
        "SELECT count(*) FROM desk.batch WHERE batch_id = :id AND linked_at IS NULL", id=batch.batch_id
    )
    run = link_everything(northvale.wiring)

    assert (linked.left, waits) == (True, 1)
    assert run.addresses["same address"] > 0
    assert homes(northvale, "libraries", "LB998002")[0]["uprn"] == "990000999999"
    assert (
        northvale.count("SELECT count(*) FROM desk.batch WHERE batch_id = :id AND linked_at IS NULL", id=batch.batch_id)
        == 0
    )


def test_a_gazetteer_that_has_not_changed_is_not_made_anew(northvale):
    link_everything(northvale.wiring)
    places = "SELECT min(xmin::text), max(xmin::text), count(*) FROM hearth.gazetteer_address"
    before = northvale.sql(places)

    link_everything(northvale.wiring)

    assert northvale.sql(places) == before
    with northvale.wiring.database.transaction("hg_link") as connection:
        assert standing_made_of(connection)


def test_equal_text_tells_the_uprn_where_the_gazetteer_holds_none(northvale, members):
    tenancy = {"address": "The Forge; Far Lane; Northvale", "postcode": "NV9 9ZY"}
    permit = (northvale.built.folder / "parking-permits.csv").read_text(encoding="utf-8-sig")
    permits = [row for row in csv.DictReader(io.StringIO(permit), delimiter=";") if row["uprn"] and row["holder"]]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(permits[0]), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerow(
        permits[0] | {"permit_no": "PP998001", "address": "The Forge\nFar Lane\nNorthvale", "postcode": "NV9 9ZY",
                      "uprn": "990000888888"}
    )  # fmt: skip
    northvale.push("parking-permits", stream.getvalue().encode(), "forge")
    link_new(northvale.wiring)
    sent(northvale, [members[0] | {"borrower_no": "LB998003"} | tenancy], "forge-too")
    link_new(northvale.wiring)

    (value,) = homes(northvale, "libraries", "LB998003")
    assert (value["uprn"], value[MATCHED_BY]) == ("990000888888", "equal text of another record")
    assert link_everything(northvale.wiring).addresses["equal text of another record"] >= 1


def test_the_address_of_a_refuge_is_neither_matched_nor_learnt_from(northvale):
    home = known_home(northvale)
    said = {"lines": home.lines, "postcode": home.postcode}
    patient = fact(northvale, said | {"kind": "home"})
    resident = fact(northvale, said | {"kind": "refuge"})
    elsewhere = fact(northvale, {"lines": "The Forge\nFar Lane", "postcode": "NV9 9ZY", "kind": "home"})
    refuge_there = fact(northvale, {**elsewhere.value, "kind": "refuge", "uprn": "990000888888"})

    assert uprns(northvale, [patient]) == [home.uprn]
    assert uprns(northvale, [patient, resident]) == [None, None]
    assert uprns(northvale, [elsewhere, refuge_there]) == [None, "990000888888"]


def test_the_uprn_of_a_refuge_is_given_to_nobody_however_the_address_is_written(northvale):
    home = known_home(northvale)
    resident = fact(northvale, {"lines": "", "postcode": None, "uprn": home.uprn, "kind": "refuge"})
    patient = fact(northvale, {"lines": home.lines.lower(), "postcode": home.postcode, "kind": "home"})

    assert uprns(northvale, [patient, resident]) == [None, home.uprn]


def fact(northvale, value):
    return IdentityFact(northvale.wiring.mint(), "health", "address.residence", {"uprn": None} | value, None, None)


def uprns(northvale, facts):
    seen = SeenAddresses()
    seen.learn(facts)
    with northvale.wiring.database.transaction("hg_link") as connection:
        return [one.value["uprn"] for one in with_uprns(connection, facts, lambda _texts, _uprns: seen)]
