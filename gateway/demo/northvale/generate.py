"""Make a whole Northvale: truth first, then every partner's files, then the keys to judge them by."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from gateway.demo.northvale import population, staff
from gateway.demo.northvale.delivery import Delivery, Manifest
from gateway.demo.northvale.histories import community_health, needs_and_participation
from gateway.demo.northvale.histories import council as council_history
from gateway.demo.northvale.histories import custody as custody_history
from gateway.demo.northvale.histories import health as health_history
from gateway.demo.northvale.histories import housing as housing_history
from gateway.demo.northvale.histories import police as police_history
from gateway.demo.northvale.histories import schools as schools_history
from gateway.demo.northvale.identifiers import Issuer
from gateway.demo.northvale.partners import (
    adult_care,
    case_system,
    desks,
    dwp,
    early_years,
    health,
    health_extracts,
    homes,
    housing,
    justice,
    police,
    protection,
    reference,
    revenues,
    schools,
    schools_returns,
    single_school,
    social_care,
    standard_dataset,
)
from gateway.demo.northvale.registrar import Registrar
from gateway.demo.northvale.scenes import others, refusal, share, withholding
from gateway.demo.northvale.scenes.book import scene_book
from gateway.demo.northvale.truth import World

SMALLEST = 60
"""The scenes need some twenty people, and ordinary ones to hide among."""
_HISTORIES = (
    police_history,
    health_history,
    schools_history,
    council_history,
    housing_history,
    custody_history,
    community_health,
    needs_and_participation,
)
_PARTNERS = (
    police,
    dwp,
    health,
    health_extracts,
    schools,
    schools_returns,
    single_school,
    social_care,
    standard_dataset,
    case_system,
    housing,
    revenues,
    protection,
    homes,
    adult_care,
    early_years,
    justice,
    desks,
    reference,
)


def generate(folder: Path, people: int = 2000, seed: int = 1, *, today: date) -> Manifest:
    """Write Northvale into a folder and return what was written.

    `people` counts residents; the one school of scene S9 has further pupils from over the border.
    The same (people, seed, today) give the same bytes. Raises `ValueError` below the smallest size.
    """
    if people < SMALLEST:
        msg = f"Northvale has at least {SMALLEST} people"
        raise ValueError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    world = build_world(people, seed, today)
    delivery = Delivery(world, Registrar(world), folder)
    for partner in _PARTNERS:
        partner.write(delivery)
    manifest = Manifest(people, seed, today, tuple(delivery.entries))
    _write_keys(delivery, manifest)
    return manifest


def build_world(people: int, seed: int, today: date) -> World:
    """The ground truth alone: the scenes' families, then ordinary people, then what befalls them."""
    world = World(people, seed, today, Issuer(seed))
    for scene in (share, refusal, withholding, others):
        scene.plant(world)
    population.fill(world)
    for history in _HISTORIES:
        history.happen(world)
    return world


def _write_keys(delivery: Delivery, manifest: Manifest) -> None:
    folder = delivery.folder
    _json(folder / "manifest.json", manifest.as_json())
    _json(folder / "scenes.json", scene_book(delivery))
    _json(folder / "staff.json", staff.staff_list())
    _table(folder / "truth.csv", ("source", "source_key", "person"), delivery.truth)
    rows = [
        (h.ref, m.person.ref, m.role, m.start.isoformat(), m.end.isoformat() if m.end else "")
        for h in delivery.world.households
        for m in h.members
    ]
    _table(folder / "households.csv", ("household", "person", "role", "from", "to"), rows)


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
