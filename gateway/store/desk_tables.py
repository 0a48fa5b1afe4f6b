"""Rows of the desk: batches and their errors, declarations, sessions, notices, requests, reviews, emergencies."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant, texts


class BatchRow(SQLModel, table=True):
    """One pushed file: its contract and what became of it.

    `withdrawals` are waiting, done or given up; `waits_for` says what a batch in state `waiting` is to be confirmed
    for: fewer-rows or many-withdrawals. `linked_at`: when linkage had run over what the batch brought.
    """

    __tablename__ = "batch"
    __table_args__ = {"schema": "desk"}
    batch_id: UUID = Field(primary_key=True)
    feed: str = Field(sa_type=Text)
    source_no: int = Field(sa_type=SmallInteger)
    agency: str = Field(sa_type=Text)
    sender: str = Field(sa_type=Text)
    idempotency_digest: bytes = Field(sa_type=LargeBinary)
    content_digest: bytes = Field(sa_type=LargeBinary)
    state: str = Field(sa_type=Text)
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_refused: int = 0
    rows_flagged: int = 0
    facts_new: int = 0
    facts_unchanged: int = 0
    columns_not_kept: list[str] = Field(sa_column=texts())
    items_not_covered: list[str] = Field(sa_column=texts())
    refusal_code: str | None = Field(sa_type=Text)
    refusal_message: str | None = Field(sa_type=Text)
    refusal_remedy: str | None = Field(sa_type=Text)
    coverage_to: date | None
    receipt_entry: UUID | None
    received_at: datetime = Field(sa_column=instant())
    finished_at: datetime | None = Field(sa_column=instant(nullable=True))
    mode: str = Field(default="delta", sa_type=Text)
    coverage_from: date | None
    validate_only: bool = False
    mends: UUID | None = Field(foreign_key="desk.batch.batch_id")
    schema_version: str | None = Field(sa_type=Text)
    sealed_sha256: bytes | None = Field(sa_type=LargeBinary)
    rows_mended: int = 0
    rows_left: int = 0
    facts_withdrawn: int = 0
    facts_to_withdraw: int = 0
    withdrawals: str | None = Field(sa_type=Text)
    waits_for: str | None = Field(sa_type=Text)
    rows_usual: int | None
    confirm_by: datetime | None = Field(sa_column=instant(nullable=True))
    confirmed_at: datetime | None = Field(sa_column=instant(nullable=True))
    linked_at: datetime | None = Field(sa_column=instant(nullable=True))


class RowErrorRow(SQLModel, table=True):
    """Why one row of a batch was handed back."""

    __tablename__ = "row_error"
    __table_args__ = {"schema": "desk"}
    batch_id: UUID = Field(primary_key=True, foreign_key="desk.batch.batch_id")
    row_number: int = Field(primary_key=True)
    position: int = Field(sa_type=SmallInteger, primary_key=True)
    error_column: str = Field(sa_type=Text)
    error_code: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    how_to_fix: str = Field(sa_type=Text)


class RejectedRow(SQLModel, table=True):
    """A row handed back, sealed under its feed's key."""

    __tablename__ = "rejected_row"
    __table_args__ = {"schema": "desk"}
    batch_id: UUID = Field(primary_key=True, foreign_key="desk.batch.batch_id")
    row_number: int = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = Field(sa_column=instant())


class DeclarationRow(SQLModel, table=True):
    """A declared purpose; the reason and the case reference are sealed."""

    __tablename__ = "declaration"
    __table_args__ = {"schema": "desk"}
    declaration_id: UUID = Field(primary_key=True)
    subject: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    family_id: UUID | None
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    sealed_case_reference: bytes | None = Field(sa_type=LargeBinary)
    break_glass: bool = False
    declared_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())


class AssertionSeenRow(SQLModel, table=True):
    """A client assertion that was used, until it would have expired anyway."""

    __tablename__ = "assertion_seen"
    __table_args__ = {"schema": "desk"}
    jti_digest: bytes = Field(sa_type=LargeBinary, primary_key=True)
    expires_at: datetime = Field(sa_column=instant())


class SessionRow(SQLModel, table=True):
    """A page session, under the digest of its cookie."""

    __tablename__ = "session"
    __table_args__ = {"schema": "desk"}
    session_digest: bytes = Field(sa_type=LargeBinary, primary_key=True)
    sealed_state: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_column=instant())
    last_seen_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())


class NoticeRow(SQLModel, table=True):
    """What a holder tells a recipient, with its clock."""

    __tablename__ = "notice"
    __table_args__ = {"schema": "desk"}
    notice_id: UUID = Field(primary_key=True)
    recipient_agency: str = Field(sa_type=Text)
    recipient_role: str = Field(sa_type=Text)
    recipient_unit: str = Field(sa_type=Text)
    escalates_to_role: str | None = Field(sa_type=Text)
    family_id: UUID
    purpose: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    reason_key: bytes = Field(sa_type=LargeBinary, unique=True)
    raised_at: datetime = Field(sa_column=instant())
    read_by: datetime = Field(sa_column=instant())
    read_at: datetime | None = Field(sa_column=instant(nullable=True))
    escalated_at: datetime | None = Field(sa_column=instant(nullable=True))


