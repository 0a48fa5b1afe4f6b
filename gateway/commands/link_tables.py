"""Files that `hearthgate link` is given, CSV or Parquet, and the texts of SQL that read them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

_PARQUET = ".parquet"


class File(NamedTuple):
    """A file and what it is called in messages."""

    path: Path
    name: str

    @property
    def parquet(self) -> bool:
        """Whether it is Parquet, by its name; else it is CSV."""
        return self.path.suffix.lower() == _PARQUET


@dataclass(frozen=True, slots=True)
class Names:
    """What files tell nobody: their column to ours, the source of those without, the encoding of what is not UTF-8."""

    ours: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    encoding: str | None = None


def files_of(paths: Sequence[Path]) -> tuple[File, ...]:
    """These files by their names, or by their paths where two have one name."""
    names = Counter(path.name for path in paths)
    return tuple(File(path, path.name if names[path.name] == 1 else str(path)) for path in paths)


def quoted(name: str) -> str:
    """The name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def literal_path(path: Path) -> str:
    """The path as a pattern that matches itself alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The single number that a query gives."""
    return int(connection.execute(query).fetchall()[0][0])
