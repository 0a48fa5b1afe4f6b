"""What a file says that is past its time by the council's retention schedule is not stored.

Else a file sent again would bring back, until the next night, what retention has forgotten. Only rules that count from
an end can tell at the door: what counts from its recording is always new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.port import RawRow, RowError, Translation
from adapters.quick import PlainFact

DESCRIBING = ("identity.", "address.", "contact.", "family.", "household.")
"""How items begin that say who and where somebody is, and not what happened to them."""
_LONDON = ZoneInfo("Europe/London")
_MESSAGE = "What the row says has ended, longer ago than the council keeps it."
_REMEDY = "Nothing of it is stored. Leave such rows out of the file."


@dataclass(frozen=True, slots=True)
class RetentionAtDoor:
    """For each item of a feed that has such a rule, the day (ISO 8601) before which it must not have ended."""

    limits: Mapping[str, str] = field(default_factory=dict)

    def kept(self, facts: Sequence[PlainFact]) -> Sequence[PlainFact] | None:
        """What of a row is to be stored; None where nothing is left of it but who and where somebody is."""
        if not self.limits:
            return facts
        over = [self._is_over(fact) for fact in facts]
        if not any(over):
            return facts
        kept = [fact for fact, past in zip(facts, over, strict=True) if not past]
        told = any(past and not fact.item.startswith(DESCRIBING) for fact, past in zip(facts, over, strict=True))
        return None if told and all(fact.item.startswith(DESCRIBING) for fact in kept) else kept

    def _is_over(self, fact: PlainFact) -> bool:
        limit = self.limits.get(fact.item)
        ended = fact.valid_to or (day_in_london(datetime.fromisoformat(fact.at)) if fact.at else None)
        return limit is not None and ended is not None and ended < limit


NO_LIMITS = RetentionAtDoor()


def past_retention(row: RawRow) -> Translation:
    """The outcome of a row of which nothing is to be stored."""
    return Translation(row, errors=(RowError(row.number, "", "past-retention", _MESSAGE, _REMEDY),), refused=True)


def day_in_london(at: datetime) -> str:
    """The day in London (ISO 8601), as the nightly run counts it."""
    return str(at.astimezone(_LONDON).date() if at.tzinfo else at.date())
