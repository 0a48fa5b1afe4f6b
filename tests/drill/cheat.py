"""A cheat: what an operator does to the log, and the one check that must find it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from audit.keys import VerifierKey
from gateway.witness.witness import Witness
from tests.drill.ledger_book import Book

DATABASE, EXPORT, OLDER, WITNESS, MARK = (
    "audit verify", "offline verifier", "older checkpoint + export", "one honest witness", "mark outside the database",
)  # fmt: skip
FINDERS = (DATABASE, EXPORT, OLDER, WITNESS, MARK)


@dataclass
class Scene:
    """A log to cheat with, and what honest people hold of it from before.

    `older` is a checkpoint of about the middle, `newest` the last one that anybody was shown; `export` is an export
    with openings of that last one; `witness` cosigned both, under `witness_key`.
    """

    book: Book
    older: str
    newest: str
    export: Path
    witness: Witness
    witness_key: VerifierKey
    random: Random


@dataclass(frozen=True)
class Cheat:
    """By name; `act` cheats, `finder` is the check that must find it."""

    name: str
    finder: str
    act: Callable[[Scene], object]
