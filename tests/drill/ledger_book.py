"""A real log in a database of its own, as its operator has it: superuser, the log's own key, the mark, the exports."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import httpx
from sqlalchemy import Connection, Engine, text

from agreements.enactment import enact_register
from agreements.loader import load_register
from agreements.register import Register, compile_register
from audit.checkpoint import parse_checkpoint
from audit.entry import Decision, Entry, EventClass, Outcome, Phase, Reason
from audit.errors import AuditError
from audit.keys import SignerKey, VerifierKey
from audit.tree import consistency_places, consistency_proof
from audit.verify_export import ExportVerdict, Trust, verify_export
from audit.witness import AddCheckpoint, read_cosignatures
from gateway import clock
from gateway.building import oidc_settings
from gateway.custody import create_keys, load_custody, rotate_key
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key
from gateway.identity.oidc import OidcProvider
from gateway.jobs.sequencer import Sequencer
from gateway.operator_parts import OperatorParts
from gateway.settings import Settings
from gateway.store.engine import Database
from gateway.store.ledger import Ticket, TicketSubject, append, authorise
from gateway.store.log import newest_checkpoint, stored_nodes
from gateway.store.restores import HighWaterMark
from gateway.store.witnesses import StoredCosignature, add_cosignature, add_witnessed
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.log.exporting_log import export_log
from gateway.usecases.log.restoring import guard_of
from gateway.usecases.log.verifying_log import Verdict, verify_database
from gateway.wiring import Wiring
from gateway.witness.folder import create_witness, open_witness
from gateway.witness.witness import Witness
from tests.gateway.cluster import REGISTER, Cluster, admin_engine

LOG = "northvale.example/hearthgate"
BEGAN = datetime(2026, 11, 2, 8, tzinfo=UTC)
WIDTH = 512
_FAMILY = UUID("00000000-0000-4000-8000-00000000fa01")
_numbers = itertools.count(1)
_WORKERS = ("W101", "W104", "W201", "B101", "H301")
_PURPOSES = ("early_help", "front_door", "tenancy_management", "section_47")


@dataclass
class Book:
    """One log. `at` is the time of its next entry; every writer of it takes a minute."""

    parts: OperatorParts
    cluster: Cluster
    name: str
    admin: Engine
    random: Random
    at: datetime = BEGAN

    @property
    def key(self) -> VerifierKey:
        """The log's present key."""
        return self.signer.verifier()

    @property
    def signer(self) -> SignerKey:
        """The log's own key: the operator has it."""
        return SignerKey(LOG, self.parts.custody.log.current.secret)

    @property
    def earlier_keys(self) -> tuple[VerifierKey, ...]:
        """Keys before the last rotations."""
        return tuple(SignerKey(LOG, one.secret).verifier() for one in self.parts.custody.log.versions[:-1])

    @property
    def mark(self) -> HighWaterMark:
        """The mark outside the database: the operator has that as well."""
        return guard_of(self.parts).mark

    # Honest work.

    def entry(self, **fields: Any) -> Entry:
        """An entry of some worker about some people, a minute after the last one."""
        self.at += timedelta(minutes=1)
        given: dict[str, Any] = {
            "entry_id": str(clock.new_id()), "event": EventClass.CONSULTATION, "at": self.at, "log_id": LOG,
            "who": self.random.choice(_WORKERS), "agency": "northvale_council", "role": "early_help_worker",
            "team": "Early Help", "purpose": self.random.choice(_PURPOSES), "household": str(_FAMILY),
            "subjects": self.people(), "items_shown": ("identity.name",), "shown_counts": {"identity.name": 1},
            "decision": Decision.PERMIT, "reason": Reason.ALLOCATED, "sealed": self.random.random() < 0.3,
        }  # fmt: skip
        return Entry(**(given | fields))

    def people(self) -> tuple[str, ...]:
        """One to three people."""
        return tuple(
            sorted(str(uuid5(_FAMILY, str(n))) for n in self.random.sample(range(12), self.random.randint(1, 3)))
        )

    def write(self, number: int = 1, role: str = "hg_desk") -> list[UUID]:
        """Entries, each committed by itself or together."""
        entries = [self.entry() for _ in range(number)]
        with self.parts.database.transaction(role) as connection:
            for one in entries:
                append(connection, one)
        return [UUID(one.entry_id) for one in entries]

    def authorise(self) -> UUID:
        """An authorisation with its ticket."""
        people = self.people()
        until = self.at + timedelta(hours=1)
        subjects = tuple(TicketSubject(UUID(one), n, 0b1011 << n, 0b100 << n, 1 << n) for n, one in enumerate(people))
        entry = self.entry(
            phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, items_shown=(), shown_counts={}, subjects=people,
            masks={f"{one.person_id}:{one.band}": f"{one.shown:04x}" for one in subjects}, reason=None,
            detail={"authorised_until": until.isoformat()},
        )  # fmt: skip
        ticket = Ticket(clock.new_id(), UUID(entry.entry_id), (5, 6), until, subjects)
        with self.parts.database.transaction("hg_read") as connection:
            authorise(connection, entry, ticket, WIDTH)
        return UUID(entry.entry_id)

    def sequence(self, batch: int = 2000, *, guarded: bool = True) -> int:
        """A sequencer started anew, until nothing waits."""
        guard = guard_of(self.parts) if guarded else None
        sequencer, total = Sequencer(self.signer, clock.utc_now, batch, guard=guard), 0
        with self.parts.database.engine("hg_sequence").connect() as connection:
            while taken := sequencer.drain_batch(connection):
                total += taken
        return total

    def rotate(self) -> None:
        """Another key for the log, as `hearthgate keys rotate log` makes it."""
        rotate_key(self.parts.settings.keys_dir, "log")
        self.parts = replace(self.parts, custody=load_custody(self.parts.settings.keys_dir, ()))

    def take_maps(self) -> int:
        """The coverage maps of the next full hour, and their entries as leaves."""
        self.at = self.at.replace(minute=2) + timedelta(hours=1)
        with drill_wiring(self) as wiring:
            taken = take_due_maps(wiring)
        self.sequence()
        return taken

    def cosign(self, witness: Witness, key: VerifierKey, known: int) -> None:
        """A witness cosigns the newest checkpoint, of which it knows so many leaves; what it answered is kept."""
        line = witness.add_checkpoint(self.submission(known)).line()
        note = self.head()
        _, verified = read_cosignatures(line.encode(), note, key)
        made = StoredCosignature(self.size(), key.encode(), line, datetime.fromtimestamp(verified.at or 0, UTC))
        with self.parts.database.transaction("hg_sequence") as connection:
            add_cosignature(connection, made)
            add_witnessed(connection, made.tree_size, [made.vkey], made.signed_at)

    # Looking at it.

    def head(self) -> str:
        """The newest checkpoint."""
        with self.parts.database.transaction("hg_desk") as connection:
            newest = newest_checkpoint(connection)
        assert newest is not None
        return newest.note

    def size(self) -> int:
        """Leaves of the newest checkpoint."""
        return parse_checkpoint(self.head()).size

    def verify(self) -> Verdict:
        """What `hearthgate audit verify` finds."""
        return verify_database(self.parts)

    def export(self, folder: Path, *, openings: bool = False) -> Path:
        """A new export; the entry about it waits, as the export is of the checkpoint before."""
        shutil.rmtree(folder, ignore_errors=True)
        export_log(self.parts, self.entry(event=EventClass.EXPORT, purpose="log_oversight"), folder, openings=openings)
        return folder

    def check(self, folder: Path, *older: str, restores: tuple[str, ...] = (), witnesses: tuple[VerifierKey, ...] = ()
              ) -> ExportVerdict:  # fmt: skip
        """What a partner finds who holds the key and kept these checkpoints. Raises `AuditError`."""
        return verify_export(folder, Trust(self.key, None, witnesses, older, None, restores, self.earlier_keys))

    def submission(self, old_size: int) -> bytes:
        """What this log sends to a witness that knows so many leaves."""
        note = self.head()
        size = parse_checkpoint(note).size
        if not 0 < old_size <= size:
            return AddCheckpoint(min(old_size, size), (), note).encode()
        with self.parts.database.transaction("hg_desk") as connection:
            nodes = stored_nodes(connection, consistency_places(old_size, size))
        proof = consistency_proof(old_size, size, lambda level, index: nodes[level, index])
        return AddCheckpoint(old_size, tuple(proof), note).encode()

    # What only a superuser does.

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A transaction of the superuser with every trigger off."""
        with self.admin.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection

    def tamper(self, *statements: str, **values: Any) -> int:
        """Run statements so; gives how many rows they changed."""
        with self.tampering() as connection:
            return sum(connection.execute(text(one), values).rowcount for one in statements)

    def restart(self) -> None:
        """Every connection anew."""
        self.parts.database.dispose()
        self.admin.dispose()


@contextmanager
def drill_wiring(book: Book) -> Iterator[Wiring]:
    """What the takers of maps work with: the log of the book, under Northvale's register."""
    parts, settings = book.parts, book.parts.settings
    with httpx.Client() as client:
        yield Wiring(
            settings=settings, database=parts.database, custody=parts.custody, log_signer=book.signer,
            register=_register(), feeds={}, clients=ClientRegistry({}), token_keys=TokenKeys(generate_es256_key()),
            provider=OidcProvider(oidc_settings(settings), client), clock=lambda: book.at, mint=clock.new_id,
            mint_opaque=clock.new_opaque_id,
        )  # fmt: skip


