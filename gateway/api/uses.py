"""Routes by which a partner sees how its data was used, and compares what it sent with what the log says."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.log.partner_uses import (
    NOTE,
    PersonQuery,
    PersonUse,
    reconcile_batches,
    uses_of_one_person,
    uses_of_own_data,
)

router = APIRouter(prefix="/v1/partners/me", tags=["uses"], dependencies=[BEARER])
_MOST_BATCHES = 100_000


class UseCellOut(BaseModel):
    """Purposes told together, by title. `accesses` is null where there were fewer than five."""

    purposes: list[str]
    accesses: int | None


class UseMonthOut(BaseModel):
    """One month that is over."""

    month: str = Field(description="YYYY-MM")
    uses: list[UseCellOut]


class UsesOut(BaseModel):
    """How an agency's facts were used by others, newest month first."""

    agency: str
    sources: list[str]
    months: list[UseMonthOut]
    note: str


class PersonQueryIn(Sent):
    """A privacy officer's question about one person."""

    source: str = Field(min_length=1, max_length=64, description="A source of the officer's own agency")
    key: str = Field(min_length=1, max_length=128, description="The agency's own key of the person in that source")
    reason: str = Field(min_length=10, max_length=2000, description="Why it is asked; it stands in the log")


class PersonUsesOut(BaseModel):
    """Accesses that may be told. An unknown person and one whom nobody looked at have the same answer."""

    uses: list[PersonUse]
    note: str


class ReconciliationIn(Sent):
    """The batches that the agency knows it sent."""

    batches: list[UUID] = Field(max_length=_MOST_BATCHES)


class ReconciliationOut(BaseModel):
    """What the two lists differ in; both are empty where they agree."""

    not_in_the_log: list[UUID] = Field(description="Sent, says the agency; the log does not know it")
    not_in_yours: list[UUID] = Field(description="Sent by the agency, says the log; the agency did not name it")


@router.get("/uses", **operation("list-uses", "How our data was used", 401, 403))
def uses(wiring: Wired, context: Context, caller: Anyone) -> Annotated[dict[str, Any], Told(UsesOut)]:
    """How often others were shown facts of one's own sources, by purpose and month; small counts stand together."""
    found = uses_of_own_data(wiring, context, caller)
    return {
        "agency": found.agency,
        "sources": found.sources,
        "months": [
            {
                "month": f"{one.month:%Y-%m}",
                "uses": [{"purposes": cell.groups, "accesses": cell.count} for cell in one.cells],
            }
            for one in found.months
        ],
        "note": found.note,
    }


@router.post("/uses/queries", **operation("ask-uses-of-person", "Who saw one person of ours", 400, 401, 403, 422))
def uses_of_person(
    wiring: Wired, context: Context, caller: Anyone, asked: PersonQueryIn
) -> Annotated[dict[str, Any], Told(PersonUsesOut)]:
    """For the agency's privacy officer: accesses to one person, by role and purpose, as far as they may be told."""
    lines = uses_of_one_person(wiring, context, caller, PersonQuery(asked.source, asked.key, asked.reason))
    return {"uses": [asdict(line) for line in lines], "note": NOTE}


@router.post("/reconciliations", **operation("reconcile-batches", "Compare what we sent", 400, 401, 403, 422))
def reconcile(
    wiring: Wired, context: Context, caller: Anyone, asked: ReconciliationIn
) -> Annotated[dict[str, Any], Told(ReconciliationOut)]:
    """Compare the batches that the agency knows with those of which the log says that it sent them."""
    found = reconcile_batches(wiring, context, caller, frozenset(asked.batches))
    return {"not_in_the_log": found.not_in_the_log, "not_in_yours": found.not_in_yours}
