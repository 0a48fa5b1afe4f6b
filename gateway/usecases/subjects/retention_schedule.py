"""How long facts are kept, feed by feed and item by item: the council's own retention schedule, not code.

    schedule: NV-RET-2026
    rules:
      - feeds: [police-occurrences]
        items: [crime.allegation, "asb.*"]
        keep: P6Y
        counted_from: ended
        reason: Limitation Act 1980; reviewed with the police each spring.

The first rule that names a fact's feed and item counts. A rule without `feeds` is for all of them; `*` at the end of an
item stands for what begins so. What no rule names is kept. Parsed strictly: an unknown key, feed or item refuses the
whole schedule. Reading is pure but for the file.
"""

import calendar
import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agreements.errors import AgreementFileError
from agreements.strict_yaml import parse_yaml
from concept_model.items import ITEMS
from gateway.errors import ConfigurationError

_PERIOD = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?")
_WRITTEN = r"^P(\d{1,3}Y(\d{1,4}M)?(\d{1,5}D)?|\d{1,4}M(\d{1,5}D)?|\d{1,5}D)$"
_MONTHS = 12


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RetentionRule(_Part):
    """Items of feeds, how long they are kept (ISO 8601), and from when that counts.

    `ended`: from the last day on which it was so, or the moment of an event; what goes on is kept. `recorded`: from the
    instant at which its newest version was learnt. `reason` is the law or the decision behind it.
    """

    feeds: tuple[str, ...] = ()
    items: Annotated[tuple[str, ...], Field(min_length=1)]
    keep: Annotated[str, Field(pattern=_WRITTEN)]
    counted_from: Literal["ended", "recorded"]
    reason: Annotated[str, Field(min_length=10, max_length=200, pattern=r"\.$")]

    def over_before(self, now: datetime) -> datetime:
        """The instant before which a fact's time is over."""
        return earlier(now, self.keep)

    def names(self, item: str) -> bool:
        """Whether the rule is for an item."""
        return any(_stands_for(one, item) for one in self.items)


class RetentionSchedule(_Part):
    """A schedule by its reference, with its rules in order."""

    schedule: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]{1,59}$")]
    rules: tuple[RetentionRule, ...]

    def rule_for(self, feed: str, item: str) -> RetentionRule | None:
        """The first rule that names a feed and an item."""
        return next((one for one in self.rules if (not one.feeds or feed in one.feeds) and one.names(item)), None)

    def cells(self, feeds: Collection[str]) -> Iterator[tuple[str, str, RetentionRule]]:
        """Every feed and item that some rule names, with the one that counts."""
        for feed in sorted(feeds):
            for item in ITEMS:
                rule = self.rule_for(feed, item.name)
                if rule is not None:
                    yield feed, item.name, rule


def load_schedule(path: Path, feeds: Collection[str]) -> RetentionSchedule:
    """Read a schedule. Raises `ConfigurationError` with the place that is wrong; `feeds` are those that there are."""
    try:
        schedule = RetentionSchedule.model_validate(parse_yaml(path.name, path.read_text()).content)
    except OSError:
        message = f"the retention schedule {path.name} cannot be read; HEARTHGATE_RETENTION_FILE names it"
        raise ConfigurationError(message) from None
    except AgreementFileError as error:
        message = f"the retention schedule is wrong: {error}"
        raise ConfigurationError(message) from None
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        message = f"the retention schedule {path.name} is wrong at {place}: {error.errors()[0]['msg']}"
        raise ConfigurationError(message) from None
    for rule in schedule.rules:
        for feed in rule.feeds:
            if feed not in feeds:
                message = f"the retention schedule {path.name} names a feed that there is not: {feed}"
                raise ConfigurationError(message)
        for item in rule.items:
            if not any(_stands_for(item, one.name) for one in ITEMS):
                message = f"the retention schedule {path.name} names an item that there is not: {item}"
                raise ConfigurationError(message)
    return schedule


def _stands_for(written: str, item: str) -> bool:
    return item == written or (written.endswith("*") and item.startswith(written[:-1]))


def earlier(now: datetime, period: str) -> datetime:
    """An instant less a period of years, months and days; the 29th to 31st give way to a month's last day.

    Raises `ValueError` for anything else.
    """
    found = _PERIOD.fullmatch(period)
    if found is None or period == "P":
        raise ValueError("a period is written as P6Y, P18M, P90D or several of these together")
    years, months, days = (int(one or 0) for one in found.groups())
    month = now.year * _MONTHS + now.month - 1 - years * _MONTHS - months
    year, month = divmod(month, _MONTHS)
    if year < 1:
        raise ValueError("the period reaches before the first year")
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day) - timedelta(days=days)
