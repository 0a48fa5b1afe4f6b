"""Who lives with whom: households of a county as columns, people within them, and where they lived before.

Shapes follow the 2021 census of England and Wales roughly: three in ten households are one person, one in nine a lone
parent, one in fifty shares a house with strangers. Ages follow from the shapes. Nothing here knows of any linker.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage_county.traditions import MIX, TRADITIONS

Ints = NDArray[np.int64]

YEAR = 365.25
# Days since 1970-01-01: the day of the extract, and the first day that any register here looks back to.
TODAY = 20_605
WINDOW = TODAY - 3652
SINGLE, COUPLE, FAMILY, LONE_PARENT, THREE_GENERATIONS, SHARERS, COMMUNITY = range(7)
_SHAPES = (0.293, 0.24, 0.275, 0.11, 0.03, 0.05, 0.002)
HEAD, PARTNER, CHILD, GRANDPARENT, LODGER, RESIDENT = range(6)
ROLES = ("head", "partner", "child", "grandparent", "lodger", "resident")
NONE = -1


@dataclass
class Households:
    """One entry per household: its shape, tradition of names, the household its head grew up in or left, and when."""

    shape: Ints
    tradition: Ints
    origin: Ints
    left: Ints
    arrived: Ints


@dataclass
class People:
    """One entry per person. `twin_of` and `named_for` are persons; `joined` is the day that a partner moved in."""

    household: Ints
    role: Ints
    female: NDArray[np.bool_]
    born: Ints
    tradition: Ints
    named_for: Ints
    twin_of: Ints
    joined: Ints

    @property
    def count(self) -> int:
        """How many."""
        return len(self.household)

    @property
    def age(self) -> Ints:
        """Whole years on the day of the extract."""
        return ((TODAY - self.born) / YEAR).astype(np.int64)


class _Chunks:
    """People gathered group by group."""

    def __init__(self, random: Generator, households: Households) -> None:
        self.random, self.households = random, households
        self.columns: list[list[NDArray[np.int64]]] = [[] for _ in range(8)]
        self.count = 0

    def add(self, household: Ints, role: int, female: Ints, born: Ints, **more: Ints) -> Ints:
        """Add one person to each of these households; give their numbers."""
        size = len(household)
        given = (
            household, np.full(size, role), female, born, more.get("tradition", self.households.tradition[household]),
            more.get("named_for", np.full(size, NONE)), more.get("twin_of", np.full(size, NONE)),
            more.get("joined", np.full(size, WINDOW - 10_000)),
        )  # fmt: skip
        for column, values in zip(self.columns, given, strict=True):
            column.append(values.astype(np.int64))
        self.count += size
        return np.arange(self.count - size, self.count)

    def people(self) -> People:
        """Everyone, in the order in which they were added."""
        household, role, female, *rest = (np.concatenate(column) for column in self.columns)
        return People(household, role, female.astype(bool), *rest)


def draw_households(random: Generator, wards: Ints) -> tuple[Households, People]:
    """Households for these wards (one per entry) and the people in them."""
    count = len(wards)
    shape = random.choice(len(_SHAPES), count, p=np.array(_SHAPES) / sum(_SHAPES))
    tradition = _traditions(random, wards)
    households = Households(shape, tradition, np.full(count, NONE), np.full(count, WINDOW), np.full(count, WINDOW))
    chunks = _Chunks(random, households)
    _arrivals(random, households)
    heads = _heads(random, chunks)
    born = np.full(count, 0)
    for numbers, where in heads:
        born[where] = np.concatenate(chunks.columns[3])[numbers]
    _origins(random, households, born)
    partners = _partners(random, chunks, born)
    _children(random, chunks, born, partners)
    _elders_and_lodgers(random, chunks, born)
    _strangers(random, chunks)
    return households, chunks.people()


def _traditions(random: Generator, wards: Ints) -> Ints:
    """Families of one origin live near each other: each ward has a mix of its own."""
    base = np.array([MIX[name] for name in TRADITIONS])
    base /= base.sum()
    mixes = random.dirichlet(base * 12, int(wards.max()) + 1).cumsum(axis=1)
    return np.asarray(np.minimum((random.random(len(wards))[:, None] > mixes[wards]).sum(axis=1), len(TRADITIONS) - 1))


def _arrivals(random: Generator, households: Households) -> None:
    """Some households came to the county from abroad within the window, many of them in the last three years."""
    abroad = np.array([0.004 if MIX[name] > 0.1 else 0.12 for name in TRADITIONS])[households.tradition]
    came = random.random(len(abroad)) < abroad
    households.arrived[came] = TODAY - random.gamma(1.5, 700, came.sum()).clip(60, 3600).astype(np.int64)


def _heads(random: Generator, chunks: _Chunks) -> list[tuple[Ints, Ints]]:
    shape = chunks.households.shape
    made = []
    for kinds, ages in (
        ((SINGLE,), lambda n: np.where(random.random(n) < 0.45, random.normal(76, 9, n), random.uniform(19, 66, n))),
        ((COUPLE,), lambda n: np.where(random.random(n) < 0.3, random.uniform(23, 40, n), random.normal(64, 11, n))),
        ((FAMILY, THREE_GENERATIONS), lambda n: np.clip(random.normal(42, 7.5, n), 22, 64)),
        ((LONE_PARENT,), lambda n: np.clip(random.normal(38, 8, n), 18, 60)),
    ):
        where = np.flatnonzero(np.isin(shape, kinds))
        born = TODAY - (ages(len(where)).clip(18, 101) * YEAR).astype(np.int64)
        share = 0.88 if LONE_PARENT in kinds else 0.1 if SINGLE not in kinds else 0.5
        female = (random.random(len(where)) < share).astype(np.int64)
        made.append((chunks.add(where, HEAD, female, born), where))
    return made


def _origins(random: Generator, households: Households, born: Ints) -> None:
    """Young heads grew up in another household of the county; some single men have left a lone parent's."""
    shape = households.shape
    age = (TODAY - born) / YEAR
    young = np.flatnonzero(np.isin(shape, (SINGLE, COUPLE, FAMILY, LONE_PARENT)) & (age < 36))
    young = young[random.random(len(young)) < 0.5]
    pool = np.flatnonzero(np.isin(shape, (COUPLE, FAMILY)) & (age > 44) & (age < 72))
    order = pool[np.argsort(born[pool], kind="stable")]
    if len(order):
        aim = born[young] - (random.uniform(20, 36, len(young)) * YEAR).astype(np.int64)
        origin = order[np.searchsorted(born[order], aim).clip(0, len(order) - 1)]
        fits = (born[young] - born[origin]) / YEAR > 16
        young, origin = young[fits], origin[fits]
        households.origin[young] = origin
        households.tradition[young] = households.tradition[origin]
        eighteen = born[young] + int(18 * YEAR)
        households.left[young] = (eighteen + random.gamma(1.6, 900, len(young))).clip(None, TODAY - 60).astype(np.int64)
    alone = np.flatnonzero((shape == SINGLE) & (households.origin == NONE) & (age > 24) & (age < 58))
    alone = alone[np.argsort(born[alone], kind="stable")][::2]
    left = np.flatnonzero(shape == LONE_PARENT)
    left = left[np.argsort(born[left], kind="stable")]
    size = min(len(alone), len(left))
    if size:
        chosen = alone[np.linspace(0, len(alone) - 1, size).astype(np.int64)]
        parted = left[np.linspace(0, len(left) - 1, size).astype(np.int64)]
        households.origin[chosen] = parted
        households.tradition[chosen] = households.tradition[parted]
        households.left[chosen] = TODAY - random.gamma(1.8, 800, size).clip(60, 5000).astype(np.int64)