class AccessRequestRow(SQLModel, table=True):
    """A request that a named person decides, with a clock; reason and law are sealed. Under a law, `items` are cells.

    `state`: open, granted or refused. `overdue_at`: since when officers know that nobody answered in time.
    """

    __tablename__ = "access_request"
    __table_args__ = {"schema": "desk"}
    request_id: UUID = Field(primary_key=True)
    subject: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    family_id: UUID | None
    decider_role: str = Field(sa_type=Text)
    items: list[str] = Field(sa_column=texts())
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    state: str = Field(default="open", sa_type=Text)
    raised_at: datetime = Field(sa_column=instant())
    answer_by: datetime = Field(sa_column=instant())
    sealed_law: bytes | None = Field(sa_type=LargeBinary)
    entry_id: UUID | None
    overdue_at: datetime | None = Field(sa_column=instant(nullable=True))


class AccessAnswerRow(SQLModel, table=True):
    """What was answered to a request under a law, sealed but for who recorded it and when."""

    __tablename__ = "access_answer"
    __table_args__ = {"schema": "desk"}
    request_id: UUID = Field(primary_key=True, foreign_key="desk.access_request.request_id")
    entry_id: UUID
    person: str = Field(sa_type=Text)
    answered_at: datetime = Field(sa_column=instant())
    sealed_answer: bytes = Field(sa_type=LargeBinary)


class ReviewItemRow(SQLModel, table=True):
    """An access that an officer should look at, or several of one reader that are one question.

    `how`: raised, ranked or sampled. `state`: open, asked, answered or closed; only then are the last four set.
    """

    __tablename__ = "review_item"
    __table_args__ = {"schema": "desk"}
    review_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    entry_id: UUID
    agency: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    raised_at: datetime = Field(sa_column=instant())
    state: str = Field(default="open", sa_type=Text)
    how: str = Field(default="raised", sa_type=Text)
    who: str = Field(default="", sa_type=Text)
    group_digest: bytes | None = Field(sa_type=LargeBinary)
    score: int = 0
    week: date | None
    draw_id: UUID | None
    closed_at: datetime | None = Field(sa_column=instant(nullable=True))
    closed_by: str | None = Field(sa_type=Text)
    outcome: str | None = Field(sa_type=Text)
    sealed_words: bytes | None = Field(sa_type=LargeBinary)


class ReviewUseRow(SQLModel, table=True):
    """One entry that an item is about."""

    __tablename__ = "review_use"
    __table_args__ = {"schema": "desk"}
    review_id: UUID = Field(primary_key=True, foreign_key="desk.review_item.review_id")
    entry_id: UUID = Field(primary_key=True, foreign_key="audit.entry.entry_id")


class ReviewQuestionRow(SQLModel, table=True):
    """What an officer asked the worker about an item, and the answer; both sealed."""

    __tablename__ = "review_question"
    __table_args__ = {"schema": "desk"}
    review_id: UUID = Field(primary_key=True, foreign_key="desk.review_item.review_id")
    asked_by: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_column=instant())
    sealed_question: bytes = Field(sa_type=LargeBinary)
    answered_at: datetime | None = Field(sa_column=instant(nullable=True))
    sealed_answer: bytes | None = Field(sa_type=LargeBinary)


class EmergencyRow(SQLModel, table=True):
    """Break-glass as it was declared, and what a second person said of it. The reader's name is sealed."""

    __tablename__ = "emergency"
    __table_args__ = {"schema": "desk"}
    emergency_id: UUID = Field(primary_key=True)
    declaration_id: UUID = Field(unique=True, foreign_key="desk.declaration.declaration_id")
    entry_id: UUID
    subject: str = Field(sa_type=Text)
    worker: str = Field(sa_type=Text)
    sealed_name: bytes = Field(sa_type=LargeBinary)
    agency: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    team: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    agreement: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_column=instant())
    confirm_by: datetime | None = Field(sa_column=instant(nullable=True))
    answered_at: datetime | None = Field(sa_column=instant(nullable=True))
    answered_by: str | None = Field(sa_type=Text)
    justified: bool | None
    suspended_at: datetime | None = Field(sa_column=instant(nullable=True))
    lifted_at: datetime | None = Field(sa_column=instant(nullable=True))
    lifted_by: str | None = Field(sa_type=Text)


class EmergencyAlertRow(SQLModel, table=True):
    """A role that was told of an emergency."""

    __tablename__ = "emergency_alert"
    __table_args__ = {"schema": "desk"}
    emergency_id: UUID = Field(primary_key=True, foreign_key="desk.emergency.emergency_id")
    agency: str = Field(sa_type=Text, primary_key=True)
    role: str = Field(sa_type=Text, primary_key=True)
    raised_at: datetime = Field(sa_column=instant())


class SubjectReleaseRow(SQLModel, table=True):
    """A release as one officer asked for it, and what another decided; the person and the reason are sealed."""

    __tablename__ = "subject_release"
    __table_args__ = {"schema": "desk"}
    release_id: UUID = Field(primary_key=True)
    entry_id: UUID
    asked_by: str = Field(sa_type=Text)
    asked_worker: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_column=instant())
    recipient: str = Field(sa_type=Text)
    sealed_request: bytes = Field(sa_type=LargeBinary)
    decided_by: str | None = Field(sa_type=Text)
    decided_worker: str | None = Field(sa_type=Text)
    decided_at: datetime | None = Field(sa_column=instant(nullable=True))
    approved: bool | None
