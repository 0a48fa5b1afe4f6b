"""Pairs that wait for a steward, what stewards decided, as hg_link; append-only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from gateway.store.match_tables import MatchDecisionRow, MatchDoubtRow, MatchUndoneRow
from gateway.store.waiting_pairs import DOUBTED

_DECISION = MatchDecisionRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_UNDONE = MatchUndoneRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """Two records that a steward decided on, smaller id first; `verdict` is same or different."""

    record_id: UUID
    other_record_id: UUID
    verdict: str


@dataclass(frozen=True, slots=True)
class DecisionOnPerson:
    """A decision that holds on one of a person's records. `other`: the handle of whoever has the other record now.

    `set_aside`: linkage does not go by it, another decision or what is left of a record keeps it from that.
    """

    decision_id: UUID
    verdict: str
    other: UUID
    decided_by: str
    decided_at: datetime
    set_aside: bool


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """A pair of the queue: its records, the persons that they are held to be, and why it waits.

    `facts` and `people` are what a decision could move, `safeguarding` that it could move such a fact. `unsure` is the
    last time that a steward looked and could not tell.
    """

    review_id: UUID
    record_id: UUID
    other_record_id: UUID
    person_id: UUID
    other_person_id: UUID
    reason: str
    raised_at: datetime
    facts: int
    people: int
    safeguarding: bool
    unsure: datetime | None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a pair stands in the queue, or stood: what it is ordered by."""

    review_id: UUID
    unsure: datetime | None
    safeguarding: bool
    people: int
    facts: int
    raised_at: datetime


_STANDING_WHOLE = """
    SELECT d.* FROM hearth.match_decision d
     WHERE d.verdict <> 'unsure' AND NOT EXISTS (SELECT FROM hearth.match_undone u WHERE u.decision_id = d.decision_id)
"""
_STANDING = f"SELECT w.record_id, w.other_record_id, w.verdict FROM ({_STANDING_WHOLE}) w"  # noqa: S608 - fixed texts
_TOLD = """
    (s.verdict <> 'same' OR one.person_id = other.person_id OR NOT EXISTS (
      SELECT FROM hearth.adopted_records(ARRAY(SELECT l.record_id FROM hearth.link l
        WHERE l.person_id IN (one.person_id, other.person_id) AND l.superseded_at IS NULL))))
"""
"""Not told: that somebody took an adopted child's two identities for one. It names the one beside the other (P12)."""
_WAITING = text(
    f"""
    WITH standing AS ({_STANDING}), pair AS (
      SELECT r.review_id, r.record_id, r.other_record_id, r.reason, r.raised_at, one.person_id,
             other.person_id AS other_person_id,
             (SELECT max(d.decided_at) FROM hearth.match_decision d
               WHERE d.review_id = r.review_id AND d.verdict = 'unsure') AS unsure
        FROM hearth.link_review r
        JOIN hearth.link one ON one.record_id = r.record_id AND one.superseded_at IS NULL
        JOIN hearth.link other ON other.record_id = r.other_record_id AND other.superseded_at IS NULL
       WHERE CASE WHEN one.person_id = other.person_id
                  THEN EXISTS (SELECT FROM hearth.match_doubt t
                                WHERE ARRAY[r.record_id, r.other_record_id] <@ t.record_ids)
                  ELSE r.state = 'open' AND r.reason <> :doubted END
         AND (CAST(:review AS uuid) IS NULL OR r.review_id = CAST(:review AS uuid))
         AND NOT EXISTS (SELECT FROM standing s WHERE (s.record_id, s.other_record_id)
                          = (least(r.record_id, r.other_record_id), greatest(r.record_id, r.other_record_id)))
    ), weight AS (
      SELECT * FROM hearth.match_weights(ARRAY(SELECT person_id FROM pair UNION SELECT other_person_id FROM pair))
    ), weighed AS (
      SELECT p.review_id, p.record_id, p.other_record_id, p.person_id, p.other_person_id, p.reason, p.raised_at,
             least(a.facts, b.facts) AS facts, a.people + b.people AS people,
             a.safeguarding OR b.safeguarding AS safeguarding, p.unsure
        FROM pair p JOIN weight a ON a.person_id = p.person_id JOIN weight b ON b.person_id = p.other_person_id
    )
    SELECT * FROM weighed w
     WHERE CAST(:after AS uuid) IS NULL
        OR (coalesce(w.unsure, '-infinity'), NOT w.safeguarding, -w.people, -w.facts, w.raised_at, w.review_id)
         > (coalesce(CAST(:unsure AS timestamptz), '-infinity'), NOT CAST(:safeguarding AS boolean),
            -CAST(:people AS bigint), -CAST(:facts AS bigint), CAST(:raised_at AS timestamptz), CAST(:after AS uuid))
     ORDER BY w.unsure NULLS FIRST, w.safeguarding DESC, w.people DESC, w.facts DESC, w.raised_at, w.review_id
     LIMIT :most
    """  # noqa: S608 - fixed texts
)


