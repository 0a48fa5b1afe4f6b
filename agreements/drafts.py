"""A draft beside what is in force, as if every party had signed it and two people had activated it at an instant.

Only to compare and to replay: nothing is ever released under it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from agreements.document import Agreement
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, prohibition_spans
from agreements.periods import EVER, both


def as_if_in_force(draft: RegisterDocuments, at: datetime, current: RegisterDocuments | None) -> RegisterDocuments:
    """Admit a draft's documents from `at` (aware) on, each within its own validity.

    A text that `current` holds too keeps the signatures and events that it has there. One that was changed under the
    same name takes the place of the old text at `at`; one that the draft leaves out ends at `at`. Without `current`
    every document stands through its whole validity.
    """
    held = {(one.document.reference, one.digest): one for one in current.agreements} if current else {}
    since = at if current else EVER[0]
    kept = {(one.document.reference, one.digest) for one in draft.agreements}
    admitted = [
        held.get((one.document.reference, one.digest)) or _enacted(one.document, one.digest, since)
        for one in draft.agreements
    ]
    ended = [_until(one, at) for place, one in held.items() if place not in kept]
    return replace(draft, agreements=tuple(_succeeded([*admitted, *ended])))


def _enacted(document: Agreement, digest: str, since: datetime) -> AdmittedAgreement:
    parties = {party.id: ((since, EVER[1]),) for party in document.parties.controllers}
    return AdmittedAgreement(document, digest, ((since, EVER[1]),), parties, stage="activated")


def _until(one: AdmittedAgreement, end: datetime) -> AdmittedAgreement:
    withdrawn = min(end, one.withdrawn) if one.withdrawn else end
    return replace(one, active=both(one.active, [(EVER[0], end)]), withdrawn=withdrawn)


def _succeeded(admitted: Iterable[AdmittedAgreement]) -> Iterator[AdmittedAgreement]:
    """End every version at the instant at which the one that supersedes it comes into force."""
    every = tuple(admitted)
    ends: dict[str, datetime] = {}
    for successor in every:
        old, spans = successor.document.supersedes, prohibition_spans(successor)
        if old is not None and spans:
            ends[old] = min(spans[0][0], ends.get(old, EVER[1]))
    for one in every:
        end = ends.get(one.document.reference)
        yield one if end is None else _until(one, end)
