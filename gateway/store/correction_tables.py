"""Rows of corrections: what its owner took back, what somebody disputes, and who is told of either."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant


class RetractedFactRow(SQLModel, table=True):
    """The keyed digest of a fact that a sender has taken back, and that is not taken of them until reinstated.

    `gone`: theirs were the words shown, so whoever saw them is told.
    """

    __tablename__ = "retracted_fact"
    __table_args__ = {"schema": "hearth"}
    fact_key: bytes = Field(sa_type=LargeBinary, primary_key=True)
    feed: str = Field(sa_type=Text, primary_key=True)
    sender: str = Field(sa_type=Text, primary_key=True)
    record_id: UUID = Field(foreign_key="hearth.source_record.record_id")
    retraction_id: UUID
    retracted_at: datetime = Field(sa_column=instant())
    gone: bool = True


class RetractionRow(SQLModel, table=True):
    """One taking back of facts; `told_at` is when who had seen them was told."""

    __tablename__ = "retraction"
    __table_args__ = {"schema": "desk"}
    retraction_id: UUID = Field(primary_key=True)
    retracted_at: datetime = Field(sa_column=instant())
    told_at: datetime | None = Field(sa_column=instant(nullable=True))


class DisputeRow(SQLModel, table=True):
    """What somebody says against a fact about them. `state`: open, withdrawn, corrected, not-upheld.

    `sender` is who pushed the fact and who answers. Both texts are sealed, bound to the id of the dispute. `fact_id` is
    the version that somebody was shown; what came after `newest_id`, recorded at `newest_at`, is as disputed.
    """

    __tablename__ = "dispute"
    __table_args__ = {"schema": "hearth"}
    dispute_id: UUID = Field(primary_key=True)
    fact_key: bytes = Field(sa_type=LargeBinary)
    fact_id: UUID
    newest_id: UUID
    newest_at: datetime = Field(sa_column=instant())
    record_id: UUID = Field(foreign_key="hearth.source_record.record_id")
    person_id: UUID
    family_id: UUID
    source_no: int = Field(sa_type=SmallInteger, foreign_key="hearth.source.source_no")
    item_no: int = Field(sa_type=SmallInteger, foreign_key="hearth.item.item_no")
    feed: str = Field(sa_type=Text)
    sender: str = Field(sa_type=Text)
    content_digest: bytes = Field(sa_type=LargeBinary)
    sealed_words: bytes = Field(sa_type=LargeBinary)
    raised_by: str = Field(sa_type=Text)
    raised_worker: str = Field(sa_type=Text)
    raised_agency: str = Field(sa_type=Text)
    raised_at: datetime = Field(sa_column=instant())
    answer_by: datetime = Field(sa_column=instant())
    state: str = Field(default="open", sa_type=Text)
    sealed_reason: bytes | None = Field(sa_type=LargeBinary)
    answered_by: str | None = Field(sa_type=Text)
    answered_at: datetime | None = Field(sa_column=instant(nullable=True))


class CorrectionNoticeRow(SQLModel, table=True):
    """That something which a reader was shown has been withdrawn or corrected, or a dispute of theirs answered."""

    __tablename__ = "correction_notice"
    __table_args__ = (UniqueConstraint("occasion_id", "viewer", "agency"), {"schema": "desk"})
    notice_id: UUID = Field(primary_key=True)
    occasion_id: UUID
    viewer: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    role: str | None = Field(sa_type=Text)
    team: str | None = Field(sa_type=Text)
    family_id: UUID | None
    kind: str = Field(sa_type=Text)
    seen_on: date
    sealed: bool
    told_at: datetime = Field(sa_column=instant())
    read_at: datetime | None = Field(sa_column=instant(nullable=True))
