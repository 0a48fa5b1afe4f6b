"""A chart of the last files of a feed, drawn here as SVG: a bar a file, the part that was not taken in another colour.

The page's table says the same in words; the drawing is for whoever sees it at a glance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 160
_FOOT, _HEAD = 4, 12
_WIDEST = 40
_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Bar:
    """One file: its bar and, on top of it, what was not taken. All in units of the drawing."""

    x: float
    width: float
    top: float
    height: float
    bad_top: float
    bad_height: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing: its size, its bars from the oldest file to the newest, and its sentence for who cannot see it."""

    width: int
    height: int
    base: int
    bars: tuple[Bar, ...]
    sentence: str


def chart_of(files: Sequence[tuple[str, int, int]]) -> Chart | None:
    """A chart of files as (label, rows, rows not taken), oldest first; `None` where there is nothing to draw. Pure."""
    most = max((rows for _, rows, _ in files), default=0)
    if most == 0:
        return None
    step = min(WIDTH / len(files), _WIDEST)
    base = HEIGHT - _FOOT
    scale = (base - _HEAD) / most
    bars = tuple(
        Bar(
            x=round(number * step + step * _GAP / 2, 1), width=round(step * (1 - _GAP), 1),
            top=round(base - rows * scale, 1), height=round(rows * scale, 1),
            bad_top=round(base - rows * scale, 1), bad_height=round(min(bad, rows) * scale, 1), label=label,
        )
        for number, (label, rows, bad) in enumerate(files)
    )  # fmt: skip
    newest = files[-1]
    share = 100 * newest[2] / newest[1] if newest[1] else 0
    sentence = (
        f"Rows in each of the last {len(files)} files, oldest first. The largest had {most:,}; the newest, of"
        f" {newest[0]}, had {newest[1]:,}, of which {share:.1f} in a hundred were not taken."
    )
    return Chart(WIDTH, HEIGHT, base, bars, sentence)
