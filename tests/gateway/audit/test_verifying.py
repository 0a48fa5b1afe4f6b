# ruff: noqa: S608 - the edits of a tamper test are SQL made of fixed texts
"""Every column of the audit tables, edited in turn by a superuser with all triggers off, is found and named."""

from uuid import UUID

import pytest
from sqlalchemy import text

from audit.entry import EventClass, Outcome
from audit.keys import SignerKey
from audit.notes import parse_note, sign_note
from gateway.store.erasure import erase_as_said
from gateway.store.ledger import append
from gateway.usecases.log.verifying_log import verify_database
from tests.gateway.audit.log_book import AT, LOG, an_entry, drain, person, sequencing, write, write_authorisation

_OTHER = "00000000-0000-4000-8000-0000000000ff"
_FIRST_ENTRY = "(SELECT entry_id FROM audit.leaf WHERE leaf_index = 2)"
_TICKET_ENTRY = "(SELECT entry_id FROM audit.ticket ORDER BY ticket_id LIMIT 1)"
_FIRST_TICKET = "(SELECT ticket_id FROM audit.ticket ORDER BY ticket_id LIMIT 1)"
_SUBJECT = f"(SELECT ctid FROM audit.ticket_subject WHERE ticket_id = {_FIRST_TICKET} ORDER BY person_id LIMIT 1)"

