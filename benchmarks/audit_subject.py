"""A subject report over a log of a million entries: the use case itself, on a real database, tree, lists and maps.

Entries about others have their leaves, their places in the tree and in the lists of 20,000 persons, and neither
openings nor cards, which a report about somebody else never reads. Those about the subject are appended and sequenced
by the gateway's own code on top of them; maps are taken and the report made and checked by it as well.
"""

import statistics
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import create_engine

from agreements.enactment import enact_register
from agreements.loader import load_register
from agreements.register import compile_register
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.entry import Decision, Entry, EventClass, Outcome, Phase, Reason
from audit.keys import SignerKey
from audit.merkle import leaf_hash
from audit.subject_list import ListKind, extend_list, list_start
from audit.tree import Frontier
from audit.verify import verify_path
from audit.verify_export import Trust
from benchmarks.audit_world import SMALL, World, person_id
from gateway import clock
from gateway.building import ensure_keys, log_signer, oidc_settings
from gateway.custody import load_custody
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key
from gateway.identity.oidc import OidcProvider
from gateway.jobs.sequencer import Sequencer
from gateway.settings import Settings
from gateway.store.batch_seal import BatchSeal, sign_seal, tickets_root
from gateway.store.ledger import append
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.log.entries import system_entry
from gateway.usecases.subjects.subject_report import AskedReport, SubjectReport, make_report
from gateway.wiring import Wiring

_LOOKS = 200
_ROUNDS = 5


def report_on_a_subject(world: World, entries: int) -> dict[str, float | None]:
    """Seconds for a report about one person of whom there are 400 entries among so many; the median of five."""
    with tempfile.TemporaryDirectory(prefix="hg-") as name:
        wiring = _wired(world, Path(name))
        began = time.perf_counter()
        _fill(world, wiring.log_signer, entries)
        subject = person_id(1)
        _look(wiring, subject)
        taken = take_due_maps(wiring)
        # The entry that holds a map's root has its own place in the tree.
        _sequence(wiring)
        print(f"log of {entries:,} entries and {taken} map(s) made in {time.perf_counter() - began:.0f} s", flush=True)
        spent = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            made = _report(wiring, subject)
            spent.append(time.perf_counter() - began)
        lines = sum(len(section.elements) for section in made.pack.sections)
        print(f"report of {lines} proved entries: {', '.join(f'{one:.3f}' for one in spent)} s; {_check(wiring, made)}")
    return {"subject_report_s": round(statistics.median(spent), 3)}


def _wired(world: World, folder: Path) -> Wiring:
    settings = Settings(data_dir=folder)
    ensure_keys(settings)
    now = clock.utc_now()
    enact_register(settings.register_dir, settings.signed_dir, now - timedelta(days=200))
    custody = load_custody(settings.keys_dir, ())
    return Wiring(
        settings=settings, database=world.database, custody=custody, log_signer=log_signer(custody, settings),
        register=compile_register(load_register(settings.register_dir, settings.signed_dir, now)), feeds={},
        clients=ClientRegistry({}), token_keys=TokenKeys(generate_es256_key()),
        provider=OidcProvider(oidc_settings(settings), None),  # type: ignore[arg-type]  # nobody signs in here
        clock=clock.utc_now, mint=clock.new_id, mint_opaque=clock.new_opaque_id,
    )  # fmt: skip