def standing_decisions(connection: Connection) -> list[StandingDecision]:
    """Every decision that holds, the one made first before the others: what linkage keeps to."""
    rows = connection.execute(text(f"{_STANDING} ORDER BY w.decided_at, w.decision_id"))
    return [StandingDecision(*row) for row in rows]


def waiting_pairs(connection: Connection, most: int, after: QueuePlace | None = None) -> list[WaitingPair]:
    """Pairs that wait, the one of which a decision changes most first; those that nobody could tell come last.

    Only those behind `after`, whose pair need not wait any more.
    """
    return _waiting(connection, None, most, after)


def waiting_pair(connection: Connection, review_id: UUID) -> WaitingPair | None:
    """One pair that waits; `None` where it does not, or there is none."""
    return next(iter(_waiting(connection, review_id, 1)), None)


def _waiting(
    connection: Connection, review_id: UUID | None, most: int, after: QueuePlace | None = None
) -> list[WaitingPair]:
    behind = {
        "after": after and after.review_id, "unsure": after and after.unsure,
        "safeguarding": after and after.safeguarding, "people": after and after.people,
        "facts": after and after.facts, "raised_at": after and after.raised_at,
    }  # fmt: skip
    rows = connection.execute(_WAITING, {"doubted": DOUBTED, "review": review_id, "most": most, **behind})
    return [WaitingPair(*row) for row in rows]


OF_HANDLE = """
    WITH RECURSIVE named AS (
      SELECT p.person_id, p.redirect_to FROM hearth.person p WHERE p.family_id = :family
       UNION SELECT p.person_id, p.redirect_to FROM hearth.person p JOIN named n ON p.person_id = n.redirect_to
    ), own AS (SELECT n.person_id FROM named n WHERE n.redirect_to IS NULL)
"""
"""`own`: the person of a handle, of now: the handle of somebody who is held to be another opens that other's page."""


def records_of_handle(connection: Connection, family_id: UUID) -> list[UUID]:
    """The records of the person whose page a handle opens, the surest first; none for a handle of nobody.

    Last come those of which there is nothing to compare, such as one that its sender has withdrawn.
    """
    rows = connection.execute(
        text(
            f"{OF_HANDLE} SELECT l.record_id FROM own JOIN hearth.link l USING (person_id)"  # noqa: S608 - fixed texts
            " WHERE l.superseded_at IS NULL"
            " ORDER BY NOT EXISTS (SELECT FROM hearth.link_key k WHERE k.record_id = l.record_id),"
            " l.band, l.recorded_at, l.record_id"
        ),
        {"family": family_id},
    )
    return list(rows.scalars())


def handle_of(connection: Connection, person_id: UUID) -> UUID:
    """The handle that is named for a person."""
    row = connection.execute(
        text("SELECT family_id FROM hearth.person WHERE person_id = :person"), {"person": person_id}
    )
    return UUID(str(row.scalar_one()))


def save_doubt(connection: Connection, doubt: MatchDoubtRow) -> None:
    """Insert that records are doubted to be one person's."""
    connection.execute(insert(MatchDoubtRow), [doubt.model_dump()])


def reviews_among(connection: Connection, pairs: Sequence[tuple[UUID, ...]]) -> list[UUID]:
    """The items of the queue that are about these pairs of records, smaller id first, and that no decision settles."""
    rows = connection.execute(
        text(
            f"WITH standing AS ({_STANDING})"  # noqa: S608 - fixed texts
            " SELECT r.review_id FROM hearth.link_review r JOIN unnest(CAST(:ones AS uuid[]), CAST(:others AS uuid[]))"
            " AS p (one, other) ON (least(r.record_id, r.other_record_id), greatest(r.record_id, r.other_record_id))"
            " = (p.one, p.other) WHERE NOT EXISTS (SELECT FROM standing s WHERE (s.record_id, s.other_record_id)"
            " = (p.one, p.other)) ORDER BY r.raised_at, r.review_id"
        ),
        {"ones": [pair[0] for pair in pairs], "others": [pair[1] for pair in pairs]},
    )
    return list(rows.scalars())


