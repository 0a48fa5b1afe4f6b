"""What is said against facts that a reader may see: asked only where one of them is marked as disputed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from gateway.errors import KeyCustodyError
from gateway.profiles.permitted import PermittedFact
from gateway.profiles.views import OpenDispute
from gateway.store.disputes import SealedDispute, disputes_of
from gateway.usecases.feeds.working_days import LONDON
from gateway.wiring import Wiring

_UNREADABLE = "What was said can no longer be read."


def open_disputes_of(
    wiring: Wiring, connection: Connection, facts: Sequence[PermittedFact]
) -> Mapping[UUID, OpenDispute]:
    """Open disputes of permitted facts by the facts' ids, in the transaction whose ticket let them out.

    A fact that its source itself marks as disputed has none.
    """
    marked = [one.fact.fact_id for one in facts if one.fact.disputed]
    if not marked:
        return {}
    return {
        one.fact_id: OpenDispute(one.raised_at.astimezone(LONDON).date(), _words(wiring, one))
        for one in disputes_of(connection, marked)
    }


def _words(wiring: Wiring, sealed: SealedDispute) -> str:
    try:
        return wiring.custody.field.unseal(sealed.sealed_words, sealed.dispute_id.bytes).decode()
    except KeyCustodyError:
        return _UNREADABLE
