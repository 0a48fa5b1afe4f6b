"""Who a new or changed record is, from its neighbourhood alone: the records that meet it, those that meet them, and on.

A pair that is too weak even for review leads no further, so a neighbourhood is small, and whole once nothing strong
leads out of it. The persons in it are then found by the very steps that find everybody's: nothing outside it has a say
in them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from typing import Protocol

from linkage.blocking import yearless_keys
from linkage.candidates import LARGEST_BLOCK
from linkage.model import LinkModel
from linkage.pairwise import Comparable
from linkage.persons import cluster_scored
from linkage.record import Decision, LinkResult

Score = Callable[[Comparable, Comparable], float]
"""Natural log odds that two records are one person."""


class Neighbours(Protocol):
    """What is known of records, by record id."""

    def meeting(self, records: Collection[str]) -> Iterable[tuple[str, str]]:
        """Pairs that share a key, the first of each among `records`."""

    def comparable(self, record: str) -> Comparable:
        """One that was asked for, or came up in a pair."""

    def person_mates(self, records: Collection[str]) -> Collection[str]:
        """All records of the persons whose records these are, and those that a decision ties to them."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Records and the scores of all their pairs. `whole` is false where it grew past what was allowed."""

    records: tuple[Comparable, ...]
    log_odds: Mapping[tuple[str, str], float]
    whole: bool


def neighbourhood(
    seeds: Collection[str], neighbours: Neighbours, score: Score, model: LinkModel, most: int
) -> Neighbourhood:
    """The neighbourhood of `seeds`, of at most `most` records."""
    worth_following = log(model.review_at / (1 - model.review_at))
    scored: dict[tuple[str, str], float] = {}
    known: set[str] = set()
    frontier = {*seeds, *neighbours.person_mates(seeds)}
    while frontier and len(known) + len(frontier) <= most:
        known |= frontier
        strong: set[str] = set()
        for one, other in neighbours.meeting(frontier):
            pair = (one, other) if one < other else (other, one)
            if one == other or pair in scored:
                continue
            scored[pair] = score(neighbours.comparable(pair[0]), neighbours.comparable(pair[1]))
            if scored[pair] >= worth_following:
                strong.update(pair)
        reached = strong - known
        frontier = {*reached, *neighbours.person_mates(reached)} - known
    inside = {pair: odds for pair, odds in scored.items() if pair[0] in known and pair[1] in known}
    records = tuple(neighbours.comparable(record) for record in sorted(known))
    for left, right in _without_a_year(records):
        pair = (left.record.record_id, right.record.record_id)
        if pair not in inside:
            inside[pair] = score(left, right)
    return Neighbourhood(records, inside, whole=not frontier)


def _without_a_year(records: Sequence[Comparable]) -> Iterator[tuple[Comparable, Comparable]]:
    """Namesakes of whom no year of birth is known: else who was joined by that at night would be parted by day."""
    alike: dict[str, list[Comparable]] = defaultdict(list)
    for each in records:
        for key in yearless_keys(each.record):
            alike[key].append(each)
    for together in alike.values():
        if len(together) <= LARGEST_BLOCK:
            yield from combinations(together, 2)


def persons_of(
    found: Neighbourhood, model: LinkModel, decisions: Sequence[Decision], adopted: Collection[str] = ()
) -> LinkResult:
    """The persons of a whole neighbourhood; `adopted` are ids of records of adopted children (`linkage.adopted`)."""
    known = [each.record for each in found.records]
    number = {record.record_id: place for place, record in enumerate(known)}
    log_odds = {(number[left], number[right]): odds for (left, right), odds in sorted(found.log_odds.items())}
    return cluster_scored(known, log_odds, model, decisions, adopted)
