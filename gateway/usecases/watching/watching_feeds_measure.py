"""What is unusual about a file, against the files before it: medians and spreads, which one odd file does not move.

Usual is the median of the last twelve files of the same sender and mode, and what counts as far from it is four times
the median of distances from the median (times 1.4826, which makes it a standard deviation where figures are normal;
Rousseeuw and Croux 1993), but never less than a floor: a fifth of the rows, or five in a hundred of a share. Fewer
than five files are no history: then only the size that officers named at the switch is held against a file.
Nothing here sees a value of a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

SHORTEST_HISTORY = 5
LONGEST_HISTORY = 12
_TO_DEVIATION = 1.4826
_FAR = 4.0
_ROWS_FLOOR = 0.2
_SHARE_FLOOR = 0.05


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """Of a sample of rows: how many were looked at, in how many the column was empty, codes never seen before."""

    looked_at: int
    empty: int
    new_codes: int

    @property
    def empty_share(self) -> float:
        """Share of empty cells, 0 to 1."""
        return self.empty / self.looked_at if self.looked_at else 0.0


@dataclass(frozen=True, slots=True)
class FileFigures:
    """One file: rows read, rows not taken, and figures by column."""

    rows: int
    not_taken: int
    columns: Mapping[str, ColumnFigures]

    @property
    def not_taken_share(self) -> float:
        """Share of rows that were not taken, 0 to 1."""
        return self.not_taken / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual. `part` is a column's name or empty; `observed` and `expected` are figures of the kind."""

    kind: str
    part: str
    observed: float
    expected: float


def findings(newest: FileFigures, earlier: Sequence[FileFigures], usual_rows: int | None) -> tuple[Finding, ...]:
    """What is unusual about the newest file; `earlier` are those before it, newest first."""
    history = earlier[:LONGEST_HISTORY]
    found = [*_size(newest, history, usual_rows)]
    if len(history) >= SHORTEST_HISTORY:
        found += _shares(newest, history)
        found += [
            Finding("new-codes", name, column.new_codes, 0.0)
            for name, column in newest.columns.items()
            if column.new_codes and sum(name in one.columns for one in history) >= SHORTEST_HISTORY
        ]
    return tuple(found)


def _size(newest: FileFigures, history: Sequence[FileFigures], usual_rows: int | None) -> list[Finding]:
    if len(history) >= SHORTEST_HISTORY:
        usual, far = usual_and_far([float(one.rows) for one in history], 0.0)
        far = max(far, _ROWS_FLOOR * usual)
    elif usual_rows is not None:
        usual, far = float(usual_rows), _ROWS_FLOOR * usual_rows
    else:
        return []
    if newest.rows < usual - far:
        return [Finding("shrunken", "", newest.rows, usual)]
    return [Finding("swollen", "", newest.rows, usual)] if newest.rows > 2 * usual + far else []


def _shares(newest: FileFigures, history: Sequence[FileFigures]) -> list[Finding]:
    found = []
    usual, far = usual_and_far([one.not_taken_share for one in history], _SHARE_FLOOR)
    if newest.not_taken_share > usual + far:
        found.append(Finding("more-not-taken", "", newest.not_taken_share, usual))
    for name, column in newest.columns.items():
        shares = [one.columns[name].empty_share for one in history if name in one.columns]
        if column.looked_at and len(shares) >= SHORTEST_HISTORY:
            usual, far = usual_and_far(shares, _SHARE_FLOOR)
            if column.empty_share > usual + far:
                found.append(Finding("more-empty", name, column.empty_share, usual))
    return found


def usual_and_far(figures: Sequence[float], floor: float) -> tuple[float, float]:
    """The median of figures, and the distance from it beyond which a figure is far."""
    usual = median(figures)
    return usual, max(_FAR * _TO_DEVIATION * median([abs(one - usual) for one in figures]), floor)
