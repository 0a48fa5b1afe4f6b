"""Explanation-based auditing: the shortest approved path from a reader to the person looked at, for each access.

After Fabbri, LeFevre and Hanauer, "Explaining accesses to electronic health records" (2011): the ordinary access is
explained by what the records know of the work, and only what has no such path is looked at further. No explanation is
no guilt: it is a question that nobody has answered yet.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from gateway.review.access import Access, Kind, Known
from gateway.review.rules import ExplanationPath, ReviewRules

OPENED_WITHIN = timedelta(minutes=60)
RIGHT_PERSON_WITHIN = timedelta(minutes=15)
ASKED_WITHIN = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The path that explains an access and the tie that it rests on, `None` where it rests on no tie.

    `bare`: it explains by what the person is to the whole service, and tells of no task.
    """

    path: str
    length: int
    tie: Known | None = None
    bare: bool = False


def explain(access: Access, rules: ReviewRules) -> Explanation | None:
    """The shortest reason for one access by itself, a bare one last; between equals, the one that is named first."""
    found = (one for path in rules.paths if (one := _by(path, access)) is not None)
    return min(found, key=lambda one: (one.bare, one.length), default=None)


def explain_all(accesses: Sequence[Access], rules: ReviewRules) -> dict[UUID, Explanation | None]:
    """The reason of each access, also where it lies in another access.

    A family is explained by a colleague's: whoever is asked for advice opens it soon after a worker whose task it is.
    A search is explained by the explained family that it led to; a family opened from a search, by the person of the
    same search that was the right one. All rest on a reason of another kind, so nothing explains itself.
    """
    found = {access.access_id: explain(access, rules) for access in accesses}
    _consult(accesses, rules, found)
    by_reader: dict[str, list[Access]] = defaultdict(list)
    for access in sorted(accesses, key=lambda one: (one.at, one.access_id)):
        by_reader[access.who].append(access)
    for mine in by_reader.values():
        _follow(mine, rules, found)
    return found


def _by(path: ExplanationPath, access: Access) -> Explanation | None:
    if path.follows or (access.kind is Kind.DENIED and not path.ties):
        return None
    if path.purposes and access.purpose not in path.purposes:
        return None
    if path.role_families and not access.families & set(path.role_families):
        return None
    if path.reasons and access.reason not in path.reasons:
        return None
    if path.marks and not access.emergency:
        return None
    if not path.ties:
        return Explanation(path.id, path.length, bare=path.bare)
    tie = next((known for known in access.ties if _carries(path, known)), None)
    return None if tie is None else Explanation(path.id, path.length, tie, path.bare)


def _carries(path: ExplanationPath, known: Known) -> bool:
    return (
        known.tie in path.ties
        and known.reach in path.reach
        and -path.begins_within <= known.days <= path.ended_within
        and (not path.sources or known.about in path.sources)
    )


def _consult(accesses: Sequence[Access], rules: ReviewRules, found: dict[UUID, Explanation | None]) -> None:
    """Explain families that somebody else, whose task it is, opened within the hour before."""
    tasks: dict[UUID, list[Access]] = defaultdict(list)
    for access in accesses:
        explanation = found[access.access_id]
        if access.kind is Kind.VIEW and access.family is not None and explanation and not explanation.bare:
            tasks[access.family].append(access)
    path = next((one for one in rules.paths if one.follows == "consulted"), None)
    for access in accesses:
        if path is None or access.kind is not Kind.VIEW or access.family is None or found[access.access_id]:
            continue
        before = (access.at - one.at for one in tasks[access.family] if one.who != access.who)
        if any(timedelta(0) <= gap <= ASKED_WITHIN for gap in before):
            found[access.access_id] = Explanation(path.id, path.length, bare=path.bare)


def _follow(mine: Sequence[Access], rules: ReviewRules, found: dict[UUID, Explanation | None]) -> None:
    """Explain what is left of one reader's accesses, in time order, by those beside them."""
    direct = {access.access_id for access in mine if found[access.access_id] is not None}
    for number, search in enumerate(mine):
        if search.kind is not Kind.SEARCH:
            continue
        views = [one for one in _next(mine[number + 1 :], search) if set(search.subjects) & set(one.subjects)]
        right = [one for one in views if one.access_id in direct]
        for path in (one for one in rules.paths if one.follows):
            explained = [search] if path.follows == "opened-next" and right else []
            if path.follows == "right-person-of-search":
                explained = [one for one in views if any(abs(o.at - one.at) <= RIGHT_PERSON_WITHIN for o in right)]
            for access in explained:
                if found[access.access_id] is None:
                    found[access.access_id] = Explanation(path.id, path.length)


def _next(later: Sequence[Access], search: Access) -> list[Access]:
    """Families that the reader opened within the hour after a search."""
    found = []
    for access in later:
        if access.at - search.at > OPENED_WITHIN:
            break
        if access.kind is Kind.VIEW:
            found.append(access)
    return found
