"""What each role of the database reaches, written out with its reason; anything more in the catalogs fails."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.store.engine import SERVING_ROLES

_VOCABULARY = {
    # Numbers of items and sources; no personal data.
    "hearth.item": "SELECT",
    "hearth.source": "SELECT",
}
_LOG = {
    # To read the log: officers' pages, receipts, exports; the sequencer makes leaves of it.
    "audit.card": "SELECT",
    "audit.checkpoint": "SELECT",
    "audit.cosignature": "SELECT",
    "audit.entry": "SELECT",
    "audit.head": "SELECT",
    "audit.leaf": "SELECT",
    "audit.node": "SELECT",
    "audit.pending": "SELECT",
    "audit.restore": "SELECT",
    "audit.ticket": "SELECT",
    "audit.ticket_subject": "SELECT",
    "audit.witness_state": "SELECT",
    "audit.witnessed": "SELECT",
}
TABLES = {
    "hg_ledger": {},
    "hg_read": {
        **_VOCABULARY,
        # Facts and whose they are, under row-level security with a ticket.
        "hearth.fact": "SELECT", "hearth.link": "SELECT",
    },
    # Functions alone.
    "hg_decide": {},
    "hg_search": {},
    "hg_intake": {
        **_VOCABULARY,
        # To write facts and tokens, and to read none.
        "hearth.fact": "INSERT", "hearth.search_token": "INSERT",
        # To keep count of a batch, and hand rows back.
        "desk.batch": "SELECT INSERT UPDATE", "desk.row_error": "SELECT INSERT", "desk.rejected_row": "INSERT",
    },
    "hg_link": {
        **_VOCABULARY,
        # Who somebody is and where they lived: rows by policy, and without nature, role, handling or agreement.
        "hearth.fact": "SELECT(fact_id,fact_key,record_id,source_no,item_no,value,valid_from,valid_to,tombstone,"
        "batch_id,recorded_at)",
        "hearth.source_record": "SELECT",
        # Persons, links and households: ids never change, they are ended.
        "hearth.person": "SELECT INSERT UPDATE(redirect_to,retired_at)",
        "hearth.household": "SELECT INSERT UPDATE(redirect_to,retired_at)",
        "hearth.link": "SELECT INSERT UPDATE(superseded_at)",
        "hearth.link_review": "SELECT INSERT",
        "hearth.household_member": "SELECT INSERT DELETE",
        "hearth.kin": "SELECT INSERT DELETE",
        # To tell a recipient what a duty to share says they must be told.
        "desk.notice": "SELECT INSERT",
    },
    "hg_sequence": {
        **_LOG,
        # To keep what witnesses answered.
        "audit.cosignature": "SELECT INSERT", "audit.witnessed": "SELECT INSERT",
        "audit.witness_state": "SELECT INSERT UPDATE",
        # To put entries in their place in the tree.
        "audit.leaf": "SELECT INSERT", "audit.node": "SELECT INSERT", "audit.checkpoint": "SELECT INSERT",
        "audit.pending": "SELECT DELETE", "audit.head": "SELECT UPDATE(tree_size)",
    },
    "hg_erase": {
        # To find the entries about a person, as leaves and before. Openings go by a function, as an entry says.
        "audit.card": "SELECT", "audit.entry": "SELECT", "audit.opening": "SELECT", "audit.pending": "SELECT",
        # To keep, as hashes, what stood for somebody in the maps from which their neighbours' proofs are made.
        "audit.subject": "SELECT", "audit.subject_list": "SELECT", "audit.coverage_map": "SELECT",
        "audit.coverage_map_nodes": "SELECT", "audit.coverage_map_stone": "SELECT INSERT",
        # Keys that must not come back, and whose feed a row came by.
        "hearth.erased_record": "SELECT", "hearth.source": "SELECT", "desk.batch": "SELECT(batch_id,source_no)",
        # What two officers decided, and what holds it up.
        "desk.erasure": "SELECT INSERT DELETE UPDATE(family_id,persons,sealed_words,state,decided_by,decided_worker,"
        "decided_at)",
        "desk.legal_hold": "SELECT DELETE",
        # What the desk keeps about a family goes; a row that must stay loses its words.
        "desk.access_answer": "SELECT DELETE", "desk.access_request": "SELECT DELETE UPDATE(sealed_reason)",
        "desk.declaration": "SELECT DELETE UPDATE(family_id,sealed_reason,sealed_case_reference,expires_at)",
        "desk.emergency": "SELECT(declaration_id)", "desk.notice": "SELECT DELETE",
        "desk.rejected_row": "SELECT DELETE",
    },
    "hg_desk": {
        **_LOG, **_VOCABULARY,
        "audit.opening": "SELECT",
        # What the gateway needs to work that is not about a family.
        "desk.batch": "SELECT INSERT UPDATE", "desk.row_error": "SELECT", "desk.rejected_row": "SELECT DELETE",
        "desk.declaration": "SELECT INSERT",
        # Counted months of a partner's uses, never changed.
        "desk.partner_use": "SELECT INSERT",
        "desk.review_item": "SELECT INSERT UPDATE(state,closed_at,closed_by,outcome,sealed_words)",
        "desk.session": "SELECT INSERT UPDATE DELETE", "desk.assertion_seen": "SELECT INSERT UPDATE DELETE",
        "desk.notice": "SELECT INSERT UPDATE", "desk.access_request": "SELECT INSERT UPDATE",
        "desk.access_answer": "SELECT INSERT",
        "desk.emergency": "SELECT INSERT UPDATE(answered_at,answered_by,justified,suspended_at,lifted_at,lifted_by)",
        "desk.emergency_alert": "SELECT INSERT",
        # Review: what was found of each access, how far, which were drawn, what the worker was asked and answered.
        "desk.access_review": "SELECT INSERT UPDATE(path,signals,score,judged_at)",
        "desk.review_progress": "SELECT UPDATE(next_leaf)", "desk.review_draw": "SELECT INSERT",
        "desk.review_use": "SELECT INSERT", "desk.review_question": "SELECT INSERT UPDATE(answered_at,sealed_answer)",
        "desk.watched_family": "SELECT INSERT DELETE",
        # The staff list: work as rows; of staff's own lives keyed tokens that it writes and cannot read.
        "desk.staff": "SELECT INSERT UPDATE DELETE", "hearth.staff_token": "INSERT",
        # Erasures that one officer asks for and another decides; holds.
        "desk.erasure": "SELECT INSERT UPDATE(family_id,persons,sealed_words,state,decided_by,decided_worker,"
        "decided_at)",
        "desk.legal_hold": "SELECT INSERT UPDATE(lifted_by,lifted_at)",
        # Releases of what subject reports leave out: asked for once, decided once.
        "desk.subject_release": "SELECT INSERT UPDATE(decided_by,decided_worker,decided_at,approved)",
    },
    "hg_jobs": dict.fromkeys(
        # The queue: jobs' names and times, no argument that names a person.
        (
            "jobs.procrastinate_events", "jobs.procrastinate_jobs", "jobs.procrastinate_periodic_defers",
            "jobs.procrastinate_workers",
        ),
        "SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER MAINTAIN",
    ),
}  # fmt: skip
DEFINERS = {
    # Functions that run with their owner's rights: what each role may ask that it cannot look up. To append an entry is
    # for whoever acts on personal data, and shows nothing of what stands in the log.
    "hg_ledger": {"audit.append_entry"},
    # To say whose records are whose, to erase what an entry of the same transaction says, and nothing else.
    "hg_erase": {
        "audit.append_entry", "audit.erase_as_said", "audit.erase_subject_lists", "desk.erase_beside",
        "hearth.erase_records", "hearth.erased_keys", "hearth.erasure_digests", "hearth.erasure_links",
        "hearth.erasure_words",
        "hearth.records_of_keys", "hearth.records_to_erase",
    },
    "hg_link": {"audit.append_entry"},
    # Whose a handle is, for a subject report.
    "hg_desk": {"audit.append_entry", "audit.declare_restore", "hearth.subject_of"},
    "hg_sequence": {"audit.write_cards"},
    "hg_read": {
        "audit.append_entry", "audit.authorise", "audit.open_ticket", "hearth.location_items", "hearth.permit_bits",
        "hearth.permit_own_sources",
        "hearth.permit_places", "hearth.permit_protected", "hearth.permit_records",
        "hearth.protected_location_item", "hearth.withheld_counts",
    },
    # Yes, no or unknown; and families for whom a duty to tell a recipient has arisen.
    # And how staff and persons are tied, as codes and days.
    "hg_decide": {
        "hearth.decision_inputs", "hearth.inputs_of", "hearth.life_ties", "hearth.notice_candidates",
        "hearth.persons_of_record",
        "hearth.work_ties",
    },
    # Ids of candidates; and counts by area or year, which leave through disclosure control.
    "hg_search": {
        "hearth.search_candidates", "hearth.count_arrears_by_stage", "hearth.count_discounts_by_district",
        "hearth.count_suspended_by_year",
    },
    "hg_intake": {
        "audit.append_entry", "hearth.current_digests", "hearth.erased_keys", "hearth.intern_records",
        "hearth.known_records",
        "jobs.defer_linkage",
    },
    "hg_jobs": {"jobs.defer_linkage"},
}  # fmt: skip
_REACHED = text(
    """
    SELECT r.rolname AS role, n.nspname || '.' || c.relname AS name, concat_ws(' ',
      (SELECT string_agg(p, ' ' ORDER BY o) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',
          'REFERENCES', 'TRIGGER', 'MAINTAIN']) WITH ORDINALITY x(p, o) WHERE has_table_privilege(r.oid, c.oid, p)),
      (SELECT string_agg(x.p || '(' || x.columns || ')', ' ' ORDER BY x.p) FROM (
        SELECT p, string_agg(a.attname, ',' ORDER BY a.attnum) AS columns
          FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p, pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           AND NOT has_table_privilege(r.oid, c.oid, p) AND has_column_privilege(r.oid, c.oid, a.attnum, p)
         GROUP BY p) x)) AS rights
      FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE r.rolname LIKE 'hg\\_%' AND r.rolname NOT IN ('hg_owner', 'hg_admin') AND NOT r.rolsuper
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
       AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND has_schema_privilege(r.oid, n.oid, 'USAGE')
    """
)
_DEFINERS = text(
    """
    SELECT r.rolname AS role, n.nspname || '.' || p.proname AS name
      FROM pg_roles r, pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE r.rolname LIKE 'hg\\_%' AND r.rolname NOT IN ('hg_owner', 'hg_admin') AND p.prosecdef
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
    """
)


def test_each_role_reaches_the_tables_written_here_and_no_other(admin):
    reached: dict[str, dict[str, str]] = {role: {} for role in TABLES}
    with admin.begin() as connection:
        for row in connection.execute(_REACHED):
            if row.rights:
                reached.setdefault(row.role, {})[row.name] = row.rights

    assert reached == TABLES


def test_each_role_may_ask_the_functions_written_here_and_no_other(admin):
    reached: dict[str, set[str]] = {}
    with admin.begin() as connection:
        for row in connection.execute(_DEFINERS):
            reached.setdefault(row.role, set()).add(row.name)

    assert reached == DEFINERS


def test_no_function_with_its_owners_rights_looks_names_up_in_a_path_of_the_callers(admin):
    with admin.begin() as connection:
        open_paths = connection.execute(
            text(
                "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef"
                " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
                " AND NOT coalesce(array_to_string(p.proconfig, ' ') LIKE 'search_path=%', false)"
            )
        )
        assert list(open_paths.scalars()) == []


def test_no_serving_role_is_a_superuser_or_passes_row_level_security_by_surprise(admin):
    with admin.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication AS mighty, rolbypassrls"
                " FROM pg_roles WHERE rolname LIKE 'hg\\_%' AND rolname <> 'hg_admin'"
            )
        )
        found = {row.rolname: (row.mighty, row.rolbypassrls) for row in rows}

    assert {role for role, (mighty, _) in found.items() if mighty} == set()
    # Row-level security refuses COPY and RETURNING; both roles may write only, or not reach facts at all.
    assert {role for role, (_, bypasses) in found.items() if bypasses} == {"hg_intake", "hg_erase"}


def test_the_owner_does_not_log_in(admin):
    with admin.begin() as connection:
        may = connection.execute(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'hg\\_%' AND rolcanlogin"))

        assert set(may.scalars()) == {*SERVING_ROLES, "hg_admin"}


@pytest.mark.parametrize("role", SERVING_ROLES)
@pytest.mark.parametrize("table", ["entry", "leaf", "node", "checkpoint", "ticket", "ticket_subject", "ticket_use"])
def test_no_role_updates_or_deletes_what_the_log_holds(database, role, table):
    for statement in (f"DELETE FROM audit.{table}", f"TRUNCATE audit.{table} CASCADE"):  # noqa: S608 - fixed names
        with pytest.raises(DBAPIError), database.engine(role).begin() as connection:
            connection.execute(text(statement))
    columns = {"entry": "leaf", "leaf": "leaf_hash", "node": "hash", "checkpoint": "note"}
    column = columns.get(table, "ticket_id")
    with pytest.raises(DBAPIError), database.engine(role).begin() as connection:
        connection.execute(text(f"UPDATE audit.{table} SET {column} = {column}"))  # noqa: S608 - fixed names


@pytest.mark.parametrize("table", ["entry", "leaf", "ticket"])
@pytest.mark.parametrize("statement", ["UPDATE audit.{} SET entry_id = entry_id", "DELETE FROM audit.{}"])
def test_not_even_the_owner_changes_the_log_by_mistake(admin, table, statement):
    with admin.connect() as connection:
        connection.execute(text("SET ROLE hg_owner"))

        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(statement.format(table)))


def test_intake_writes_facts_and_reads_none(northvale):
    for statement in (
        "SELECT 1 FROM hearth.fact LIMIT 1",
        "SELECT 1 FROM hearth.source_record LIMIT 1",
        "SELECT 1 FROM hearth.link LIMIT 1",
        "SELECT 1 FROM desk.rejected_row LIMIT 1",
        "UPDATE hearth.fact SET disputed = true",
        "DELETE FROM hearth.fact",
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            northvale.wiring.database.engine("hg_intake").begin() as connection,
        ):
            connection.execute(text(statement))


def test_linkage_sees_items_that_tell_who_somebody_is_and_no_other(northvale):
    with northvale.wiring.database.transaction("hg_link") as connection:
        seen = connection.execute(
            text("SELECT DISTINCT i.name FROM hearth.fact f JOIN hearth.item i USING (item_no)")
        ).scalars()
        seen = set(seen)

    linkable = {row.name for row in northvale.sql("SELECT name FROM hearth.item WHERE linkable")}
    held = northvale.sql("SELECT DISTINCT i.name FROM hearth.fact f JOIN hearth.item i USING (item_no)")
    held = {row.name for row in held}
    assert seen == held & linkable
    assert {"housing.arrears", "health.flag", "da.incident", "identity.protected", "contact.safe"} <= held - seen


@pytest.mark.parametrize("column", ["nature", "subject_role", "handling", "agreement"])
def test_linkage_cannot_read_what_a_fact_says_beyond_its_value(northvale, column):
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        northvale.wiring.database.engine("hg_link").begin() as connection,
    ):
        connection.execute(text(f"SELECT {column} FROM hearth.fact LIMIT 1"))  # noqa: S608 - four fixed names
