"""Rows of what stewards decide about matches, and of profiles that were of two people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, Text, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant


class MatchDecisionRow(SQLModel, table=True):
    """What a steward decided about two records: same, different or unsure. The reason is sealed, bound to its id."""

    __tablename__ = "match_decision"
    __table_args__ = {"schema": "hearth"}
    decision_id: UUID = Field(primary_key=True)
    review_id: UUID
    record_id: UUID = Field(foreign_key="hearth.source_record.record_id")
    other_record_id: UUID = Field(foreign_key="hearth.source_record.record_id")
    verdict: str = Field(sa_type=Text)
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = Field(sa_column=instant())


class MatchUndoneRow(SQLModel, table=True):
    """That a decision does not hold any more."""

    __tablename__ = "match_undone"
    __table_args__ = {"schema": "hearth"}
    decision_id: UUID = Field(primary_key=True, foreign_key="hearth.match_decision.decision_id")
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    undone_by: str = Field(sa_type=Text)
    undone_at: datetime = Field(sa_column=instant())


class MatchDoubtRow(SQLModel, table=True):
    """That somebody doubts whether records that are held to be one person's are: pairs of them wait from then on."""

    __tablename__ = "match_doubt"
    __table_args__ = {"schema": "hearth"}
    doubt_id: UUID = Field(primary_key=True)
    record_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    doubted_by: str = Field(sa_type=Text)
    doubted_at: datetime = Field(sa_column=instant())


class MixedProfileRow(SQLModel, table=True):
    """A person whose profile held another's records from `mixed_from` until `mixed_to`."""

    __tablename__ = "mixed_profile"
    __table_args__ = (UniqueConstraint("decision_id", "person_id"), {"schema": "hearth"})
    breach_id: UUID = Field(primary_key=True)
    decision_id: UUID = Field(foreign_key="hearth.match_decision.decision_id")
    person_id: UUID
    record_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    mixed_from: datetime = Field(sa_column=instant())
    mixed_to: datetime = Field(sa_column=instant())
    found_at: datetime = Field(sa_column=instant())
