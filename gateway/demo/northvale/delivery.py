"""What is delivered: a folder of files, what stands in each, and whom each key really means."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from gateway.demo.northvale.registrar import Key, Registrar
from gateway.demo.northvale.truth import World

BAD_RATE = 0.012
DUPLICATE_RATE = 0.004


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file as the generator wrote it.

    `rows` counts records: lines under the header, resources, children. `expected_accepted` is `rows` less
    `bad_rows`, exact repeats included; `duplicate_rows` counts those repeats. `flagged_rows` are accepted rows that
    state an identifier whose check fails (a reference to a patient states none) or a code outside its national list.
    `bad_by_code` counts by the code that an honest reader would give.
    """

    feed: str
    file: str
    format: str
    rows: int
    bad_rows: int
    expected_accepted: int
    flagged_rows: int
    duplicate_rows: int
    bad_by_code: dict[str, int]
    uncovered_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything in the folder."""

    people: int
    seed: int
    today: date
    files: tuple[FileEntry, ...]

    def as_json(self) -> dict[str, object]:
        """Plain data for `manifest.json`."""
        return {
            "people": self.people,
            "seed": self.seed,
            "today": self.today.isoformat(),
            "files": [asdict(entry) for entry in self.files],
        }


@dataclass(slots=True)
class Delivery:
    """The folder being filled."""

    world: World
    registrar: Registrar
    folder: Path
    entries: list[FileEntry] = field(default_factory=list)
    truth: dict[Key, None] = field(default_factory=dict)
    """Insertion-ordered set: only keys of rows that can be accepted."""

    def add(self, entry: FileEntry, keys: list[Key]) -> None:
        """Note a file that was written, and whom its good rows mean."""
        self.entries.append(entry)
        self.truth.update(dict.fromkeys(keys))


def how_many(rows: int, rate: float) -> int:
    """The number of rows that a rate means; at least one in a file that has rows at all."""
    return max(1, round(rows * rate)) if rows else 0