def _partners(random: Generator, chunks: _Chunks, born: Ints) -> Ints:
    shape = chunks.households.shape
    where = np.flatnonzero(np.isin(shape, (COUPLE, FAMILY, THREE_GENERATIONS)))
    head_female = np.zeros(len(shape), np.int64)
    for household, role, female in zip(*chunks.columns[:3], strict=True):
        head_female[household[role == HEAD]] = female[role == HEAD]
    same = random.random(len(where)) < 0.02
    female = np.where(same, head_female[where], 1 - head_female[where])
    age = (born[where] + random.normal(700, 1300, len(where))).clip(None, TODAY - int(18 * YEAR)).astype(np.int64)
    mixed = random.random(len(where)) < 0.1
    tradition = chunks.households.tradition[where].copy()
    tradition[mixed] = random.permutation(tradition)[mixed]
    joined = np.where(random.random(len(where)) < 0.12, random.integers(WINDOW, TODAY - 90, len(where)), WINDOW - 9000)
    partners = np.full(len(shape), NONE)
    partners[where] = chunks.add(where, PARTNER, female, age, tradition=tradition, joined=joined)
    return partners


def _children(random: Generator, chunks: _Chunks, born: Ints, partners: Ints) -> None:
    households = chunks.households
    where = np.flatnonzero(np.isin(households.shape, (FAMILY, LONE_PARENT, THREE_GENERATIONS)))
    large = ~np.isin(households.tradition[where], [TRADITIONS.index(each) for each in ("english", "polish", "chinese")])
    wanted = 1 + random.poisson(np.where(large, 1.25, 0.75))
    ages = (TODAY - born[where]) / YEAR
    first = random.normal(28, 5, len(where)).clip(17, 42)
    early = first > ages - 0.2
    first[early] = (ages[early] - random.uniform(0.1, 9, int(early.sum()))).clip(15, None)
    birth = born[where] + (first * YEAR).astype(np.int64)
    head = np.full(len(households.shape), NONE)
    female = np.concatenate(chunks.columns[2])
    roles, homes = np.concatenate(chunks.columns[1]), np.concatenate(chunks.columns[0])
    heads = np.flatnonzero(roles == HEAD)
    head[homes[heads]] = heads
    for place in range(7):
        at_home = (place < wanted) & (birth < TODAY) & (TODAY - birth < random.uniform(17, 27, len(where)) * YEAR)
        chosen = where[at_home]
        girl = (random.random(len(chosen)) < 0.487).astype(np.int64)
        # A child named for the parent of the same sex: sons more often than daughters.
        parent = np.where(female[head[chosen]] == girl, head[chosen], partners[chosen])
        alike = (parent != NONE) & (female[parent] == girl)
        named = alike & (random.random(len(chosen)) < np.where(girl == 1, 0.004, 0.02))
        numbers = chunks.add(chosen, CHILD, girl, birth[at_home], named_for=np.where(named, parent, NONE))
        twins = random.random(len(chosen)) < 0.016
        same_sex = random.random(int(twins.sum())) < 0.64
        chunks.add(
            chosen[twins], CHILD, np.where(same_sex, girl[twins], 1 - girl[twins]), birth[at_home][twins],
            twin_of=numbers[twins],
        )  # fmt: skip
        birth = birth + random.gamma(4, 270, len(where)).clip(320, 3600).astype(np.int64)