def _fill(world: World, signer: SignerKey, entries: int) -> None:
    """The log so far: leaf, tree, lists and the checkpoint over them, written as their owner would restore them."""
    tree, heads, counts = Frontier(), {}, {}
    with psycopg.connect(world.conninfo("hg_admin")) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("entry", "opening", "pending", "leaf", "node", "checkpoint", "card", "subject", "subject_list"):
            cursor.execute(f"TRUNCATE audit.{table} CASCADE")  # type: ignore[arg-type]
        cursor.execute(
            "CREATE TEMP TABLE made"
            " (leaf_index bigint, leaf bytea, hash bytea, person uuid, position bigint, head bytea)"
        )
        cursor.execute("CREATE TEMP TABLE grown (level smallint, node_index bigint, hash bytea)")
        nodes = []
        with cursor.copy("COPY made FROM STDIN") as lines:
            for number in range(entries):
                leaf = sha256(number.to_bytes(8, "big")).digest()
                hashed, person = leaf_hash(leaf), person_id(2 + number % (SMALL - 2))
                nodes += tree.append(hashed)
                before = heads.get(person) or list_start(str(person), ListKind.DISCLOSABLE)
                heads[person], counts[person] = extend_list(before, hashed), counts.get(person, 0) + 1
                lines.write_row((number, leaf, hashed, person, counts[person], heads[person]))
        with cursor.copy("COPY grown FROM STDIN") as lines:
            for node in nodes:
                lines.write_row((node.level, node.index, node.hash))
        cursor.execute(_STORE)
        at = clock.utc_now()
        note = sign_checkpoint(Checkpoint(signer.name, tree.size, tree.root()), [signer])
        seal = sign_seal(BatchSeal(signer.name, 0, tree.size, tree.root(), at, tickets_root([])), signer)
        cursor.execute(
            "INSERT INTO audit.checkpoint (tree_size, note, signed_at, batch_note) VALUES (%s, %s, %s, %s)",
            (tree.size, note, at, seal),
        )
        cursor.execute("UPDATE audit.head SET tree_size = %s", (tree.size,))
    engine = create_engine(world.admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connected:
        connected.exec_driver_sql("ANALYZE")
    engine.dispose()


_STORE = """
INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf)
SELECT md5('entry ' || leaf_index)::uuid, 'consultation', now(), leaf FROM made;
INSERT INTO audit.leaf (leaf_index, entry_id, leaf_hash)
SELECT leaf_index, md5('entry ' || leaf_index)::uuid, hash FROM made;
INSERT INTO audit.node (level, node_index, hash) SELECT level, node_index, hash FROM grown;
INSERT INTO audit.subject_list (person_id, list, position, leaf_index, head)
SELECT person, 'disclosable', position, leaf_index, head FROM made;
INSERT INTO audit.subject (person_id, list, count, head)
SELECT DISTINCT ON (person) person, 'disclosable', position, head FROM made ORDER BY person, position DESC;
DROP TABLE made, grown
"""


def _look(wiring: Wiring, subject: UUID) -> None:
    """Somebody looked at the subject so many times: authorised, then shown; sequenced as ever."""
    now = clock.utc_now()
    with wiring.database.transaction("hg_desk") as connection:
        for number in range(_LOOKS):
            given = {
                "purpose": "early_help", "subjects": (str(subject),), "decision": Decision.PERMIT, "sealed": False,
                "reason": Reason.ALLOCATED,
            }  # fmt: skip
            at = now - timedelta(hours=2) + timedelta(seconds=number)
            asked = _by_worker(system_entry(
                wiring, EventClass.CONSULTATION, at, phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, **given
            ))  # fmt: skip
            shown = _by_worker(system_entry(
                wiring, EventClass.CONSULTATION, at, phase=Phase.OUTCOME, refers_to=asked.entry_id, **given
            ))  # fmt: skip
            append(connection, asked)
            append(connection, shown)
    _sequence(wiring)


def _sequence(wiring: Wiring) -> None:
    sequencer = Sequencer(wiring.log_signer, wiring.clock)
    with wiring.database.engine("hg_sequence").connect() as connection:
        while sequencer.drain_batch(connection):
            pass


def _by_worker(entry: Entry) -> Entry:
    return replace(entry, who="W201", agency="northvale_council", role="early_help_worker", team="Early Help North")


def _report(wiring: Wiring, subject: UUID) -> SubjectReport:
    def entry_of(event: EventClass, **fields: Any) -> Entry:
        return system_entry(wiring, event, wiring.clock(), **fields)

    return make_report(wiring, wiring.register, wiring.log_signer, AskedReport(subject), entry_of)


def _check(wiring: Wiring, made: SubjectReport) -> str:
    """The offline verifier's words on the report."""
    with tempfile.TemporaryDirectory(prefix="hg-") as name:
        for file, content in {**made.files, **{f"map-receipts/{n}": data for n, data in made.receipts.items()}}.items():
            path = Path(name) / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        return verify_path(Path(name), Trust(wiring.log_signer.verifier()))
