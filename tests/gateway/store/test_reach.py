"""What each role of the database reaches is written in `reach.py` with its reason; the catalogs hold nothing more."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.entry import EventClass
from gateway.store.engine import SERVING_ROLES
from gateway.store.ledger import append
from tests.gateway.audit.log_book import an_entry
from tests.gateway.store.reach import REACH, SCHEMAS

_ROLES = "r.rolname LIKE 'hg\\_%' AND r.rolname NOT IN ('hg_owner', 'hg_admin')"
_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"
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
_FUNCTIONS = text(
    f"""
    SELECT DISTINCT r.rolname AS role, n.nspname || '.' || p.proname || '()' AS name, 'EXECUTE' AS rights
      FROM pg_roles r, pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE {_ROLES} AND {_OURS}
       AND has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
    """  # noqa: S608 - fixed texts
)
_SEQUENCES = text(
    f"""
    SELECT r.rolname AS role, n.nspname || '.' || c.relname AS name, 'USAGE' AS rights
      FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE {_ROLES} AND {_OURS} AND c.relkind = 'S' AND has_schema_privilege(r.oid, n.oid, 'USAGE')
       AND has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE')
    """  # noqa: S608 - fixed texts
)
_EVERYBODYS = text(
    f"""
    SELECT 'function ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
           aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0 AND {_OURS}
     UNION ALL
    SELECT 'relation ' || c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
           aclexplode(c.relacl) a WHERE a.grantee = 0 AND {_OURS}
     UNION ALL
    SELECT 'column ' || c.oid::regclass || '.' || t.attname FROM pg_attribute t
      JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
           aclexplode(t.attacl) a WHERE a.grantee = 0 AND {_OURS}
     UNION ALL
    SELECT 'schema ' || n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a
     WHERE a.grantee = 0 AND {_OURS} AND n.nspname <> 'public'
     UNION ALL
    SELECT 'database ' || d.datname FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
     WHERE a.grantee = 0 AND d.datname = current_database()
     UNION ALL
    -- The schema that everybody may name stays empty.
    SELECT 'in schema public: ' || c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
     UNION ALL
    SELECT 'in schema public: ' || p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    """  # noqa: S608 - fixed texts
)


def test_each_role_reaches_what_is_written_with_its_reason_and_nothing_else(admin):
    reached: dict[str, dict[str, str]] = {role: {} for role in REACH}
    with admin.begin() as connection:
        for query in (_REACHED, _FUNCTIONS, _SEQUENCES):
            for row in connection.execute(query):
                if row.rights:
                    reached.setdefault(row.role, {})[row.name] = row.rights

    assert reached == {
        role: {name: rights for name, (rights, _) in sorted(objects.items())} for role, objects in REACH.items()
    }


def test_every_reach_says_why():
    for role, objects in REACH.items():
        for name, (_, reason) in objects.items():
            assert len(reason.split()) > 2, (role, name)


def test_nothing_is_everybodys(admin):
    with admin.begin() as connection:
        assert list(connection.execute(_EVERYBODYS).scalars()) == []


def test_a_role_names_what_stands_in_its_schemas_and_makes_nothing_there(admin):
    usable: dict[str, set[str]] = {}
    with admin.begin() as connection:
        for row in connection.execute(
            text(
                f"SELECT r.rolname AS role, n.nspname AS name, has_schema_privilege(r.oid, n.oid, 'CREATE') AS makes"  # noqa: S608 - fixed texts
                f" FROM pg_roles r, pg_namespace n WHERE {_ROLES} AND {_OURS} AND n.nspname <> 'public'"
                " AND has_schema_privilege(r.oid, n.oid, 'USAGE, CREATE')"
            )
        ):
            usable.setdefault(row.name, set()).add(row.role)
            assert not row.makes, (row.role, row.name)

    assert usable == SCHEMAS


def test_there_is_no_role_more_and_none_lends_its_rights_but_the_ledger(admin):
    with admin.begin() as connection:
        roles = connection.execute(text("SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'")).scalars()
        assert set(roles) == {*REACH, "hg_owner", "hg_admin"}
        lent = connection.execute(
            text(
                "SELECT m.member::regrole::text AS to, m.roleid::regrole::text AS of FROM pg_auth_members m"
                " WHERE m.member::regrole::text <> 'hg_admin'"
            )
        )
        lent = {(row.to, row.of) for row in lent if not row.to.startswith("pg_")}

    appending = {role for role, objects in REACH.items() if "audit.append_entry()" in objects} - {"hg_ledger"}
    assert lent == {(role, "hg_ledger") for role in appending}


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


def test_no_word_of_a_disputed_fact_is_read_without_a_ticket(northvale):
    northvale.sql(
        "INSERT INTO hearth.dispute (dispute_id, fact_key, fact_id, newest_id, newest_at, record_id, person_id,"
        " family_id, source_no, item_no, feed, sender, content_digest, sealed_words, raised_by, raised_worker,"
        " raised_agency, raised_at, answer_by)"
        " SELECT record_id, fact_key, fact_id, fact_id, recorded_at, record_id, record_id, record_id, source_no,"
        " item_no, 'housing-arrears', 'them', '', '', '', '', '', now(), now() FROM hearth.fact LIMIT 1"
    )
    (dispute,) = northvale.sql("SELECT dispute_id FROM hearth.dispute")
    asked = text("SELECT * FROM hearth.disputed_fact(:dispute, 'them')")

    for role, why in (("hg_desk", "permission denied"), ("hg_erase", "no opened ticket names this dispute")):
        with (
            pytest.raises(DBAPIError, match=why),
            northvale.wiring.database.engine(role).begin() as connection,
        ):
            connection.execute(asked, {"dispute": dispute.dispute_id})


def test_where_tokens_are_made_anew_no_value_is_given_of_what_has_none(northvale):
    rows = northvale.sql(
        "SELECT DISTINCT ON (i.name) f.record_id, f.item_no, i.name, i.linkable FROM hearth.fact f"
        " JOIN hearth.item i USING (item_no) WHERE NOT f.tombstone ORDER BY i.name, f.record_id"
    )
    with northvale.wiring.database.engine("hg_erase").connect() as connection:
        append(connection, an_entry(event=EventClass.ALTERATION, purpose="supply", items_shown=()))
        given = connection.execute(
            text("SELECT item_no FROM hearth.drop_search_tokens(:records, CAST(:items AS smallint[]))"),
            {"records": [row.record_id for row in rows], "items": [row.item_no for row in rows]},
        )
        given = set(given.scalars())
        connection.rollback()

    assert given == {row.item_no for row in rows if row.linkable}
    assert {row.name for row in rows if row.item_no not in given} >= {"housing.arrears", "health.flag", "da.incident"}


@pytest.mark.parametrize("column", ["nature", "subject_role", "handling", "agreement"])
def test_linkage_cannot_read_what_a_fact_says_beyond_its_value(northvale, column):
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        northvale.wiring.database.engine("hg_link").begin() as connection,
    ):
        connection.execute(text(f"SELECT {column} FROM hearth.fact LIMIT 1"))  # noqa: S608 - four fixed names
