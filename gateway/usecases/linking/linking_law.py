"""On which agreement and which law linkage rests: what its entries say, whoever linked or looked."""

from datetime import datetime
from typing import TypedDict

from agreements.decision import Permit
from agreements.request import Band, DecisionRequest, Direction, Relationship
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.register.deciding import legal_basis_of
from gateway.usecases.register.role_families import steward_of
from gateway.wiring import Wiring


class LinkageLaw(TypedDict):
    """Fields of an entry: clauses of the linkage agreement, and its legal bases; none where no agreement permits."""

    agreements: tuple[str, ...]
    legal_basis: str | None


def matching_permit(wiring: Wiring, now: datetime) -> Permit | None:
    """What lets records be compared now. It is the register's alone: the same for every record and every steward."""
    asked = DecisionRequest(
        *steward_of(wiring), LINKAGE_PURPOSE, Relationship.NONE, {}, Band.VERIFIED, Direction.MATCH, now
    )
    decision = wiring.register.decide(asked)
    return decision if isinstance(decision, Permit) else None


def linkage_law(wiring: Wiring, now: datetime) -> LinkageLaw:
    """What an entry says of that."""
    permit = matching_permit(wiring, now)
    uses = permit.uses if permit else ()
    return {"agreements": tuple(sorted({use.clause for use in uses})), "legal_basis": legal_basis_of(uses)}
