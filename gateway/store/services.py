"""The directory of services: what organisations publish of what they offer. Nobody's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One entry. `place` tells where it stands in the order; `checked` is the day on which its owner checked it."""

    service_id: UUID
    place: str
    value: Mapping[str, Any]
    checked: date | None


def find_services(
    connection: Connection, words: str, category: str, district: str, after: str, limit: int
) -> list[ServiceRow]:  # fmt: skip
    """Entries in order of name behind the place `after`, at most `limit`; an empty word leaves a filter open."""
    rows = connection.execute(
        text("SELECT * FROM hearth.find_services(:words, :category, :district, :after, :limit)"),
        {"words": words, "category": category, "district": district, "after": after, "limit": limit},
    )
    return [ServiceRow(*row) for row in rows]
