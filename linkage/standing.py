"""Which conflicts stand among records whose pairs are scored, and which give way to what the scores say."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from linkage.conflicts import WEIGHED, bears_both_names, conflict_between, gives_way, identified
from linkage.standardise import StandardRecord

Pair = tuple[int, int]


class Conflicts:
    """Answers, of two records by number, why they cannot be one person; `log_odds` holds every compared pair."""

    def __init__(
        self, known: Sequence[StandardRecord], log_odds: Mapping[Pair, float], *, expects_relatives: bool
    ) -> None:
        self._known, self._log_odds, self._expects_relatives = known, log_odds, expects_relatives
        self._like: dict[int, set[int]] = defaultdict(set)

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
        return None if reason == "perhaps-twins" and self._known_by_both(left, right) else reason

    def overruled(self, left: int, right: int) -> Collection[str]:
        """The conflicts of others that stand between two persons no more once these records of theirs are compared."""
        return WEIGHED if identified(self._known[left], self._known[right]) else ()

    def _known_by_both(self, left: int, right: int) -> bool:
        """Whether a record that is like both bears both names, so that they are one person's."""
        if not self._like:
            for (one, other), odds in self._log_odds.items():
                if odds >= 0:
                    self._like[one].add(other)
                    self._like[other].add(one)
        thirds = self._like[left] & self._like[right]
        return any(bears_both_names(self._known[each], self._known[left], self._known[right]) for each in thirds)