EDITS = [
    # column, the edit, what the verdict names
    ("entry.entry_id", f"SET entry_id = '{_OTHER}' WHERE entry_id = {_FIRST_ENTRY}", "entry_id"),
    ("entry.event_class", f"SET event_class = 'print' WHERE entry_id = {_FIRST_ENTRY}", "audit.entry.event_class"),
    ("entry.recorded_at", f"SET recorded_at = recorded_at - interval '1 microsecond' WHERE entry_id = {_FIRST_ENTRY}",
     "audit.entry.recorded_at"),
    ("entry.leaf", f"SET leaf = set_byte(leaf, 60, get_byte(leaf, 60) # 1) WHERE entry_id = {_FIRST_ENTRY}",
     "audit.entry.leaf"),
    ("opening.entry_id", f"SET entry_id = '{_OTHER}' WHERE entry_id = {_FIRST_ENTRY}", "audit.opening.entry_id"),
    ("opening.fields", "SET fields = jsonb_set(fields, '{who,1}', '\"\\\"W999\\\"\"') WHERE entry_id = " + _FIRST_ENTRY,
     "audit.opening.fields"),
    ("opening.fields, the salt", "SET fields = jsonb_set(fields, '{who,0}', fields #> '{role,0}') WHERE entry_id = "
     + _FIRST_ENTRY, "audit.opening.fields"),
    ("opening.fields, a field less", f"SET fields = fields - 'who' WHERE entry_id = {_FIRST_ENTRY}",
     "audit.opening.fields"),
    ("opening.fields, a field more", "SET fields = fields || '{\"extra\": [\"\", \"1\"]}' WHERE entry_id = "
     + _FIRST_ENTRY, "audit.opening.fields"),
    ("opening.fields, a part more", "SET fields = jsonb_set(fields, '{who,2}', '\"x\"') WHERE entry_id = "
     + _FIRST_ENTRY, "audit.opening.fields"),
    ("opening.fields, emptied", f"SET fields = '[]' WHERE entry_id = {_FIRST_ENTRY}", "audit.opening.fields"),
    ("leaf.leaf_index", "SET leaf_index = 99 WHERE leaf_index = 2", "audit.leaf.leaf_index"),
    ("leaf.leaf_index, the last", "SET leaf_index = 99 WHERE leaf_index = (SELECT max(leaf_index) FROM audit.leaf)",
     "audit.leaf.leaf_index"),
    ("leaf.entry_id", f"SET entry_id = '{_OTHER}' WHERE leaf_index = 2", "audit"),
    ("leaf.leaf_hash", "SET leaf_hash = sha256(leaf_hash) WHERE leaf_index = 2", "audit.leaf.leaf_hash"),
    ("leaf.ticket_digest", "SET ticket_digest = sha256('') WHERE leaf_index = 2", "audit.leaf.ticket_digest"),
    ("leaf.ticket_digest, taken away", f"SET ticket_digest = NULL WHERE entry_id = {_TICKET_ENTRY}",
     "audit.leaf.ticket_digest"),
    ("node.level", "SET level = 9 WHERE (level, node_index) = (1, 1)", "audit.node.level"),
    ("node.node_index", "SET node_index = 77 WHERE (level, node_index) = (1, 1)", "node_index"),
    ("node.hash", "SET hash = sha256(hash) WHERE (level, node_index) = (2, 0)", "audit.node.hash"),
    ("node.hash, of a leaf", "SET hash = sha256(hash) WHERE (level, node_index) = (0, 3)", "audit.node.hash"),
    ("checkpoint.tree_size", "SET tree_size = 3 WHERE tree_size = 4", "audit.checkpoint.tree_size"),
    ("checkpoint.tree_size, the last", "SET tree_size = 1000 WHERE tree_size = (SELECT max(tree_size) FROM"
     " audit.checkpoint)", "audit.checkpoint.tree_size"),
    ("checkpoint.note", "SET note = (SELECT note FROM audit.checkpoint WHERE tree_size = 8) WHERE tree_size = 4",
     "audit.checkpoint"),
    ("checkpoint.note, its signature", "SET note = left(note, -10) || 'AAAAAAAA=' || E'\\n' WHERE tree_size = 4",
     "audit.checkpoint.note"),
    ("checkpoint.note, its end", "SET note = note || E'\\n' WHERE tree_size = 4", "audit.checkpoint.note"),
    ("checkpoint.signed_at", "SET signed_at = signed_at + interval '1 microsecond' WHERE tree_size = 4",
     "audit.checkpoint.signed_at"),
    ("checkpoint.batch_note", "SET batch_note = (SELECT batch_note FROM audit.checkpoint WHERE tree_size = 8)"
     " WHERE tree_size = 4", "audit.checkpoint.batch_note"),
    ("head.tree_size", "SET tree_size = tree_size + 1", "audit.head.tree_size"),
    ("head.only_row", "SET only_row = false", "audit.head.only_row"),
    ("ticket.ticket_id", f"SET ticket_id = '{_OTHER}' WHERE ticket_id = {_FIRST_TICKET}", "ticket_id"),
    ("ticket.entry_id", f"SET entry_id = {_FIRST_ENTRY} WHERE ticket_id = {_FIRST_TICKET}", "audit.ticket"),
    ("ticket.own_sources", f"SET own_sources = '{{1}}' WHERE ticket_id = {_FIRST_TICKET}", "audit.ticket"),
    ("ticket.not_after", f"SET not_after = not_after + interval '1 s' WHERE ticket_id = {_FIRST_TICKET}",
     "audit.ticket.not_after"),
    ("ticket.issued_at", f"SET issued_at = issued_at - interval '1 microsecond' WHERE ticket_id = {_FIRST_TICKET}",
     "audit.ticket"),
    ("ticket.xact", f"SET xact = '1'::xid8 WHERE ticket_id = {_FIRST_TICKET}", "audit.ticket"),
    ("ticket_subject.ticket_id", f"SET ticket_id = (SELECT max(ticket_id::text)::uuid FROM audit.ticket)"
     f" WHERE ctid = {_SUBJECT}", "audit.ticket_subject.ticket_id"),
    ("ticket_subject.person_id", f"SET person_id = '{_OTHER}' WHERE ctid = {_SUBJECT}", "person_id"),
    ("ticket_subject.band", f"SET band = 0 WHERE person_id = '{person(1)}' AND ticket_id = {_FIRST_TICKET}", "band"),
    ("ticket_subject.shown", f"SET shown = ~shown WHERE ctid = {_SUBJECT}", "audit.ticket_subject.shown"),
    ("ticket_subject.shown, longer", f"SET shown = shown || B'0' WHERE ctid = {_SUBJECT}", "audit.ticket_subject"),
    ("ticket_subject.counted", f"SET counted = ~counted WHERE ctid = {_SUBJECT}", "audit.ticket_subject"),
    ("ticket_subject.existing", f"SET existing = ~existing WHERE ctid = {_SUBJECT}", "audit.ticket_subject"),
    ("pending.entry_id", f"SET entry_id = {_FIRST_ENTRY}", "audit"),
]  # fmt: skip
_CARD_TEXTS = (
    "event_class", "phase", "who", "agency", "role", "team", "purpose", "outcome", "decision", "reason",
    "request_id", "trace_id",
)  # fmt: skip
EDITS += [
    (f"card.{column}", f"SET {column} = {value} WHERE entry_id = {_FIRST_ENTRY}", "audit.card")
    for column, value in {
        **dict.fromkeys(_CARD_TEXTS, "'another'"),
        "entry_id": f"'{_OTHER}'", "leaf_index": "999", "recorded_at": "recorded_at - interval '1 s'",
        "household": f"'{_OTHER}'", "refers_to": f"'{_OTHER}'", "sealed": "NOT coalesce(sealed, false)",
        "agreements": "agreements || 'another'::text", "subjects": f"subjects || '{_OTHER}'::uuid",
        "sources": "sources || 'another'::text",
    }.items()
]  # fmt: skip
REMOVALS = ["card", "entry", "opening", "leaf", "node", "checkpoint", "head", "ticket", "ticket_subject", "pending"]


