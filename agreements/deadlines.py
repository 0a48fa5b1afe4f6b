"""What is about to stop an agreement, told 90, 30 and 7 days before, and after: its end, its review, its law."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, continues_under_statute
from agreements.periods import LONDON, end_of_day
from agreements.strict_yaml import Path

STAGES = (7, 30, 90)
"""Days before the last day at which a warning is given, nearest first."""

DeadlineKind = Literal["expiry", "review", "assessment", "law"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day after which something stops. `subject` is what ends: the agreement, its assessment or a law's citation.

    `goes_on`: a missed review stops nothing here, because all rests on duties and the document says so.
    """

    document: str
    kind: DeadlineKind
    subject: str
    last_day: date
    path: Path
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class DueWarning:
    """A deadline at a stage: `90`, `30` or `7` (days), `overdue`, or `daily <date>` while it goes on under statute."""

    deadline: Deadline
    stage: str

    @property
    def key(self) -> str:
        """The same for the same warning at the same stage, so that it is given once."""
        one = self.deadline
        return f"{one.document}/{one.kind}/{one.subject}/{one.last_day.isoformat()}/{self.stage}"

    @property
    def problem(self) -> str:
        """What is due, in words."""
        one, day = self.deadline, f"{self.deadline.last_day:%d %B %Y}".lstrip("0")
        if self.stage.startswith("daily"):
            return f"its review was due by {day}; it goes on under statute, said every day until it is reviewed"
        passed = self.stage == "overdue"
        words = {
            "expiry": f"it ended with {day}" if passed else f"it ends with {day}",
            "review": f"its review was due by {day}" if passed else f"its review is due by {day}",
            "assessment": f"the review of {one.subject} {'was' if passed else 'is'} due by {day}",
            "law": f"{one.subject} ended with {day}" if passed else f"{one.subject} ends with {day}",
        }[one.kind]
        return words + ("; what rests on it has stopped" if passed else f", within {self.stage} days")

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return {
            "expiry": "sign a version that supersedes it, or withdraw it",
            "review": "review it and record the day of the next review",
            "assessment": "review the assessment and enter its next review",
            "law": "rest on other law in a new version",
        }[self.deadline.kind]


def deadlines(documents: RegisterDocuments) -> tuple[Deadline, ...]:
    """Every deadline of the versions that are activated and neither withdrawn nor superseded, nearest first."""
    found = [
        one
        for admitted in documents.agreements
        if admitted.active and admitted.withdrawn is None
        for one in _of(admitted, documents)
    ]
    return tuple(sorted(found, key=lambda one: (one.last_day, one.document, one.kind, one.subject)))


def warnings_at(known: tuple[Deadline, ...], now: datetime) -> tuple[DueWarning, ...]:
    """What to warn of at an instant (aware), the nearest deadline first."""
    staged = ((one, _stage(one, now)) for one in known)
    return tuple(DueWarning(one, stage) for one, stage in staged if stage is not None)


def warnings(documents: RegisterDocuments, now: datetime) -> tuple[DueWarning, ...]:
    """What to warn of at an instant (aware)."""
    return warnings_at(deadlines(documents), now)


def _of(admitted: AdmittedAgreement, documents: RegisterDocuments) -> Iterator[Deadline]:
    document = admitted.document
    name = document.reference
    yield Deadline(name, "expiry", name, document.validity.to, ("validity", "to"))
    review = max((until for _, until in admitted.reviews), default=document.validity.review)
    goes_on = continues_under_statute(document, documents.law)
    yield Deadline(name, "review", name, review, ("validity", "review"), goes_on)
    for dpia in documents.dpias:
        if dpia.id == document.dpia:
            yield Deadline(name, "assessment", dpia.id, dpia.next_review, ("dpia",))
    ends = {gateway.id: (gateway.cite, gateway.ended) for gateway in documents.law.gateways}
    ends |= {basis.id: (basis.law, basis.ended) for basis in documents.law.bases}
    legal = document.legal
    used: list[tuple[Path, str]] = [
        (("legal", "gateways", number, "id"), use.id) for number, use in enumerate(legal.gateways)
    ]
    for part in ("article_6", "article_9", "article_10"):
        used += [(("legal", part, number, "basis"), use.basis) for number, use in enumerate(getattr(legal, part))]
    for path, entry in used:
        law, ended = ends.get(entry, ("", None))
        if ended is not None:
            yield Deadline(name, "law", law, ended, path)


def _stage(one: Deadline, now: datetime) -> str | None:
    if now >= end_of_day(one.last_day):
        return f"daily {now.astimezone(LONDON).date().isoformat()}" if one.goes_on else "overdue"
    return next((str(days) for days in STAGES if now >= end_of_day(one.last_day - timedelta(days=days))), None)
