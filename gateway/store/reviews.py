"""The review queue: items for officers, the uses that each is about, what the worker was asked, and the outcome."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update

from audit.entry import Entry
from gateway.store.desk_tables import ReviewItemRow, ReviewQuestionRow, ReviewUseRow

_TABLE = ReviewItemRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_QUESTIONS = ReviewQuestionRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_TOGETHER = timedelta(days=7)
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """An item of a group, whether it is `closed`, and the entries that it is about."""

    review_id: UUID
    group_digest: bytes
    closed: bool
    held: frozenset[UUID]


def raise_review(connection: Connection, review_id: UUID, kind: str, about: Entry, now: datetime) -> None:
    """Queue an entry for review, in the transaction that appends it.

    What one person does again within a week, and of the same kind, joins the item that stands open for it: an officer
    asks once. Entries of the gateway's own stand each for themselves.
    """
    standing = _standing(connection, kind, about, now) if about.role else None
    if standing is not None:
        connection.execute(insert(ReviewUseRow), [{"review_id": standing, "entry_id": UUID(about.entry_id)}])
        return
    connection.execute(
        insert(ReviewItemRow),
        [{
            "review_id": review_id, "kind": kind, "entry_id": UUID(about.entry_id), "agency": about.agency,
            "role": about.role or "", "raised_at": now, "state": "open", "how": "raised", "who": about.who,
        }],
    )  # fmt: skip


def _standing(connection: Connection, kind: str, about: Entry, now: datetime) -> UUID | None:
    return connection.execute(
        select(_TABLE.c.review_id)
        .where(
            _TABLE.c.state == "open", _TABLE.c.how == "raised", _TABLE.c.kind == kind, _TABLE.c.who == about.who,
            _TABLE.c.role == (about.role or ""), _TABLE.c.agency == about.agency,
            _TABLE.c.raised_at > now - _TOGETHER,
        )
        .order_by(_TABLE.c.raised_at.desc())
        .limit(1)
        # Whoever is about to close it does so before this is asked, or has what joins it before them.
        .with_for_update(read=True)
    ).scalar_one_or_none()  # fmt: skip


def save_items(connection: Connection, items: Sequence[Mapping[str, Any]], uses: Sequence[tuple[UUID, UUID]]) -> None:
    """Insert drawn items and uses, theirs or those that join an item which stands open, as (review, entry)."""
    if items:
        connection.execute(insert(ReviewItemRow), [dict(item) for item in items])
    if uses:
        connection.execute(insert(ReviewUseRow), [{"review_id": one, "entry_id": entry} for one, entry in uses])


def open_reviews(connection: Connection, limit: int = 200) -> list[tuple[ReviewItemRow, int]]:
    """Items that nobody has closed, each with the number of its uses: raised ones, the doubtful, those drawn by lot.

    Of each `limit` at most, so that none of them hides another. Within each the most doubtful first, then the newest.
    A drawn item is as doubtful as the most doubtful of its uses.
    """
    rows = connection.execute(
        text(
            "SELECT * FROM (SELECT i.*, d.uses, d.doubt, row_number() OVER ("
            "PARTITION BY i.how ORDER BY d.doubt DESC, i.raised_at DESC, i.review_id) AS place"
            " FROM desk.review_item i, LATERAL (SELECT"
            " 1 + count(*) FILTER (WHERE u.entry_id <> i.entry_id) AS uses,"
            " greatest(i.score, max(a.score) FILTER (WHERE i.how <> 'raised')) AS doubt"
            " FROM desk.review_use u LEFT JOIN desk.access_review a ON a.access_id = u.entry_id"
            " WHERE u.review_id = i.review_id) d WHERE i.state <> 'closed') listed WHERE place <= :limit"
            " ORDER BY array_position(ARRAY['raised', 'ranked', 'sampled'], how), place"
        ),
        {"limit": limit},
    ).mappings()
    names = ReviewItemRow.model_fields
    return [
        (ReviewItemRow(**{name: row["doubt" if name == "score" else name] for name in names}), int(row["uses"]))
        for row in rows
    ]


def lock_review(connection: Connection, review_id: UUID) -> ReviewItemRow | None:
    """One item, its row locked until the transaction ends."""
    row = connection.execute(select(_TABLE).where(_TABLE.c.review_id == review_id).with_for_update()).one_or_none()
    return None if row is None else ReviewItemRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def review_uses(connection: Connection, review_id: UUID) -> list[UUID]:
    """Entries that an item is about, the one that it was raised for among them."""
    return list(
        connection.execute(
            text(
                "SELECT i.entry_id FROM desk.review_item i WHERE i.review_id = :review UNION"
                " SELECT u.entry_id FROM desk.review_use u WHERE u.review_id = :review ORDER BY 1"
            ),
            {"review": review_id},
        ).scalars()
    )


def change_review(connection: Connection, review_id: UUID, values: Mapping[str, Any]) -> None:
    """Move an item on: asked, answered, or closed with everything that closing says."""
    connection.execute(update(_TABLE).where(_TABLE.c.review_id == review_id).values(**values))


def reviews_raised(connection: Connection, review_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the given ids that have been queued, whether closed since or not."""
    return set(connection.execute(select(_TABLE.c.review_id).where(_TABLE.c.review_id.in_(review_ids))).scalars())