@cache
def _register() -> Register:
    with tempfile.TemporaryDirectory() as made:
        enact_register(REGISTER, Path(made), BEGAN - timedelta(days=200))
        return compile_register(load_register(REGISTER, Path(made), BEGAN))


@contextmanager
def new_book(cluster: Cluster, folder: Path, random: Random, template: str | None = None,
             keys: Path | None = None) -> Iterator[Book]:  # fmt: skip
    """A log in a new database: empty, or a copy of another. `keys` are copied too where the log exists already."""
    name = f"drill_{next(_numbers)}"
    settings = Settings(data_dir=folder / name)
    if keys is None:
        create_keys(settings.keys_dir, ())
    else:
        shutil.copytree(keys, settings.keys_dir)
    cluster.create(name, *([template] if template else []))
    database: Database = cluster.as_roles(name)
    with admin_engine(cluster, name) as admin:
        parts = OperatorParts(settings, database, load_custody(settings.keys_dir, ()))
        try:
            yield Book(parts, cluster, name, admin, random)
        finally:
            database.dispose()
            admin.dispose()
            cluster.drop(name)
            shutil.rmtree(settings.data_dir, ignore_errors=True)


def new_witness(folder: Path, key: VerifierKey) -> tuple[Witness, VerifierKey]:
    """A partner's witness of a log."""
    name = f"partner{next(_numbers)}.example/witness"
    made = create_witness(folder, name).verifier()
    open_witness(folder)[1].trust(key)
    return Witness(folder, clock.utc_now), made


def fails(check: Any, *errors: type[Exception]) -> bool:
    """Whether a check says that something is wrong."""
    with suppress(AuditError, *errors):
        check()
        return False
    return True
