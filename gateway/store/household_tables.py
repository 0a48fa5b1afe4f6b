"""Rows of what stewards say of who belongs to a household."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant


class HouseholdCorrectionRow(SQLModel, table=True):
    """That a person, by one of their records, belongs to a household or does not, from when to when.

    `source_nos` are the sources that this rests on; none where it is the council's own statement. The reason is
    sealed, bound to the id.
    """

    __tablename__ = "household_correction"
    __table_args__ = {"schema": "hearth"}
    correction_id: UUID = Field(primary_key=True)
    household_id: UUID
    record_id: UUID = Field(foreign_key="hearth.source_record.record_id")
    belongs: bool
    valid_from: date | None
    valid_to: date | None
    source_nos: list[int] = Field(sa_column=Column(ARRAY(SmallInteger), nullable=False))
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    corrected_by: str = Field(sa_type=Text)
    corrected_at: datetime = Field(sa_column=instant())


class HouseholdCorrectionWithdrawnRow(SQLModel, table=True):
    """That a correction does not hold any more."""

    __tablename__ = "household_correction_withdrawn"
    __table_args__ = {"schema": "hearth"}
    correction_id: UUID = Field(primary_key=True, foreign_key="hearth.household_correction.correction_id")
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    withdrawn_by: str = Field(sa_type=Text)
    withdrawn_at: datetime = Field(sa_column=instant())
