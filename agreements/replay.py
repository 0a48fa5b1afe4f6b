"""Past accesses judged again by a draft: who would have seen more or less. Pure; it knows people by reference alone.

Each access is judged at its own instant (as agreed then), or all of them at one instant (as if now: a draft that is
in force only from next April would otherwise change nothing).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from agreements.compiled import Key, KeyRules
from agreements.decision import Decision, Permit, Refer, Refusal
from agreements.register import Register
from agreements.request import STATES, Band, DecisionRequest, Direction, Regime, Relationship, Tri
from agreements.vocabulary import set_bits

EXAMPLES = 5
"""References kept for each reader, purpose, direction and change."""
_MOST_REMEMBERED = 500_000


class AskedSubject(NamedTuple):
    """What one subject's decision rested on, and what it permitted then (mask in the draft's vocabulary).

    `relationship` and `band` are the values of the enumerations; `yes` and `no` are bits of `STATES`.
    """

    relationship: str
    band: int
    yes: int
    no: int
    permitted: int


class Access(NamedTuple):
    """One access on record. `together`: the subjects are one profile; `anyone`: refused, whoever was asked about."""

    reference: str
    at: datetime
    agency: str
    role: str
    purpose: str
    direction: str
    regime: str
    break_glass: bool
    together: bool
    anyone: bool
    subjects: tuple[AskedSubject, ...]


@dataclass(frozen=True, slots=True)
class ReaderChange:
    """Accesses of one reader for one purpose: how many, with more, with less, and some of each by reference.

    `opened` were refused for every subject then and would not be: what they would show depends on the subject.
    """

    agency: str
    role: str
    purpose: str
    direction: str
    accesses: int
    more: int
    less: int
    opened: int
    more_examples: tuple[str, ...]
    less_examples: tuple[str, ...]
    opened_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """In how many accesses an item of a source would be seen that was not, or not be seen that was."""

    source: str
    item: str
    more: int
    less: int


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a draft would have changed. `judged_at`: the one instant, or `None` where each access has its own."""

    register_version: str
    judged_at: datetime | None
    accesses: int
    readers: tuple[ReaderChange, ...]
    items: tuple[ItemChange, ...]


def replay(accesses: Iterable[Access], draft: Register, at: datetime | None = None) -> ReplayReport:
    """Judge every access by the draft. With `at` (aware) all at that instant; else each at its own."""
    judge = _Judge(draft, at)
    total = 0
    for access in accesses:
        judge.add(access)
        total += 1
    return ReplayReport(draft.version, at, total, tuple(judge.readers()), tuple(judge.items()))


@dataclass(slots=True)
class _Tally:
    accesses: int = 0
    counts: dict[tuple[int, int], int] = field(default_factory=dict)
    opened: int = 0
    more_examples: list[str] = field(default_factory=list)
    less_examples: list[str] = field(default_factory=list)
    opened_examples: list[str] = field(default_factory=list)


