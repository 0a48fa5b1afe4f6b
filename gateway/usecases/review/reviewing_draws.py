"""Each day the most doubtful accesses and a few by lot become items for officers, at most so many a week.

(0) one instant; the accesses of four weeks judged anew
(1) what is new since the last items, grouped: one reader and one family are one question; what is new of one that is
    being asked already joins it
(2) the seed of the lot, from the newest checkpoint: on record, and nobody's to choose
(3) items, their uses, the draw and its entry in one transaction
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Connection

from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.encoding import to_base64
from audit.entry import EventClass
from gateway.review.drawing import Draw, allowance, draw, draw_seed, week_of
from gateway.review.ranking import Group, grouped
from gateway.review.rosters import LONDON
from gateway.review.rules import Queue, load_rules
from gateway.store.access_reviews import lock_progress
from gateway.store.ledger import append
from gateway.store.log import newest_checkpoint
from gateway.store.reviews import items_of_week, known_groups, save_draw, save_items
from gateway.usecases.log.entries import system_entry
from gateway.usecases.review.reviewing_accesses import judge_window
from gateway.wiring import Wiring

PURPOSE = "log_oversight"
NEW = timedelta(days=7)
DOUBTFUL, BY_LOT = "doubtful-access", "access-by-lot"


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many groups there were to choose from, and how many became items."""

    pool: int
    ranked: int
    sampled: int


def draw_reviews(wiring: Wiring) -> Drawn:
    """Open the items of a day. Nothing is drawn from a log without a checkpoint."""
    now = wiring.clock()
    queue = load_rules(wiring.settings.review_file).queue
    groups = [one for one in grouped(judge_window(wiring, now)) if _newest(one) > now - NEW]
    with wiring.database.transaction("hg_desk") as connection:
        lock_progress(connection)
        stored = newest_checkpoint(connection)
        if stored is None:
            return Drawn(0, 0, 0)
        checkpoint = parse_checkpoint(stored.note)
        waiting = _without_item(wiring, connection, groups)
        chosen = _draw(connection, waiting, queue, checkpoint, now)
        drawn = Drawn(len(waiting), len(chosen.ranked), len(chosen.sampled))
        if chosen.ranked or chosen.sampled:
            _open(wiring, connection, chosen, checkpoint, drawn)
    return drawn


def _draw(
    connection: Connection, waiting: Sequence[Group], queue: Queue, checkpoint: Checkpoint, now: datetime
) -> Draw:
    week = week_of(now)
    had = items_of_week(connection, week, datetime.combine(week, time(), LONDON))
    # What was raised when it happened is looked at in any case, and takes its place among the ranked.
    room = allowance(queue.ranked, now) - had["ranked"] - had["raised"]
    lots = allowance(queue.sampled, now) - had["sampled"]
    return draw(waiting, queue, room, lots, draw_seed(checkpoint.root, week))


def _open(wiring: Wiring, connection: Connection, chosen: Draw, checkpoint: Checkpoint, drawn: Drawn) -> None:
    now, draw_id = wiring.clock(), wiring.mint()
    week = week_of(now)
    save_draw(
        connection,
        {
            "draw_id": draw_id, "week": week, "drawn_at": now, "checkpoint_size": checkpoint.size,
            "root": checkpoint.root, "pool": drawn.pool, "ranked": drawn.ranked, "sampled": drawn.sampled,
        },
    )  # fmt: skip
    items, uses = [], []
    for group, how, kind in _chosen(chosen):
        review_id, first = wiring.mint_opaque(), group.uses[0].access
        items.append(
            {
                "review_id": review_id, "kind": kind, "entry_id": first.access_id, "agency": first.agency,
                "role": first.role, "raised_at": now, "state": "open", "how": how, "who": first.who,
                "group_digest": _digests(wiring, group)[0], "score": group.score, "week": week, "draw_id": draw_id,
            }
        )  # fmt: skip
        uses += [(review_id, use.access.access_id) for use in group.uses]
    save_items(connection, items, uses)
    detail = {
        "row_count": len(items), "checkpoint_size": checkpoint.size, "checkpoint_root": to_base64(checkpoint.root),
        "records": [str(draw_id)],
    }  # fmt: skip
    append(connection, system_entry(wiring, EventClass.VERIFICATION, now, purpose=PURPOSE, detail=detail))


def _chosen(chosen: Draw) -> Iterable[tuple[Group, str, str]]:
    yield from ((group, "ranked", DOUBTFUL) for group in chosen.ranked)
    yield from ((group, "sampled", BY_LOT) for group in chosen.sampled)


def _without_item(wiring: Wiring, connection: Connection, groups: Sequence[Group]) -> list[Group]:
    """Groups that nobody has been asked about, and those that went on after the last draw before their item was closed.

    What is new of a group whose item stands open joins that item: whoever closes it has all of it before them.
    """
    digests = {digest: number for number, group in enumerate(groups) for digest in _digests(wiring, group)}
    held: dict[int, set[UUID]] = defaultdict(set)
    standing: dict[int, UUID] = {}
    for one in known_groups(connection, list(digests)):
        number = digests[one.group_digest]
        held[number] |= one.held
        if not one.closed:
            standing[number] = one.review_id
    new = {number: _accesses(group) - held[number] for number, group in enumerate(groups)}
    save_items(connection, (), [(review_id, entry) for no, review_id in standing.items() for entry in new[no]])
    return [group for number, group in enumerate(groups) if new[number] and number not in standing]


def _accesses(group: Group) -> set[UUID]:
    return {use.access.access_id for use in group.uses}


def _digests(wiring: Wiring, group: Group) -> tuple[bytes, ...]:
    return wiring.custody.digest.digests("review-group", *(part.encode() for part in group.key))


def _newest(group: Group) -> datetime:
    return max(use.access.at for use in group.uses)
