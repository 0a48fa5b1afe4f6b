"""Which accesses officers look at in a week: the most doubtful ones, and a draw from all the rest.

The draw is seeded with the root of the log's tree at a checkpoint that is on record, so that anybody who has the
checkpoint can repeat it, and nobody, an officer included, can choose or foresee what is not looked at.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.review.ranking import Group
from gateway.review.rosters import LONDON
from gateway.review.rules import Queue

_WORKING_DAYS = 5
_LABEL = b"hearthgate/review-draw/1"


@dataclass(frozen=True, slots=True)
class Draw:
    """What is opened now: `ranked` by doubt, `sampled` by lot."""

    ranked: tuple[Group, ...]
    sampled: tuple[Group, ...]


def week_of(at: datetime) -> date:
    """The Monday, in London, of the week that an instant lies in."""
    day = at.astimezone(LONDON).date()
    return day - timedelta(days=day.weekday())


def allowance(of_week: int, at: datetime) -> int:
    """How many of a week's items there may be by now: a fifth more each working day, so that Friday has its share."""
    weekday = at.astimezone(LONDON).weekday()
    return -(-of_week * min(weekday + 1, _WORKING_DAYS) // _WORKING_DAYS)


def draw(waiting: Sequence[Group], queue: Queue, room: int, lots: int, seed: bytes) -> Draw:
    """Choose from groups in their order: `room` of the doubtful, and of all the rest `lots` by lot."""
    ranked = tuple(one for one in waiting if one.score >= queue.least_score)[: max(room, 0)]
    chosen = {one.key for one in ranked}
    rest = sorted((one for one in waiting if one.key not in chosen), key=lambda one: lot(seed, one.key))
    return Draw(ranked, tuple(rest[: max(lots, 0)]))


def draw_seed(root: bytes, week: date) -> bytes:
    """The seed of a week's draw, from the root of the tree that the checkpoint on record has."""
    return hashlib.sha256(_LABEL + root + week.isoformat().encode()).digest()


def lot(seed: bytes, key: tuple[str, str]) -> bytes:
    """The lot of a group; the lowest are drawn."""
    return hmac.new(seed, "\x00".join(key).encode(), hashlib.sha256).digest()
