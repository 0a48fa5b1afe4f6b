"""Legal holds: while one stands, nothing of the person is erased (UK GDPR Art 17(3)(b) and (e)).

Officers place and lift them; each is an entry. A hold stands for every id that the person's records were ever under.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.entry import EventClass, Outcome
from gateway.errors import NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.erasure import records_of_family
from gateway.store.erasure_desk import lift_hold as end_hold
from gateway.store.erasure_desk import lock_hold, save_hold, standing_holds
from gateway.store.erasure_tables import LegalHoldRow
from gateway.store.ledger import append
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.subjects.erasing import NOBODY, PURPOSE, listed
from gateway.wiring import Wiring

_NO_SUCH_HOLD = "there is no such hold"
_OFFICERS_ONLY = "Only information governance officers may place or lift a legal hold. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A hold that stands, or one that has just been lifted."""

    hold_id: UUID
    family_id: UUID
    reference: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None


def place_hold(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, reference: str, reason: str
) -> LegalHold:
    """Keep a person from erasure. Raises `AccessRefusedError`, or `NotFoundError` for a handle of nobody."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_erase") as connection:
        known = bool(records_of_family(connection, family_id))
    hold_id = wiring.mint_opaque()
    placed = entry(
        wiring, context, caller, EventClass.CONFIGURATION if known else EventClass.DENIED, now, purpose=PURPOSE,
        household=str(family_id), outcome=Outcome.DONE if known else Outcome.NOTHING_FOUND,
        detail={"legal_hold": str(hold_id), "case_reference": reference, "justification": reason},
    )  # fmt: skip
    words = json.dumps({"reference": reference, "reason": reason}).encode()
    row = LegalHoldRow(
        hold_id=hold_id, family_id=family_id, sealed_words=wiring.custody.field.seal(words, hold_id.bytes),
        placed_by=placed.who, placed_at=now, lifted_by=None, lifted_at=None,
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, placed)
        if known:
            save_hold(connection, row.model_dump())
    if not known:
        raise NotFoundError(NOBODY)
    return _shown(wiring, row)


def holds_standing(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[LegalHold]:
    """Holds that stand, oldest first. Raises `AccessRefusedError`; looking is an entry."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    return [_shown(wiring, row) for row in listed(wiring, context, caller, now, standing_holds)]


def lift_hold(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, hold_id: UUID, reason: str
) -> LegalHold:  # fmt: skip
    """End a hold. Raises `AccessRefusedError`, or `NotFoundError` where no such hold stands."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_hold(connection, hold_id)
        lifted = entry(
            wiring, context, caller, EventClass.DENIED if row is None else EventClass.CONFIGURATION, now,
            purpose=PURPOSE, household=None if row is None else str(row.family_id),
            outcome=Outcome.NOTHING_FOUND if row is None else Outcome.DONE,
            detail={"legal_hold": str(hold_id), "justification": reason, "review_outcome": "lifted"},
        )  # fmt: skip
        append(connection, lifted)
        if row is not None:
            end_hold(connection, hold_id, lifted.who, now)
    if row is None:
        raise NotFoundError(_NO_SUCH_HOLD)
    return _shown(wiring, row.model_copy(update={"lifted_at": now}))


def _shown(wiring: Wiring, row: LegalHoldRow) -> LegalHold:
    words = json.loads(wiring.custody.field.unseal(row.sealed_words, row.hold_id.bytes))
    return LegalHold(
        row.hold_id, row.family_id, words["reference"], words["reason"], row.placed_by, row.placed_at, row.lifted_at
    )
