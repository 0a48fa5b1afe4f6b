"""Rows of the concept data: records, facts, tokens, persons, links, households. Rows hold, concepts validate."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import BIT, JSONB
from sqlmodel import Field, SQLModel


def instant(*, nullable: bool = False) -> Column[datetime]:
    """A column of aware instants."""
    return Column(DateTime(timezone=True), nullable=nullable)


def texts() -> Column[list[str]]:
    """A column of text arrays."""
    return Column(ARRAY(Text), nullable=False)


class SourceRow(SQLModel, table=True):
    """A source under the number that masks use."""

    __tablename__ = "source"
    __table_args__ = {"schema": "hearth"}
    source_no: int = Field(sa_type=SmallInteger, primary_key=True)
    name: str = Field(sa_type=Text, unique=True)


class ItemRow(SQLModel, table=True):
    """A data item under its bit."""

    __tablename__ = "item"
    __table_args__ = {"schema": "hearth"}
    item_no: int = Field(sa_type=SmallInteger, primary_key=True)
    name: str = Field(sa_type=Text, unique=True)
    linkable: bool
    location_bearing: bool


class SourceRecordRow(SQLModel, table=True):
    """One person, household or place as one source knows it; its own key is kept as a keyed digest only.

    That its source is there is asked once a statement, by a trigger.
    """

    __tablename__ = "source_record"
    __table_args__ = {"schema": "hearth"}
    record_id: UUID = Field(primary_key=True)
    source_no: int = Field(sa_type=SmallInteger)
    subject_kind: str = Field(sa_type=Text)
    key_digest: bytes = Field(sa_type=LargeBinary, unique=True)


class FactRow(SQLModel, table=True):
    """One version of one fact. That its record, source and item are there is asked once a statement, by a trigger."""

    __tablename__ = "fact"
    __table_args__ = {"schema": "hearth"}
    fact_id: UUID = Field(primary_key=True)
    fact_key: bytes = Field(sa_type=LargeBinary)
    record_id: UUID
    source_no: int = Field(sa_type=SmallInteger)
    item_no: int = Field(sa_type=SmallInteger)
    value: dict[str, Any] = Field(sa_type=JSONB)
    valid_from: date | None
    valid_to: date | None
    happened_at: datetime | None = Field(sa_column=instant(nullable=True))
    nature: str = Field(sa_type=Text)
    subject_role: str | None = Field(sa_type=Text)
    handling: str | None = Field(sa_type=Text)
    disputed: bool = False
    tombstone: bool = False
    content_digest: bytes = Field(sa_type=LargeBinary)
    batch_id: UUID
    agreement: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_column=instant())


class SearchTokenRow(SQLModel, table=True):
    """A keyed token by which search finds a record."""

    __tablename__ = "search_token"
    __table_args__ = {"schema": "hearth"}
    token: bytes = Field(sa_type=LargeBinary, primary_key=True)
    record_id: UUID = Field(primary_key=True)
    source_no: int = Field(sa_type=SmallInteger)
    item_no: int = Field(sa_type=SmallInteger, primary_key=True)


class PersonRow(SQLModel, table=True):
    """A person; `family_id` is the opaque handle under which readers open this person's family."""

    __tablename__ = "person"
    __table_args__ = {"schema": "hearth"}
    person_id: UUID = Field(primary_key=True)
    family_id: UUID = Field(unique=True)
    created_at: datetime = Field(sa_column=instant())
    redirect_to: UUID | None = Field(foreign_key="hearth.person.person_id")
    retired_at: datetime | None = Field(sa_column=instant(nullable=True))


class LinkRow(SQLModel, table=True):
    """A version of "this record is this person's", with its band (0 verified to 3 review)."""

    __tablename__ = "link"
    __table_args__ = {"schema": "hearth"}
    link_id: UUID = Field(primary_key=True)
    record_id: UUID = Field(foreign_key="hearth.source_record.record_id")
    person_id: UUID = Field(foreign_key="hearth.person.person_id")
    band: int = Field(sa_type=SmallInteger)
    evidence: list[str] = Field(sa_column=texts())
    run_id: UUID
    recorded_at: datetime = Field(sa_column=instant())
    superseded_at: datetime | None = Field(sa_column=instant(nullable=True))


class HouseholdRow(SQLModel, table=True):
    """A household as all sources together show it: used to find candidates and to count, never shown as it is."""

    __tablename__ = "household"
    __table_args__ = {"schema": "hearth"}
    household_id: UUID = Field(primary_key=True)
    created_at: datetime = Field(sa_column=instant())
    redirect_to: UUID | None = Field(foreign_key="hearth.household.household_id")
    retired_at: datetime | None = Field(sa_column=instant(nullable=True))


class HouseholdMemberRow(SQLModel, table=True):
    """A person of a household, with the period."""

    __tablename__ = "household_member"
    __table_args__ = {"schema": "hearth"}
    household_id: UUID = Field(primary_key=True, foreign_key="hearth.household.household_id")
    person_id: UUID = Field(primary_key=True, foreign_key="hearth.person.person_id")
    valid_from: date | None
    valid_to: date | None


class KinRow(SQLModel, table=True):
    """Two persons between whom some source records a relationship."""

    __tablename__ = "kin"
    __table_args__ = {"schema": "hearth"}
    person_id: UUID = Field(primary_key=True, foreign_key="hearth.person.person_id")
    other_id: UUID = Field(primary_key=True, foreign_key="hearth.person.person_id")


class LinkReviewRow(SQLModel, table=True):
    """Two records that may be one person, kept apart until a steward looks."""

    __tablename__ = "link_review"
    __table_args__ = {"schema": "hearth"}
    review_id: UUID = Field(primary_key=True)
    record_id: UUID
    other_record_id: UUID
    reason: str = Field(sa_type=Text)
    run_id: UUID
    raised_at: datetime = Field(sa_column=instant())
    state: str = Field(default="open", sa_type=Text)


VARBIT = BIT(varying=True)
