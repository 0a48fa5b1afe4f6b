"""The directory of services looked into: what a family can be sent to, for anyone who has signed in.

No person's data is read, so no agreement is asked and no entry made. What somebody looks for is still nobody else's
business: it comes in a body, and is neither logged nor kept.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gateway.errors import NotFoundError
from gateway.store.services import ServiceRow, find_services
from gateway.wiring import Wiring

_A_PAGE = 50
_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?")


@dataclass(frozen=True, slots=True)
class Service:
    """One service as its organisation publishes it. `postcodes` are where it is offered; `checked`: by its owner."""

    service_id: UUID
    name: str
    organisation: str | None
    description: str | None
    category: str | None
    postcodes: tuple[str, ...]
    phone: str | None
    email: str | None
    url: str | None
    checked: date | None


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Services in order of name, and the cursor of the page that follows, None where this is the last."""

    services: tuple[Service, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ServiceFilters:
    """What is looked for: words anywhere in an entry, a category, the outward part of a postcode. "" is anything."""

    words: str = ""
    category: str = ""
    district: str = ""


def look_up_services(wiring: Wiring, filters: ServiceFilters, cursor: str | None) -> ServicePage:
    """A page of fifty. Raises `NotFoundError` for a cursor that is none; a district that is none finds nothing."""
    district = filters.district.strip().upper()
    after = _place_of(cursor) if cursor else ""
    if district and not _DISTRICT.fullmatch(district):
        return ServicePage((), None)
    with wiring.database.transaction("hg_desk") as connection:
        rows = find_services(
            connection, filters.words.strip(), filters.category.strip(), district, after, _A_PAGE + 1
        )  # fmt: skip
    page = rows[:_A_PAGE]
    return ServicePage(tuple(map(_service, page)), _cursor_of(page[-1].place) if len(rows) > _A_PAGE else None)


def _service(row: ServiceRow) -> Service:
    def told(name: str) -> str | None:
        return str(row.value[name]) if row.value.get(name) else None

    postcodes = re.findall(r"[A-Z]{1,2}[0-9][0-9A-Z]?\s?[0-9][A-Z]{2}", (told("postcode") or "").upper())
    return Service(
        row.service_id, str(row.value["name"]), told("organisation"), told("description"), told("category"),
        tuple(dict.fromkeys(postcodes)), told("phone"), told("email"), told("url"), row.checked,
    )  # fmt: skip


def _cursor_of(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place_of(cursor: str) -> str:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, binascii.Error):
        place = ""
    if not place or "\x00" in place:
        message = "there is no such page of services"
        raise NotFoundError(message)
    return place
