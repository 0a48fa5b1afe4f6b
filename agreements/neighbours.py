"""What comes nearest to a question that a role is refused: the rules beside its own, in the order of least change.

All of it is role-level: it depends on agency, role, purpose, direction and instant, never on a subject.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from agreements.compiled import Key
from agreements.moments import Moment, Timeline
from agreements.periods import EVER, LONDON
from agreements.reference_data import Agency
from agreements.request import Direction
from agreements.sentences import only_where
from agreements.vocabulary import Vocabulary

_NOBODY_AGREED = "No agreement gives it to your role. Ask your information governance officer."

NEVER_CODES = frozenset(
    {"prohibited", "not-in-force", "other-direction", "other-purpose", "other-role", "not-agreed"}
)  # fmt: skip
"""Reasons of cells that a role never sees for a purpose, whoever the subject is."""

_HOW = {
    Direction.VIEW: "It is shown on the family's page.",
    Direction.SEARCH: "It is used to find a family.",
    Direction.EXTRACT: "It may be taken out as an extract.",
    Direction.MATCH: "It is used to decide which records are one person, and never shown.",
    Direction.STATISTIC: "It is used in figures without names.",
    Direction.NOTIFY: "It reaches you as a notice.",
    Direction.SUPPLY: "It is what your agency supplies.",
}


@dataclass(frozen=True, slots=True)
class Near:
    """Cells a role never sees under a key, the agreement or clause that comes nearest, and the change it would take.

    `code`: `prohibited`, `not-in-force`, `other-direction`, `other-purpose`, `other-role` or `not-agreed`.
    """

    code: str
    mask: int
    agreement: str
    change: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """What comes nearest under a key at an instant, and who owns each source then.

    `sometimes`: cells seen of some subjects, by clause, with its conditions in words; `never`: all others.
    """

    owners: Mapping[str, str]
    sometimes: tuple[tuple[str, int, str], ...]
    never: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class Land:
    """What a neighbourhood lies in: the register's bodies, sources and agreements."""

    agencies: Mapping[str, Agency]
    purposes: Mapping[str, str]
    vocabulary: Vocabulary
    owner_of: Callable[[str, datetime], str]
    """Who owns a source at an instant."""
    turns: tuple[datetime, ...]
    """Instants at which one body takes over from another."""
    joined: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    """Agreements by reference, with parties and purposes."""


