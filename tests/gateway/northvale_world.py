"""A small Northvale, pushed and linked once a run through the real use cases; every test gets a copy of its own.

    northvale_world   the built database, never written to again (session)
    northvale         a copy of it for one test: `northvale.wiring`, `northvale.scenes`, and readers by worker number

A copy is `CREATE DATABASE ... TEMPLATE`, some 0.2 s. The clock stands at the instant the world was built, because a
ticket is held to the database server's own clock too; ids are counted, so two copies mint the same ones.
"""

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Engine, text

from agreements.enactment import enact_register
from agreements.loader import load_register
from agreements.register import Register, compile_register
from gateway import clock
from gateway.building import ensure_keys, log_signer, oidc_settings
from gateway.custody import load_custody
from gateway.demo.northvale.generate import generate
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key
from gateway.identity.oidc import OidcProvider
from gateway.settings import Settings
from gateway.store.desk_tables import BatchRow
from gateway.store.engine import Database
from gateway.usecases.families.declaring import NewDeclaration, declare_purpose
from gateway.usecases.families.disclosure import Disclosure, disclose_profile
from gateway.usecases.families.searching import SearchResult, search_people
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring
from linkage.tokens import SearchQuery
from tests.gateway.cluster import REGISTER, Cluster, admin_engine
from tests.gateway.northvale_feeds import feeds_of
from tests.gateway.trusting import trusted

PEOPLE = 137
SEED = 97
TEMPLATE = "northvale_world"
CONTEXT = RequestContext("00000000-0000-4000-8000-000000000001")
_copies = itertools.count(1)


class CountedIds:
    """Ids that a test can foresee: a prefix nobody else uses, then a count."""

    def __init__(self, prefix: int) -> None:
        self._numbers = itertools.count((prefix << 96) | (4 << 76) | (0b10 << 62) | 1)

    def __call__(self) -> UUID:
        return UUID(int=next(self._numbers))


@dataclass(frozen=True)
class Built:
    """The world that copies are made of, and everything about it that is not in the database."""

    cluster: Cluster
    settings: Settings
    register: Register
    folder: Path
    now: datetime
    batches: Mapping[str, BatchRow]

    def book(self, name: str) -> Any:
        """One of the generator's keys to the world: scenes, staff, manifest."""
        return json.loads((self.folder / f"{name}.json").read_text())


