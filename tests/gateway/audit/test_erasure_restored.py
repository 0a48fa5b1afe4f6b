"""A backup brings the erased back, and the list of erased keys takes them out again; the others' reports stay whole."""

from dataclasses import replace
from functools import partial

import pytest

from audit.verify import verify_path
from audit.verify_export import Trust
from gateway import clock
from gateway.operator_parts import OperatorParts, operator_entry
from gateway.usecases.log.verifying_log import verify_database
from gateway.usecases.subjects.erased_list import list_path, read_list
from gateway.usecases.subjects.erasures_reapplied import reapply_erasures
from gateway.usecases.subjects.legal_holds import place_hold
from tests.gateway.audit.erased_world import ASKS, erase, everything_stored, finish
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT, opened
from tests.gateway.subjects.reports import pass_an_hour, report

KELLY = ("S2", "Kelly Marsh")


@pytest.fixture
def kelly(northvale, tmp_path):
    """Kelly Marsh was read, on a gateway with a data folder of its own."""
    settings = northvale.wiring.settings.model_copy(update={"data_dir": tmp_path / "var"})
    northvale.wiring = replace(northvale.wiring, settings=settings)
    family = northvale.family_id(*KELLY)
    northvale.open("W201", northvale.declare("W201", "early_help", family_id=family), family)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    return northvale.person_id(*KELLY), family


@pytest.fixture
def backup(northvale, kelly):
    """The database as it stood before the erasure, file by file."""
    name = f"{northvale.wiring.database.base.database}_backup"
    northvale.wiring.database.dispose()
    northvale.admin.dispose()
    cluster = northvale.built.cluster
    cluster.create(name, northvale.wiring.database.base.database)
    yield name
    cluster.drop(name)


def parts_of(northvale):
    return OperatorParts(northvale.wiring.settings, northvale.wiring.database, northvale.wiring.custody)


def reapplied(northvale, *copies):
    parts = parts_of(northvale)

    return reapply_erasures(parts, copies, partial(operator_entry, parts, purpose="erasure"))


def test_after_a_restore_the_erased_go_again(northvale, kelly, backup, tmp_path):
    person, family = kelly
    erase(northvale, family)
    finish(northvale)
    assert read_list(list_path(northvale.wiring.settings))

    with opened(northvale.built, backup, clock.new_id, clock.new_opaque_id) as restored:
        restored.wiring = replace(restored.wiring, settings=northvale.wiring.settings)
        assert restored.person_id(*KELLY) == person
        assert "Kelly" in everything_stored(restored.admin)["hearth.fact"]

        done = reapplied(restored)
        drain(restored.wiring.database, restored.wiring.log_signer)
        finish(restored)

        assert (done.persons, done.held) == (1, 0)
        assert done.keys == done.records
        assert done.entries >= 2
        left = everything_stored(restored.admin)
        assert {table for table, rows in left.items() if "Kelly" in rows or str(family) in rows} == set()
        assert {table for table, rows in left.items() if str(person) in rows} == {"audit.subject"}
        assert verify_database(restored.wiring).finding is None
        assert reapplied(restored).persons == 0


def test_a_copy_of_the_list_is_as_good_as_the_folders_own(northvale, kelly, backup, tmp_path):
    erase(northvale, kelly[1])
    copy = tmp_path / "copy"
    copy.write_bytes(list_path(northvale.wiring.settings).read_bytes())
    with opened(northvale.built, backup, clock.new_id, clock.new_opaque_id) as restored:
        settings = restored.wiring.settings.model_copy(update={"data_dir": tmp_path / "new machine"})
        restored.wiring = replace(restored.wiring, settings=settings)
        assert reapplied(restored).persons == 0
        assert reapplied(restored, copy).persons == 1
        assert read_list(list_path(settings)) == read_list(copy)


def test_a_hold_in_the_backup_keeps_whom_it_holds_and_is_told(northvale, kelly, backup):
    erase(northvale, kelly[1])
    with opened(northvale.built, backup, clock.new_id, clock.new_opaque_id) as restored:
        restored.wiring = replace(restored.wiring, settings=northvale.wiring.settings)
        place_hold(restored.wiring, CONTEXT, restored.reader(ASKS), kelly[1], "CLAIM/7", "placed before the restore")
        done = reapplied(restored)
        assert (done.persons, done.held) == (0, 1)
        assert restored.person_id(*KELLY) == kelly[0]


def test_the_others_reports_are_whole_before_and_after(northvale, kelly, tmp_path):
    """Jayden was on the page that was opened for his mother."""
    jayden, log = northvale.person_id("S2", "Jayden Marsh"), Trust(northvale.wiring.log_signer.verifier().encode())
    pass_an_hour(northvale)
    before = report(northvale, jayden)
    assert len(before.pack.sections[0].elements) > 0

    erase(northvale, kelly[1])
    # From the map of before, in which her lists still stand as hashes.
    between = report(northvale, jayden)
    pass_an_hour(northvale)

    after = report(northvale, jayden)
    for name, made in (("before", before), ("between", between), ("after", after)):
        folder = tmp_path / name
        folder.mkdir()
        for file, content in made.files.items():
            (folder / file).write_bytes(content)
        assert "none left out" in verify_path(folder, log)
    assert after.files["report.txt"].count(b"early help") >= before.files["report.txt"].count(b"early help")
    known = [element.leaf for element in before.pack.sections[0].elements]
    assert [element.leaf for element in after.pack.sections[0].elements][: len(known)] == known
    assert verify_database(northvale.wiring).finding is None
