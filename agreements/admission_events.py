"""Life-cycle events checked against the versions they speak of, and against each other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from agreements.document import Agreement
from agreements.errors import AgreementFileError
from agreements.lifecycle import LifecycleEvent, activated_by_two

_FILE = "lifecycle.json"


def event_faults(
    agreements: Mapping[str, Agreement], events: Sequence[LifecycleEvent], now: datetime
) -> Iterator[AgreementFileError]:
    """Yield every event that cannot be, by its number in the file. `agreements` are by reference."""
    for number, event in enumerate(events):
        agreement = agreements.get(event.document)
        if agreement is None:
            yield _fault(number, "it speaks of a version that is not in the register", "keep every version")
            continue
        if event.event == "activated" and not activated_by_two(event):
            yield _fault(number, "activation takes two different people", "let a second person activate")
        if not event.by:
            yield _fault(number, "nobody is named for it", "name who did it")
        if event.at > now:
            yield _fault(number, "it has not happened yet", "record events when they happen")
        yield from _of_its_kind(number, event, agreement)
        if event.event == "activated" and _withdrawn_before(event, events):
            yield _fault(number, "a withdrawn version never comes back", "sign a new version")


def _of_its_kind(number: int, event: LifecycleEvent, agreement: Agreement) -> Iterator[AgreementFileError]:
    if event.party is not None:
        if event.event != "withdrawn":
            yield _fault(number, "only a withdrawal names a party", "leave `party` out")
        elif event.party not in {party.id for party in agreement.parties.controllers}:
            yield _fault(number, "nobody may withdraw for a body that is no party", "name a party")
    if event.event == "reviewed" and event.next_review is None:
        yield _fault(number, "a review sets the day of the next one", "write `next_review`")
    if event.next_review is not None:
        if event.event != "reviewed":
            yield _fault(number, "only a review sets the next one", "leave `next_review` out")
        elif event.next_review > agreement.validity.to:
            yield _fault(number, "the next review lies outside validity", "choose a day up to the last one")


def _withdrawn_before(event: LifecycleEvent, events: Sequence[LifecycleEvent]) -> bool:
    return any(
        one.document == event.document and one.event == "withdrawn" and one.party is None and one.at <= event.at
        for one in events
    )


def _fault(number: int, problem: str, remedy: str) -> AgreementFileError:
    return AgreementFileError(_FILE, 0, f"events/{number}", problem, remedy=remedy)