class _Judge:
    def __init__(self, draft: Register, at: datetime | None) -> None:
        self._draft = draft
        self._at = at
        self._edges: dict[Key, list[datetime]] = {}
        self._known: dict[tuple[object, ...], dict[object, int]] = {}
        self._remembered = 0
        self._tallies: dict[Key, _Tally] = {}

    def add(self, access: Access) -> None:
        key = (access.agency, access.role, access.purpose, access.direction)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = _Tally()
        tally.accesses += 1
        if access.anyone:
            if not self._refused_for_anyone(access):
                tally.opened += 1
                _example(tally.opened_examples, access.reference)
            return
        more = less = 0
        for subject, mask in zip(access.subjects, self._masks(access, key), strict=True):
            if mask != subject.permitted:
                more |= self._beyond(mask, subject.permitted)
                less |= self._beyond(subject.permitted, mask)
        if more or less:
            tally.counts[more, less] = tally.counts.get((more, less), 0) + 1
            if more:
                _example(tally.more_examples, access.reference)
            if less:
                _example(tally.less_examples, access.reference)

    def _beyond(self, one: int, other: int) -> int:
        """Cells of which one ticket admits more than another: rows where that admits none, or all where not all."""
        vocabulary = self._draft.vocabulary
        return one & ~other & vocabulary.all_mask | vocabulary.whole(one) & ~vocabulary.whole(other)

    def _masks(self, access: Access, key: Key) -> Sequence[int]:
        rules = self._draft.index.get(key)
        if rules is None:
            return (0,) * len(access.subjects)
        now = self._at or access.at
        moment = bisect_right(self._edges.get(key) or self._laid_out(key, rules), now)
        known = self._known_at((key, moment, access.regime, access.break_glass))
        if rules.pairs and access.together:
            return self._together(access, known, now)
        masks = []
        for subject in access.subjects:
            rests_on = subject[:4]
            mask = known.get(rests_on)
            if mask is None:
                mask = known[rests_on] = _mask(self._draft.decide(_request(access, subject, now)))
                self._remembered += 1
            masks.append(mask)
        return masks

    def _together(self, access: Access, known: dict[object, int], now: datetime) -> Sequence[int]:
        """Decide a profile in which never-both rules look at all of it. The masks are remembered one by one."""
        profile = tuple(subject[:4] for subject in access.subjects)
        places = [(profile, number) for number in range(len(profile))]
        if any(place not in known for place in places):
            requests = [_request(access, subject, now) for subject in access.subjects]
            for place, decision in zip(places, self._draft.decide_profile(requests), strict=True):
                known[place] = _mask(decision)
            self._remembered += len(places)
        return [known[place] for place in places]

    def _known_at(self, moment: tuple[object, ...]) -> dict[object, int]:
        """Masks by what a subject's decision rests on, for a reader at a moment in which nothing begins or ends."""
        if self._remembered > _MOST_REMEMBERED:
            self._known.clear()
            self._remembered = 0
        known = self._known.get(moment)
        if known is None:
            known = self._known[moment] = {}
        return known

    def _laid_out(self, key: Key, rules: KeyRules) -> list[datetime]:
        gates = (*(one.gate for one in rules.permits), *(one.gate for one in rules.referrals))
        edges = {edge for gate in gates for edge in (gate.starts, gate.ends)}
        edges |= {edge for rule in (*rules.bars, *rules.pairs) for edge in (rule.starts, rule.ends)}
        self._edges[key] = sorted(edges)
        return self._edges[key]

    def _refused_for_anyone(self, access: Access) -> bool:
        blank = AskedSubject(Relationship.NONE.value, Band.VERIFIED.value, 0, 0, 0)
        decision = self._draft.decide(_request(access, blank, self._at or access.at))
        return isinstance(decision, Refusal) and not decision.subject_dependent

    def readers(self) -> Iterator[ReaderChange]:
        for key in sorted(self._tallies):
            tally = self._tallies[key]
            yield ReaderChange(
                *key,
                accesses=tally.accesses,
                more=sum(count for (more, _), count in tally.counts.items() if more),
                less=sum(count for (_, less), count in tally.counts.items() if less),
                opened=tally.opened,
                more_examples=tuple(tally.more_examples),
                less_examples=tuple(tally.less_examples),
                opened_examples=tuple(tally.opened_examples),
            )

    def items(self) -> Iterator[ItemChange]:
        more: dict[int, int] = {}
        less: dict[int, int] = {}
        for tally in self._tallies.values():
            for masks, count in tally.counts.items():
                for counted, mask in zip((more, less), masks, strict=True):
                    for cell in set_bits(mask):
                        counted[cell] = counted.get(cell, 0) + count
        for cell in sorted(more.keys() | less.keys()):
            for source, item in self._draft.vocabulary.cells(1 << cell):
                yield ItemChange(source, item, more.get(cell, 0), less.get(cell, 0))


def _request(access: Access, subject: AskedSubject, now: datetime) -> DecisionRequest:
    states = {STATES[bit]: Tri.YES for bit in set_bits(subject.yes)}
    states |= {STATES[bit]: Tri.NO for bit in set_bits(subject.no)}
    return DecisionRequest(
        access.agency, access.role, access.purpose, Relationship(subject.relationship), states, Band(subject.band),
        Direction(access.direction), now, access.break_glass, Regime(access.regime),
    )  # fmt: skip


def _mask(decision: Decision) -> int:
    permit = decision.permit if isinstance(decision, Refer) else decision
    return permit.vocabulary.in_ticket(permit.mask, permit.earlier) if isinstance(permit, Permit) else 0


def _example(kept: list[str], reference: str) -> None:
    if len(kept) < EXAMPLES:
        kept.append(reference)
