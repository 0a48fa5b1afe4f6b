# ruff: noqa: S608 - the edits of a tamper test are SQL made of fixed texts
"""Every column of lists and maps, edited in turn with all triggers off, is found; so is a read that was left out."""

import pytest
from sqlalchemy import text

from audit.coverage_map import map_key
from audit.entry import EventClass
from audit.merkle import leaf_hash
from audit.subject_list import ListKind, list_head, list_start
from gateway.usecases.log import verifying_lists
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.log.verifying_log import verify_database
from gateway.usecases.subjects.erased_list import list_marks
from gateway.usecases.subjects.erasure_carried_out import erase_lists
from tests.gateway.audit.list_book import DISCLOSABLE, a_move, about, add_persons, next_hour, sequence
from tests.gateway.audit.log_book import AT, drain, person

_OTHER = "00000000-0000-4000-8000-0000000000ff"
_LINE = f"person_id = '{person(1)}' AND list = 'disclosable' AND position = 2"
_LIST = f"person_id = '{person(1)}' AND list = 'disclosable'"
_BARE = f"person_id = '{person(20)}' AND list = 'sealed'"
_MAP = "map_no = 1 AND list = 'sealed'"

EDITS = [
    # column, the edit, what the verdict names
    ("subject.person_id", f"SET person_id = '{_OTHER}' WHERE {_LIST}", "audit.subject"),
    ("subject.person_id, of a bare list", f"SET person_id = '{_OTHER}' WHERE {_BARE}", "audit.subject"),
    ("subject.list", f"SET list = 'sealed' WHERE person_id = '{person(50)}' AND list = 'disclosable'", "audit.subject"),
    ("subject.enrolled", f"SET enrolled = NULL WHERE {_BARE}", "audit.subject"),
    ("subject.enrolled, later", f"SET enrolled = 99 WHERE {_BARE}", "audit.subject"),
    ("subject.erased", f"SET erased = 2 WHERE {_BARE}", "audit.subject.erased"),
    ("subject.erased, of a list with lines", f"SET erased = 2 WHERE {_LIST}", "audit.subject_list"),
    ("subject.count", f"SET count = count + 1 WHERE {_LIST}", "audit.subject.count"),
    ("subject.count, of a bare list", f"SET count = 1 WHERE {_BARE}", "audit.subject.count"),
    ("subject.head", f"SET head = sha256(head) WHERE {_LIST}", "audit.subject.head"),
    ("subject.head, of a bare list", f"SET head = sha256(head) WHERE {_BARE}", "audit.subject.count or head"),
    ("subject_list.person_id", f"SET person_id = '{_OTHER}' WHERE {_LINE}", "audit.subject"),
    ("subject_list.list", f"SET list = 'sealed', position = 9 WHERE {_LINE}", "audit.subject_list"),
    ("subject_list.position", f"SET position = 7 WHERE {_LINE}", "audit.subject_list"),
    ("subject_list.leaf_index", f"SET leaf_index = 2 WHERE {_LINE}", "audit.subject_list"),
    ("subject_list.leaf_index, of no leaf", f"SET leaf_index = 99 WHERE {_LINE}", "audit.subject_list"),
    ("subject_list.head", f"SET head = sha256(head) WHERE {_LINE}", "audit.subject_list.head"),
    ("coverage_map.map_no", f"SET map_no = 9 WHERE {_MAP}", "audit.coverage_map"),
    ("coverage_map.list", "SET list = CASE list WHEN 'sealed' THEN 'disclosable' ELSE 'sealed' END, map_no = map_no + 5"
     " WHERE map_no = 1", "audit.coverage_map"),
    ("coverage_map.occasion", f"SET occasion = 'hour' WHERE {_MAP}", "audit.coverage_map.occasion"),
    ("coverage_map.occasion, of an hour", "SET occasion = 'lineage' WHERE map_no = 2", "audit.coverage_map.occasion"),
    ("coverage_map.at", f"SET at = at + interval '1 second' WHERE {_MAP}", "audit.coverage_map.at"),
    ("coverage_map.tree_size", f"SET tree_size = tree_size + 1 WHERE {_MAP}", "audit.coverage_map.tree_size"),
    ("coverage_map.key_id", f"SET key_id = '00000000' WHERE {_MAP}", "audit.coverage_map.key_id"),
    ("coverage_map.note", "SET note = (SELECT note FROM audit.coverage_map WHERE map_no = 2 AND list = 'sealed')"
     f" WHERE {_MAP}", "audit.coverage_map"),
    ("coverage_map.note, its signature", f"SET note = left(note, -10) || 'AAAAAAAA=' || E'\\n' WHERE {_MAP}",
     "audit.coverage_map.note"),
    ("coverage_map.entry_id", "SET entry_id = (SELECT entry_id FROM audit.leaf WHERE leaf_index = 0)"
     f" WHERE {_MAP}", "audit.coverage_map.entry_id"),
    ("coverage_map_nodes.map_no", f"SET map_no = 9 WHERE {_MAP}", "audit.coverage_map_nodes"),
    ("coverage_map_nodes.list", f"SET list = 'disclosable', map_no = 9 WHERE {_MAP}", "audit.coverage_map_nodes"),
    ("coverage_map_nodes.nodes", f"SET nodes = overlay(nodes PLACING '\\x01' FROM 1) WHERE {_MAP}",
     "audit.coverage_map_nodes.nodes"),
    ("coverage_map_nodes.nodes, cut short", f"SET nodes = substr(nodes, 34) WHERE {_MAP}",
     "audit.coverage_map_nodes.nodes"),
    ("coverage_map_stone.map_no", "SET map_no = 9 WHERE map_no = 1", "audit.coverage_map"),
    ("coverage_map_stone.list", "SET list = 'sealed', map_no = 5 WHERE list = 'disclosable'", "audit.coverage_map"),
    ("coverage_map_stone.key", "SET key = sha256(key)", "audit.coverage_map_stone"),
    ("coverage_map_stone.leaf", "SET leaf = sha256(leaf)", "audit.coverage_map"),
]  # fmt: skip
REMOVALS = ["subject", "subject_list", "coverage_map", "coverage_map_nodes", "coverage_map_stone"]
GENERATED = {"subject.key"}
"""Made by the database of two columns that are edited here; it lets nobody set it."""


