"""Cards: the rows by which entries are found. Written by the database, read by officers' search, lists and reviews."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, Text, Uuid
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant


class CardRow(SQLModel, table=True):
    """What the opening of one leaf's entry says, where it is filled in and not erased."""

    __tablename__ = "card"
    __table_args__ = {"schema": "audit"}
    entry_id: UUID = Field(primary_key=True)
    leaf_index: int = Field(sa_type=BigInteger, unique=True)
    recorded_at: datetime = Field(sa_column=instant())
    event_class: str = Field(sa_type=Text)
    phase: str | None = Field(sa_type=Text)
    who: str | None = Field(sa_type=Text)
    agency: str | None = Field(sa_type=Text)
    role: str | None = Field(sa_type=Text)
    team: str | None = Field(sa_type=Text)
    purpose: str | None = Field(sa_type=Text)
    household: UUID | None
    outcome: str | None = Field(sa_type=Text)
    decision: str | None = Field(sa_type=Text)
    sealed: bool | None
    refers_to: UUID | None
    reason: str | None = Field(sa_type=Text)
    agreements: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    subjects: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    sources: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    request_id: str | None = Field(sa_type=Text)
    trace_id: str | None = Field(sa_type=Text)
