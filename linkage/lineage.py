"""Stable person ids: a new cluster inherits the id of the old one with which it shares most records.

Inheritance is a maximum-weight matching of new clusters to old ids, ties to the oldest; an id that nobody inherits
is retired, redirects to the person who holds most of its records, and is never given to anyone else.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linkage.errors import LinkageError


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is who after a run.

    `person_of`: record id to person id. `merged`: retired id to the person who now holds most of its records; among
    equals, to the one with the smallest record id.
    `split`: id that was cut to the other persons who took records from it, sorted; it may itself live on.
    `gone`: ids none of whose records exist any more. `minted`: new ids, in order of their smallest record id.
    """

    person_of: Mapping[str, str]
    merged: Mapping[str, str]
    split: Mapping[str, tuple[str, ...]]
    gone: tuple[str, ...]
    minted: tuple[str, ...]


def assign_person_ids(
    clusters: Iterable[Collection[str]],
    previous: Mapping[str, str],
    mint: Callable[[], str],
    *,
    rank_of: Mapping[str, int] | None = None,
    retired: Collection[str] = (),
) -> Assignment:
    """Give each cluster of record ids a person id.

    `previous` maps record id to person id as of the last run. `rank_of` ranks old ids, smallest is oldest; without
    it their text order counts. `mint` returns an unused id and is called once per cluster without an heir's claim,
    in order of the clusters' smallest record ids. Raise `LinkageError` where a record stands in two clusters or a
    minted id is known, be it in use or in `retired`.
    """
    ordered = sorted((tuple(sorted(cluster)) for cluster in clusters if cluster), key=lambda cluster: cluster[0])
    _refuse_repeats(ordered)
    overlap = [Counter(previous[record] for record in cluster if record in previous) for cluster in ordered]
    ranks = _dense_ranks(set(previous.values()), rank_of)
    heir = inherit(overlap, ranks)
    known = ranks.keys() | set(retired)
    ids = [heir[number] if number in heir else mint() for number in range(len(ordered))]
    minted = [new for number, new in enumerate(ids) if number not in heir]
    if len(set(ids)) < len(ids) or not known.isdisjoint(minted):
        msg = "a minted id was used before"
        raise LinkageError(msg)
    return _assignment(ordered, ids, overlap, ranks, minted)


def inherit(overlap: Sequence[Mapping[str, int]], ranks: Mapping[str, int]) -> dict[int, str]:
    """Match new groups (by number) to old ids so that the shared members are as many as can be.

    Among equals the oldest id (smallest rank) goes on, and it goes to the group with the smallest number.
    """
    old_ids = sorted(ranks, key=lambda old: ranks[old])
    column = {old: number for number, old in enumerate(old_ids)}
    rows = [number for number, shared in enumerate(overlap) for _ in shared]
    columns = [column[old] for shared in overlap for old in shared]
    if not rows:
        return {}
    size = len(overlap) + len(old_ids)
    edges = coo_array((np.ones(len(rows)), (rows, [len(overlap) + each for each in columns])), shape=(size, size))
    _, label = connected_components(edges, directed=False)
    members: dict[int, tuple[list[int], set[int]]] = defaultdict(lambda: ([], set()))
    for number, shared in enumerate(overlap):
        if shared:
            groups, olds = members[int(label[number])]
            groups.append(number)
            olds.update(column[old] for old in shared)
    heir: dict[int, str] = {}
    for groups, olds in members.values():
        for group, old in _match(groups, sorted(olds), overlap, old_ids):
            heir[group] = old_ids[old]
    return heir


def _match(
    groups: Sequence[int], olds: Sequence[int], overlap: Sequence[Mapping[str, int]], old_ids: Sequence[str]
) -> list[tuple[int, int]]:
    if len(groups) == 1 and len(olds) == 1:
        return [(groups[0], olds[0])]
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - takes long to load; a first run has no old ids

    shared = np.array([[overlap[group].get(old_ids[old], 0) for old in olds] for group in groups], dtype=float)
    # One shared member outweighs every tie-break of the whole component together.
    seniority = np.linspace(1.0, 0.0, len(olds))[None, :] / (2 * len(olds))
    precedence = np.linspace(1.0, 0.0, len(groups))[:, None] / (8 * len(groups) * len(olds) * max(len(olds), 2))
    weight = np.where(shared > 0, shared + (seniority + precedence) / min(shared.shape), 0.0)
    picked_rows, picked_columns = linear_sum_assignment(weight, maximize=True)
    return [
        (groups[row], olds[col]) for row, col in zip(picked_rows, picked_columns, strict=True) if shared[row, col] > 0
    ]


def _refuse_repeats(ordered: Sequence[Sequence[str]]) -> None:
    if sum(map(len, ordered)) != len({record for cluster in ordered for record in cluster}):
        msg = "a record stands in two clusters"
        raise LinkageError(msg)


def _dense_ranks(old_ids: Collection[str], rank_of: Mapping[str, int] | None) -> dict[str, int]:
    given = rank_of or {}
    ordered = sorted(old_ids, key=lambda old: (given.get(old, len(given)), old))
    return {old: rank for rank, old in enumerate(ordered)}


def _assignment(
    ordered: Sequence[Sequence[str]],
    ids: Sequence[str],
    overlap: Sequence[Mapping[str, int]],
    ranks: Mapping[str, int],
    minted: Sequence[str],
) -> Assignment:
    alive = set(ids)
    takers: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, shared in enumerate(overlap):
        for old, count in shared.items():
            takers[old].append((-count, number))
    merged = {old: ids[min(takers[old])[1]] for old in ranks if old in takers and old not in alive}
    split = {
        old: tuple(sorted(ids[number] for _, number in took if ids[number] != old))
        for old, took in takers.items()
        if len(took) > 1
    }
    return Assignment(
        person_of={record: new for cluster, new in zip(ordered, ids, strict=True) for record in cluster},
        merged=merged,
        split=split,
        gone=tuple(old for old in ranks if old not in takers and old not in alive),
        minted=tuple(minted),
    )