# What has been drawn.


def known_groups(connection: Connection, digests: Sequence[bytes]) -> list[KnownGroup]:
    """The items of those of the given groups that have any; none is closed until this transaction ends."""
    rows = connection.execute(
        text(
            "SELECT i.review_id, i.group_digest, i.state = 'closed' AS closed,"
            " i.entry_id || ARRAY(SELECT u.entry_id FROM desk.review_use u WHERE u.review_id = i.review_id) AS held"
            " FROM desk.review_item i WHERE i.group_digest = ANY (:digests) FOR SHARE OF i"
        ),
        {"digests": list(digests)},
    )
    return [KnownGroup(row.review_id, bytes(row.group_digest), row.closed, frozenset(row.held)) for row in rows]


def items_of_week(connection: Connection, week: date, since: datetime) -> Counter[str]:
    """How many items the week has by how they came: drawn for it, or raised since its first instant.

    What the gateway raised itself, such as an agreement that is about to end, is no access and is not counted.
    """
    rows = connection.execute(
        text(
            "SELECT i.how, count(*) AS items FROM desk.review_item i"
            " WHERE i.week = :week OR (i.how = 'raised' AND i.role <> '' AND i.raised_at >= :since)"
            " GROUP BY i.how"
        ),
        {"week": week, "since": since},
    )
    return Counter({row.how: row.items for row in rows})


def save_draw(connection: Connection, values: Mapping[str, Any]) -> None:
    """Record a draw with the checkpoint that seeded it."""
    connection.execute(
        text(
            "INSERT INTO desk.review_draw (draw_id, week, drawn_at, checkpoint_size, root, pool, ranked, sampled)"
            " VALUES (:draw_id, :week, :drawn_at, :checkpoint_size, :root, :pool, :ranked, :sampled)"
        ),
        values,
    )


# What the worker is asked.


def save_question(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert the one question of an item."""
    connection.execute(insert(ReviewQuestionRow), [dict(values)])


def question_of(connection: Connection, review_id: UUID) -> ReviewQuestionRow | None:
    """The question of an item, with its answer where there is one."""
    row = connection.execute(select(_QUESTIONS).where(_QUESTIONS.c.review_id == review_id)).one_or_none()
    return None if row is None else ReviewQuestionRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def questions_to(connection: Connection, worker: str) -> list[tuple[ReviewItemRow, ReviewQuestionRow]]:
    """What a worker has been asked and has not answered, oldest first."""
    rows = connection.execute(
        select(_TABLE, _QUESTIONS)
        .join(_QUESTIONS, _QUESTIONS.c.review_id == _TABLE.c.review_id)
        .where(_TABLE.c.who == worker, _TABLE.c.state == "asked")
        .order_by(_QUESTIONS.c.asked_at)
    )
    names, width = list(_TABLE.c.keys()), len(_TABLE.c)
    return [
        (
            ReviewItemRow(**dict(zip(names, row[:width], strict=True))),
            ReviewQuestionRow(**dict(zip(_QUESTIONS.c.keys(), row[width:], strict=True))),
        )
        for row in rows
    ]


def save_reply(connection: Connection, review_id: UUID, sealed_answer: bytes, now: datetime) -> None:
    """Keep the worker's answer."""
    connection.execute(
        update(_QUESTIONS)
        .where(_QUESTIONS.c.review_id == review_id)
        .values(sealed_answer=sealed_answer, answered_at=now)
    )


# Families of which officers want to see who looks at them.


def watch_family(connection: Connection, family_id: UUID, asked_by: str, now: datetime) -> None:
    """Watch a family from now on; one that is watched stays so since it was."""
    connection.execute(
        text(
            "INSERT INTO desk.watched_family (family_id, since, asked_by) VALUES (:family, :now, :asked_by)"
            " ON CONFLICT (family_id) DO NOTHING"
        ),
        {"family": family_id, "now": now, "asked_by": asked_by},
    )


def stop_watching(connection: Connection, family_id: UUID) -> None:
    """Watch a family no longer, by whichever of its handles that was asked for."""
    connection.execute(
        text(
            "DELETE FROM desk.watched_family"
            " WHERE family_id = :family OR hearth.subject_of(family_id) = hearth.subject_of(:family)"
        ),
        {"family": family_id},
    )


def watched_families(connection: Connection, families: Sequence[UUID]) -> dict[UUID, datetime]:
    """Those of the given families that are watched under any handle of theirs, and since when."""
    rows = connection.execute(
        text(
            "WITH watched AS MATERIALIZED"
            " (SELECT w.family_id, w.since, hearth.subject_of(w.family_id) AS person FROM desk.watched_family w),"
            " asked AS MATERIALIZED (SELECT f.family, hearth.subject_of(f.family) AS person"
            " FROM (SELECT DISTINCT unnest(CAST(:families AS uuid[])) AS family) f"
            " WHERE EXISTS (SELECT FROM desk.watched_family))"
            " SELECT a.family, min(w.since) AS since FROM asked a"
            " JOIN watched w ON w.family_id = a.family OR w.person = a.person GROUP BY a.family"
        ),
        {"families": list(families)},
    )
    return {row.family: row.since for row in rows}
