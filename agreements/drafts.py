"""Drafts as if they were signed: so that what they would do can be proved before anybody signs."""

from dataclasses import replace
from datetime import datetime

from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.periods import EVER, both, start_of_day


def as_if_signed(documents: RegisterDocuments) -> RegisterDocuments:
    """Admit every version that was never activated, with all its parties, from its first day on.

    A version that a draft supersedes ends at the instant at which the draft would begin.
    """
    drafts = [admitted for admitted in documents.agreements if not admitted.active]
    ends = {one.document.supersedes: start_of_day(one.document.validity.from_) for one in drafts}
    return replace(
        documents, agreements=tuple(_admitted(one, ends.get(one.document.reference)) for one in documents.agreements)
    )


def _admitted(one: AdmittedAgreement, end: datetime | None) -> AdmittedAgreement:
    if not one.active:
        starts = start_of_day(one.document.validity.from_)
        everybody = {party.id: (EVER,) for party in one.document.parties.controllers}
        one = replace(one, active=((starts, EVER[1]),), parties=everybody)
    if end is None:
        return one
    withdrawn = min(end, one.withdrawn) if one.withdrawn else end
    return replace(one, active=both(one.active, [(EVER[0], end)]), withdrawn=withdrawn)
