"""Every leaf about a person stands on one of their two lists, and maps commit to all lists at one moment."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.canonical import parse_canonical
from audit.coverage_map import SaltSource, open_map
from audit.merkle import leaf_hash
from audit.sparse_map import map_root
from audit.subject_list import ListKind, list_head, list_start
from gateway.store.subject_lists import list_elements, newest_map, rows_between, rows_of_map
from gateway.usecases.log.coverage_maps import map_secret, nodes_of, root_over, row_leaf, take_due_maps
from tests.gateway.audit.list_book import DISCLOSABLE, SEALED, a_move, about, add_persons, next_hour, sequence
from tests.gateway.audit.log_book import AT, drain, person, sequencing, write

_FIRST, _LAST = bytes(32), b"\xff" * 32


@pytest.fixture(autouse=True)
def now(wiring_clock):
    wiring_clock.now = AT.replace(minute=59)


def elements(database, number, kind=DISCLOSABLE):
    with database.transaction("hg_desk") as connection:
        return list_elements(connection, person(number), kind)


def newest(database, kind=DISCLOSABLE, occasion=None):
    with database.transaction("hg_desk") as connection:
        return newest_map(connection, kind, occasion)


def root(wiring, kind, number, size):
    """The root of a map that nobody has taken, as of a size of the tree."""
    salts = SaltSource(map_secret(wiring.custody.digest)[1], number)
    with wiring.database.transaction("hg_desk") as connection:
        return root_over(nodes_of(rows_of_map(connection, kind, number, size), salts))


def signed_root(wiring, stored):
    return open_map(stored.note, [wiring.log_signer.verifier()]).root


@pytest.mark.parametrize("batch", [1, 3, 2000])
def test_a_list_is_the_chain_of_the_leaves_about_a_person_whatever_the_batches(wiring, database, batch):
    for entry in [about(1), about(1, 2), about(2), about(2, 1), about(1, sealed=True), about(1), about(3)]:
        write(database, entry)
    drain(database, wiring.log_signer, batch)
    for number, kind, expected in ((1, DISCLOSABLE, 4), (2, DISCLOSABLE, 3), (4, DISCLOSABLE, 0), (1, SEALED, 1)):
        rows = elements(database, number, kind)
        assert [row.position for row in rows] == list(range(1, expected + 1))
        hashes = [leaf_hash(row.leaf) for row in rows]
        assert (rows[-1].head if rows else list_start(str(person(number)), kind)) == list_head(
            str(person(number)), kind, hashes
        )


def test_a_combination_stands_on_both_lists_of_everybody_concerned(wiring, database):
    sequence(wiring, a_move((1, 2), 1))
    assert [len(elements(database, number, kind)) for number in (1, 2) for kind in ListKind] == [1, 1, 1, 1]


def test_an_entry_that_names_nobody_stands_on_no_list(wiring, database, admin):
    sequence(wiring, about())
    with admin.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit.subject")).scalar_one() == 0


def test_every_hour_both_maps_are_taken_once_and_recorded_in_the_log(wiring, database, admin, wiring_clock):
    add_persons(admin, 1, 2, 3)
    sequence(wiring, about(1), about(1, sealed=True))
    assert [take_due_maps(wiring), take_due_maps(wiring)] == [1, 0]
    drain(database, wiring.log_signer)
    with admin.begin() as connection:
        rows = connection.execute(
            text("SELECT m.list, m.at, m.note, o.fields #>> '{detail,1}' AS detail FROM audit.coverage_map m"
                 " JOIN audit.leaf USING (entry_id) JOIN audit.opening o USING (entry_id) ORDER BY m.list")
        ).all()  # fmt: skip
    assert [row.list for row in rows] == ["disclosable", "sealed"]
    for row in rows:
        signed = open_map(row.note, [wiring.log_signer.verifier()])
        detail = parse_canonical(row.detail.encode())
        assert signed.at == row.at == wiring_clock.now.replace(minute=0, second=0, microsecond=0)
        assert (signed.kind.value, detail["coverage_map_list"]) == (row.list, row.list)
    assert next_hour(wiring, wiring_clock) == 1


def test_the_hour_waits_while_an_entry_of_before_it_is_no_leaf(wiring, database, wiring_clock, admin):
    sequence(wiring, about(1))
    write(database, about(1))
    with admin.begin() as connection:
        connection.execute(
            text("UPDATE audit.pending SET queued_at = :at"), {"at": wiring_clock.now - timedelta(hours=1)}
        )
    assert take_due_maps(wiring) == 0
    drain(database, wiring.log_signer)
    assert take_due_maps(wiring) == 1


def test_everybody_has_both_lists_and_stands_in_both_maps_with_and_without_entries(wiring, database, admin):
    add_persons(admin, 1, 2, 3)
    sequence(wiring, about(1), about(4, sealed=True))
    take_due_maps(wiring)
    for kind, expected in ((DISCLOSABLE, 3), (SEALED, 4)):
        with database.transaction("hg_desk") as connection:
            rows = rows_between(connection, newest(database, kind), _FIRST, _LAST)
        # Person 4 is not a person of the register, and a sealed entry gives nobody a disclosable list.
        assert len(rows) == expected


def test_the_disclosable_map_is_the_same_whatever_is_sealed(wiring, database, admin):
    add_persons(admin, 1, 2)
    sequence(wiring, about(1), about(2))
    take_due_maps(wiring)
    roots = [(root(wiring, DISCLOSABLE, 7, 100), root(wiring, SEALED, 7, 100))]
    for entry, differs in ((about(1, 2, sealed=True), SEALED), (about(2), DISCLOSABLE)):
        sequence(wiring, entry)
        roots.append((root(wiring, DISCLOSABLE, 7, 100), root(wiring, SEALED, 7, 100)))
        same = (roots[-1][0] == roots[-2][0], roots[-1][1] == roots[-2][1])
        assert same == (differs is SEALED, differs is DISCLOSABLE)


def test_a_map_of_the_past_is_what_it_would_have_been_then(wiring, database, admin):
    """Also by way of one bucket, as proofs are made, and whoever came to be since."""
    chosen = random.Random(20261116)  # noqa: S311 - a history for a test
    add_persons(admin, *range(1, 15))
    sequence(wiring, about(1))
    take_due_maps(wiring)
    drain(database, wiring.log_signer)
    stored = newest(database)
    then = {}
    for _ in range(12):
        subjects = chosen.sample(range(1, 30), chosen.randint(1, 4))
        sequence(wiring, about(*subjects, sealed=chosen.random() < 0.3))
        with database.transaction("hg_desk") as connection:
            size = connection.execute(text("SELECT tree_size FROM audit.head")).scalar_one()
        then[size] = {kind: root(wiring, kind, stored.map_no, size) for kind in ListKind}
    assert len({roots[DISCLOSABLE] for roots in then.values()}) > 6
    for size, roots in then.items():
        assert {kind: root(wiring, kind, stored.map_no, size) for kind in ListKind} == roots
    salts = SaltSource(map_secret(wiring.custody.digest)[1], stored.map_no)
    with database.transaction("hg_desk") as connection:
        rows = rows_between(connection, stored, _FIRST, _LAST)
    assert map_root([row_leaf(row, salts) for row in rows]) == signed_root(wiring, stored)


def test_after_a_combination_a_map_is_taken_that_ends_with_it_however_late(wiring, database):
    sequence(wiring, about(1), a_move((1,), 2, "one"), about(1), a_move((2, 3), 2, "two"), a_move((4,), 5, "two"))
    take_due_maps(wiring)
    drain(database, wiring.log_signer)
    with database.transaction("hg_desk") as connection:
        rows = connection.execute(
            text("SELECT map_no, list, occasion, tree_size FROM audit.coverage_map ORDER BY map_no, list")
        ).all()
    assert [tuple(row) for row in rows] == [
        (1, "disclosable", "lineage", 2), (1, "sealed", "lineage", 2),
        (2, "disclosable", "lineage", 5), (2, "sealed", "lineage", 5),
        (3, "disclosable", "hour", 5), (3, "sealed", "hour", 5),
    ]  # fmt: skip
    assert take_due_maps(wiring) == 0


def test_a_map_after_a_combination_is_whole_up_to_half_a_minute_before_it(wiring, database):
    """What had begun in that time may be no leaf yet: an outcome carries the instant at which its request began."""
    sequence(wiring, about(1), a_move((1,), 2))
    take_due_maps(wiring)
    with database.transaction("hg_desk") as connection:
        found = newest_map(connection, occasion="lineage")
    assert found.at == (AT - timedelta(seconds=30)).replace(microsecond=0)
    assert open_map(found.note, [wiring.log_signer.verifier()]).at == found.at


def test_a_look_that_waits_with_a_combination_becomes_a_leaf_before_it(wiring, database):
    """It may have shown the file as it was before; its authorisation was queued while the combination was written."""
    for entry in (a_move((1, 2), 1, ended=(2,)), about(2), a_move((4,), 3), about(4)):
        write(database, entry)
    drain(database, wiring.log_signer)
    for number in (2, 4):
        assert [row.event_class for row in elements(database, number, DISCLOSABLE)] == ["consultation", "combination"]


def test_salts_differ_from_map_to_map_though_the_list_stays(wiring, database, admin, wiring_clock):
    add_persons(admin, 1, 2)
    sequence(wiring, about(1))
    take_due_maps(wiring)
    first = newest(database)
    drain(database, wiring.log_signer)
    next_hour(wiring, wiring_clock)
    assert signed_root(wiring, first) != signed_root(wiring, newest(database))


def test_only_one_at_a_time_takes_maps(wiring, database):
    sequence(wiring, about(1))
    with database.transaction("hg_desk") as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(4713)"))
        assert take_due_maps(wiring) == 0
    assert take_due_maps(wiring) == 1


def test_the_sequencer_and_a_taking_of_maps_do_not_wait_for_each_other_in_a_circle(wiring, database, admin):
    add_persons(admin, *range(1, 300))
    with sequencing(database, wiring.log_signer, 0.01):
        for start in range(0, 250, 50):
            write(database, *(about(*range(start + n, start + n + 30)) for n in range(0, 20, 4)))
        take_due_maps(wiring)
    drain(database, wiring.log_signer)
    with admin.begin() as connection:
        total = connection.execute(text("SELECT count(*) FROM audit.subject")).scalar_one()
    assert total >= 2 * 299
