"""One borough's four weeks: staff, records and acts, a function of (people, workers, seed, today).

    python -m gateway.demo.northvale.accesses.book --seed 1 --out DIR

writes `staff.csv` (what `hearthgate staff load` reads, one file an agency), `accesses.csv` and, apart from them,
`truth.csv`. The truth is for whoever judges the review, and the review never reads it.
"""

import argparse
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from gateway.demo.northvale import population
from gateway.demo.northvale.accesses.caseloads import Work, take_on
from gateway.demo.northvale.accesses.snooping import Curious, snoop
from gateway.demo.northvale.accesses.workforce import Staff, hire
from gateway.demo.northvale.accesses.working import Act, work_through
from gateway.demo.northvale.identifiers import Issuer
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import DEMO_DAY, World

STAFF_COLUMNS = (
    "worker_ref", "agency", "role", "team", "line_manager", "hours", "leave", "surname", "birth_date", "postcode",
    "uprn", "phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccessBook:
    """Everything: `acts` in the order of time; `watched` whom officers asked to see the readers of, and since when."""

    world: World
    staff: Sequence[Staff]
    work: Work
    acts: Sequence[Act]
    watched: Sequence[tuple[Person, datetime]]


def access_book(
    people: int = 15000, workers: int = 250, seed: int = 1, *, weeks: int = 4, each: int = 6, today: date = DEMO_DAY
) -> AccessBook:
    """Make it. `each` is how many incidents of snooping there are of the commoner kinds."""
    world = World(people, seed, today, Issuer(seed))
    population.fill(world)
    staff = hire(world, workers, weeks)
    work = take_on(world, staff, weeks)
    curious = Curious(world, staff, work, weeks, world.rng("snooping"))
    acts = [*work_through(world, staff, work, weeks), *snoop(curious, each)]
    # Two acts of one instant stand in the order in which they were thought of.
    return AccessBook(world, staff, work, sorted(acts, key=lambda one: one.at), tuple(curious.watched))


def staff_rows(book: AccessBook) -> list[dict[str, str]]:
    """The staff lists as agencies send them, the columns in the order of `STAFF_COLUMNS`; some agencies send none."""
    return [
        {
            "worker_ref": one.ref, "agency": one.trade.agency, "role": one.role, "team": one.team_on(book.world.today),
            "line_manager": one.manager.ref if one.manager else "", "hours": one.trade.hours,
            "leave": "; ".join(f"{first}/{last}" for first, last in one.leave), "surname": one.surname,
            "birth_date": one.born.isoformat(), "postcode": one.postcode, "uprn": one.uprn, "phone": one.phone,
        }
        for one in book.staff
        if one.trade.listed
    ]  # fmt: skip


def main() -> None:
    """Write a book as files."""
    parser = argparse.ArgumentParser(description="Write Northvale's staff, accesses and the truth about them.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=15000)
    parser.add_argument("--workers", type=int, default=250)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    book = access_book(asked.people, asked.workers, asked.seed)
    asked.out.mkdir(parents=True, exist_ok=True)
    rows = staff_rows(book)
    for agency in sorted({row["agency"] for row in rows}):
        mine = (tuple(row.values()) for row in rows if row["agency"] == agency)
        _write(asked.out / f"staff-{agency}.csv", STAFF_COLUMNS, mine)
    acts = ((one.at.isoformat(), one.worker.ref, one.kind, one.person.ref) for one in book.acts)
    _write(asked.out / "accesses.csv", ("at", "worker_ref", "kind", "person"), acts)
    told = (
        (one.at.isoformat(), one.worker.ref, one.person.ref, one.snoop[0], str(one.snoop[1]))
        for one in book.acts
        if one.snoop
    )
    _write(asked.out / "truth.csv", ("at", "worker_ref", "person", "kind", "incident"), told)


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
