"""What makes an access doubtful: ties of life, hours, how much and how often, and what an ended case no longer carries.

Each signal is the id of a suspicion of the council's document, which gives it its weight and its sentence. Nothing
here knows what was shown: only who looked, at whom, when.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from gateway.review.access import Access, Kind, Reach, Tie
from gateway.review.explaining import Explanation
from gateway.review.rosters import LONDON, Roster, parse_shifts
from gateway.review.rules import ReviewRules

EMERGENCY, STALE, OUT_OF_HOURS, NIGHT, ON_LEAVE = "emergency", "stale", "out-of-hours", "night", "on-leave"
WATCHED, SPIKE, CROWD, REFUSALS = "watched", "spike", "crowd", "refusals"
BULK_SEARCH, EMPTY_SEARCH, RETURNS = "bulk-search", "empty-search", "returns"
OF_ITS_OWN = frozenset(
    {
        EMERGENCY,
        STALE,
        OUT_OF_HOURS,
        NIGHT,
        ON_LEAVE,
        WATCHED,
        SPIKE,
        CROWD,
        REFUSALS,
        BULK_SEARCH,
        EMPTY_SEARCH,
        RETURNS,
    }
)
"""Signals that are no tie; a suspicion of the document names a tie or is one of these."""

_CASES = frozenset({Tie.ALLOCATED, Tie.MANAGES, Tie.INVOLVED, Tie.TEAM})
_LISTED_FOR_TIES = 1
_PEER_SHARE = 0.9

Explained = Mapping[UUID, Explanation | None]
"""The explanation of each access by its id, `None` where there is none."""


def signals_of(
    accesses: Sequence[Access], explained: Explained, rosters: Mapping[str, Roster], rules: ReviewRules
) -> dict[UUID, tuple[str, ...]]:
    """The signals of each access. `accesses` are a whole window, so that each stands beside the others of its time."""
    known = {one.id for one in rules.suspicions}
    by_tie = {one.tie: one.id for one in rules.suspicions if one.tie is not None}
    usual, night = Roster(parse_shifts(rules.limits.hours)), Roster(parse_shifts(rules.limits.night))
    shared = _together(accesses, explained, rules)
    found = {}
    for access in accesses:
        mine = {by_tie[tie] for tie in _of_life(access) if tie in by_tie}
        mine |= _by_itself(access, explained[access.access_id])
        mine |= _by_hours(access, rosters.get(access.who, usual), night)
        mine |= shared[access.access_id]
        found[access.access_id] = tuple(sorted(mine & known))
    return found


def _of_life(access: Access) -> set[Tie]:
    """Ties to the person looked at. A search that lists many meets neighbours of everybody, so it tells nothing."""
    if access.kind is Kind.SEARCH and len(access.subjects) > _LISTED_FOR_TIES:
        return set()
    return {known.tie for known in access.ties if known.reach is Reach.PERSON}


def _by_itself(access: Access, explanation: Explanation | None) -> set[str]:
    found = {name for name, holds in ((EMERGENCY, access.emergency), (WATCHED, access.watched)) if holds}
    ended = [known for known in access.ties if known.tie in _CASES and known.days > 0]
    return found | {STALE} if ended and _no_task(explanation) else found


def _by_hours(access: Access, roster: Roster, night: Roster) -> set[str]:
    if roster.on_leave(access.at):
        return {ON_LEAVE}
    if roster.works_at(access.at):
        return set()
    return {OUT_OF_HOURS, NIGHT} if night.works_at(access.at) else {OUT_OF_HOURS}


def _no_task(explanation: Explanation | None) -> bool:
    """Whether nothing on record says what the reader had to do there."""
    return explanation is None or explanation.bare


def _together(accesses: Sequence[Access], explained: Explained, rules: ReviewRules) -> dict[UUID, set[str]]:
    """Signals that an access has only beside others."""
    found: dict[UUID, set[str]] = {access.access_id: set() for access in accesses}
    for access_id in _spikes(accesses, explained, rules):
        found[access_id].add(SPIKE)
    for access_id in _crowds(accesses, explained, rules):
        found[access_id].add(CROWD)
    for access_id in _refusals(accesses, rules):
        found[access_id].add(REFUSALS)
    for access_id in _bulk_searches(accesses, explained, rules):
        found[access_id].add(BULK_SEARCH)
    for access_id in _empty_searches(accesses, explained, rules):
        found[access_id].add(EMPTY_SEARCH)
    for access_id in _returns(accesses, explained, rules):
        found[access_id].add(RETURNS)
    return found


def _spikes(accesses: Sequence[Access], explained: Explained, rules: ReviewRules) -> set[UUID]:
    """Accesses of days on which a reader opened far more than they do, and than their role does."""
    days: dict[tuple[str, date], dict[UUID, list[Access]]] = defaultdict(lambda: defaultdict(list))
    peers: dict[tuple[str, str], list[int]] = defaultdict(list)
    role_of = {}
    for access in accesses:
        if access.kind is Kind.VIEW and access.family is not None:
            days[access.who, _day(access.at)][access.family].append(access)
            role_of[access.who] = access.agency, access.role
    own: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for (who, day), families in days.items():
        own[who].append((day, len(families)))
        peers[role_of[who]].append(len(families))
    ceiling = {role: _quantile(sorted(counts), _PEER_SHARE) for role, counts in peers.items()}
    limits = rules.limits
    found = set()
    for (who, day), families in days.items():
        rest = sorted(count for other, count in own[who] if other != day) or [0]
        usual = max(rest[len(rest) // 2] * limits.spike_times_own, ceiling[role_of[who]] * limits.spike_times_peers)
        if len(families) >= limits.spike_least and len(families) > usual:
            found |= {one.access_id for each in families.values() for one in each if _no_task(explained[one.access_id])}
    return found


def _crowds(accesses: Sequence[Access], explained: Explained, rules: ReviewRules) -> set[UUID]:
    """Accesses to a family at which more readers looked within a few days than its services have use for.

    Of those without a task: everybody whom nothing explains counts, and of a service one reader does not.
    """
    looks: dict[UUID, list[Access]] = defaultdict(list)
    for access in accesses:
        if access.kind is Kind.VIEW and access.family is not None and _no_task(explained[access.access_id]):
            looks[access.family].append(access)
    span = timedelta(days=rules.limits.crowd_days)
    found = set()
    for mine in (each for each in looks.values() if len(each) >= rules.limits.crowd):
        for access in mine:
            near = [one for one in mine if abs(one.at - access.at) <= span]
            served = {explanation.path for one in near if (explanation := explained[one.access_id]) is not None}
            if len({one.who for one in near}) - len(served) >= rules.limits.crowd:
                found.add(access.access_id)
    return found


def _refusals(accesses: Sequence[Access], rules: ReviewRules) -> set[UUID]:
    """Refused attempts of a reader who was refused again and again."""
    denied: dict[str, list[Access]] = defaultdict(list)
    for access in accesses:
        if access.kind is Kind.DENIED:
            denied[access.who].append(access)
    span = timedelta(days=rules.limits.refusal_days)
    return {
        access.access_id
        for mine in denied.values()
        for access in mine
        if len({one.family for one in mine if abs(one.at - access.at) <= span}) >= rules.limits.refusals
    }


def _bulk_searches(accesses: Sequence[Access], explained: Explained, rules: ReviewRules) -> set[UUID]:
    """Searches of a day on which a reader searched much and opened little of it."""
    days: dict[tuple[str, date], list[UUID]] = defaultdict(list)
    for access in accesses:
        if access.kind is Kind.SEARCH and explained[access.access_id] is None:
            days[access.who, _day(access.at)].append(access.access_id)
    return {one for mine in days.values() if len(mine) >= rules.limits.bulk_searches for one in mine}


def _empty_searches(accesses: Sequence[Access], explained: Explained, rules: ReviewRules) -> set[UUID]:
    """Searches that found nobody, of a day on which a reader made many such and fewer that found somebody.

    Who looks for one family under every spelling finds it in the end; who tries names that are none of their cases, or
    people whom they are refused without a word, does not.
    """
    empty: dict[tuple[str, date], list[UUID]] = defaultdict(list)
    others: dict[tuple[str, date], int] = defaultdict(int)
    for access in accesses:
        if access.kind is Kind.EMPTY and explained[access.access_id] is None:
            empty[access.who, _day(access.at)].append(access.access_id)
        others[access.who, _day(access.at)] += access.kind is Kind.SEARCH
    return {
        one
        for day, mine in empty.items()
        if len(mine) >= rules.limits.empty_searches and len(mine) > others[day]
        for one in mine
    }


def _returns(accesses: Sequence[Access], explained: Explained, rules: ReviewRules) -> set[UUID]:
    """Unexplained accesses of a reader who came back to the same family, on different days."""
    looks: dict[tuple[str, UUID], list[Access]] = defaultdict(list)
    for access in accesses:
        if access.kind is Kind.VIEW and access.family is not None and explained[access.access_id] is None:
            looks[access.who, access.family].append(access)
    return {
        one.access_id
        for mine in looks.values()
        if len({_day(one.at) for one in mine}) >= rules.limits.returns
        for one in mine
    }


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _quantile(ordered: Sequence[int], share: float) -> int:
    """The smallest value that at least `share` of the values do not exceed."""
    return ordered[bisect_left(range(1, len(ordered) + 1), math.ceil(share * len(ordered)))]
