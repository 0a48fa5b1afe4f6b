"""S3: that somebody is protected is in no byte for a reader who may not know of it, neither in words nor by a gap."""

from contextlib import contextmanager

import pytest

from gateway.usecases.linking.linking_new import link_new
from tests.gateway.northvale_world import copied
from tests.gateway.served import content, served
from tests.journeys.test_byte_equal import as_bytes

VIKRAM, PRIYA, ROHAN = ("S3", "Vikram Nair"), ("S3", "Priya Nair"), ("S3", "Rohan Nair")
_MARKS = "item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.protected')"


@contextmanager
def northvale_marked_by(built, *sources, named=False):
    """A copy in which nobody but these sources marks anybody as protected, and whose professionals nobody names.

    Those of somebody protected are withheld by a clause of the charter (X7): since the day of the mark, or whenever
    they began where it has none. `named`: they are named.
    """
    with copied(built) as northvale:
        numbers = [northvale.wiring.source_number(source) for source in sources]
        northvale.sql(
            f"DELETE FROM hearth.fact WHERE {_MARKS} AND NOT source_no = ANY (:numbers)",  # noqa: S608 - a fixed text
            numbers=numbers,
        )
        if not named:
            northvale.sql(
                "DELETE FROM hearth.fact WHERE item_no ="
                " (SELECT i.item_no FROM hearth.item i WHERE i.name = 'care.professional')"
            )
        yield northvale


def seen(northvale, worker, purpose, family):
    """The family's page and why it is as it is."""
    with served(northvale) as gateway:
        declaration = gateway.declare(worker, purpose)
        handle = northvale.family_id(*family)
        return [content(ask(worker, declaration, handle)) for ask in (gateway.family, gateway.explain)]


@pytest.mark.parametrize("family", [VIKRAM, ROHAN])
@pytest.mark.parametrize("worker", ["W203", "W211"])
def test_who_works_with_the_family_sees_no_gap_where_the_protected_child_s_address_was(northvale_world, worker, family):
    with northvale_marked_by(northvale_world) as unmarked:
        nobody = seen(unmarked, worker, "early_help", family)

    for marked_by in (["pds"], ["refuge"], ["pds", "refuge"]):
        with northvale_marked_by(northvale_world, *marked_by) as marked:
            assert as_bytes(seen(marked, worker, "early_help", family)) == as_bytes(nobody), marked_by
    assert len({one["person"] for one in dict(nobody[0][1])["addresses"]}) == 2


@pytest.mark.parametrize("family", [VIKRAM, ROHAN])
@pytest.mark.parametrize("worker", ["W203", "W211"])
def test_who_worked_with_the_child_before_they_fled_is_told_as_of_anybody(northvale_world, worker, family):
    with northvale_marked_by(northvale_world, named=True) as unmarked:
        nobody = seen(unmarked, worker, "early_help", family)
    with northvale_marked_by(northvale_world, "refuge", named=True) as marked:
        somebody = seen(marked, worker, "early_help", family)

        since = {
            "valid_from": "2026-09-20",
            "value": '{"name": "J. Far", "role": "worker", "service": "Early Help West"}',
        }
        northvale_adds(marked, ROHAN, "case_system", "care.professional", since)
        later = seen(marked, worker, "early_help", family)
        front_door = seen(marked, "W101", "front_door", family)

    assert as_bytes(somebody) == as_bytes(nobody)
    named = [one for one in dict(nobody[0][1])["professionals"] if one["item"] == "care.professional"]
    assert len({one["person"] for one in named}) == 2
    assert as_bytes(later) == as_bytes(nobody)
    assert b"J. Far" in as_bytes(front_door)


def northvale_adds(northvale, person, source, item, fact):
    """One more fact of a person by a source that knows them."""
    northvale.sql(
        "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, nature,"
        " tombstone, content_digest, batch_id, agreement, recorded_at)"
        " SELECT gen_random_uuid(), 'added'::bytea, r.record_id, r.source_no, i.item_no, CAST(:value AS jsonb),"
        " CAST(:valid_from AS date), 'fact', false, '', b.batch_id, 'a', now()"
        " FROM hearth.source_record r, hearth.item i, (SELECT batch_id FROM desk.batch LIMIT 1) b"
        " WHERE r.record_id = :record AND i.name = :item",
        record=northvale.record_id(source, northvale.person(*person)["keys"][source]), item=item, **fact,
    )  # fmt: skip


@pytest.mark.parametrize("worker", ["W203", "W211"])
def test_what_waits_for_her_to_agree_is_told_as_of_anybody_in_an_emergency_too(northvale_world, worker):
    """Priya has not agreed to help, and whoever works with her may hear that."""
    reasons = []
    for marked_by in ((), ("pds",), ("refuge",)):
        with northvale_marked_by(northvale_world, *marked_by) as northvale, served(northvale) as gateway:
            handle = northvale.family_id(*PRIYA)
            emergency = {"break_glass": True, "at_risk": "Priya Nair"} if worker == "W211" else {}
            declaration = gateway.declare(worker, "early_help", family_id=str(handle), **emergency)
            reasons.append(content(gateway.explain(worker, declaration, handle)))

    assert as_bytes(reasons[1]) == as_bytes(reasons[0])
    assert as_bytes(reasons[2]) == as_bytes(reasons[0])
    assert b"agreed to help" in as_bytes(reasons[0])


