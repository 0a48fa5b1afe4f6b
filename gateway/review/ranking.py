"""How doubtful each access is, by the weights of the council's document; and the groups in which officers meet them.

    score of an access = the weight of having no reason, where it has none
                       + the weights of its signals, each lower where there is a reason, and lower where it is a task
    score of a group   = the highest of its accesses, and a little for each time that its uses doubled

A group is one reader and one family, or one reader's day: of a kind of search or refusal, or on which they opened far
more families than they do. An officer asks once; else one day of curiosity would fill the queue of a week.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.review.access import Access
from gateway.review.explaining import Explanation
from gateway.review.rosters import LONDON
from gateway.review.rules import ReviewRules
from gateway.review.signals import NIGHT, ON_LEAVE, OUT_OF_HOURS, SPIKE

_FOR_EACH_DOUBLING = 2
_OF_A_DAY = frozenset({SPIKE, OUT_OF_HOURS, NIGHT, ON_LEAVE})
"""Signals of a reader's day, whichever family it was. With any other, a family is a question of its own."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An access with its path (`None`: nothing explains it), its signals and its score."""

    access: Access
    path: str | None
    signals: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True)
class Group:
    """Accesses of one reader that are one question, the most doubtful first."""

    key: tuple[str, str]
    score: int
    uses: tuple[Judged, ...]

    @property
    def signals(self) -> tuple[str, ...]:
        """Every signal of any of them."""
        return tuple(sorted({signal for one in self.uses for signal in one.signals}))


def judge(
    accesses: Sequence[Access],
    explained: Mapping[UUID, Explanation | None],
    signals: Mapping[UUID, Sequence[str]],
    rules: ReviewRules,
) -> list[Judged]:
    """Score each access."""
    weights = {one.id: (one.unexplained, one.bare, one.explained) for one in rules.suspicions}
    found = []
    for access in accesses:
        explanation, mine = explained[access.access_id], tuple(signals[access.access_id])
        which = 0 if explanation is None else 1 if explanation.bare else 2
        score = sum(weights[signal][which] for signal in mine) + (rules.unexplained if explanation is None else 0)
        found.append(Judged(access, explanation.path if explanation else None, mine, score))
    return found


def grouped(judged: Sequence[Judged]) -> list[Group]:
    """Groups in the order in which an officer should look: the most doubtful first, then the newest."""
    by_key: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for one in judged:
        by_key[_key(one)].append(one)
    groups = []
    for key, uses in by_key.items():
        ordered = sorted(uses, key=lambda one: (-one.score, one.access.at, one.access.access_id))
        doubtful = sum(1 for one in uses if one.score == ordered[0].score)
        more = _FOR_EACH_DOUBLING * (doubtful.bit_length() - 1) if ordered[0].score else 0
        groups.append(Group(key, ordered[0].score + more, tuple(ordered)))
    return sorted(groups, key=lambda one: (-one.score, -one.uses[0].access.at.timestamp(), one.key))


def ranked(judged: Sequence[Judged]) -> list[Judged]:
    """Every access in the order in which officers would meet them, were all of the queue looked at.

    First each question once, by its most doubtful access; then what else belongs to a question, in the same order.
    """
    groups = grouped(judged)
    return [group.uses[0] for group in groups] + [use for group in groups for use in group.uses[1:]]


def _key(judged: Judged) -> tuple[str, str]:
    access, signals = judged.access, set(judged.signals)
    day = access.at.astimezone(LONDON).date().isoformat()
    if access.family is None:
        return access.who, f"{access.kind.value}/{day}"
    return access.who, f"{SPIKE}/{day}" if SPIKE in signals and signals <= _OF_A_DAY else str(access.family)
