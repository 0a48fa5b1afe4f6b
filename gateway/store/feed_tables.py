"""Rows of feeds: switches, what batches looked like, alerts, and the webhooks that partners are told by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Double, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant, texts


class FeedSwitchRow(SQLModel, table=True):
    """A switch of a feed. `state`: proposed, refused, on or off. The sentences are sealed.

    `error_budget` is a share of rows, 0 to 1; `usual_rows` how many rows a file usually has, if that is known.
    """

    __tablename__ = "feed_switch"
    __table_args__ = {"schema": "desk"}
    switch_id: UUID = Field(primary_key=True)
    feed: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    dpia: str = Field(sa_type=Text)
    dpia_line: str = Field(sa_type=Text)
    use: str = Field(sa_type=Text)
    error_budget: float = Field(sa_type=Double)
    rhythm: str = Field(sa_type=Text)
    usual_rows: int | None
    sealed_words: bytes = Field(sa_type=LargeBinary)
    state: str = Field(default="proposed", sa_type=Text)
    proposed_by: str = Field(sa_type=Text)
    proposed_worker: str = Field(sa_type=Text)
    proposed_at: datetime = Field(sa_column=instant())
    decided_by: str | None = Field(sa_type=Text)
    decided_worker: str | None = Field(sa_type=Text)
    decided_at: datetime | None = Field(sa_column=instant(nullable=True))
    off_worker: str | None = Field(sa_type=Text)
    off_at: datetime | None = Field(sa_column=instant(nullable=True))
    sealed_off: bytes | None = Field(sa_type=LargeBinary)


class BatchColumnRow(SQLModel, table=True):
    """Figures of one column in a sample of a batch's rows: rows looked at, empty ones, codes never seen before."""

    __tablename__ = "batch_column"
    __table_args__ = {"schema": "desk"}
    batch_id: UUID = Field(primary_key=True, foreign_key="desk.batch.batch_id")
    column_name: str = Field(sa_type=Text, primary_key=True)
    looked_at: int
    empty: int
    new_codes: int


class FeedCodeRow(SQLModel, table=True):
    """The keyed digest of a code that a column has held."""

    __tablename__ = "feed_code"
    __table_args__ = {"schema": "desk"}
    feed: str = Field(sa_type=Text, primary_key=True)
    column_name: str = Field(sa_type=Text, primary_key=True)
    code_digest: bytes = Field(sa_type=LargeBinary, primary_key=True)


class FeedAlertRow(SQLModel, table=True):
    """An alert about a feed: `observed` against `expected`, both figures of its `kind`. Open until `closed_at`."""

    __tablename__ = "feed_alert"
    __table_args__ = {"schema": "desk"}
    alert_id: UUID = Field(primary_key=True)
    feed: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    sender: str = Field(default="", sa_type=Text)
    kind: str = Field(sa_type=Text)
    part: str = Field(default="", sa_type=Text)
    batch_id: UUID | None = Field(foreign_key="desk.batch.batch_id")
    observed: float = Field(sa_type=Double)
    expected: float = Field(sa_type=Double)
    raised_at: datetime = Field(sa_column=instant())
    acknowledged_at: datetime | None = Field(sa_column=instant(nullable=True))
    acknowledged_by: str | None = Field(sa_type=Text)
    closed_at: datetime | None = Field(sa_column=instant(nullable=True))


class WebhookRow(SQLModel, table=True):
    """Where an agency is told; `sealed_previous` is a secret that signs beside the new one until `previous_until`."""

    __tablename__ = "webhook"
    __table_args__ = {"schema": "desk"}
    webhook_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    events: list[str] = Field(sa_column=texts())
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    sealed_previous: bytes | None = Field(sa_type=LargeBinary)
    previous_until: datetime | None = Field(sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_type=Text)
    failing_since: datetime | None = Field(sa_column=instant(nullable=True))
    disabled_at: datetime | None = Field(sa_column=instant(nullable=True))
    removed_at: datetime | None = Field(sa_column=instant(nullable=True))


class WebhookDeliveryRow(SQLModel, table=True):
    """One message to one webhook. `body` holds ids and codes; of an answer its status alone is kept."""

    __tablename__ = "webhook_delivery"
    __table_args__ = {"schema": "desk"}
    delivery_id: UUID = Field(primary_key=True)
    webhook_id: UUID = Field(foreign_key="desk.webhook.webhook_id")
    event: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(sa_type=JSONB)
    happened_at: datetime = Field(sa_column=instant())
    state: str = Field(default="waiting", sa_type=Text)
    attempts: int = Field(default=0, sa_type=SmallInteger)
    next_at: datetime = Field(sa_column=instant())
    last_status: int | None = Field(sa_type=SmallInteger)
    last_problem: str | None = Field(sa_type=Text)
    finished_at: datetime | None = Field(sa_column=instant(nullable=True))
