"""Which conflicts stand among records whose pairs are scored, and which give way to what the scores say."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from linkage.conflicts import (
    PERHAPS_TWINS,
    WEIGHED,
    bears_both_names,
    bears_name_with_other_sex,
    conflict_between,
    gives_way,
    identified,
    tells_which_name_is_first,
)
from linkage.record import Verdict
from linkage.standardise import StandardRecord

Pair = tuple[int, int]


class Conflicts:
    """Answers, of two records by number, why they cannot be one person; `log_odds` holds every compared pair.

    `decided` are stewards' decisions: that two first names are one person's, they say of all who are like those two.
    """

    def __init__(
        self,
        known: Sequence[StandardRecord],
        log_odds: Mapping[Pair, float],
        *,
        expects_relatives: bool,
        decided: Mapping[Pair, Verdict] | None = None,
    ) -> None:
        self._known, self._log_odds, self._expects_relatives = known, log_odds, expects_relatives
        self._like: dict[int, set[int]] = defaultdict(set)
        self._one_by_both: dict[int, set[int]] = defaultdict(set)
        for (left, right), verdict in (decided or {}).items():
            if verdict == "same" and conflict_between(known[left], known[right]) == PERHAPS_TWINS:
                self._one_by_both[left].add(right)
                self._one_by_both[right].add(left)

    def between(self, left: int, right: int) -> str | None:
        """The code of the conflict that stands between two records, or None."""
        one, other = self._known[left], self._known[right]
        reason = conflict_between(one, other)
        if reason is None or reason not in WEIGHED:
            return reason
        if not self._expects_relatives:
            return None
        if self._log_odds.get((min(left, right), max(left, right)), -1.0) >= 0 and gives_way(reason, one, other):
            return None
        if reason == PERHAPS_TWINS and (self._known_by_both(left, right) or self._decided_by_both(left, right)):
            return None
        return reason

    def overruled(self, left: int, right: int) -> Collection[str]:
        """The conflicts of others that stand between two persons no more once these records of theirs are compared."""
        return WEIGHED if identified(self._known[left], self._known[right]) else ()

    def _known_by_both(self, left: int, right: int) -> bool:
        """Whether a record that is like both bears both names, or tells of which name or sex there was a mistake."""
        thirds = (self._known[each] for each in self._likes(left) & self._likes(right))
        one, other = self._known[left], self._known[right]
        return any(
            bears_both_names(third, one, other)
            or bears_name_with_other_sex(third, one, other)
            or tells_which_name_is_first(third, one, other)
            for third in thirds
        )

    def _decided_by_both(self, left: int, right: int) -> bool:
        """Whether somebody decided of two that are like these that they are one person."""
        if not self._one_by_both:
            return False
        named = {left, *self._likes(left)} & self._one_by_both.keys()
        others = {right, *self._likes(right)}
        return any(not others.isdisjoint(self._one_by_both[each]) for each in named)

    def _likes(self, record: int) -> set[int]:
        """Those whose pair with a record speaks for one person."""
        if not self._like:
            for (one, other), odds in self._log_odds.items():
                if odds >= 0:
                    self._like[one].add(other)
                    self._like[other].add(one)
        return self._like.get(record, set())
