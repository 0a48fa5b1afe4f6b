"""Places and who lives where: addresses are dated, and several may be true at once."""

from datetime import date
from typing import Literal

from pydantic import Field

from concept_model.base import Concept, SourceKey


class Address(Concept):
    """A postal address as the partner wrote it; `uprn` is text without leading zeros (BS 7666, domain 2.10)."""

    lines: tuple[str, ...] = Field(default=(), max_length=8)
    postcode: str | None = None
    uprn: str | None = Field(default=None, pattern=r"^[1-9]\d{0,11}$")


class Residence(Concept):
    """A person lived at an address for a period. `kind` is home, temporary, refuge, placement or correspondence."""

    concept: Literal["residence"] = "residence"
    person: SourceKey
    address: Address
    kind: Literal["home", "temporary", "refuge", "placement", "correspondence"] = "home"
    valid_from: date | None = None
    valid_to: date | None = None
    occurrence: str = ""
