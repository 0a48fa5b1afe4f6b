"""Every access gets its reason, a few minutes after it became a leaf; what stays without is judged in its window.

    explain_new()   cards past the last leaf looked at → ties of work and of life → the shortest approved path
    judge_window()  the accesses of some weeks together, so that late records, pace and crowds count → scores

Both read cards, and ask the database for ties: codes and days, never a value. Neither is told what was shown.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from gateway.review.access import Access, Kind, Known, Reach, Tie
from gateway.review.explaining import explain_all
from gateway.review.ranking import Judged, judge
from gateway.review.rosters import Roster, parse_shifts
from gateway.review.rules import ReviewRules, load_rules
from gateway.review.sentences import subject_sentence
from gateway.review.signals import EMPTY_SEARCH, signals_of
from gateway.store.access_reviews import (
    AskedTie,
    CardRow,
    cards_between,
    cards_since,
    judgements_of,
    life_ties,
    lock_progress,
    move_progress,
    newest_leaf,
    save_judgements,
    work_ties,
)
from gateway.store.reviews import watched_families
from gateway.store.staff import working_hours
from gateway.usecases.log.log_parts import LogParts
from gateway.wiring import Wiring

WINDOW = timedelta(days=28)
LEAVES = 5000
_AT_ONCE = 500
_BESIDE = timedelta(days=1)
_BEFORE_WATCHED = timedelta(days=3)
_RECORDED_LATE = timedelta(seconds=1)


def explain_new(wiring: Wiring) -> int:
    """Look at every leaf that has not been looked at; gives how many accesses there were. Safe to run twice at once."""
    rules, total = load_rules(wiring.settings.review_file), 0
    while True:
        with wiring.database.transaction("hg_desk") as connection:
            first, newest = lock_progress(connection), newest_leaf(connection)
            last = min(first + LEAVES - 1, newest)
            if last < first:
                return total
            cards = cards_between(connection, first, last)
            judged = _judged(wiring, rules, cards)
            _save(wiring, judged, cards)
            move_progress(connection, last + 1)
            total += len(cards)


def judge_window(wiring: Wiring, until: datetime, window: timedelta = WINDOW) -> list[Judged]:
    """Judge the accesses of the weeks before an instant anew, and write what changed; gives what may be asked about.

    Those of the day before stand beside them and are not judged: a reason may lie in the look of a colleague minutes
    earlier, and would be lost to the first of a window as it moves on.
    """
    rules, since = load_rules(wiring.settings.review_file), until - window
    with wiring.database.transaction("hg_desk") as connection:
        cards = cards_since(connection, since - _BESIDE, until + _RECORDED_LATE)
    judged = [one for one in _judged(wiring, rules, cards) if one.access.at >= since]
    _save(wiring, judged, cards)
    # A search that found nobody showed nobody: alone it is no question, and many of a day are one.
    return [one for one in judged if one.access.kind is not Kind.EMPTY or EMPTY_SEARCH in one.signals]


def subject_reasons(parts: LogParts, entries: Sequence[UUID]) -> dict[UUID, str]:
    """Why each access was, in the words that the person may read; one that review has not come to is left out."""
    rules = load_rules(parts.settings.review_file)
    with parts.database.transaction("hg_desk") as connection:
        found = judgements_of(connection, entries)
    return {entry_id: subject_sentence(rules, path) for entry_id, (path, _) in found.items()}


def _judged(wiring: Wiring, rules: ReviewRules, cards: Sequence[CardRow]) -> list[Judged]:
    accesses = [
        access
        for start in range(0, len(cards), _AT_ONCE)
        for access in _accesses(wiring, rules, cards[start : start + _AT_ONCE])
    ]
    explained = explain_all(accesses, rules)
    signals = signals_of(accesses, explained, _rosters(wiring, accesses), rules)
    return judge(accesses, explained, signals, rules)


def _save(wiring: Wiring, judged: Sequence[Judged], cards: Sequence[CardRow]) -> None:
    indices = {card.entry_id: card.leaf_index for card in cards}
    rows = [
        {
            "access_id": one.access.access_id, "leaf_index": indices[one.access.access_id], "path": one.path,
            "signals": list(one.signals), "score": one.score,
        }
        for one in judged
    ]  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        save_judgements(connection, rows, wiring.clock())


def _accesses(wiring: Wiring, rules: ReviewRules, cards: Sequence[CardRow]) -> Iterator[Access]:
    asked = [one for number, card in enumerate(cards) for one in _asked(number, card)]
    # A family page shows a whole household: a worker's own sister is looked at by her husband's page, too.
    shown = [*asked, *(one for number, card in enumerate(cards) if card.household for one in _listed(number, card))]
    ties: dict[int, list[Known]] = defaultdict(list)
    with wiring.database.transaction("hg_decide") as connection:
        found = [*work_ties(connection, asked), *life_ties(connection, shown, rules.limits.rare_surname)]
    for one in sorted(found, key=lambda each: (abs(each.days), each.tie, each.reach, each.about or "")):
        ties[one.number].append(Known(Tie(one.tie), Reach(one.reach), one.days, one.about))
    watched = _watched(wiring, cards)
    for number, card in enumerate(cards):
        role = wiring.register.role(card.agency, card.role)
        yield Access(
            access_id=card.entry_id, kind=_kind(card), at=card.recorded_at, who=card.who, agency=card.agency,
            role=card.role, team=card.team, purpose=card.purpose,
            families=frozenset(role.families) if role else frozenset(), family=card.household,
            subjects=card.subjects, emergency=card.event_class == "override",
            watched=card.entry_id in watched, reason=card.reason,
            ties=tuple(ties[number]),
        )  # fmt: skip


def _watched(wiring: Wiring, cards: Sequence[CardRow]) -> set[UUID]:
    """Accesses to watched families, those of the days before included: the newspaper is read before it is reported."""
    families = [card.household for card in cards if card.household is not None]
    with wiring.database.transaction("hg_desk") as connection:
        since = watched_families(connection, families)
    return {
        card.entry_id
        for card in cards
        if card.household in since and card.recorded_at >= since[card.household] - _BEFORE_WATCHED
    }


def _asked(number: int, card: CardRow) -> Iterator[AskedTie]:
    """A family's own person is asked about; of a search, every person that it listed."""
    if card.household is None:
        yield from _listed(number, card)
    else:
        yield _about(number, card, None)


def _listed(number: int, card: CardRow) -> Iterator[AskedTie]:
    return (_about(number, card, person) for person in card.subjects)


def _about(number: int, card: CardRow, person: UUID | None) -> AskedTie:
    return AskedTie(number, card.who, card.team, card.agency, card.role, card.household, person, card.recorded_at)


def _kind(card: CardRow) -> Kind:
    if card.event_class == "search":
        return Kind.SEARCH if card.subjects else Kind.EMPTY
    return Kind.DENIED if card.event_class == "denied" else Kind.VIEW


def _rosters(wiring: Wiring, accesses: Sequence[Access]) -> dict[str, Roster]:
    workers = sorted({access.who for access in accesses})
    with wiring.database.transaction("hg_desk") as connection:
        hours = working_hours(connection, workers)
    return {one.worker_ref: Roster(parse_shifts(one.shifts), one.leave) for one in hours if one.shifts}
