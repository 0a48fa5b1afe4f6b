"""Routes of matches: pairs that wait for a steward, what stewards decide, and forms of profiles that were mixed."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from gateway.api.answers import ReceiptOut
from gateway.api.breach_page import breach_page
from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent, receipt_view
from gateway.usecases.linking.breach_forms import BreachForm, BreachSummary, breach_form, breaches
from gateway.usecases.linking.match_deciding import Doubt, MatchDecision, decide_match, doubt_person, undo_decision
from gateway.usecases.linking.match_queue import MatchPage, WaitingMatch, matches_waiting
from gateway.usecases.linking.match_reviews import MatchSide, explain_match
from gateway.usecases.linking.standing_matches import DecisionOnPerson, decisions_of_person
from linkage.weights import Weight

_CURSOR = Query(max_length=400, description="`next` of the page before")
router = APIRouter(prefix="/v1/matches", tags=["matches"], dependencies=[BEARER])


class MatchDecisionIn(Sent):
    """What a steward decides about a pair, and why. `unsure` leaves it waiting, behind the others."""

    verdict: Literal["same", "different", "unsure"]
    reason: str = Field(min_length=3, max_length=1000)


class MatchReasonIn(Sent):
    """Why a decision is undone."""

    reason: str = Field(min_length=3, max_length=1000)


class DoubtIn(Sent):
    """Of whom somebody doubts that all records are theirs, and why."""

    family_id: UUID
    reason: str = Field(min_length=3, max_length=1000)


class ExplainedMatchOut(BaseModel):
    """A pair with what speaks for and against one person. Weights are in bits; a negative one speaks against."""

    match: WaitingMatch
    one: MatchSide
    other: MatchSide
    claims: list[str]
    weights: list[Weight]
    at: datetime
    request_id: str
    receipt: ReceiptOut


@dataclass(frozen=True, slots=True)
class BreachOut(BreachForm):
    """The form with the receipt of this reading."""

    receipt: ReceiptOut  # type: ignore[assignment]  # as it goes over the wire


@router.get("/reviews", **operation("list-matches", "Pairs that wait for a steward", 401, 403, 404, 422))
def reviews(
    wiring: Wired, context: Context, caller: Staff, cursor: Annotated[str | None, _CURSOR] = None
) -> Annotated[dict[str, Any], Told(MatchPage)]:
    """A hundred pairs of records that may be one person's, the one of which a decision changes most first.

    Nobody is named.
    """
    return asdict(matches_waiting(wiring, context, caller, cursor))


@router.get("/reviews/{review_id}", **operation("read-match", "One pair, explained", 401, 403, 404, 422))
def review(
    wiring: Wired, context: Context, caller: Staff, review_id: UUID
) -> Annotated[dict[str, Any], Told(ExplainedMatchOut)]:
    """Who the two records are by their sources' word, what speaks for and against one person, and by how much."""
    found = explain_match(wiring, context, caller, review_id)
    told = asdict(found)
    return {
        **told, "at": found.receipt.at, "request_id": context.request_id, "receipt": receipt_view(found.receipt),
    }  # fmt: skip


@router.post(
    "/doubts",
    status_code=201,
    **operation("doubt-person", "Doubt a person's records", 400, 401, 403, 404, 422, answer="Pairs wait"),
)
def doubt(wiring: Wired, context: Context, caller: Staff, doubted: DoubtIn) -> Annotated[dict[str, Any], Told(Doubt)]:
    """Let the records of one person wait for a decision, each beside the surest of them."""
    return asdict(doubt_person(wiring, context, caller, doubted.family_id, doubted.reason))


@router.post(
    "/{review_id}/decisions",
    status_code=201,
    **operation("decide-match", "Decide on a pair", 400, 401, 403, 404, 409, 422, answer="Decided"),
)
def decide(
    wiring: Wired, context: Context, caller: Staff, review_id: UUID, decided: MatchDecisionIn
) -> Annotated[dict[str, Any], Told(MatchDecision)]:
    """Same, different or unsure. Linkage keeps to it from now on; different wins over same, and both over any score.

    Where that keeps linkage from a decision, `set_aside` names it: of sames that lead to two who differ the weakest.
    """
    return asdict(decide_match(wiring, context, caller, review_id, decided.verdict, decided.reason))


@router.get(
    "/decisions/of/{family_id}",
    **operation("list-match-decisions", "Decisions about a person's records", 401, 403, 422),
)
def decisions(
    wiring: Wired, context: Context, caller: Staff, family_id: UUID
) -> Annotated[list[dict[str, Any]], Told(list[DecisionOnPerson])]:
    """What holds of whose their records are, for whoever is to undo what is wrong. Nobody is named."""
    return [asdict(one) for one in decisions_of_person(wiring, context, caller, family_id)]


@router.post(
    "/decisions/{decision_id}/undo",
    **operation("undo-match-decision", "Undo a decision", 400, 401, 403, 404, 422, answer="Undone"),
)
def undo(
    wiring: Wired, context: Context, caller: Staff, decision_id: UUID, undone: MatchReasonIn
) -> Annotated[dict[str, Any], Told(MatchDecision)]:
    """Undo what another steward decided; nobody undoes what they decided themselves."""
    return asdict(undo_decision(wiring, context, caller, decision_id, undone.reason))


@router.get("/breaches", **operation("list-breaches", "Profiles that were of two people", 401, 403))
def forms(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[BreachSummary])]:
    """Forms for the data protection officer, newest first, each with its 72 hours."""
    return [asdict(one) for one in breaches(wiring, context, caller)]


@router.get("/breaches/{breach_id}", **operation("read-breach", "One breach form", 401, 403, 404, 422))
def form(wiring: Wired, context: Context, caller: Staff, breach_id: UUID) -> Annotated[dict[str, Any], Told(BreachOut)]:
    """What UK GDPR Art 33 asks of a profile that was of two people, filled as far as log and links tell."""
    found = breach_form(wiring, context, caller, breach_id)
    return {**asdict(found), "receipt": receipt_view(found.receipt)}


@router.get(
    "/breaches/{breach_id}/page",
    response_class=HTMLResponse,
    **operation("print-breach", "One breach form as a page", 401, 403, 404, 422),
)
def page(wiring: Wired, context: Context, caller: Staff, breach_id: UUID) -> HTMLResponse:
    """The same to print, with room for what a person decides."""
    return HTMLResponse(breach_page(breach_form(wiring, context, caller, breach_id)))
