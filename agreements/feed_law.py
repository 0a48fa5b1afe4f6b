"""What the register says of switching a feed on: whom its source is kept for, what it rests on, what was assessed.

Law can keep a source for purposes of certain natures, as the full electoral register is (SI 2001/341 reg 107): then no
other purpose may be served with it, linkage included. Law can rest on a programme that may not be live any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agreements.lifecycle import RegisterDocuments
from agreements.patterns import expand_items
from agreements.reference_data import Dpia, Gateway, Reservation

_NOT_LIVE = frozenset({"unconfirmed", "ended"})


@dataclass(frozen=True)
class FeedLaw:
    """Compiled from the documents: natures of purposes, reservations and doubtful powers by source, and assessments.

    `resting`: powers that agreements cite for the supply of a source, where the programme behind them is not live.
    """

    natures: Mapping[str, str]
    reservations: Mapping[str, Reservation]
    resting: Mapping[str, tuple[Gateway, ...]]
    assessments: Mapping[str, Dpia]

    def reserved(self, source: str, purpose: str) -> Reservation | None:
        """The law that keeps a source from a purpose; `None` where none does."""
        reservation = self.reservations.get(source)
        if reservation is None or self.natures.get(purpose, "welfare") in reservation.natures:
            return None
        return reservation

    def not_live(self, source: str) -> Gateway | None:
        """A power that supply of a source rests on and whose programme is unconfirmed or has ended."""
        return next(iter(self.resting.get(source, ())), None)


def compile_feed_law(documents: RegisterDocuments) -> FeedLaw:
    """Compile checked documents. Pure."""
    reservations = {one.id: one for one in documents.law.reservations}
    sources = documents.sources.sources
    return FeedLaw(
        natures={purpose.id: purpose.nature for purpose in documents.purposes.purposes},
        reservations={
            one.id: reservations[one.reserved_under] for one in sources if one.reserved_under in reservations
        },
        resting={one.id: _resting(documents, one.id, one.owner) for one in sources},
        assessments={one.id: one for one in documents.dpias},
    )


def _resting(documents: RegisterDocuments, source: str, owner: str) -> tuple[Gateway, ...]:
    doubtful = {one.id: one for one in documents.law.gateways if one.purpose_live in _NOT_LIVE}
    cited = {
        use.id
        for admitted in documents.agreements
        for use in admitted.document.legal.gateways
        if any(
            rule.party == owner and (rule.sources == "*" or source in rule.sources) for rule in admitted.document.supply
        )
        and owner in use.covers
    }
    return tuple(one for name, one in doubtful.items() if name in cited)


def assessed_items(dpia: Dpia) -> frozenset[str]:
    """Items whose processing an assessment is about."""
    return frozenset(expand_items(dpia.data))


def in_date(dpia: Dpia, today: date) -> bool:
    """Whether an assessment is approved on a day and its review is not overdue."""
    return dpia.approved <= today <= dpia.next_review
