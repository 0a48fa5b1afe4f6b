"""The database that `benchmarks.audit` reads from: the gateway's own schema, roles and policies, with invented facts.

One person in `SMALL` has one fact; each of `FAMILIES` has 480 on four records. Beside the gateway's tables stands the
peer: the same one-row read, recorded in a chain of hashes whose head is one locked row.
"""

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import URL, create_engine, text

from agreements.loader import read_register_files
from gateway.settings import Settings
from gateway.store import embedded
from gateway.store.engine import SERVING_ROLES, Database, database, embedded_url
from gateway.store.migrate import create_database, create_roles, migrate
from gateway.store.scripts import run_script

SMALL, FAMILIES = 20_000, 50
_NAME = "audit_benchmark"
# What `min_wal_size` of the embedded server keeps.
_JOURNAL_FILES = 60
_WORLD = f"""
SET session_replication_role = replica;
INSERT INTO hearth.person (person_id, family_id, created_at)
SELECT md5('person ' || n)::uuid, md5('family ' || n)::uuid, now() FROM generate_series(1, {SMALL + FAMILIES}) n;
INSERT INTO hearth.source_record (record_id, source_no, subject_kind, key_digest)
SELECT md5('record ' || n || ' ' || s)::uuid, s, 'person', sha256(('key ' || n || ' ' || s)::bytea)
  FROM generate_series(1, {SMALL + FAMILIES}) n, generate_series(0, 3) s WHERE n > {SMALL} OR s = 0;
INSERT INTO hearth.link (link_id, record_id, person_id, band, run_id, recorded_at)
SELECT gen_random_uuid(), md5('record ' || n || ' ' || s)::uuid, md5('person ' || n)::uuid, 0, gen_random_uuid(), now()
  FROM generate_series(1, {SMALL + FAMILIES}) n, generate_series(0, 3) s WHERE n > {SMALL} OR s = 0;
INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, nature, content_digest, batch_id,
                         agreement, recorded_at)
SELECT gen_random_uuid(), sha256(('fact ' || n || ' ' || s || ' ' || f)::bytea), md5('record ' || n || ' ' || s)::uuid,
       s, f % 20, jsonb_build_object('value', 'entry ' || f, 'code', 'A' || f), 'fact', sha256(''), gen_random_uuid(),
       'benchmark', now()
  FROM generate_series(1, {SMALL + FAMILIES}) n, generate_series(0, 3) s, generate_series(1, 120) f
 WHERE n > {SMALL} OR (s = 0 AND f = 1);
RESET session_replication_role;

-- The peer. Its log is as durable and holds the same leaf; its order is that of the locked row.
CREATE SCHEMA chain;
CREATE TABLE chain.head (only_row boolean PRIMARY KEY DEFAULT true, hash bytea NOT NULL, entries bigint NOT NULL);
CREATE TABLE chain.entry (entry_no bigint PRIMARY KEY, leaf bytea NOT NULL, fields jsonb NOT NULL, hash bytea NOT NULL);
INSERT INTO chain.head (hash, entries) VALUES (sha256(''), 0);
GRANT USAGE ON SCHEMA chain, hearth TO bench;
GRANT SELECT, UPDATE ON chain.head TO bench;
GRANT INSERT ON chain.entry TO bench;
GRANT SELECT ON hearth.fact, hearth.link TO bench;
ANALYZE;
"""  # noqa: S608 - numbers of ours


@dataclass(frozen=True)
class World:
    """A running server with the database, and how its roles sign in. `bench` reads without any audit."""

    database: Database
    admin_url: str
    folder: Path
    socket_dir: Path
    passwords: dict[str, str]
    server_pid: int
    name: str = _NAME

    def conninfo(self, role: str) -> str:
        """How psycopg signs in as a role."""
        return f"host={self.socket_dir} dbname={_NAME} user={role} password={self.passwords[role]}"


def person_id(number: int) -> UUID:
    """Person `number`, from 1 to `SMALL`, of whom there is one fact; beyond, one with 480."""
    return UUID(hashlib.md5(f"person {number}".encode(), usedforsecurity=False).hexdigest())


def as_a_day_leaves_it(world: World) -> None:
    """Bring the server's journal to the size that it keeps, and put on the disk what filling the database wrote.

    A server that has worked for some hours writes its journal into files that it has used before. A new one makes each
    file when it is first needed, and whoever commits at that moment waits for 16 MiB of zeros to be on the disk.
    """
    engine = create_engine(world.admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE chain.switched (number integer)")
        for number in range(_JOURNAL_FILES):
            connection.exec_driver_sql(f"INSERT INTO chain.switched VALUES ({number})")  # noqa: S608 - a number of ours
            connection.exec_driver_sql("SELECT pg_switch_wal()")
        connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()
    os.sync()


def caught_up(world: World) -> int:
    """Wait until the sequencer has every entry: no round pays for what came before it. Gives how many waited."""
    engine = create_engine(world.admin_url)
    waited, waiting = 0, 1
    with engine.connect() as connection:
        while waiting:
            waiting = connection.execute(text("SELECT count(*) FROM audit.pending")).scalar_one()
            connection.rollback()
            waited = max(waited, waiting)
            if waiting:
                time.sleep(0.05)
    engine.dispose()
    return waited


@contextmanager
def running_world() -> Iterator[World]:
    """Start a server of our own with fsync and synchronous_commit on, migrate, fill; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hg-") as name:
        folder = Path(name)
        passwords = {role: secrets.token_urlsafe(24) for role in (*SERVING_ROLES, "bench", embedded.ADMIN_ROLE)}
        server = embedded.start(folder, passwords[embedded.ADMIN_ROLE])
        try:
            admin = URL.create(
                "postgresql+psycopg", embedded.ADMIN_ROLE, passwords[embedded.ADMIN_ROLE], database="postgres",
                query={"host": str(server.socket_dir)},
            )  # fmt: skip
            create_roles(admin.render_as_string(hide_password=False), passwords)
            create_database(admin.render_as_string(hide_password=False), _NAME)
            url = admin.set(database=_NAME).render_as_string(hide_password=False)
            listed = read_register_files(Settings().register_dir)["sources.yaml"].content["sources"]
            migrate(url, tuple(source["id"] for source in listed))
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.exec_driver_sql(f"CREATE ROLE bench LOGIN BYPASSRLS PASSWORD '{passwords['bench']}'")
                connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {_NAME} TO bench")
                run_script(connection, _WORLD)
            engine.dispose()
            made = database(embedded_url(server.socket_dir, _NAME), passwords)
            yield World(made, url, folder, server.socket_dir, passwords, server.pid)
            made.dispose()
        finally:
            embedded.discard(folder)
