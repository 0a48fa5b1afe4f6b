"""Routes of households: who is held to live together, and what stewards say of it."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.linking.correcting_households import (
    DerivedHousehold,
    HouseholdCorrected,
    HouseholdCorrection,
    HouseholdSaid,
    correct_household,
    household_corrections,
    households_of_person,
    withdraw_correction,
)

router = APIRouter(prefix="/v1/households", tags=["households"], dependencies=[BEARER])


class HouseholdCorrectionIn(Sent):
    """Who belongs to the household or does not, from when to when, on which sources this rests, and why.

    It counts for readers who may see all `sources`. With an empty list it is the council's own statement, which every
    reader may know of: so the list is always sent, and what a steward read in one source is not told by omission.
    """

    family_id: UUID
    belongs: bool
    valid_from: date | None = None
    valid_to: date | None = None
    sources: list[str] = Field(max_length=20)
    reason: str = Field(min_length=3, max_length=1000)

    @model_validator(mode="after")
    def _in_order(self) -> "HouseholdCorrectionIn":
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            msg = "valid_to is before valid_from"
            raise ValueError(msg)
        return self


class HouseholdWithdrawalIn(Sent):
    """Why a correction is withdrawn."""

    reason: str = Field(min_length=3, max_length=1000)


@router.get("/of/{family_id}", **operation("list-households", "Households of a person", 401, 403, 422))
def households(
    wiring: Wired, context: Context, caller: Staff, family_id: UUID
) -> Annotated[list[dict[str, Any]], Told(list[DerivedHousehold])]:
    """With whom a person is held to live, for stewards. People go by their handles; nobody is named."""
    return [asdict(one) for one in households_of_person(wiring, context, caller, family_id)]


@router.get(
    "/{household_id}/corrections",
    **operation("list-household-corrections", "Corrections of a household", 401, 403, 422),
)
def corrections(
    wiring: Wired, context: Context, caller: Staff, household_id: UUID
) -> Annotated[list[dict[str, Any]], Told(list[HouseholdCorrection])]:
    """What stewards say of who belongs to this household, as far as it stands."""
    return [asdict(one) for one in household_corrections(wiring, context, caller, household_id)]


@router.post(
    "/{household_id}/corrections",
    status_code=201,
    **operation("correct-household", "Correct a household", 400, 401, 403, 404, 422, answer="Corrected"),
)
def correct(
    wiring: Wired, context: Context, caller: Staff, household_id: UUID, said: HouseholdCorrectionIn
) -> Annotated[dict[str, Any], Told(HouseholdCorrected)]:
    """Say that somebody belongs to this household, or does not. Linkage keeps to it from now on."""
    told = HouseholdSaid(**{**said.model_dump(), "sources": tuple(said.sources)})
    return asdict(correct_household(wiring, context, caller, household_id, told))


@router.post(
    "/corrections/{correction_id}/withdrawal",
    **operation("withdraw-household-correction", "Withdraw a correction", 400, 401, 403, 404, 422, answer="Withdrawn"),
)
def withdraw(
    wiring: Wired, context: Context, caller: Staff, correction_id: UUID, withdrawn: HouseholdWithdrawalIn
) -> Annotated[dict[str, Any], Told(HouseholdCorrected)]:
    """Withdraw what another steward said; nobody withdraws what they said themselves."""
    return asdict(withdraw_correction(wiring, context, caller, correction_id, withdrawn.reason))