class Neighbourhood:
    """The keys of a register by what they have in common."""

    def __init__(self, timelines: Mapping[Key, Timeline], land: Land) -> None:
        self._timelines = timelines
        self._land = land
        self._roles = {(agency.id, role.id): role.title for agency in land.agencies.values() for role in agency.roles}
        self._holdings: dict[int, tuple[dict[str, str], dict[str, int]]] = {}
        self._joining: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._edges = sorted({*land.turns, *(edge for timeline in timelines.values() for edge in timeline.edges)})
        self._by_role: dict[tuple[str, str], list[Key]] = defaultdict(list)
        self._by_work: dict[tuple[str, str, str], list[Key]] = defaultdict(list)
        for key in sorted(timelines):
            self._by_role[key[:2]].append(key)
            self._by_work[key[0], key[2], key[3]].append(key)

    def place(self, key: Key, now: datetime) -> tuple[Key, int] | None:
        """Name the key and the span in which nothing of the register begins or ends; `None` for names it lacks.

        What comes nearest is the same within it, so it may be remembered; of made-up names there is no end.
        """
        known = key[:2] in self._roles and key[2] in self._land.purposes
        return (key, bisect_right(self._edges, now)) if known else None

    def nearest(self, key: Key, now: datetime) -> Nearest:
        """What comes nearest under a key at an instant."""
        timeline = self._timelines.get(key)
        sometimes = tuple(_sometimes(timeline.at(now))) if timeline is not None else ()
        return Nearest(self._held(now)[0], sometimes, tuple(self._never(key, now, timeline)))

    def _held(self, now: datetime) -> tuple[dict[str, str], dict[str, int]]:
        """Who owns each source at an instant, and the cells of each owner."""
        turn = bisect_right(self._land.turns, now)
        found = self._holdings.get(turn)
        if found is None:
            vocabulary = self._land.vocabulary
            owners = {source: self._land.owner_of(source, now) for source in vocabulary.sources}
            held: dict[str, int] = defaultdict(int)
            for source, owner in owners.items():
                held[owner] |= vocabulary.source_mask(source)
            found = self._holdings[turn] = (owners, held)
        return found

    def _never(self, key: Key, now: datetime, timeline: Timeline | None) -> Iterator[Near]:
        left = self._land.vocabulary.all_mask
        if timeline is not None:
            moment = timeline.at(now)
            left &= ~(moment.reach & ~moment.barred)
        for near in self._beside(key, now, timeline):
            cells = near.mask & left
            if cells:
                left &= ~cells
                yield Near(near.code, cells, near.agreement, near.change)
        for owner, held in self._held(now)[1].items():
            if held & left:
                yield Near("not-agreed", held & left, *self._not_agreed(key, owner))

    def _not_agreed(self, key: Key, owner: str) -> tuple[str, str]:
        """The agreement that joins reader and owner, one for the same purpose before any other; and the change."""
        agency, _, purpose, _ = key
        if agency not in self._land.agencies or purpose not in self._land.purposes:
            return "", _NOBODY_AGREED
        found = self._joining.get((agency, owner, purpose))
        if found is None:
            found = self._joining[agency, owner, purpose] = self._joined(agency, owner, purpose)
        return found

    def _joined(self, agency: str, owner: str, purpose: str) -> tuple[str, str]:
        joining = [one for one in self._land.joined if {agency, owner} <= one[1]]
        nearest = next((one for one in joining if purpose in one[2]), joining[0] if joining else None)
        reference = nearest[0] if nearest else ""
        if agency == owner:
            return reference, _NOBODY_AGREED
        bodies = f"{self._title(owner)} and {self._title(agency)}"
        return reference, f"{bodies} would have to agree it. Ask your information governance officer."

    def _title(self, agency: str) -> str:
        entry = self._land.agencies.get(agency)
        return entry.title if entry else agency

    def _beside(self, key: Key, now: datetime, timeline: Timeline | None) -> Iterator[Near]:
        if timeline is not None:
            yield from _prohibited(timeline, now)
            yield from _out_of_force(timeline, now)
        for other in self._by_role.get(key[:2], ()):
            if other[2] == key[2] and other[3] != key[3]:
                yield from self._open_at(other, now, "other-direction", _HOW[Direction(other[3])])
        for other in self._by_role.get(key[:2], ()):
            if other[2] != key[2] and other[3] == key[3]:
                title = self._land.purposes.get(other[2], other[2])
                yield from self._open_at(
                    other, now, "other-purpose", f"Declare the purpose “{title}”, if that is what you are doing."
                )
        for other in self._by_work.get((key[0], key[2], key[3]), ()):
            if other[1] != key[1]:
                yield from self._open_at(other, now, "other-role", f"Ask: {self._roles.get(other[:2], other[1])}.")

    def _open_at(self, key: Key, now: datetime, code: str, change: str) -> Iterator[Near]:
        moment = self._timelines[key].at(now)
        for grant in moment.grants:
            yield Near(code, grant.mask & ~moment.barred, grant.permits[0].clause, change)


def _sometimes(moment: Moment) -> Iterator[tuple[str, int, str]]:
    left = moment.reach & ~moment.barred
    for grant in moment.grants:
        for permit in grant.permits:
            if permit.mask & left:
                yield permit.clause, permit.mask & left, f"It is shown where {only_where(permit.gate)}."
                left &= ~permit.mask


def _prohibited(timeline: Timeline, now: datetime) -> Iterator[Near]:
    agreed = 0
    for permit in timeline.rules.permits:
        agreed |= permit.mask
    for bar in timeline.rules.bars:
        if bar.limit is None and bar.unconditional and bar.starts <= now < bar.ends:
            yield Near(
                "prohibited", bar.mask & agreed, bar.clause, "This rule forbids it to your role, whoever agrees."
            )


def _out_of_force(timeline: Timeline, now: datetime) -> Iterator[Near]:
    for permit in timeline.rules.permits:
        gate = permit.gate
        reference = permit.clause.rpartition("/")[0]
        if now < gate.starts:
            begins = gate.starts.astimezone(LONDON)
            change = f"{reference} comes into force on {begins.day} {begins:%B %Y}."
            yield Near("not-in-force", permit.mask, permit.clause, change)
        elif EVER[0] < gate.ends <= now:
            change = f"{reference} is no longer in force. Ask your lead about its renewal."
            yield Near("not-in-force", permit.mask, permit.clause, change)
