"""How partners' data was used: counted months."""

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant


class PartnerUseRow(SQLModel, table=True):
    """How often an agency's facts were shown to others for one purpose in one month; never changed."""

    __tablename__ = "partner_use"
    __table_args__ = {"schema": "desk"}
    month: date = Field(primary_key=True)
    agency: str = Field(sa_type=Text, primary_key=True)
    purpose: str = Field(sa_type=Text, primary_key=True)
    accesses: int
    counted_at: datetime = Field(sa_column=instant())
