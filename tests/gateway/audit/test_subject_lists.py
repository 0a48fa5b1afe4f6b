"""Every leaf about a person stands on one of their two lists, and maps commit to all lists at once."""

from datetime import timedelta

from audit.merkle import leaf_hash
from audit.subject_list import ListKind, list_head, list_start
from gateway.store.subject_lists import list_elements
from gateway.usecases.coverage_maps import take_due_maps
from gateway.usecases.subject_sections import subject_sections
from tests.gateway.audit.log_book import AT, an_entry, drain, person, write

DISCLOSABLE, SEALED = ListKind


def about(*numbers, **fields):
    return an_entry(subjects=tuple(str(person(n)) for n in numbers), **fields)


def elements(database, number, kind=DISCLOSABLE):
    with database.transaction("hg_desk") as connection:
        return list_elements(connection, person(number), kind)


def test_a_list_is_the_chain_of_the_leaves_about_a_person_whatever_the_batches(wiring, database):
    about_one = [about(1), about(1, 2), about(2), about(2, 1), about(1)]
    for entry in about_one:
        write(database, entry, about(3))
        drain(database, wiring.log_signer, batch=1)
    for number, expected in ((1, 4), (2, 3), (3, 5), (4, 0)):
        rows = elements(database, number)
        assert [row.position for row in rows] == list(range(1, expected + 1))
        head = list_start(str(person(number)), DISCLOSABLE)
        assert (rows[-1].head if rows else head) == list_head(
            str(person(number)), DISCLOSABLE, [leaf_hash(row.leaf) for row in rows]
        )
        assert not elements(database, number, SEALED)


def test_maps_serve_sections(wiring, database, wiring_clock):
    write(database, about(1), about(1, 2), about(1, sealed=True))
    drain(database, wiring.log_signer)
    wiring_clock.now = AT + timedelta(days=30)
    assert take_due_maps(wiring) == 1
    with database.transaction("hg_desk") as connection:
        found = subject_sections(connection, wiring.custody.digest, person(1))
    assert len(found.sections[0].elements) == 2
