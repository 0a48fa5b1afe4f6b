"""Where a row and its columns stand in a file of XML or JSON, written as the format itself writes paths.

XML: XPath 1.0, which counts from 1 (`/CTfile/CTFpupilData/Pupil[3]/DOB`). JSON: the names and indices of RFC 9535,
which counts from 0, without the leading `$.` (`value[2].DOB`). FHIR: FHIRPath, which counts from 0
(`Bundle.entry[2].resource.birthDate`). Only names that the format or the mapping gives are in it: a name of the
sender's own could itself be about somebody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RowPath:
    """The path of a row; empty where the row is the whole document or a line.

    `names` gives what stands for a column after it, `begins` the same for all columns that begin so; the first holds.
    Where they are `whole` they stand for themselves: what a row says may lie in several places. `within` comes before
    all of it, where the file of the row is held by another.
    """

    row: str
    names: Mapping[str, str] = field(default_factory=dict)
    begins: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    within: str = ""

    def of(self, column: str) -> str:
        """The path of a column, of the row for none; a column that has no path keeps its name."""
        below = self._below(column) if column else ""
        if below is None:
            return column
        path = below if self.whole and column else self.row + below
        return (self.within + path.lstrip("./") if self.within else path.removeprefix(".")).rstrip("./")

    def _below(self, column: str) -> str | None:
        if column in self.names:
            return self.names[column]
        return next(
            (stands + column.removeprefix(begin) for begin, stands in self.begins if column.startswith(begin)), None
        )


def json_path(steps: Iterable[str | int]) -> str:
    """Names and indices as one path."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
