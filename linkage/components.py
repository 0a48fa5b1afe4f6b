"""From scored pairs to persons for a million records: whole components where nothing speaks against, else one by one.

Records tied by strong pairs form a component. One in which no compared pair speaks against and in which no conflict
can hide is one person as it stands; the constrained agglomeration of `linkage.cluster` runs only inside the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linkage.compare import ComparedPairs, worths
from linkage.levels import BY_FREQUENCY, COMPARISONS
from linkage.model import LinkModel
from linkage.persons import settle
from linkage.score import Floats
from linkage.standardise import PERSON_NUMBERS, StandardRecord

Numbers = NDArray[np.int64]
RecordsOf = Callable[[Numbers], Sequence[StandardRecord]]

_GENERATION_YEARS = 12
_AT_A_TIME = 20_000
PLAIN_NEWBORN = 2
_UNKNOWN = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Facts:
    """What a conflict may arise from, one entry a record; -1 is not known. Names and numbers are hashes.

    `newborn` is -1 but for a child without a name: `PLAIN_NEWBORN` and below for what its recorded sex tells as well.
    `born_by` is as in `linkage.record.LinkRecord`.
    """

    given: Numbers
    birth_year: Numbers
    birth_days: Numbers
    sex: Numbers
    nhs_verified: Numbers
    duplicate_free: Numbers
    newborn: Numbers
    born_by: Numbers


@dataclass(frozen=True, slots=True)
class Persons:
    """Per record: `person`, the smallest number of its person's records, `chance` of its place there, and certainty.

    `components` and `conflicted` count components of two and more records, and those that were taken apart;
    `largest_component` is the size that the largest person would have had, had nothing been held against it.
    """

    person: Numbers
    chance: Floats
    verified: NDArray[np.bool_]
    components: int
    conflicted: int
    largest_component: int


def find_persons(pairs: ComparedPairs, odds: Floats, facts: Facts, model: LinkModel, records_of: RecordsOf) -> Persons:
    """Cluster records by their scored pairs; `records_of` gives standardised records by ascending number."""
    size = len(facts.given)
    conclusive = pairs.conclusive[pairs.pattern]
    left, right = pairs.left.astype(np.int64), pairs.right.astype(np.int64)
    strong = odds >= log(model.merge_at / (1 - model.merge_at))
    edges = coo_array((np.ones(int(strong.sum()), dtype=np.int8), (left[strong], right[strong])), shape=(size, size))
    count, component = connected_components(edges, directed=False)
    sizes = np.bincount(component, minlength=count)
    inside = component[left] == component[right]
    doubtful = _suspicious(component, count, facts)
    doubtful[component[left[inside & ((odds < 0) | _perhaps_twins(pairs)[pairs.pattern])]]] = True
    doubtful &= sizes > 1
    person = _smallest(component, count)[component]
    best = np.full(size, -np.inf)
    verified = np.zeros(size, dtype=np.bool_)
    for end in (left[inside], right[inside]):
        np.maximum.at(best, end, odds[inside])
        verified[end[conclusive[inside]]] = True
    alone = sizes[component] == 1
    chance = np.where(alone, 1.0, 1.0 / (1.0 + np.exp(-np.clip(best, -700.0, 700.0))))
    verified |= alone
    for numbers, chosen in _chunks(component, doubtful, left, inside):
        _settle_chunk(
            numbers, (left[chosen], right[chosen], odds[chosen]), model, records_of, (person, chance, verified)
        )
    return Persons(person, chance, verified, int((sizes > 1).sum()), int(doubtful.sum()), int(sizes.max(initial=0)))


def _suspicious(component: Numbers, count: int, facts: Facts) -> NDArray[np.bool_]:
    """Components in which two records could conflict, whether or not they were compared."""
    order = np.argsort(component, kind="stable")
    starts = np.searchsorted(component[order], np.arange(count))

    def least(values: Numbers) -> Numbers:
        return np.minimum.reduceat(np.where(values[order] != -1, values[order], np.iinfo(np.int64).max), starts)

    def most(values: Numbers) -> Numbers:
        return np.maximum.reduceat(np.where(values[order] != -1, values[order], _UNKNOWN), starts)

    def spread(values: Numbers) -> Numbers:
        low, high = least(values), most(values)
        return np.where(high > low, high - low, 0)

    names_differ = spread(facts.given) > 0
    births_differ = (spread(facts.birth_days) > 0) | (spread(facts.sex) > 0)
    found = (spread(facts.nhs_verified) > 0) | (spread(facts.birth_year) >= _GENERATION_YEARS)
    found |= (names_differ & births_differ) | (most(facts.birth_year) > least(facts.born_by))
    found |= (spread(facts.newborn) > 0) | (np.maximum.reduceat(facts.newborn[order], starts) > PLAIN_NEWBORN)
    group = facts.duplicate_free[order]
    by_group = np.lexsort((group, component[order]))
    label, held = component[order][by_group], group[by_group]
    again = (label[1:] == label[:-1]) & (held[1:] == held[:-1]) & (held[1:] != -1)
    found[label[1:][again]] = True
    return np.asarray(found, dtype=np.bool_)


def _perhaps_twins(pairs: ComparedPairs) -> NDArray[np.bool_]:
    """The patterns of people born on one day who differ in a given name, or where none is known in their sex.

    However much else speaks for one person; and of those whose names are like, but not equal, and a number is another,
    or the names are more than a slip apart, or one's first name is the other's last.
    """
    names = [each.name for each in COMPARISONS]
    given, middle, born, sex = (pairs.patterns[:, names.index(name)] for name in ("given", "middle", "birth", "sex"))
    one_day = np.isin(born, worths(COMPARISONS[names.index("birth")], ["exact", "new_year"]))
    other_number = np.any([pairs.patterns[:, names.index(scheme)] == 0 for scheme in PERSON_NUMBERS], axis=0)
    like = (given > 0) & (given < min(worths(COMPARISONS[names.index("given")], BY_FREQUENCY["given"])))
    doubtful = np.isin(given, worths(COMPARISONS[names.index("given")], ["alike", "crossed"]))
    told = (given == 0) | (middle == 0) | ((given == -1) & (sex == 0)) | (like & other_number) | doubtful
    return np.asarray(one_day & told)


def _smallest(component: Numbers, count: int) -> Numbers:
    smallest = np.full(count, len(component), dtype=np.int64)
    np.minimum.at(smallest, component, np.arange(len(component)))
    return smallest


def _chunks(
    component: Numbers, doubtful: NDArray[np.bool_], left: Numbers, inside: NDArray[np.bool_]
) -> list[tuple[Numbers, Numbers]]:
    """Records of whole doubtful components, some thousands at a time, and the places of the pairs inside them."""
    numbers = np.flatnonzero(doubtful[component])
    numbers = numbers[np.argsort(component[numbers], kind="stable")]
    if not len(numbers):
        return []
    label = component[numbers]
    ends = np.flatnonzero(np.r_[label[1:] != label[:-1], True]) + 1
    cuts = np.unique(
        ends[
            np.searchsorted(ends, np.arange(_AT_A_TIME, len(numbers) + _AT_A_TIME, _AT_A_TIME)).clip(max=len(ends) - 1)
        ]
    )
    chunk_of = np.full(len(doubtful), -1, dtype=np.int64)
    parts = np.split(numbers, cuts[:-1])
    for number, part in enumerate(parts):
        chunk_of[component[part]] = number
    places = np.flatnonzero(inside & doubtful[component[left]])
    at = chunk_of[component[left[places]]]
    return [(np.sort(part), places[at == number]) for number, part in enumerate(parts)]


def _settle_chunk(
    numbers: Numbers,
    pairs: tuple[Numbers, Numbers, Floats],
    model: LinkModel,
    records_of: RecordsOf,
    found: tuple[Numbers, Floats, NDArray[np.bool_]],
) -> None:
    person, chance, verified = found
    left, right = np.searchsorted(numbers, pairs[0]), np.searchsorted(numbers, pairs[1])
    scored = dict(zip(zip(left.tolist(), right.tolist(), strict=True), pairs[2].tolist(), strict=True))
    clustering, places = settle(records_of(numbers), scored, model, {})
    for cluster in clustering.clusters():
        for record in cluster:
            person[numbers[record]] = numbers[cluster[0]]
            chance[numbers[record]], verified[numbers[record]] = places.place(record, cluster)
