"""Rows of lawful erasure: what two officers decide, what holds it up, and the keys that must not come back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, Text, Uuid
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant


class ErasureRow(SQLModel, table=True):
    """An erasure that one officer asked for. `state`: asked, refused, erased (its last step is due), done.

    When it is done it says neither who it was about nor in what words it was asked for.
    """

    __tablename__ = "erasure"
    __table_args__ = {"schema": "desk"}
    erasure_id: UUID = Field(primary_key=True)
    family_id: UUID | None
    persons: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    ground: str = Field(sa_type=Text)
    sealed_words: bytes | None = Field(sa_type=LargeBinary)
    asked_by: str = Field(sa_type=Text)
    asked_worker: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_column=instant())
    state: str = Field(default="asked", sa_type=Text)
    decided_by: str | None = Field(sa_type=Text)
    decided_worker: str | None = Field(sa_type=Text)
    decided_at: datetime | None = Field(sa_column=instant(nullable=True))


class LegalHoldRow(SQLModel, table=True):
    """A hold on the erasure of a person; its words are sealed. It stands until `lifted_at`."""

    __tablename__ = "legal_hold"
    __table_args__ = {"schema": "desk"}
    hold_id: UUID = Field(primary_key=True)
    family_id: UUID
    sealed_words: bytes = Field(sa_type=LargeBinary)
    placed_by: str = Field(sa_type=Text)
    placed_at: datetime = Field(sa_column=instant())
    lifted_by: str | None = Field(sa_type=Text)
    lifted_at: datetime | None = Field(sa_column=instant(nullable=True))


class ErasedRecordRow(SQLModel, table=True):
    """The keyed digest of a partner's key whose record was erased."""

    __tablename__ = "erased_record"
    __table_args__ = {"schema": "hearth"}
    key_digest: bytes = Field(sa_type=LargeBinary, primary_key=True)