ASKED = (
    {"family_name": "Nair", "given_name": "Rohan", "postcode": "NV1 0AB"},
    {"family_name": "Nair", "postcode": "NV6 0SU"},
    {"birth_date": "1990-11-30", "postcode": "NV1 0AB"}, {"postcode": "NV1 0AB"}, {"postcode": "NV6 0SU"},
    {"identifier_scheme": "nhs_number", "identifier": "9992682205"},
)  # fmt: skip
"""Mother and child by name, birth and number, at the home that they left (NV1) and where they are (NV6)."""
SEARCHERS = (
    ("W203", "early_help"), ("W501", "council_tax"), ("B101", "tenancy_management"), ("W411", "homelessness"),
    ("N102", "health_safeguarding"), ("F101", "home_safety"),
)  # fmt: skip


def test_no_search_tells_who_is_protected_by_hits_their_order_or_their_reasons(northvale_world):
    found = []
    for marked_by in ((), ("pds",), ("refuge",)):
        with northvale_marked_by(northvale_world, *marked_by) as northvale, served(northvale) as gateway:
            found.append([
                content(gateway.client.post("/v1/people/search", json=asked, headers=headers))
                for worker, purpose in SEARCHERS
                for headers in [gateway.headers(worker, gateway.declare(worker, purpose))]
                for asked in ASKED
            ])  # fmt: skip

    assert as_bytes(found[1]) == as_bytes(found[0])
    assert as_bytes(found[2]) == as_bytes(found[0])
    assert sum(bool(dict(body).get("hits")) for _, body in found[0]) > len(SEARCHERS)


def test_who_may_know_is_told_in_words_and_sees_no_home_that_nobody_said(northvale):
    page = dict(seen(northvale, "W101", "front_door", PRIYA)[0][1])

    assert any(line["sentence"] == "Location protected: call the desk" for line in page["withheld"])
    assert {one["person"] for one in page["addresses"]} == {str(northvale.family_id(*VIKRAM))}


@pytest.mark.parametrize(
    ("worker", "purpose"), [("N102", "health_safeguarding"), ("N201", "health_safeguarding"), ("C102", "missing_child")]
)
def test_what_is_cut_because_somebody_is_protected_is_not_said_to_be_cut(northvale_world, worker, purpose):
    with northvale_marked_by(northvale_world) as unmarked:
        nobody = seen(unmarked, worker, purpose, ROHAN)
    with northvale_marked_by(northvale_world, "pds") as marked:
        page, reasons = seen(marked, worker, purpose, ROHAN)

    (allocated,) = {one["form"] for one in dict(page[1])["professionals"] if one["item"] == "care.allocation"}
    assert allocated == "full"
    assert "team" not in str(dict(page[1])["professionals"])
    assert "team" in str(dict(nobody[0][1])["professionals"])
    if worker != "C102":
        assert as_bytes(reasons) == as_bytes(nobody[1])


@pytest.mark.parametrize(("scene", "name"), [("S2", "Kelly Marsh"), ("S3", "Vikram Nair")])
def test_a_page_does_not_name_fewer_agreements_because_somebody_is_protected(northvale_world, scene, name):
    """Nothing is recorded here that the charter withholds of the protected, and a homelessness officer sees no home."""
    with northvale_marked_by(northvale_world) as northvale, served(northvale) as gateway:
        northvale.sql(
            "DELETE FROM hearth.fact WHERE item_no IN (SELECT i.item_no FROM hearth.item i WHERE i.name IN"
            " ('support.episode', 'housing.tenancy', 'health.appointment', 'care.looked_after'))"
        )
        declaration, handle = gateway.declare("W411", "homelessness"), northvale.family_id(scene, name)
        nobody = [content(ask("W411", declaration, handle)) for ask in (gateway.family, gateway.explain)]
        since = {"client_ref": "HV9401", "from_date": northvale.clock.now.date().isoformat(), "status": "resident"}
        northvale.push_rows("refuge-placements", since | northvale.person(scene, name))
        link_new(northvale.wiring)
        marked = [content(ask("W411", declaration, handle)) for ask in (gateway.family, gateway.explain)]
        marks = northvale.count(
            f"SELECT count(*) FROM hearth.fact JOIN hearth.link l USING (record_id) WHERE {_MARKS}"  # noqa: S608 - a fixed text
            " AND l.person_id = :person AND l.superseded_at IS NULL",
            person=northvale.person_id(scene, name),
        )

    assert as_bytes(marked) == as_bytes(nobody)
    assert dict(nobody[0][1])["agreements"]
    assert marks == 1


def test_how_many_entries_health_holds_is_told_of_the_protected_as_of_anybody(northvale_world):
    """Early help reads how many there are of who agreed to help; without appointments the number told who is hidden."""
    with northvale_marked_by(northvale_world) as northvale, served(northvale) as gateway:
        kelly = northvale.person_id("S2", "Kelly Marsh")
        northvale.sql(
            "UPDATE hearth.fact SET record_id = (SELECT min(l.record_id::text)::uuid FROM hearth.link l"
            " WHERE l.person_id = :kelly AND l.superseded_at IS NULL) WHERE item_no ="
            " (SELECT i.item_no FROM hearth.item i WHERE i.name = 'health.appointment')",
            kelly=kelly,
        )
        declaration, handle = gateway.declare("W201", "early_help"), northvale.family_id("S2", "Kelly Marsh")
        before = content(gateway.family("W201", declaration, handle))
        since = {"client_ref": "HV9401", "from_date": northvale.clock.now.date().isoformat(), "status": "resident"}
        northvale.push_rows("refuge-placements", since | northvale.person("S2", "Kelly Marsh"))
        link_new(northvale.wiring)
        after = content(gateway.family("W201", declaration, handle))

    told = [line for line in dict(before[1])["withheld"] if line["entries"]]
    assert told
    assert [line for line in dict(after[1])["withheld"] if line["entries"]] == told