def decisions_among(connection: Connection, records: Collection[UUID]) -> list[UUID]:
    """Decisions that hold between some records."""
    rows = connection.execute(
        text(
            "SELECT d.decision_id FROM hearth.match_decision d WHERE d.verdict <> 'unsure'"
            " AND ARRAY[d.record_id, d.other_record_id] <@ CAST(:records AS uuid[])"
            " AND NOT EXISTS (SELECT FROM hearth.match_undone u WHERE u.decision_id = d.decision_id)"
            " ORDER BY d.decided_at, d.decision_id"
        ),
        {"records": list(records)},
    )
    return list(rows.scalars())


def decisions_on(connection: Connection, family_id: UUID) -> list[DecisionOnPerson]:
    """Decisions that hold on the records of the person whose page a handle opens, in the order they were made."""
    rows = connection.execute(
        text(
            f"{OF_HANDLE}, standing AS ({_STANDING_WHOLE})"  # noqa: S608 - fixed texts
            " SELECT s.decision_id, s.verdict, CASE WHEN one.person_id IN (SELECT person_id FROM own)"
            " THEN others.family_id ELSE ones.family_id END, s.decided_by, s.decided_at,"
            " (one.person_id = other.person_id) <> (s.verdict = 'same') FROM standing s"
            " JOIN hearth.link one ON one.record_id = s.record_id AND one.superseded_at IS NULL"
            " JOIN hearth.link other ON other.record_id = s.other_record_id AND other.superseded_at IS NULL"
            " JOIN hearth.person ones ON ones.person_id = one.person_id"
            " JOIN hearth.person others ON others.person_id = other.person_id"
            " WHERE (one.person_id IN (SELECT person_id FROM own) OR other.person_id IN (SELECT person_id FROM own))"
            f" AND {_TOLD} ORDER BY s.decided_at, s.decision_id"
        ),
        {"family": family_id},
    )
    return [DecisionOnPerson(*row) for row in rows]


def set_aside(connection: Connection, records: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Decisions that hold on these records' people and that the links do not follow, each with its verdict."""
    rows = connection.execute(
        text(
            "WITH own AS (SELECT l.person_id FROM hearth.link l WHERE l.superseded_at IS NULL"  # noqa: S608 - fixed texts
            f" AND l.record_id = ANY (CAST(:records AS uuid[]))), standing AS ({_STANDING_WHOLE})"
            " SELECT s.decision_id, s.verdict FROM standing s"
            " JOIN hearth.link one ON one.record_id = s.record_id AND one.superseded_at IS NULL"
            " JOIN hearth.link other ON other.record_id = s.other_record_id AND other.superseded_at IS NULL"
            " WHERE (one.person_id = other.person_id) <> (s.verdict = 'same')"
            " AND (one.person_id IN (SELECT person_id FROM own) OR other.person_id IN (SELECT person_id FROM own))"
            f" AND {_TOLD} ORDER BY s.decided_at, s.decision_id"
        ),
        {"records": list(records)},
    )
    return [(row[0], row[1]) for row in rows]


def told_apart(connection: Connection, ones: Collection[UUID], others: Collection[UUID]) -> list[UUID]:
    """Decisions that hold and say that one of some records and one of others are two people's."""
    rows = connection.execute(
        text(
            "SELECT d.decision_id FROM hearth.match_decision d WHERE d.verdict = 'different'"
            " AND (d.record_id = ANY (CAST(:ones AS uuid[])) AND d.other_record_id = ANY (CAST(:others AS uuid[]))"
            " OR d.record_id = ANY (CAST(:others AS uuid[])) AND d.other_record_id = ANY (CAST(:ones AS uuid[])))"
            " AND NOT EXISTS (SELECT FROM hearth.match_undone u WHERE u.decision_id = d.decision_id)"
            " ORDER BY d.decided_at, d.decision_id"
        ),
        {"ones": list(ones), "others": list(others)},
    )
    return list(rows.scalars())


def add_decision(connection: Connection, decision: MatchDecisionRow) -> None:
    """Insert what a steward decided. The entry that says so is of the same transaction, and before this."""
    connection.execute(insert(_DECISION), [decision.model_dump()])


def add_undoing(connection: Connection, undone: MatchUndoneRow) -> None:
    """Insert that a decision does not hold any more."""
    connection.execute(insert(_UNDONE), [undone.model_dump()])


def decision_of(connection: Connection, decision_id: UUID) -> MatchDecisionRow | None:
    """One decision, whoever made it, for as long as it holds."""
    row = connection.execute(
        select(_DECISION).where(
            _DECISION.c.decision_id == decision_id,
            ~select(_UNDONE.c.decision_id).where(_UNDONE.c.decision_id == decision_id).exists(),
        )
    ).one_or_none()
    return None if row is None else MatchDecisionRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor
