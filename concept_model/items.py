"""The register of data items: the one vocabulary of supply, masks, release, pages and audit entries.

An item's bit is its place in `ITEMS`; entries are only ever appended, because stored masks and audit entries
refer to bits. `vocabulary_hash()` goes into every entry so that an old mask is read with the list it was made with.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cached_property
from typing import Literal

from concept_model.errors import UnknownItemError
from concept_model.item_table import ITEM_TABLE

ITEM_CAPACITY = 256
"""Bits kept for each source in a mask: cell = source number * ITEM_CAPACITY + item bit."""

LOCATION_BEARING = frozenset(
    {"address.residence", "contact.phone", "contact.email", "health.registration", "education.enrolment"}
)
"""Items that can tell where a protected person is (domain 4.9): judged as a protected location from then on."""

SERVICE_BEARING = frozenset(
    {"care.professional", "support.episode", "housing.tenancy", "care.looked_after", "health.appointment"}
)
"""Items that tell who works with somebody, treats or houses them. What began since a protection tells where they are.

Their numbers stand in row-level security too (migration 0051).
"""

EARLIER_ALONE = ITEM_CAPACITY - 1
"""Bit of a source's cells in a ticket: of what tells of services only what began before the protection may be shown."""


class Block(Enum):
    """The six blocks of the LeGSB model."""

    HOUSEHOLD = "household"
    CIRCUMSTANCES = "circumstances"
    GOALS = "goals"
    REACTIVE_SERVICES = "reactive-services"
    INTERVENTIONS = "interventions"
    LISTS = "lists"


class Withholding(StrEnum):
    """How an item that a reader may not see is spoken of."""

    COUNT = "count"
    EXISTS = "exists"
    SILENT = "silent"


SpecialCategory = Literal["health", "race", "criminal"] | None
"""UK GDPR Article 9 category, or Article 10 criminal-offence data."""


@dataclass(frozen=True, slots=True)
class ItemField:
    """One field of an item's value. Kinds: text, code, date, number, money (pounds sterling), flag."""

    name: str
    label: str
    kind: Literal["text", "code", "date", "number", "money", "flag"]


@dataclass(frozen=True)
class Item:
    """A data item. `data_class` is D0 to D7 (domain 4.10); `iso30182` names the concept of ISO/IEC 30182."""

    name: str
    label: str
    data_class: str
    block: Block
    iso30182: str
    special_category: SpecialCategory
    default_mode: Withholding
    fields: tuple[ItemField, ...]

    @cached_property
    def field_names(self) -> frozenset[str]:
        """Names that the value of this item may hold."""
        return frozenset(field.name for field in self.fields)


def item_named(name: str) -> Item:
    """Return the item, or raise `UnknownItemError`."""
    try:
        return _BY_NAME[name]
    except KeyError:
        msg = "no data item of that name is registered"
        raise UnknownItemError(msg) from None


def item_bit(name: str) -> int:
    """Return the place of an item in every mask."""
    try:
        return _BITS[name]
    except KeyError:
        msg = "no data item of that name is registered"
        raise UnknownItemError(msg) from None


def vocabulary_hash() -> str:
    """SHA-256 over names in bit order, hexadecimal."""
    return hashlib.sha256("\n".join(item.name for item in ITEMS).encode()).hexdigest()


def _fields(text: str) -> tuple[ItemField, ...]:
    parsed = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, kind, label = (piece.strip() for piece in part.split(":", 2))
        parsed.append(ItemField(name, label, kind))  # type: ignore[arg-type]
    return tuple(parsed)


def _load() -> tuple[Item, ...]:
    blocks = {block.value: block for block in Block}
    return tuple(
        Item(name, label, data_class, blocks[block], iso, special, Withholding(mode), _fields(fields))
        for name, label, data_class, block, iso, special, mode, fields in ITEM_TABLE
    )


ITEMS: tuple[Item, ...] = _load()
_BY_NAME = {item.name: item for item in ITEMS}
_BITS = {item.name: bit for bit, item in enumerate(ITEMS)}
