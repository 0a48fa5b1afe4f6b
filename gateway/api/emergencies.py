"""Routes of emergencies: who broke the glass, the second person's answer, and the end of a suspension."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import EmergencyAnswerIn, SuspensionEndIn
from gateway.usecases.families.emergencies import Emergency, answer_emergency, emergencies, lift_suspension

router = APIRouter(prefix="/v1/emergencies", tags=["emergencies"], dependencies=[BEARER])


@router.get("", **operation("list-emergencies", "Emergencies that I am told of", 401, 403))
def told(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[Emergency])]:
    """Break-glass that agreements tell this role of: who, when and why by purpose, never the family."""
    return [asdict(one) for one in emergencies(wiring, context, caller)]


@router.post(
    "/{emergency_id}/answer", **operation("answer-emergency", "Answer as the second person", 400, 401, 403, 404, 422)
)
def answer(
    wiring: Wired, context: Context, caller: Staff, emergency_id: UUID, answered: EmergencyAnswerIn
) -> Annotated[dict[str, Any], Told(Emergency)]:
    """Say whether an emergency was justified. Not justified or not answered in time, the reader's right rests."""
    found = answer_emergency(wiring, context, caller, emergency_id, answered.reason, justified=answered.justified)
    return asdict(found)


@router.post(
    "/{emergency_id}/lift",
    **operation("lift-suspension", "Let a reader break glass again", 400, 401, 403, 404, 422),
)
def lift(
    wiring: Wired, context: Context, caller: Staff, emergency_id: UUID, lifted: SuspensionEndIn
) -> Annotated[dict[str, Any], Told(Emergency)]:
    """End a suspension; officers of information governance alone, and not for themselves."""
    return asdict(lift_suspension(wiring, context, caller, emergency_id, lifted.reason))