@pytest.fixture
def log(wiring, database):
    """Eleven entries, two of them authorisations, in three batches; one more entry waits."""
    write(database, *(an_entry() for _ in range(3)))
    write_authorisation(database)
    drain(database, wiring.log_signer)
    write(database, *(an_entry() for _ in range(4)))
    drain(database, wiring.log_signer)
    write(database, an_entry())
    write_authorisation(database, persons=(3,))
    write(database, an_entry())
    drain(database, wiring.log_signer)
    write(database, an_entry())
    return wiring


def tamper(admin, *statements):
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("ALTER TABLE audit.head DROP CONSTRAINT IF EXISTS head_only_row_check")
        for statement in statements:
            assert connection.execute(text(statement.replace(":", "\\:"))).rowcount != 0


def test_an_honest_log_is_found_right_however_often_it_is_looked_at(log, database):
    for waiting in (1, 0):
        verdict = verify_database(log)
        assert verdict.finding is None
        assert (verdict.size, verdict.checkpoints, verdict.waiting, verdict.erased) == (
            12 - waiting,
            4 - waiting,
            waiting,
            0,
        )
        drain(database, log.log_signer)


def test_an_empty_log_is_right(wiring):
    verdict = verify_database(wiring)
    assert (verdict.finding, verdict.size) == (None, 0)


@pytest.mark.parametrize(("column", "edit", "named"), EDITS, ids=[column for column, _, _ in EDITS])
def test_an_edited_column_is_found_and_named(log, admin, column, edit, named):
    tamper(admin, f"UPDATE audit.{column.partition('.')[0]} {edit}")
    verdict = verify_database(log)
    assert verdict.finding is not None
    assert named in verdict.finding.column
    assert "\n" not in verdict.sentence()
    assert "W104" not in verdict.sentence()


def test_the_edits_cover_every_column_there_is(admin):
    with admin.begin() as connection:
        rows = connection.execute(
            text("SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'audit'")
        ).scalars()
        # Declared restores are edited in a log that has one: see test_restore.py. Lists and maps of persons likewise:
        # see test_verifying_lists.py.
        # Cosignatures are edited in a town with witnesses: see test_cosigning.py. What the cosigner remembers
        # of its witnesses proves nothing, and is asked of them anew.
        elsewhere = ("ticket_use.", "restore.", "subject", "coverage_map", "cosignature.", "witness")
        columns = {row for row in rows if not row.startswith(elsewhere)}
    # When an entry was put on the queue says in which order it became a leaf, and is gone with it; so is in which
    # transaction, which matters in that transaction alone.
    uncovered = columns - {column.partition(",")[0] for column, _, _ in EDITS}
    assert uncovered == {"pending.queued_at", "pending.xact"}


@pytest.mark.parametrize("table", REMOVALS)
def test_a_removed_row_is_found(log, admin, table):
    tamper(admin, f"DELETE FROM audit.{table} WHERE ctid = (SELECT min(ctid) FROM audit.{table})")
    assert verify_database(log).finding is not None


def test_an_entry_removed_with_all_its_traces_is_found(log, admin):
    cut = "(SELECT entry_id FROM audit.leaf WHERE leaf_index = 10)"
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in ("opening", "entry", "leaf"):
            connection.exec_driver_sql(f"DELETE FROM audit.{table} WHERE entry_id = {cut}")
        connection.exec_driver_sql("DELETE FROM audit.node WHERE (level, node_index) = (0, 10)")
        connection.exec_driver_sql("UPDATE audit.head SET tree_size = 10")
    assert verify_database(log).finding is not None


