"""Routes of lawful erasure: one officer asks, another decides; legal holds that keep a person from it."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.subjects.erasing import Erasure, NewErasure, ask_erasure, decide_erasure, erasures_open
from gateway.usecases.subjects.legal_holds import LegalHold, holds_standing, lift_hold, place_hold

router = APIRouter(prefix="/v1", tags=["erasure"], dependencies=[BEARER])
_REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9./-]*$"


class ErasureIn(Sent):
    """Whom to erase, on which ground of UK GDPR Art 17(1) or DPA 2018 s.47, under which reference of the office.

    The reference stays in the log: letters, digits, dots, slashes and hyphens, and nobody's name.
    """

    family_id: UUID
    ground: Literal[
        "no-longer-necessary", "consent-withdrawn", "objection", "unlawful", "legal-obligation", "childs-consent",
        "law-enforcement",
    ]  # fmt: skip
    reference: str = Field(max_length=60, pattern=_REFERENCE)
    reason: str = Field(min_length=3, max_length=1000)


class ErasureDecisionIn(Sent):
    """What the second officer decides, and why. Confirmed, it is carried out at once and cannot be undone."""

    confirmed: bool
    reason: str = Field(min_length=3, max_length=1000)


class LegalHoldIn(Sent):
    """Whom to keep from erasure, under which reference, and why."""

    family_id: UUID
    reference: str = Field(max_length=60, pattern=_REFERENCE)
    reason: str = Field(min_length=3, max_length=1000)


class HoldEndIn(Sent):
    """Why a hold is lifted."""

    reason: str = Field(min_length=3, max_length=1000)


@router.post(
    "/erasures",
    status_code=202,
    **operation(
        "ask-erasure", "Ask that a person be erased", 400, 401, 403, 404, 422, answer="Waits for another officer"
    ),
)
def ask(wiring: Wired, context: Context, caller: Staff, asked: ErasureIn) -> Annotated[dict[str, Any], Told(Erasure)]:
    """Ask as an officer that the person of a handle be erased, through every id that their records were ever under."""
    new = NewErasure(asked.family_id, asked.ground, asked.reference, asked.reason)
    return asdict(ask_erasure(wiring, context, caller, new))


@router.get("/erasures", **operation("list-erasures", "Erasures that wait for a second officer", 401, 403))
def waiting(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[Erasure])]:
    """Erasures that an officer asked for and no other has decided on yet, oldest first."""
    return [asdict(one) for one in erasures_open(wiring, context, caller)]


@router.post(
    "/erasures/{erasure_id}/decision",
    **operation("decide-erasure", "Confirm or refuse an erasure", 400, 401, 403, 404, 409, 422),
)
def decide(
    wiring: Wired, context: Context, caller: Staff, erasure_id: UUID, decided: ErasureDecisionIn
) -> Annotated[dict[str, Any], Told(Erasure)]:
    """Decide on an erasure that another officer asked for. Confirmed, it is done when this answers; a hold stops it."""
    done = decide_erasure(wiring, context, caller, erasure_id, decided.reason, confirmed=decided.confirmed)
    return asdict(done)


@router.post(
    "/legal-holds",
    status_code=201,
    **operation("place-hold", "Keep a person from erasure", 400, 401, 403, 404, 422, answer="Stands from now on"),
)
def place(
    wiring: Wired, context: Context, caller: Staff, placed: LegalHoldIn
) -> Annotated[dict[str, Any], Told(LegalHold)]:
    """Place a legal hold: while it stands, nothing of the person is erased, whoever asks."""
    return asdict(place_hold(wiring, context, caller, placed.family_id, placed.reference, placed.reason))


@router.get("/legal-holds", **operation("list-holds", "Legal holds that stand", 401, 403))
def holds(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[LegalHold])]:
    """Holds that stand, oldest first."""
    return [asdict(one) for one in holds_standing(wiring, context, caller)]


@router.post("/legal-holds/{hold_id}/lift", **operation("lift-hold", "End a hold", 400, 401, 403, 404, 422))
def lift(
    wiring: Wired, context: Context, caller: Staff, hold_id: UUID, lifted: HoldEndIn
) -> Annotated[dict[str, Any], Told(LegalHold)]:
    """Lift a hold. The person can be erased from then on; nothing is erased by this."""
    return asdict(lift_hold(wiring, context, caller, hold_id, lifted.reason))
