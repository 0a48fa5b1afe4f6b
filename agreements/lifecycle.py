"""From life-cycle events to the spans in which a document is in force. Nothing of this stands inside what is signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime

from agreements.document import Agreement, Clause, Identifier, Invariant
from agreements.periods import EVER, Span, both, days, end_of_day, holds, merged
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList

EventName = Literal["draft", "consultation", "signed", "activated", "suspended", "reviewed", "withdrawn"]
_ACTIVATING_PEOPLE = 2


class LifecycleEvent(Clause):
    """Something that happened to one version. `party` on a withdrawal: that party alone; `next_review` on a review."""

    document: str
    event: EventName
    at: AwareDatetime
    by: tuple[str, ...]
    party: Identifier | None = None
    next_review: date | None = None


class LifecycleFile(Clause):
    """lifecycle.json of the signed folder."""

    events: tuple[LifecycleEvent, ...]


@dataclass(frozen=True, slots=True)
class AdmittedAgreement:
    """A version with what its signatures and events say.

    `active` are the spans between activation and suspension or withdrawal; `parties` the spans in which each party
    is in (from its signature to its withdrawal); `reviews` the later review dates agreed and when. `epoch` is the part
    of time in which its names mean what they say (succession).
    """

    document: Agreement
    digest: str
    active: tuple[Span, ...]
    parties: Mapping[str, tuple[Span, ...]]
    reviews: tuple[tuple[datetime, date], ...] = ()
    withdrawn: datetime | None = None
    stage: str = "draft"
    epoch: Span = EVER


@dataclass(frozen=True, slots=True)
class AdmittedSuccession:
    """A signed succession: from `at` on, `successor` stands where the documents say `predecessor`."""

    id: str
    digest: str
    predecessor: str
    successor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterDocuments:
    """Everything a register is compiled from, checked by the loader. `now` is the instant it was loaded for.

    `invariants` are those of the whole register; nothing is compiled from them.
    """

    agencies: AgencyList
    sources: SourceList
    purposes: PurposeList
    law: LegalRegister
    dpias: tuple[Dpia, ...]
    agreements: tuple[AdmittedAgreement, ...]
    now: datetime
    successions: tuple[AdmittedSuccession, ...] = ()
    invariants: tuple[Invariant, ...] = ()


def activated_by_two(event: LifecycleEvent) -> bool:
    """Activation takes two different people."""
    return len(set(event.by)) >= _ACTIVATING_PEOPLE


def active_spans(events: Iterable[LifecycleEvent]) -> tuple[Span, ...]:
    """Spans between activation and the next suspension or withdrawal. A withdrawn version never comes back."""
    spans: list[Span] = []
    opened: datetime | None = None
    for event in sorted(events, key=lambda event: event.at):
        if event.event == "activated" and opened is None:
            opened = event.at
        elif event.event in {"suspended", "withdrawn"} and event.party is None:
            if opened is not None:
                spans.append((opened, event.at))
            opened = None
            if event.event == "withdrawn":
                return merged(spans)
    if opened is not None:
        spans.append((opened, EVER[1]))
    return merged(spans)


def admit(
    document: Agreement, digest: str, joined_at: Mapping[str, datetime], events: Iterable[LifecycleEvent]
) -> AdmittedAgreement:
    """Combine a version with its events and the instants at which each party signed it or acceded to it."""
    own = sorted((event for event in events if event.document == document.reference), key=lambda event: event.at)
    left = {event.party: event.at for event in own if event.event == "withdrawn" and event.party}
    withdrawn = next((event.at for event in own if event.event == "withdrawn" and event.party is None), None)
    return AdmittedAgreement(
        document=document,
        digest=digest,
        active=active_spans(own),
        parties={party: both([(at, left.get(party, EVER[1]))], [EVER]) for party, at in joined_at.items()},
        reviews=tuple(
            (event.at, event.next_review) for event in own if event.event == "reviewed" and event.next_review
        ),
        withdrawn=withdrawn,
        stage=own[-1].event if own else "draft",
    )


def review_spans(admitted: AdmittedAgreement) -> tuple[Span, ...]:
    """Spans in which no review is overdue."""
    first: Span = (EVER[0], end_of_day(admitted.document.validity.review))
    later = ((at, end_of_day(until)) for at, until in admitted.reviews)
    return merged([first, *(span for span in later if span[0] < span[1])])


def validity_spans(document: Agreement) -> tuple[Span, ...]:
    """Span of the document's own dates."""
    return days(document.validity.from_, document.validity.to)


def continues_under_statute(document: Agreement, law: LegalRegister) -> bool:
    """A missed review does not suspend what rests on duties alone and says so (practice P4)."""
    kinds = {gateway.id: gateway.kind for gateway in law.gateways}
    used = [kinds.get(use.id) for use in document.legal.gateways]
    said = document.validity.on_review_missed == "continue_under_statute"
    return said and bool(used) and all(kind == "duty" for kind in used)


def force_spans(admitted: AdmittedAgreement, law: LegalRegister, dpia: Dpia | None) -> tuple[Span, ...]:
    """Spans in which the document's permits have force: active, valid, reviewed, its assessment in date."""
    spans = both(both(admitted.active, validity_spans(admitted.document)), [admitted.epoch])
    if not continues_under_statute(admitted.document, law):
        spans = both(spans, review_spans(admitted))
    if dpia is not None:
        spans = both(spans, [(EVER[0], end_of_day(dpia.next_review))])
    return spans


def prohibition_spans(admitted: AdmittedAgreement) -> tuple[Span, ...]:
    """Spans in which its prohibitions stand. Suspension and a missed review never lift a prohibition."""
    if not admitted.active:
        return ()
    until = admitted.withdrawn or EVER[1]
    return both(both([(admitted.active[0][0], until)], validity_spans(admitted.document)), [admitted.epoch])


def status_of(admitted: AdmittedAgreement, law: LegalRegister, dpia: Dpia | None, now: datetime) -> str:
    """Status in one word: draft, consultation, signed, in_force, suspended, expired or withdrawn."""
    if admitted.withdrawn is not None and admitted.withdrawn <= now:
        return "withdrawn"
    if now >= end_of_day(admitted.document.validity.to):
        return "expired"
    if holds(force_spans(admitted, law, dpia), now):
        return "in_force"
    if admitted.active and admitted.active[0][0] <= now:
        return "suspended"
    founders = {party.id for party in admitted.document.parties.controllers if not party.accession}
    if founders <= admitted.parties.keys():
        return "signed"
    return "consultation" if admitted.stage == "consultation" else "draft"
