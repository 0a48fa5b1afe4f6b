"""From scored pairs to persons: greedy constrained agglomeration, strongest evidence first.

Two groups join only if the evidence between all their records, for and against, still speaks for one person, and
no two of their records conflict. One bridging record therefore never swallows two families' worth of records.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from linkage.record import Verdict

Conflict = Callable[[int, int], str | None]
Pair = tuple[int, int]

# No single pair may outweigh what every other pair says.
_MOST = 12.0
# Log odds by which one person must fit a record better than another.
_CLEARLY_BETTER = 3.0
_NOT_TORN = frozenset({"decided-different", "rest-speaks-against", "two-rows-of-one-file"})


@dataclass(slots=True)
class Clustering:
    """`group_of` gives each record its cluster's smallest record; `refused` holds why a strong pair was kept apart.

    `held` are records that a decision ties to another of their cluster: no score sets them apart.
    """

    group_of: list[int]
    refused: dict[Pair, str] = field(default_factory=dict)
    held: frozenset[int] = frozenset()

    def clusters(self) -> list[list[int]]:
        """All clusters, each in order of its records, in order of their smallest."""
        found: dict[int, list[int]] = {}
        for record, group in enumerate(self.group_of):
            found.setdefault(group, []).append(record)
        return list(found.values())


class _Groups:
    def __init__(self, alike: Sequence[int], log_odds: Mapping[Pair, float]) -> None:
        self.group_of = list(range(len(alike)))
        self.members = {number: [number] for number in range(len(alike))}
        # Of records that conflict alike one stands for all, so that a thousand like rows are compared once.
        self.kinds = {number: {kind: number} for number, kind in enumerate(alike)}
        # Per group: why it is not one with each group that it was found to conflict with. That only grows.
        self.apart: dict[int, dict[int, str]] = {}
        # Per group: the evidence between it and each group it has been compared with.
        self.between: dict[int, dict[int, float]] = {}
        for (left, right), odds in log_odds.items():
            capped = max(-_MOST, min(_MOST, odds))
            self.between.setdefault(left, {})[right] = capped
            self.between.setdefault(right, {})[left] = capped

    def evidence(self, left: int, right: int) -> float:
        return self.between.get(left, {}).get(right, 0.0)

    def keep_apart(self, left: int, right: int, reason: str) -> None:
        self.apart.setdefault(left, {}).setdefault(right, reason)
        self.apart.setdefault(right, {}).setdefault(left, reason)

    def join(self, left: int, right: int) -> None:
        if len(self.members[left]) < len(self.members[right]):
            left, right = right, left
        for member in self.members[right]:
            self.group_of[member] = left
        self.members[left] += self.members.pop(right)
        self.kinds[left] = self.kinds.pop(right) | self.kinds[left]
        for other, reason in self.apart.pop(right, {}).items():
            del self.apart[other][right]
            if other != left:
                self.keep_apart(left, other, reason)
        kept = self.between.setdefault(left, {})
        for other, odds in self.between.pop(right, {}).items():
            self.between[other].pop(right, None)
            if other != left:
                kept[other] = kept.get(other, 0.0) + odds
                self.between[other][left] = kept[other]
        kept.pop(right, None)


def agglomerate(
    alike: Sequence[int],
    log_odds: Mapping[Pair, float],
    merge_at: float,
    conflict: Conflict,
    decided: Mapping[Pair, Verdict],
    overruled: Callable[[int, int], Collection[str]] = lambda _left, _right: (),
) -> Clustering:
    """Cluster records 0 .. len(alike) - 1; `alike` gives each record the first that conflicts as it does.

    `log_odds` holds every compared pair (left < right), `merge_at` is in log odds. `overruled` gives the conflicts of
    others that do not keep two groups apart which this pair joins.

    Decisions come first, in the order in which they were made: "same" joins whatever the score, unless a "different"
    forbids it. Where "same" leads step by step to two that are different, the least probable step gives way, of equally
    probable ones the newest. The outcome depends on the numbers of the records alone, not on the order of the pairs.
    """
    groups = _Groups(alike, log_odds)
    refused: dict[Pair, str] = {}
    different = _forbidden(decided)

    def forbidden(left: int, right: int) -> bool:
        return any(other in groups.members[right] for each in groups.members[left] for other in different.get(each, ()))

    tied = [pair for pair, verdict in decided.items() if verdict == "same"]
    # Two that were never compared are held together by the decision alone. The sort keeps the order of the equal.
    for left, right in sorted(tied, key=lambda pair: -log_odds.get(pair, -inf)):
        first, second = groups.group_of[left], groups.group_of[right]
        if first != second and not forbidden(first, second):
            groups.join(first, second)
    strong = sorted(
        (pair for pair, odds in log_odds.items() if odds >= merge_at), key=lambda pair: (-log_odds[pair], pair)
    )
    for left, right in strong:
        first, second = groups.group_of[left], groups.group_of[right]
        if first == second:
            continue
        if forbidden(first, second):
            refused[left, right] = "decided-different"
        elif reason := _conflict(groups, (first, second), conflict, overruled(left, right)):
            refused[left, right] = reason
        elif groups.evidence(first, second) < merge_at:
            refused[left, right] = "rest-speaks-against"
        else:
            groups.join(first, second)
    smallest = {group: min(members) for group, members in groups.members.items()}
    held = frozenset(one for left, right in tied if groups.group_of[left] == groups.group_of[right]
                     for one in (left, right))  # fmt: skip
    return Clustering([smallest[group] for group in groups.group_of], refused, held)


def expel_torn(clustering: Clustering, log_odds: Mapping[Pair, float], conflict: Conflict) -> None:
    """Set apart each record that fits two persons about as well, who are not one: father and son of one name.

    Such a record, a caution without a date of birth say, joined whoever came first; a person has to decide.
    """
    members = {cluster[0]: cluster for cluster in clustering.clusters()}
    expelled: set[int] = set()
    for left, right in sorted(clustering.refused):
        if clustering.refused[left, right] in _NOT_TORN or conflict(left, right):
            continue
        for torn, rival in ((left, right), (right, left)):
            own = [other for other in members[clustering.group_of[torn]] if other != torn]
            if (
                not own
                or torn in clustering.held
                # One that was set apart is nobody whom another record could fit as well.
                or rival in expelled
                or any(conflict(torn, other) for other in members[clustering.group_of[rival]])
            ):
                continue
            best = max(own, key=lambda other: (log_odds.get(_pair(torn, other), -_MOST), -other))
            if log_odds.get(_pair(torn, best), -_MOST) - log_odds[left, right] > _CLEARLY_BETTER:
                continue
            for other in own:
                clustering.group_of[other] = min(own)
            clustering.group_of[torn] = torn
            expelled.add(torn)
            members |= {min(own): own, torn: [torn]}
            clustering.refused[_pair(torn, best)] = clustering.refused[left, right] = "fits-two-people"


def _pair(left: int, right: int) -> Pair:
    return (min(left, right), max(left, right))


def expel_doubtful(
    clustering: Clustering, place: Callable[[int, Sequence[int]], tuple[float, bool]], merge_at: float
) -> None:
    """Set apart, the most doubtful first, each record that its cluster's rest does not hold at `merge_at`.

    `place` gives P(record belongs to the cluster) and whether it is verified there.
    """
    for cluster in clustering.clusters():
        rest = cluster
        while len(rest) > 1:
            chance, verified, doubtful = min((*place(record, rest), record) for record in rest)
            if verified or chance >= merge_at:
                break
            rest = [record for record in rest if record != doubtful]
            for record in rest:
                clustering.group_of[record] = rest[0]
                clustering.refused.setdefault((min(record, doubtful), max(record, doubtful)), "rest-speaks-against")
            clustering.group_of[doubtful] = doubtful


def _forbidden(decided: Mapping[Pair, Verdict]) -> dict[int, set[int]]:
    different: dict[int, set[int]] = {}
    for (left, right), verdict in decided.items():
        if verdict == "different":
            different.setdefault(left, set()).add(right)
            different.setdefault(right, set()).add(left)
    return different


def _conflict(groups: _Groups, pair: Pair, conflict: Conflict, overruled: Collection[str]) -> str | None:
    """Why two groups are not one person. Found once it holds however much they grow, and is not looked for again."""
    first, second = pair
    known = groups.apart.get(first, {}).get(second)
    if known and known not in overruled:
        return known
    others = groups.kinds[second].values()
    reasons = (conflict(each, other) for each in groups.kinds[first].values() for other in others)
    found = next((reason for reason in reasons if reason and reason not in overruled), None)
    if found:
        groups.keep_apart(first, second, found)
    return found
