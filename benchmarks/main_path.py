"""The main job, timed beside its floors in one run: push beside a raw COPY, a family read beside a bare SELECT.

    python -m benchmarks.main_path [people]

Absolute figures depend on the machine; the ratios are what to compare. The last line is JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, create_engine, text

from agreements.enactment import enact_register
from benchmarks.own_folder import own_folder
from gateway import clock
from gateway.building import build_wiring, ensure_keys, running_database
from gateway.demo.northvale.generate import Manifest, generate
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.migrating import run_migrate
from gateway.settings import Settings
from gateway.store.scripts import driver_connection
from gateway.usecases.families.declaring import NewDeclaration, declare_purpose
from gateway.usecases.families.disclosure import disclose_profile
from gateway.usecases.families.searching import search_people
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring
from linkage.tokens import SearchQuery

CONTEXT = RequestContext("00000000-0000-4000-8000-000000000002")
READS = 200


def main(people: int) -> None:
    with own_folder() as folder:
        settings = Settings(data_dir=folder / "var")
        enact_register(settings.register_dir, settings.signed_dir, clock.utc_now() - timedelta(days=100))
        ensure_keys(settings)
        with running_database(settings) as running:
            run_migrate(settings, running)
            wiring = build_wiring(settings, running)
            switch_everything_on(wiring, CONTEXT)
            admin = create_engine(running.admin_url)
            manifest = generate(folder / "files", people, 1, today=clock.utc_now().date())
            figures = _push(wiring, admin, folder / "files", manifest) | _link(wiring)
            figures |= _read(wiring, admin, folder / "files")
            admin.dispose()
            wiring.database.dispose()
    print(json.dumps(figures))


def _push(wiring: Wiring, admin: Engine, files: Path, manifest: Manifest) -> dict[str, float]:
    rows, spent, floor = 0, 0.0, 0.0
    with admin.begin() as connection:
        connection.execute(text("CREATE TABLE public.raw_line (line text)"))
    for file in manifest.files:
        feed = wiring.feeds[file.feed]
        body = (files / file.file).read_bytes()
        agency = wiring.register.sources[feed.profile.source].owner
        partner = PartnerCaller("bench", agency, frozenset({"feeds:push"}), clock.utc_now() + timedelta(hours=1))
        began = time.perf_counter()
        batch = receive_batch(wiring, CONTEXT, partner, Push(file.feed, body, file.format, file.file))
        spent += time.perf_counter() - began
        rows += batch.rows_read
        floor += _timed(lambda body=body: _copy(admin, body))
    print(
        f"push: {rows} rows, {rows / spent:,.0f} rows/s; raw COPY of the same bytes takes {floor:.2f} s of {spent:.2f}"
    )
    return {"rows_per_s": round(rows / spent), "push_over_copy": round(spent / floor, 1)}


def _copy(admin: Engine, body: bytes) -> None:
    lines = [line.decode("utf-8", "replace").replace("\x00", "") for line in body.splitlines()]
    with (
        admin.begin() as connection,
        driver_connection(connection).cursor() as cursor,
        cursor.copy("COPY public.raw_line FROM STDIN") as copy,
    ):
        for line in lines:
            copy.write_row((line,))


def _link(wiring: Wiring) -> dict[str, float]:
    began = time.perf_counter()
    run = link_everything(wiring)
    spent = time.perf_counter() - began
    print(f"linkage: {run.records} records into {run.persons} persons, {spent:.2f} s")
    return {"linked_records_per_s": round(run.records / spent)}


def _read(wiring: Wiring, admin: Engine, files: Path) -> dict[str, float]:
    book = json.loads((files / "scenes.json").read_text())["S2"]
    staff = {one["worker_ref"]: one for one in json.loads((files / "staff.json").read_text())}
    who = staff[book["staff"]["rent_officer"]]
    reader = StaffCaller(
        "bench", who["worker_ref"], who["name"], who["agency"], who["role"], who["team"], "bench",
        clock.utc_now() + timedelta(hours=1),
    )  # fmt: skip
    kelly = book["people"]["Kelly Marsh"]
    declared = declare_purpose(wiring, CONTEXT, reader, NewDeclaration("tenancy_management", "benchmark"))
    query = SearchQuery(kelly["forename"], kelly["surname"], kelly["dob"])
    family = search_people(wiring, CONTEXT, reader, query, declared.declaration_id).hits[0].family_id
    audited = _median(lambda: disclose_profile(wiring, CONTEXT, reader, family, declared.declaration_id))
    searched = _median(lambda: search_people(wiring, CONTEXT, reader, query, declared.declaration_id))
    bare = _median(lambda: _bare(admin, family))
    print(
        f"family read: {audited * 1e3:.1f} ms audited, {bare * 1e3:.1f} ms as a bare SELECT; "
        f"search {searched * 1e3:.1f} ms"
    )
    return {
        "family_read_p50_ms": round(audited * 1e3, 2),
        "search_p50_ms": round(searched * 1e3, 2),
        "read_over_bare_select": round(audited / bare, 1),
    }


def _bare(admin: Engine, family: UUID) -> None:
    with admin.begin() as connection:
        connection.execute(
            text(
                "SELECT f.* FROM hearth.person p"
                " JOIN hearth.link l ON l.person_id = p.person_id AND l.superseded_at IS NULL"
                " JOIN hearth.fact f ON f.record_id = l.record_id WHERE p.family_id = :family"
            ),
            {"family": family},
        ).all()


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _median(run: Callable[[], object]) -> float:
    return statistics.median(_timed(run) for _ in range(READS))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
