"""What a run found, in numbers, whichever engine ran; nothing here names a record."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.candidates import Block
from linkage.engine import Linked
from linkage.levels import COMPARISONS
from linkage.model import LinkModel
from linkage.record_columns import Numbers
from linkage.score import Levels

_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Counts of one run.

    `pairs_joined` are compared pairs whose records are one person, `expected_precision` how many of them the model
    takes for right; `pairs_for_review` pairs of persons that may be one. `bands` counts records: alone, verified,
    strong, probable. `largest` is how many records the largest person has, `largest_agrees_on` what its pairs agree on
    most and their share, `largest_component` how many it could have had with nothing held against it. `conflicted`
    counts components that were taken apart or looked at record by record.
    """

    model: LinkModel
    blocks: tuple[Block, ...]
    records: int
    persons: int
    pairs_compared: int
    pairs_joined: int
    pairs_for_review: int
    expected_precision: float
    bands: Mapping[str, int]
    largest: int
    largest_agrees_on: Mapping[str, float]
    largest_component: int
    components: int
    conflicted: int


def figures_of(linked: Linked) -> RunFigures:
    """The figures of a run on one machine."""
    model, persons, pairs = linked.model, linked.persons, linked.pairs
    sizes = np.bincount(persons.person)
    largest = int(np.argmax(sizes)) if len(sizes) else 0
    joined = persons.person[pairs.left] == persons.person[pairs.right]
    inside = joined & (persons.person[pairs.left] == largest)
    chance = 1.0 / (1.0 + np.exp(-np.clip(linked.odds[joined], -700.0, 700.0)))
    together = sizes[persons.person] > 1
    certain = persons.verified & together
    strong = ~certain & together & (persons.chance >= model.strong_at)
    return RunFigures(
        model=model,
        blocks=linked.blocks,
        records=len(persons.person),
        persons=int((sizes > 0).sum()),
        pairs_compared=len(pairs),
        pairs_joined=int(joined.sum()),
        pairs_for_review=linked.waiting,
        expected_precision=float(chance.mean()) if len(chance) else 1.0,
        bands={
            "alone": int((~together).sum()),
            "verified": int(certain.sum()),
            "strong": int(strong.sum()),
            "probable": int((together & ~certain & ~strong).sum()),
        },
        largest=int(sizes.max(initial=0)),
        largest_agrees_on=agreements(
            pairs.patterns, np.bincount(pairs.pattern[inside], minlength=len(pairs.patterns)).astype(np.int64)
        ),
        largest_component=persons.largest_component,
        components=persons.components,
        conflicted=persons.conflicted,
    )


def agreements(patterns: Levels, count: Numbers) -> dict[str, float]:
    """The commonest agreements among so many pairs of each pattern, and the share of pairs that agree so."""
    total = int(count.sum())
    if not total:
        return {}
    held: list[tuple[int, str]] = []
    for place, comparison in enumerate(COMPARISONS):
        best = len(comparison.level_names) - 1
        level: NDArray[np.int8] = patterns[:, place]
        held += [
            (-int(count[level == best - number].sum()), f"{comparison.name}: {name}")
            for number, name in enumerate(comparison.level_names[:-1])
        ]
    held.sort(key=lambda each: each[0])
    return {name: round(-less / total, 3) for less, name in held[:_MOST_REASONS] if less}