@pytest.fixture
def log(wiring, database, admin, wiring_clock):
    """Persons with and without entries, one joined into another, one erased; a map for that and one for the hour."""
    wiring_clock.now = AT.replace(minute=59)
    add_persons(admin, *range(1, 30))
    sequence(wiring, about(1), about(1, 2), about(3, sealed=True), a_move((1, 2), 1), about(1, 29, 50))
    take_due_maps(wiring)
    drain(database, wiring.log_signer)
    marks = [list_marks(wiring.custody.digest, map_key(str(person(29)), kind))[0] for kind in ListKind]
    sequence(wiring, about(event=EventClass.ERASURE, items_shown=(), detail={"erased_lists": marks}))
    with database.transaction("hg_erase") as connection:
        erase_lists(wiring, connection, [person(29)])
    return wiring


def tamper(admin, *statements):
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            assert connection.execute(text(statement.replace(":", "\\:"))).rowcount != 0


def test_an_honest_log_is_right_before_and_after_further_maps(log, database, wiring_clock):
    for _ in range(3):
        assert verify_database(log).finding is None
        next_hour(log, wiring_clock)
        # The maps' own entries wait, and are leaves the next time.
        assert verify_database(log).finding is None
        drain(database, log.log_signer)
        sequence(log, about(1, 5), about(2, sealed=True))


@pytest.mark.parametrize(("column", "edit", "named"), EDITS, ids=[column for column, _, _ in EDITS])
def test_an_edited_column_is_found_and_named(log, admin, column, edit, named):
    tamper(admin, f"UPDATE audit.{column.partition('.')[0]} {edit}")
    verdict = verify_database(log)
    assert verdict.finding is not None
    assert named in verdict.finding.column
    assert "\n" not in verdict.sentence()
    assert not any(str(person(number)) in verdict.sentence() for number in range(30))


def test_the_edits_cover_every_column_there_is(admin):
    with admin.begin() as connection:
        rows = connection.execute(
            text("SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'audit'")
        ).scalars()
        columns = {row for row in rows if row.startswith(("subject", "coverage_map"))}
    assert columns - {column.partition(",")[0] for column, _, _ in EDITS} == GENERATED


@pytest.mark.parametrize("table", REMOVALS)
def test_a_removed_row_is_found(log, admin, table):
    tamper(admin, f"DELETE FROM audit.{table} WHERE ctid = (SELECT min(ctid) FROM audit.{table})")
    assert verify_database(log).finding is not None


def test_the_last_pair_of_maps_removed_is_missed(log, admin):
    for table in ("coverage_map_nodes", "coverage_map_stone", "coverage_map"):
        tamper(admin, f"DELETE FROM audit.{table} WHERE map_no = 2")
    finding = verify_database(log).finding
    assert finding.problem == "a map that an entry records is missing"


