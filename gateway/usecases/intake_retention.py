"""What a file says that is past its time by the council's retention schedule is not stored.

Else a file sent again would bring back, until the next night, what retention has forgotten. Only rules that count from
an end can tell at the door: what counts from its recording is always new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from adapters.port import RawRow, RowError, Translation
from adapters.quick import PlainFact
from gateway.usecases.batch_contract import Mode
from gateway.usecases.intake_parts import DESCRIBING, Taking
from gateway.usecases.retention_schedule import load_schedule

_LONDON = ZoneInfo("Europe/London")
_MESSAGE = "What the row says has ended, longer ago than the council keeps it."
_REMEDY = "Nothing of it is stored. Leave such rows out of the file."


@dataclass(frozen=True, slots=True)
class RetentionAtDoor:
    """For each item of a feed that has such a rule, the day before which it must not have ended."""

    limits: Mapping[str, date] = field(default_factory=dict)

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
        ended = fact.valid_to or (_day(fact.at) if fact.at else None)
        return limit is not None and ended is not None and ended < limit


NO_LIMITS = RetentionAtDoor()


def retention_of(taking: Taking) -> RetentionAtDoor:
    """The limits of a batch's feed by the schedule that the nightly run goes by; none where its rows withdraw.

    Raises `ConfigurationError` as that run does.
    """
    wiring, path = taking.wiring, taking.wiring.settings.retention_file
    if path is None or taking.order.contract.mode is Mode.TOMBSTONE:
        return NO_LIMITS
    rules = load_schedule(path, wiring.feeds).cells([taking.batch.feed])
    return RetentionAtDoor(
        {item: _day(rule.over_before(taking.now)) for _, item, rule in rules if rule.counted_from == "ended"}
    )


def past_retention(row: RawRow) -> Translation:
    """The outcome of a row of which nothing is to be stored."""
    return Translation(row, errors=(RowError(row.number, "", "past-retention", _MESSAGE, _REMEDY),), refused=True)


def _day(at: datetime) -> date:
    """The day in London, as the nightly run counts it."""
    return at.astimezone(_LONDON).date() if at.tzinfo else at.date()
