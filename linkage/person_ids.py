"""Stable person ids for a million records: `linkage.lineage`, with the plain cases settled all at once.

A person all of whose earlier records had one id, which nobody else holds, keeps it. Only where persons merged or were
split does the matching of `linkage.lineage.inherit` run.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.lineage import inherit

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ids:
    """`code` gives each group its id: below `known` an old id by its number, from there on a new one, in order.

    `merged`: old id to the group that took most of its records, where the id lives on nowhere. `split`: old id to all
    groups that took records of it, where they are several. Groups and ids go by number.
    """

    code: Numbers
    known: int
    merged: dict[int, int]
    split: dict[int, tuple[int, ...]]


def inherit_ids(group_of: Numbers, old_of: Numbers, groups: int, known: int) -> Ids:
    """Give each of `groups` groups an id; `group_of` and `old_of` tell each record's group and its old id (-1 none).

    Old ids are numbered by age, the oldest 0, and there are `known` of them.
    """
    had = old_of >= 0
    pairs, shared = np.unique(group_of[had] * (known + 1) + old_of[had], return_counts=True)
    group, old = pairs // (known + 1), pairs % (known + 1)
    plain = (np.bincount(group, minlength=groups)[group] == 1) & (np.bincount(old, minlength=known)[old] == 1)
    code = np.full(groups, -1, dtype=np.int64)
    code[group[plain]] = old[plain]
    overlap: dict[int, Counter[str]] = defaultdict(Counter)
    for one, other, count in zip(group[~plain].tolist(), old[~plain].tolist(), shared[~plain].tolist(), strict=True):
        overlap[one][str(other)] = count
    rows = sorted(overlap)
    ranks = {str(other): int(other) for other in np.unique(old[~plain]).tolist()}
    for row, heir in inherit([overlap[one] for one in rows], ranks).items():
        code[rows[row]] = int(heir)
    takers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one in rows:
        for other, count in overlap[one].items():
            takers[int(other)].append((-count, one))
    alive = set(code[code >= 0].tolist())
    fresh = np.flatnonzero(code < 0)
    code[fresh] = known + np.arange(len(fresh))
    return Ids(
        code,
        known,
        {other: min(took)[1] for other, took in sorted(takers.items()) if other not in alive},
        {other: tuple(sorted(one for _, one in took)) for other, took in sorted(takers.items()) if len(took) > 1},
    )