@dataclass
class Northvale:
    """One copy, as its readers and partners meet it."""

    built: Built
    wiring: Wiring
    clock: SimpleNamespace
    admin: Engine
    scenes: Mapping[str, Any]
    staff: Mapping[str, Mapping[str, str]]

    def reader(self, worker: str, **changes: str) -> StaffCaller:
        """A member of staff by worker number."""
        one = self.staff[worker]
        until = self.clock.now + timedelta(hours=9)
        found = StaffCaller(
            f"sub-{worker}", worker, one["name"], one["agency"], one["role"], one["team"], "oidc", until
        )  # fmt: skip
        return replace(found, **changes)  # type: ignore[arg-type]  # fields of text only

    def partner(self, feed: str) -> PartnerCaller:
        """The machine of the agency that owns a feed."""
        source = self.wiring.feeds[feed].profile.source
        owner = self.wiring.register.sources[source].owner
        until = self.clock.now + timedelta(hours=1)
        return PartnerCaller(f"client-{owner}", owner, frozenset({"feeds:push"}), until)

    def push(self, feed: str, body: bytes, key: str, media_format: str = "csv") -> BatchRow:
        """Push a file as the agency that owns the feed."""
        return receive_batch(self.wiring, CONTEXT, self.partner(feed), Push(feed, body, media_format, key))

    def push_rows(self, feed: str, *rows: Mapping[str, str], mode: Mode = Mode.DELTA) -> BatchRow:
        """Push rows with all columns of the feed, keys alone where they are withdrawn; each of them is taken."""
        columns = [one.name for one in self.wiring.feeds[feed].profile.columns]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]) if mode is Mode.TOMBSTONE else columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        push = Push(feed, text.getvalue().encode(), "csv", str(self.wiring.mint()), BatchContract(mode=mode))
        batch = receive_batch(self.wiring, CONTEXT, self.partner(feed), push)
        assert (batch.state, batch.rows_accepted) == ("accepted", len(rows)), batch
        return batch

    def declare(self, worker: str, purpose: str, **declared: Any) -> UUID:
        """Declare a purpose and return the declaration's id."""
        new = NewDeclaration(purpose, "a reason of the test", **declared)
        return declare_purpose(self.wiring, CONTEXT, self.reader(worker), new).declaration_id

    def search(self, worker: str, declaration: UUID, person: Mapping[str, str]) -> SearchResult:
        """Search a person of the scenes by name and date of birth."""
        query = SearchQuery(given=person["forename"], family=person["surname"], birth_date=person["dob"])
        return search_people(self.wiring, CONTEXT, self.reader(worker), query, declaration)

    def open(self, worker: str, declaration: UUID, family: UUID) -> Disclosure:
        """Open a family."""
        return disclose_profile(self.wiring, CONTEXT, self.reader(worker), family, declaration)

    def person(self, scene: str, name: str) -> Mapping[str, str]:
        """What the scene's book says of a person."""
        found: Mapping[str, str] = self.scenes[scene]["people"][name]
        return found

    def person_id(self, scene: str, name: str) -> UUID:
        """Whose the person's records are."""
        return self._one(scene, name).person_id

    def family_id(self, scene: str, name: str) -> UUID:
        """The handle that opens the person's family."""
        return self._one(scene, name).family_id

    def record_id(self, source: str, key: str, kind: str = "person") -> UUID:
        """The record under which a source's own key is stored."""
        one: UUID = self._records([(source, key)], kind)[0]
        return one

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Ask or arrange as the superuser, behind row-level security and past every trigger."""
        with self.admin.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            found = connection.execute(text(statement), values)
            return list(found) if found.returns_rows else []

    def count(self, statement: str, **values: Any) -> int:
        """A number that the superuser finds."""
        return int(self.sql(statement, **values)[0][0])

    def with_database(self, database: Database) -> Wiring:
        """The wiring over another database object, such as one that fails."""
        return replace(self.wiring, database=database)

    def _records(self, keys: Iterable[tuple[str, str]], kind: str = "person") -> list[UUID]:
        ring = self.wiring.custody.digest
        digests = [ring.digest("source-record", s.encode(), kind.encode(), k.encode()) for s, k in keys]
        found = self.sql(
            "SELECT record_id FROM hearth.source_record WHERE key_digest = ANY (:digests)", digests=digests
        )
        return [row.record_id for row in found]

    def _one(self, scene: str, name: str) -> Any:
        # A file that was refused at the door left no record of its keys.
        records = self._records(self.scenes[scene]["people"][name]["keys"].items())
        persons = self.sql(
            "SELECT DISTINCT p.person_id, p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id)"
            " WHERE l.record_id = ANY (:records) AND l.superseded_at IS NULL",
            records=records,
        )
        assert len(persons) == 1, "linkage keeps the people of the scenes together"
        return persons[0]


@contextmanager
def built_world(cluster: Cluster, folder: Path) -> Iterator[Built]:
    """Generate, push every file, link; the database is dropped when the run ends."""
    now = clock.utc_now()
    settings = Settings(data_dir=folder / "var", register_dir=REGISTER, cookie_secure=False)
    ensure_keys(settings)
    enact_register(REGISTER, settings.signed_dir, now - timedelta(days=200))
    register = compile_register(load_register(REGISTER, settings.signed_dir, now))
    files = folder / "files"
    generate(files, PEOPLE, SEED, today=now.date())
    cluster.create(TEMPLATE)
    batches: dict[str, BatchRow] = {}
    built = Built(cluster, settings, register, files, now, batches)
    with opened(built, TEMPLATE, clock.new_id, clock.new_opaque_id) as northvale:
        # Two officers switch on what law allows; what it does not allow stays off (practice P16).
        switch_everything_on(northvale.wiring, CONTEXT)
        for entry in built.book("manifest")["files"]:
            body = (files / entry["file"]).read_bytes()
            batches[entry["file"]] = northvale.push(entry["feed"], body, entry["file"], entry["format"])
        link_everything(northvale.wiring)
    yield built
    cluster.drop(TEMPLATE)


@contextmanager
def copied(built: Built) -> Iterator[Northvale]:
    """A copy of the world, dropped again."""
    name = f"northvale_{next(_copies)}"
    built.cluster.create(name, TEMPLATE)
    try:
        with opened(built, name, CountedIds(0xC0FFEE01), CountedIds(0xC0FFEE02)) as northvale:
            yield northvale
    finally:
        built.cluster.drop(name)


@contextmanager
def opened(built: Built, name: str, mint: Any, mint_opaque: Any) -> Iterator[Northvale]:
    """Northvale over one database of the server."""
    custody = load_custody(built.settings.keys_dir, ())
    database = built.cluster.as_roles(name)
    standing = SimpleNamespace(now=built.now)
    with httpx.Client(verify=trusted()) as client, admin_engine(built.cluster, name) as admin:
        wiring = Wiring(
            settings=built.settings, database=database, custody=custody,
            log_signer=log_signer(custody, built.settings), register=built.register,
            feeds=feeds_of(built.settings.feeds_dir), clients=ClientRegistry({}),
            token_keys=TokenKeys(generate_es256_key()), provider=OidcProvider(oidc_settings(built.settings), client),
            clock=lambda: standing.now, mint=mint, mint_opaque=mint_opaque,
        )  # fmt: skip
        scenes, staff = built.book("scenes"), {one["worker_ref"]: one for one in built.book("staff")}
        yield Northvale(built, wiring, standing, admin, scenes, staff)
        database.dispose()
