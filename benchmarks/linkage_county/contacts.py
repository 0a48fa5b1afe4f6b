"""Which register has a row about whom, from when to when."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage_county.households import TODAY, WINDOW, Households, People
from benchmarks.linkage_county.residence import Residences
from benchmarks.linkage_county.sources import SOURCES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass
class Contacts:
    """One entry per row to be written: person, register (place in `SOURCES`), first and last day, and the home told."""

    person: Ints
    source: Ints
    seen_from: Ints
    seen_to: Ints
    home: Ints

    def take(self, rows: Ints) -> "Contacts":
        """These rows in this order."""
        return Contacts(*(column[rows] for column in vars(self).values()))


def draw_contacts(
    random: Generator, households: Households, people: People, res: Residences, decile: Ints, records: int
) -> Contacts:
    """`records` rows (fewer only where so few people have none), shuffled within their registers."""
    trouble = _trouble(random, households, people, decile)
    person, source = _who(random, people, trouble, records)
    order = random.permutation(len(person))[:records]
    order = order[np.argsort(source[order], kind="stable")]
    return _dated(random, households, people, res, person[order], source[order])


def _trouble(random: Generator, households: Households, people: People, decile: Ints) -> Floats:
    """How often services meet somebody: it runs in households, and with deprivation."""
    home = random.gamma(0.45, 1 / 0.45, len(households.shape))[people.household]
    return home * random.gamma(0.6, 1 / 0.6, people.count) * (1.75 - 0.15 * decile)


def _who(random: Generator, people: People, trouble: Floats, records: int) -> tuple[Ints, Ints]:
    ages = [
        (people.age >= each.ages[0]) & (people.age <= each.ages[1]) & (people.female | (each.name != "maternity"))
        for each in SOURCES
    ]
    registers = sum(each.covers * ages[place].sum() for place, each in enumerate(SOURCES) if each.need == 0)

    def expected(scale: float) -> float:
        met = (
            (1 - np.exp(-scale * each.covers * trouble[ages[place]] ** each.need)).sum() * (1 + each.repeats)
            for place, each in enumerate(SOURCES)
            if each.need
        )
        return float(sum(met) + registers * 1.03)

    low, high = 0.0, 60.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) < records * 1.02 else (low, middle)
    persons, sources = [], []
    for place, each in enumerate(SOURCES):
        chance = np.full(people.count, each.covers)
        if each.need:
            chance = 1 - np.exp(-high * each.covers * trouble**each.need)
        found = np.flatnonzero(ages[place] & (random.random(people.count) < chance))
        while len(found):
            persons.append(found)
            sources.append(np.full(len(found), place))
            found = found[random.random(len(found)) < each.repeats]
    return np.concatenate(persons), np.concatenate(sources)


def _dated(
    random: Generator, households: Households, people: People, res: Residences, person: Ints, source: Ints
) -> Contacts:
    """First and last contact, and the home that the register wrote down then."""
    lag = np.array([each.lag for each in SOURCES])[source]
    length = np.array([each.length for each in SOURCES])[source]
    first_age = np.array([each.ages[0] for each in SOURCES])[source]
    stale = np.array([each.stale for each in SOURCES])[source]
    earliest = np.maximum(people.born[person] + first_age * 365, households.arrived[people.household[person]])
    earliest = np.maximum(earliest, WINDOW)
    to = np.maximum(TODAY - random.exponential(lag).astype(np.int64) - 1, np.minimum(earliest + 1, TODAY))
    begin = np.maximum(to - random.exponential(length).astype(np.int64), np.minimum(earliest, to))
    second = random.random(len(person)) < 0.4
    out_of_date = random.random(len(person)) < stale
    asked = np.where(out_of_date, begin, to)
    home, since, _ = res.at(person, asked, second)
    # A register that noted the move tells of the present home alone: it saw the person there since the move.
    begin = np.where(out_of_date, begin, np.maximum(begin, np.minimum(since, to)))
    return Contacts(person, source, begin, to, home)
