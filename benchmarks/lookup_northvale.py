"""Northvale, linked whole and record by record through the gateway and its database."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import Engine, create_engine, text

from agreements.enactment import enact_register
from benchmarks.own_folder import own_folder
from gateway import clock
from gateway.building import build_wiring, ensure_keys, running_database
from gateway.demo.northvale.generate import generate
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.caller import PartnerCaller
from gateway.migrating import run_migrate
from gateway.settings import Settings
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import relink
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_CONTEXT = RequestContext("00000000-0000-4000-8000-000000000002")
_TENTH = 10
Compare = Callable[[Mapping[str, str], Mapping[str, frozenset[str]], Sequence[str]], dict[str, float]]


def northvale_agreement(people: int, compare: Compare) -> dict[str, float]:
    """Link everybody, forget who a tenth of the records are, link these one by one, then everybody anew."""
    with own_folder() as folder:
        settings = Settings(data_dir=folder / "var")
        enact_register(settings.register_dir, settings.signed_dir, clock.utc_now() - timedelta(days=100))
        ensure_keys(settings)
        with running_database(settings) as running:
            run_migrate(settings, running)
            wiring = build_wiring(settings, running)
            admin = create_engine(running.admin_url)
            try:
                _push(wiring, folder / "files", people)
                link_everything(wiring)
                return _one_by_one(wiring, admin, compare)
            finally:
                admin.dispose()
                wiring.database.dispose()


def _push(wiring: Wiring, files: Path, people: int) -> None:
    switch_everything_on(wiring, _CONTEXT)
    for file in generate(files, people, 1, today=clock.utc_now().date()).files:
        agency = wiring.register.sources[wiring.feeds[file.feed].profile.source].owner
        partner = PartnerCaller("bench", agency, frozenset({"feeds:push"}), clock.utc_now() + timedelta(hours=1))
        receive_batch(
            wiring, _CONTEXT, partner, Push(file.feed, (files / file.file).read_bytes(), file.format, file.file)
        )


def _one_by_one(wiring: Wiring, admin: Engine, compare: Compare) -> dict[str, float]:
    records = sorted(_persons(admin))
    added = Random(1).sample(records, len(records) // _TENTH)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in ("link", "link_key", "link_record"):
            connection.execute(
                text(f"DELETE FROM hearth.{table} WHERE record_id = ANY (CAST(:added AS uuid[]))"),  # noqa: S608 - three fixed names
                {"added": added},
            )
    left, began = 0, time.perf_counter()
    for record in added:
        left += relink(wiring, [UUID(record)]).left
    spent = time.perf_counter() - began
    one_by_one, homes = _persons(admin), _homes(admin)
    link_everything(wiring)
    everything: dict[str, set[str]] = defaultdict(set)
    for record, person in _persons(admin).items():
        everything[person].add(record)
    whole = {record: frozenset(members) for members in everything.values() for record in members}
    homes_now = _homes(admin)
    return {
        **compare(one_by_one, whole, added),
        "same_households": round(len(homes_now & homes) / len(homes_now), 5),
        "left": left,
        "ms_each": round(spent / len(added) * 1e3, 1),
    }


def _persons(admin: Engine) -> dict[str, str]:
    with admin.connect() as connection:
        rows = connection.execute(text("SELECT record_id, person_id FROM hearth.link WHERE superseded_at IS NULL"))
        return {str(row[0]): str(row[1]) for row in rows}


def _homes(admin: Engine) -> set[frozenset[UUID]]:
    """Who lives together, whatever the household's id."""
    with admin.connect() as connection:
        homes: dict[UUID, set[UUID]] = defaultdict(set)
        for home, person in connection.execute(text("SELECT household_id, person_id FROM hearth.household_member")):
            homes[home].add(person)
    return set(map(frozenset, homes.values()))