def _elders_and_lodgers(random: Generator, chunks: _Chunks, born: Ints) -> None:
    shape = chunks.households.shape
    for share in (1.0, 0.35):
        where = np.flatnonzero(shape == THREE_GENERATIONS)
        where = where[random.random(len(where)) < share]
        age = born[where] - (random.uniform(20, 36, len(where)) * YEAR).astype(np.int64)
        chunks.add(where, GRANDPARENT, (random.random(len(where)) < 0.62).astype(np.int64), age)
    where = np.flatnonzero(np.isin(shape, (SINGLE, COUPLE, FAMILY, LONE_PARENT)))
    where = where[random.random(len(where)) < 0.02]
    _unrelated(random, chunks, where, LODGER, (18, 60))


def _strangers(random: Generator, chunks: _Chunks) -> None:
    shape = chunks.households.shape
    _unrelated(random, chunks, np.flatnonzero(shape == SHARERS), RESIDENT, (18, 50))
    where = np.flatnonzero(shape == COMMUNITY)
    _unrelated(random, chunks, np.repeat(where, random.integers(10, 40, len(where))), RESIDENT, (18, 98))


def _unrelated(random: Generator, chunks: _Chunks, where: Ints, role: int, ages: tuple[int, int]) -> None:
    size = len(where)
    born = TODAY - (random.uniform(*ages, size) * YEAR).astype(np.int64)
    tradition = random.permutation(chunks.households.tradition)[np.arange(size) % len(chunks.households.tradition)]
    came = random.integers(WINDOW, TODAY - 30, size)
    chunks.add(where, role, (random.random(size) < 0.5).astype(np.int64), born, tradition=tradition, joined=came)
