"""Disclosure control for a table of counts: what may leave so that no small group can be found, by subtraction either.

The threshold rule of official statistics (Government Statistical Service, guidance on disclosure control of tables
produced from administrative sources): counts of 1 to 4 stay back (primary), and so do as many others as it takes that
nobody can work the first ones out (secondary); where even that is not enough, the total stays back too. It guards one
table. Who compares the same table on two days may still learn of a change: whoever asks is in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

THRESHOLD = 5
BASE = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One group. `count` is `None` where it stays back; which of the two reasons it was is not told."""

    group: str
    count: int | None


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table as it may leave: groups in order of name, and the total or `None`."""

    figures: tuple[Figure, ...]
    total: int | None


def suppress(counts: Mapping[str, int], threshold: int = THRESHOLD, base: int = 1) -> FigureTable:
    """Cut a table of counts of distinct things, each in one group, to what may leave.

    `base` rounds what is shown to its nearest multiple, halves up, the total by itself; 1 leaves it exact. A group of
    none stays as it is: it names nobody. Raises `ValueError` for a count below 0 or a threshold or base below 1.
    """
    if threshold < 1 or base < 1 or any(count < 0 for count in counts.values()):
        raise ValueError("counts are from 0, threshold and base from 1")
    small = [group for group, count in counts.items() if 0 < count < threshold]
    # Smallest first, so that as little as possible stays back; names settle ties, so that the answer is always one.
    others = sorted((group for group, count in counts.items() if count >= threshold), key=lambda g: (counts[g], g))
    added: list[str] = []
    while small and not _hidden(small, added, counts, threshold) and len(added) < len(others):
        added.append(others[len(added)])
    kept_back = {*small, *added}
    total = None if small and not _hidden(small, added, counts, threshold) else _rounded(sum(counts.values()), base)
    figures = tuple(
        Figure(group, None if group in kept_back else _rounded(counts[group], base)) for group in sorted(counts)
    )
    return FigureTable(figures, total)


def _hidden(small: Sequence[str], added: Sequence[str], counts: Mapping[str, int], threshold: int) -> bool:
    """Whether each small count could be anything from 1 to below the threshold, for one who knows the total.

    That reader knows the sum of what stays back, and is supposed to know which groups are small (1 to threshold - 1)
    and which were added (threshold or more); the total is supposed known even where it is not shown.
    """
    kept_back = sum(counts[group] for group in (*small, *added))
    largest = threshold - 1
    least_of_others = len(small) - 1 + len(added) * threshold
    most_of_others = None if added else (len(small) - 1) * largest
    could_be_largest = kept_back - least_of_others >= largest
    could_be_one = most_of_others is None or kept_back - most_of_others <= 1
    return could_be_largest and could_be_one


def _rounded(count: int, base: int) -> int:
    return (count + base // 2) // base * base