def test_a_log_rewritten_under_another_key_is_found(log, admin):
    forger = SignerKey(LOG, b"f" * 32)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for size, note, seal in connection.execute(
            text("SELECT tree_size, note, batch_note FROM audit.checkpoint")
        ).all():
            connection.execute(
                text("UPDATE audit.checkpoint SET note = :note, batch_note = :seal WHERE tree_size = :size"),
                {"size": size, "note": sign_note(parse_note(note).text, [forger]),
                 "seal": sign_note(parse_note(seal).text, [forger])},
            )  # fmt: skip
    assert verify_database(log).finding.column == "audit.checkpoint.note"


def test_a_ticket_made_up_later_is_found(log, admin):
    tamper(
        admin,
        f"INSERT INTO audit.ticket (ticket_id, entry_id, own_sources, not_after)"
        f" VALUES ('{_OTHER}', {_FIRST_ENTRY}, '{{}}', now())",
    )
    assert "ticket" in verify_database(log).finding.column


def an_erasure(entry, *fields):
    detail = {"records": [str(entry)], "erased_fields": list(fields), "erased_entries": 1}
    return an_entry(event=EventClass.ERASURE, at=AT, outcome=Outcome.DONE, subjects=(), items_shown=(), detail=detail)


def test_a_lawful_erasure_is_named_by_its_entry_and_is_no_alarm(log, database, admin):
    with admin.begin() as connection:
        erased = connection.execute(text(f"SELECT {_FIRST_ENTRY}")).scalar_one()
    erasure = an_erasure(erased, "household", "subjects")
    with database.transaction("hg_erase") as connection:
        append(connection, erasure)
        erase_as_said(connection, UUID(erasure.entry_id))
    drain(database, log.log_signer)
    verdict = verify_database(log)
    assert (verdict.finding, verdict.erased) == (None, 1)

    tamper(admin, f"UPDATE audit.opening SET fields = fields - 'who' WHERE entry_id = '{erased}'")
    assert "no erasure says so" in verify_database(log).finding.problem


def test_what_an_erasure_says_is_gone_and_is_there_is_found(log, database, admin):
    with admin.begin() as connection:
        named = connection.execute(text(f"SELECT {_FIRST_ENTRY}")).scalar_one()
    write(database, an_erasure(named, "subjects"), role="hg_erase")
    drain(database, log.log_signer)
    assert "says is gone" in verify_database(log).finding.problem


@pytest.mark.parametrize("field", ["who", "agency", "purpose", "sealed", "at"])
def test_an_erasure_made_up_as_an_excuse_to_hide_who_acted_is_found(log, database, admin, field):
    with admin.begin() as connection:
        hidden = connection.execute(text(f"SELECT {_FIRST_ENTRY}")).scalar_one()
    excuse = an_erasure(hidden, "subjects", field)
    write(database, excuse)
    drain(database, log.log_signer)
    tamper(admin, f"UPDATE audit.opening SET fields = fields - 'subjects' - '{field}' WHERE entry_id = '{hidden}'")

    verdict = verify_database(log)

    assert verdict.finding.where == excuse.entry_id
    assert verdict.finding.problem == "an erasure names, or itself lacks, a field that no erasure takes"


def test_an_erasure_that_another_one_is_said_to_have_erased_is_found(log, database, admin):
    with admin.begin() as connection:
        hidden = connection.execute(text(f"SELECT {_FIRST_ENTRY}")).scalar_one()
    first = an_erasure(hidden, "subjects")
    write(database, first)
    write(database, an_erasure(first.entry_id, "detail"), an_erasure(hidden, "subjects"))
    drain(database, log.log_signer)
    tamper(
        admin,
        f"UPDATE audit.opening SET fields = fields - 'subjects' WHERE entry_id = '{hidden}'",
        f"UPDATE audit.opening SET fields = fields - 'detail' WHERE entry_id = '{first.entry_id}'",
    )

    assert verify_database(log).finding.where == first.entry_id


def test_a_log_that_grows_while_it_is_verified_raises_no_alarm(log, database):
    with sequencing(database, log.log_signer, 0.01):
        for _ in range(10):
            write(database, *(an_entry() for _ in range(5)))
            assert verify_database(log).finding is None
