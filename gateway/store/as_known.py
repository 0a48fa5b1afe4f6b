"""What a page was known to hold at an earlier instant, as hg_erase: items, sources and corrections since; no value."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class FactThen:
    """A fact as it was known then. `parted_at`: since when its record is held to be another person's.

    `correction`: taken-back, withdrawn, changed or disputed since `corrected_at`.
    """

    person_id: UUID
    record_id: UUID
    source_no: int
    item_no: int
    parted_at: datetime | None
    correction: str | None
    corrected_at: datetime | None


def page_as_known(connection: Connection, family_id: UUID, at: datetime) -> list[FactThen]:
    """The facts that stood under a handle at an instant."""
    rows = connection.execute(text("SELECT * FROM hearth.page_as_known(:family, :at)"), {"family": family_id, "at": at})
    return [FactThen(*row) for row in rows]
