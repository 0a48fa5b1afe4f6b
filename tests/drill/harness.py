"""Cheats at a real log as its operator could: `python -m tests.drill.harness [--cheats N] [--histories N] [--seed N]`.

Every kind of cheat is played at many places of a log of some three hundred entries, each in a copy of its own; each
says which check must find it, and that check alone is asked. Then honest histories, of which no check may complain.
Prints a table and a last line of JSON; exit status 0 when all is as it should be.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from audit.errors import WitnessRefusalError
from audit.fork import prove_fork
from audit.keys import VerifierKey
from gateway import clock
from gateway.witness.comparing import compare
from gateway.witness.witness import Witness
from tests.drill import cheats_database, cheats_export, cheats_kept, cheats_signed
from tests.drill.cheat import DATABASE, EXPORT, FINDERS, MARK, OLDER, WITNESS, Cheat, Scene
from tests.drill.histories import History
from tests.drill.ledger_book import Book, fails, new_book, new_witness
from tests.gateway.cluster import Cluster, running_cluster

BEFORE_OLDER, ALTOGETHER = 130, 300
_FORK = "shown to one partner alone"
CHEATS = (
    *cheats_database.CHEATS, *cheats_kept.CHEATS, *cheats_signed.CHEATS, *cheats_export.CHEATS,
    *(Cheat(f"{_FORK}: {one.__name__}", WITNESS, one) for one in cheats_signed.FORKS),
)  # fmt: skip


@dataclass
class Results:
    """Found and missed by cheat; alarms of honest histories."""

    found: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    histories: int = 0
    alarms: list[str] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Base:
    """The log that all cheats begin with, and what honest people hold of it."""

    cluster: Cluster
    folder: Path
    book: Book
    older: str
    newest: str
    witness_key: VerifierKey


@contextmanager
def base_log(cluster: Cluster, folder: Path, random: Random) -> Iterator[Base]:
    """A log with tickets, lists, cards, maps, an erasure-free past, exports, a witness; two entries still wait."""
    with new_book(cluster, folder, random) as book:
        witness, witness_key = new_witness(folder / "witness", book.key)
        _grow(book, BEFORE_OLDER)
        book.take_maps()
        book.cosign(witness, witness_key, 0)
        older, witnessed = book.head(), book.size()
        book.export(folder / "old", openings=True)
        _grow(book, ALTOGETHER)
        book.take_maps()
        book.cosign(witness, witness_key, witnessed)
        newest = book.head()
        book.export(folder / "export", openings=True)
        assert book.verify().finding is None
        book.check(folder / "export", older, newest)
        book.restart()
        yield Base(cluster, folder, book, older, newest, witness_key)


def _grow(book: Book, until: int) -> None:
    while not _has(book, until):
        book.write(book.random.randint(1, 9))
        book.authorise()
        book.sequence(book.random.choice((4, 16, 2000)))


def _has(book: Book, leaves: int) -> bool:
    try:
        return book.size() >= leaves
    except AssertionError:
        return False


def play(base: Base, cheat: Cheat, random: Random) -> bool:
    """Play a cheat in a copy of the log; whether the check that must find it does."""
    if cheat in cheats_export.CHEATS:
        with tempfile.TemporaryDirectory() as folder:
            return _play_export(base, cheat, random, Path(folder))
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        shutil.copytree(base.folder / "witness", folder / "witness")
        keys = base.book.parts.settings.keys_dir
        book = stack.enter_context(new_book(base.cluster, folder, random, base.book.name, keys))
        book.at = base.book.at
        book.mark.write(base.newest)
        witness = Witness(folder / "witness", clock.utc_now)
        scene = Scene(book, base.older, base.newest, folder / "export", witness, base.witness_key, random)
        cheat.act(scene)
        return _finds(cheat, scene, folder)


def _play_export(base: Base, cheat: Cheat, random: Random, folder: Path) -> bool:
    for name in ("export", "old"):
        shutil.copytree(base.folder / name, folder / name)
    witness = Witness(base.folder / "witness", clock.utc_now)
    scene = Scene(base.book, base.older, base.newest, folder / "export", witness, base.witness_key, random)
    cheat.act(scene)
    return _finds(cheat, scene, folder)


def _finds(cheat: Cheat, scene: Scene, folder: Path) -> bool:
    book = scene.book
    if cheat.finder in {DATABASE, MARK}:
        return book.verify().finding is not None
    if cheat.finder == EXPORT:
        return fails(lambda: book.check(scene.export, witnesses=(scene.witness_key,)))
    if cheat.finder == OLDER:
        if not scene.export.exists():
            # The log itself is without a fault: that is what makes the cheat a good one.
            book.mark.write(book.head())
            assert book.verify().finding is None, f"{cheat.name}: {book.verify().sentence()}"
            book.export(scene.export)
        book.check(scene.export)
        return fails(lambda: book.check(scene.export, scene.older, scene.newest))
    if cheat.name.startswith(_FORK):
        return _fork_is_proved(scene, folder)
    return fails(lambda: scene.witness.add_checkpoint(book.submission(_witnessed(scene))), WitnessRefusalError)


def _fork_is_proved(scene: Scene, folder: Path) -> bool:
    """The partner who was shown another log and the witness compare what they have, and anybody can check the file."""
    found = compare(folder / "witness", scene.book.export(scene.export))
    if found.evidence is None:
        return False
    prove_fork(found.evidence.read_text(encoding="utf-8"), [scene.book.key])
    return True


def _witnessed(scene: Scene) -> int:
    newest = scene.witness.record.newest(scene.book.signer.name)
    assert newest is not None
    return newest.size


def run_cheats(base: Base, number: int, random: Random, results: Results) -> None:
    """So many cheats: every kind, over and over, each at places of its own."""
    kinds = list(CHEATS)
    for turn in range(number):
        if turn % len(kinds) == 0:
            random.shuffle(kinds)
        cheat = kinds[turn % len(kinds)]
        into = results.found if play(base, cheat, random) else results.missed
        into[cheat.name] = into.get(cheat.name, 0) + 1


def run_histories(cluster: Cluster, folder: Path, number: int, random: Random, results: Results) -> None:
    """So many honest histories."""
    for turn in range(number):
        own = folder / f"history-{turn}"
        with new_book(cluster, own, random) as book:
            history = History(book, own)
            results.alarms += [f"history {turn}: {alarm}" for alarm in history.live()]
            results.histories += 1
            for step in history.steps:
                results.steps[step.strip("_")] = results.steps.get(step.strip("_"), 0) + 1
            history.close()


def table(results: Results) -> str:
    """One line a kind of cheat: which check must find it, how often it was played, found, missed."""
    lines = [f"{'cheat':58} {'must be found by':28} {'played':>6} {'found':>6}"]
    for cheat in sorted(CHEATS, key=lambda one: (FINDERS.index(one.finder), one.name)):
        found, missed = results.found.get(cheat.name, 0), results.missed.get(cheat.name, 0)
        if found or missed:
            lines.append(
                f"{cheat.name:58} {cheat.finder:28} {found + missed:6} {found:6}{'  MISSED' if missed else ''}"
            )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run it; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill.harness", description="Cheat at the audit log.")
    parser.add_argument("--cheats", type=int, default=300)
    parser.add_argument("--histories", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    random, begun, results = Random(options.seed), time.monotonic(), Results()  # noqa: S311 - the same drill every time
    with tempfile.TemporaryDirectory() as made, running_cluster() as cluster:
        with base_log(cluster, Path(made) / "base", random) as base:
            run_cheats(base, options.cheats, random, results)
        run_histories(cluster, Path(made), options.histories, random, results)
    sys.stdout.write(table(results) + "\n")
    for alarm in results.alarms:
        sys.stdout.write(f"FALSE ALARM {alarm}\n")
    sys.stdout.write(json.dumps({
        "cheats": options.cheats, "kinds": len({*results.found, *results.missed}), "found": sum(results.found.values()),
        "missed": sum(results.missed.values()), "histories": results.histories, "false_alarms": len(results.alarms),
        "steps": results.steps, "seconds": round(time.monotonic() - begun, 1),
    }) + "\n")  # fmt: skip
    return 1 if results.missed or results.alarms else 0


if __name__ == "__main__":
    sys.exit(main())
