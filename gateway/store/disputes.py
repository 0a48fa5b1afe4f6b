"""SQL of disputes: raised as hg_desk, shown with their fact as hg_read, answered as hg_erase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from gateway.store.correction_tables import DisputeRow

_TABLE = DisputeRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 200


@dataclass(frozen=True, slots=True)
class NewDispute:
    """A dispute to record: over the version of a fact that somebody was shown."""

    dispute_id: UUID
    fact_id: UUID
    person_id: UUID
    family_id: UUID
    sealed_words: bytes
    raised_by: str
    raised_worker: str
    raised_agency: str
    raised_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class SealedDispute:
    """What a reader is shown of an open dispute beside the fact: since when, and the sealed words."""

    fact_id: UUID
    dispute_id: UUID
    raised_at: datetime
    sealed_words: bytes


@dataclass(frozen=True, slots=True)
class SentFact:
    """A fact as its own sender sent it."""

    item_no: int
    value: dict[str, Any]
    valid_from: date | None
    valid_to: date | None
    happened_at: datetime | None
    nature: str


def raise_dispute(connection: Connection, new: NewDispute) -> str:
    """Record a dispute. Gives raised; superseded where the fact ended or was said anew since; or disputed."""
    done = connection.execute(
        text(
            "SELECT hearth.raise_dispute(:dispute, :fact, :person, :family, :words, :by, :worker, :agency, :at,"
            " :answer_by)"
        ),
        {
            "dispute": new.dispute_id, "fact": new.fact_id, "person": new.person_id, "family": new.family_id,
            "words": new.sealed_words, "by": new.raised_by, "worker": new.raised_worker, "agency": new.raised_agency,
            "at": new.raised_at, "answer_by": new.answer_by,
        },
    )  # fmt: skip
    return str(done.scalar_one())


def disputes_of(connection: Connection, facts: Sequence[UUID]) -> list[SealedDispute]:
    """Open disputes of versions that the opened ticket of this transaction admits; of each fact the last one."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT ON (f.fact_id) f.fact_id, d.dispute_id, d.raised_at, d.sealed_words FROM hearth.fact f"
            " JOIN hearth.dispute d ON d.fact_key = f.fact_key AND d.state = 'open'"
            " AND (d.fact_id = f.fact_id OR (f.recorded_at, f.fact_id) > (d.newest_at, d.newest_id))"
            " WHERE f.fact_id = ANY (CAST(:facts AS uuid[])) ORDER BY f.fact_id, d.raised_at DESC, d.dispute_id"
        ),
        {"facts": list(facts)},
    )
    return [SealedDispute(row.fact_id, row.dispute_id, row.raised_at, bytes(row.sealed_words)) for row in rows]


def dispute_of(connection: Connection, dispute_id: UUID) -> DisputeRow | None:
    """One dispute."""
    row = connection.execute(select(_TABLE).where(_TABLE.c.dispute_id == dispute_id)).one_or_none()
    return None if row is None else DisputeRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def disputes_to(connection: Connection, sender: str) -> list[DisputeRow]:
    """Open disputes that a sender is to answer, by when they must."""
    asked = select(_TABLE).where(_TABLE.c.sender == sender, _TABLE.c.state == "open")
    rows = connection.execute(asked.order_by(_TABLE.c.answer_by, _TABLE.c.dispute_id).limit(_LISTED))
    return [DisputeRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def open_disputes(connection: Connection) -> list[DisputeRow]:
    """Every open dispute, by when it must be answered."""
    asked = select(_TABLE).where(_TABLE.c.state == "open")
    rows = connection.execute(asked.order_by(_TABLE.c.answer_by, _TABLE.c.dispute_id).limit(_LISTED))
    return [DisputeRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def disputed_fact(connection: Connection, dispute_id: UUID, sender: str) -> list[SentFact]:
    """The disputed fact first, then who the record is, as this sender sent both; nothing to anybody else."""
    rows = connection.execute(
        text("SELECT * FROM hearth.disputed_fact(:dispute, :sender)"), {"dispute": dispute_id, "sender": sender}
    )
    return [SentFact(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class DisputeAnswer:
    """What the owner answers: withdrawn, corrected or not-upheld, and why."""

    state: str
    sealed_reason: bytes
    answered_by: str
    answered_at: datetime


def answer_dispute(connection: Connection, dispute: DisputeRow, given: DisputeAnswer) -> str | None:
    """Note the owner's answer. None where it is answered, or `corrected` and no other version has come.

    Gives `standing`, or `earlier` where another version than the disputed one stood when it was disputed.
    """
    done = connection.execute(
        text("SELECT hearth.answer_dispute(:dispute, :sender, :state, :reason, :by, :at)"),
        {
            "dispute": dispute.dispute_id, "sender": dispute.sender, "state": given.state,
            "reason": given.sealed_reason, "by": given.answered_by, "at": given.answered_at,
        },
    )  # fmt: skip
    became: str | None = done.scalar_one()
    return became
