"""Rows of the audit log and of the tickets that admit a read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.store.tables import VARBIT, instant


class EntryRow(SQLModel, table=True):
    """An entry: its leaf, and two columns repeated from inside the leaf for finding it."""

    __tablename__ = "entry"
    __table_args__ = {"schema": "audit"}
    entry_id: UUID = Field(primary_key=True)
    event_class: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_column=instant())
    leaf: bytes = Field(sa_type=LargeBinary)


class OpeningRow(SQLModel, table=True):
    """Salts and opened values of an entry's commitments, erasable."""

    __tablename__ = "opening"
    __table_args__ = {"schema": "audit"}
    entry_id: UUID = Field(primary_key=True)
    fields: dict[str, Any] = Field(sa_type=JSONB)


class PendingRow(SQLModel, table=True):
    """A committed entry that is not yet a leaf."""

    __tablename__ = "pending"
    __table_args__ = {"schema": "audit"}
    entry_id: UUID = Field(primary_key=True)
    queued_at: datetime = Field(sa_column=instant())


class LeafRow(SQLModel, table=True):
    """An entry's place in the tree."""

    __tablename__ = "leaf"
    __table_args__ = {"schema": "audit"}
    leaf_index: int = Field(sa_type=BigInteger, primary_key=True)
    entry_id: UUID = Field(unique=True)
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    ticket_digest: bytes | None = Field(sa_type=LargeBinary)


class NodeRow(SQLModel, table=True):
    """The hash of a perfect subtree."""

    __tablename__ = "node"
    __table_args__ = {"schema": "audit"}
    level: int = Field(sa_type=SmallInteger, primary_key=True)
    node_index: int = Field(sa_type=BigInteger, primary_key=True)
    hash: bytes = Field(sa_type=LargeBinary)


class CheckpointRow(SQLModel, table=True):
    """A signed checkpoint of the tree, and the seal of the batch that it was signed for."""

    __tablename__ = "checkpoint"
    __table_args__ = {"schema": "audit"}
    tree_size: int = Field(sa_type=BigInteger, primary_key=True)
    note: str = Field(sa_type=Text)
    signed_at: datetime = Field(sa_column=instant())
    batch_note: str = Field(sa_type=Text)


class HeadRow(SQLModel, table=True):
    """The size from which the next batch of leaves starts."""

    __tablename__ = "head"
    __table_args__ = {"schema": "audit"}
    only_row: bool = Field(default=True, primary_key=True)
    tree_size: int = Field(sa_type=BigInteger)


class TicketRow(SQLModel, table=True):
    """A committed authorisation to read. `issued_at` and `xact` are the database's own and cannot be set."""

    __tablename__ = "ticket"
    __table_args__ = {"schema": "audit"}
    ticket_id: UUID = Field(primary_key=True)
    entry_id: UUID
    own_sources: list[int] = Field(sa_column=Column(ARRAY(SmallInteger), nullable=False))
    not_after: datetime = Field(sa_column=instant())


class TicketSubjectRow(SQLModel, table=True):
    """What a ticket admits of one person's records of one band."""

    __tablename__ = "ticket_subject"
    __table_args__ = {"schema": "audit"}
    ticket_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    band: int = Field(sa_type=SmallInteger, primary_key=True)
    shown: Any = Field(sa_column=Column(VARBIT, nullable=False))
    counted: Any = Field(sa_column=Column(VARBIT, nullable=False))
    existing: Any = Field(sa_column=Column(VARBIT, nullable=False))