def rebuild(admin, number, positions):
    """Write a disclosable list anew, with heads, count and head as an honest one of these lines would have them."""
    who = str(person(number))
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        rows = connection.execute(
            text("SELECT leaf_index, leaf_hash FROM audit.subject_list JOIN audit.leaf USING (leaf_index)"
                 " WHERE person_id = :who AND list = 'disclosable' ORDER BY position"), {"who": who},
        ).all()  # fmt: skip
        kept = [rows[place] for place in positions]
        connection.execute(
            text("DELETE FROM audit.subject_list WHERE person_id = :who AND list = 'disclosable'"), {"who": who}
        )
        for position, row in enumerate(kept, 1):
            head = list_head(who, DISCLOSABLE, [one.leaf_hash for one in kept[:position]])
            connection.execute(
                text("INSERT INTO audit.subject_list VALUES (:who, 'disclosable', :position, :leaf, :head)"),
                {"who": who, "position": position, "leaf": row.leaf_index, "head": head},
            )
        connection.execute(
            text(
                "UPDATE audit.subject SET count = :count, head = :head WHERE person_id = :who AND list = 'disclosable'"
            ),
            {"who": who, "count": len(kept), "head": list_head(who, DISCLOSABLE, [one.leaf_hash for one in kept])},
        )


@pytest.mark.parametrize("kept", [(1, 2, 3), (0, 2, 3), (0, 1, 2), ()])
def test_a_read_left_out_is_found_though_list_and_map_were_made_anew(log, admin, database, wiring_clock, kept):
    rebuild(admin, 1, kept)
    next_hour(log, wiring_clock)
    drain(database, log.log_signer)
    finding = verify_database(log).finding
    assert finding.problem == "an entry is left out of a list of its subject"


def test_the_same_line_twice_and_lines_in_another_order_are_found(log, admin):
    rebuild(admin, 1, (0, 0, 1, 2, 3))
    assert verify_database(log).finding.problem == "lines do not run on"
    rebuild(admin, 1, (0, 2, 3, 4))
    assert verify_database(log).finding is None
    rebuild(admin, 1, (1, 0, 2, 3))
    assert verify_database(log).finding.problem == "lines do not run on"


def test_a_map_that_was_wrong_when_it_was_signed_is_found_though_the_list_was_mended(
    log, admin, database, wiring_clock
):
    rebuild(admin, 1, (0, 1, 3))
    next_hour(log, wiring_clock)
    drain(database, log.log_signer)
    with admin.begin() as connection:
        leaf = connection.execute(
            text("SELECT leaf_index FROM audit.card WHERE event_class = 'combination'")
        ).scalar_one()
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(
            text("INSERT INTO audit.subject_list VALUES (:who, 'disclosable', 9, :leaf, sha256(''))"),
            {"who": person(1), "leaf": leaf},
        )
    rebuild(admin, 1, (0, 1, 3, 2))
    assert verify_database(log).finding.problem == "the map that was signed is not that of the lists"
    # Nor is it forgotten with the next hour, from whose map proofs are made from then on.
    next_hour(log, wiring_clock)
    drain(database, log.log_signer)
    assert verify_database(log).finding.where == "coverage map 3, disclosable"


def test_an_erasure_that_no_entry_names_is_found(log, database):
    with database.transaction("hg_erase") as connection:
        erase_lists(log, connection, [person(12)])
    assert verify_database(log).finding.column == "audit.subject.erased"


def test_beyond_its_budget_the_verifier_still_folds_every_maps_nodes(log, admin, monkeypatch):
    monkeypatch.setattr(verifying_lists, "BUDGET", 1)
    assert verify_database(log).finding is None
    tamper(admin, f"UPDATE audit.coverage_map_nodes SET nodes = overlay(nodes PLACING '\\x01' FROM 1) WHERE {_MAP}")
    assert verify_database(log).finding.column == "audit.coverage_map_nodes.nodes"


def test_what_was_beyond_the_budget_is_told(log):
    whole, short = verify_database(log), verify_database(log, 1)

    assert (whole.maps_left, whole.finding, short.finding) == (0, None, None)
    assert short.maps_left > 0
    assert f"{short.maps_left} coverage maps were not taken from the lists anew" in short.sentence()
    assert "anew" not in whole.sentence()


def test_the_heads_of_the_database_are_those_of_the_offline_verifier(log, database):
    with database.transaction("hg_desk") as connection:
        starts = connection.execute(
            text("SELECT audit.list_start(:who, 'sealed'),"
                 " audit.chain_step(NULL, audit.list_start(:who, 'sealed'), :leaf)"),
            {"who": person(1), "leaf": leaf_hash(b"leaf")},
        ).one()  # fmt: skip
    who = str(person(1))
    sealed = ListKind.SEALED
    assert tuple(starts) == (list_start(who, sealed), list_head(who, sealed, [leaf_hash(b"leaf")]))
