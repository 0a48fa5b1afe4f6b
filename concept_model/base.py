"""The one Pydantic base of every concept, and the small types that all of them share."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Concept(BaseModel):
    """Frozen, closed, and never showing its input in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class Nature(StrEnum):
    """What kind of saying a statement is (practice P8): police allegations are never shown as offences."""

    FACT = "fact"
    OPINION = "opinion"
    ALLEGATION = "allegation"


def _partial_date(text: str) -> str:
    if not _PARTIAL_DATE.fullmatch(text):
        msg = "a date is YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(msg)
    padded = text + "-01-01"[len(text) - 4 :] if len(text) < len("YYYY-MM-DD") else text
    date.fromisoformat(padded)
    return text


PartialDate = Annotated[str, AfterValidator(_partial_date)]
"""`YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as FHIR R4 `date`; never guessed to be fuller than it was sent."""

SourceKey = Annotated[str, Field(min_length=1, max_length=200)]
"""The partner's own key of a person, household or place, unique within one source."""

Scalar = str | int | float | bool | None
