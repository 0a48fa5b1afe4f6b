"""What a steward says of who belongs to a household: told, listed and withdrawn.

(0) one instant; does the register permit this caller to match? A refusal is an entry
(1) no run of linkage meanwhile; the household and the person, or the correction, if it stands
(2) the entry, then the correction, append-only; commit
(3) linkage keeps to every correction that stands: at once for the people concerned, in each run over everything, and
    where new records come. The last one said of a person and a household counts

A correction says on which sources it rests, or it is the council's own statement. Who may not see one of these sources
is shown the family as if nobody had said anything (practice P14; `gateway.profiles.closure`). It never takes protection
away: whom it takes out of a household is looked at as before where people are to be protected from somebody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Entry, EventClass, Outcome
from gateway.errors import AccessRefusedError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.erasure import keep_linkage_out_soon
from gateway.store.household_corrections import (
    HouseholdPerson,
    StandingCorrection,
    add_correction,
    add_withdrawal,
    corrected_homes,
    correction_of,
    corrections_about,
    homes_of_handle,
    persons_of_household,
)
from gateway.store.household_tables import HouseholdCorrectionRow, HouseholdCorrectionWithdrawnRow
from gateway.store.ledger import append
from gateway.store.match_decisions import handle_of, records_of_handle
from gateway.store.near_identities import links_to
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.linking.linking_new import relink
from gateway.usecases.linking.match_stewards import deny, steward_mask
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_NOT_THERE = "there is no such household, person or source"
_NO_SUCH_CORRECTION = "there is no such correction that stands"
_OWN = "Somebody else withdraws what you said. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class HouseholdSaid:
    """What a steward says: the person named for `family_id` belongs, or does not, from the one day to the other.

    `sources` are those that it rests on; none where it is the council's own statement.
    """

    family_id: UUID
    belongs: bool
    valid_from: date | None
    valid_to: date | None
    sources: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class HouseholdCorrection:
    """A correction that stands. Who it is about is told by their handle; nobody is named."""

    correction_id: UUID
    household_id: UUID
    family_id: UUID
    belongs: bool
    valid_from: date | None
    valid_to: date | None
    sources: tuple[str, ...]
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class HouseholdCorrected:
    """What was said or withdrawn. `state`: applied, or queued: a run over everything goes by it."""

    correction_id: UUID
    household_id: UUID
    state: str
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DerivedMember:
    """Somebody of a household, by handle, from the first day to the last as they are known."""

    family_id: UUID
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DerivedHousehold:
    """A household as linkage holds it now, corrections included."""

    household_id: UUID
    members: tuple[DerivedMember, ...]


def households_of_person(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID
) -> list[DerivedHousehold]:
    """The households of the person whom a handle is named for; one that they were taken out of stays among them.

    Raises `AccessRefusedError` but for stewards.
    """
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    with wiring.database.transaction("hg_link") as connection:
        found = homes_of_handle(connection, family_id)
        said = corrected_homes(connection, family_id)
        append(connection, _looked(wiring, context, caller, now, found))
    # The last one who lived there may have been taken out, and what was said of them can still be withdrawn.
    homes = list(dict.fromkeys((*(one.household_id for one in found), *said)))
    return [
        DerivedHousehold(
            home,
            tuple(
                DerivedMember(one.family_id, one.valid_from, one.valid_to)
                for one in found
                if one.household_id == home
            ),
        )
        for home in homes
    ]  # fmt: skip


def household_corrections(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, household_id: UUID
) -> list[HouseholdCorrection]:
    """What stands of a household, in the order in which it was said. Raises `AccessRefusedError` but for stewards."""
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    names = wiring.register.vocabulary.sources
    with wiring.database.transaction("hg_link") as connection:
        members = persons_of_household(connection, household_id)
        said = corrections_about(connection, {household_id, *(one.household_id for one in members)})
        handles = {one.person_id: handle_of(connection, one.person_id) for one in said}
        append(connection, _looked(wiring, context, caller, now, said))
    return [
        HouseholdCorrection(
            one.correction_id, one.household_id, handles[one.person_id], one.belongs, one.valid_from, one.valid_to,
            tuple(names[number] for number in one.source_nos), one.corrected_by, one.corrected_at,
        )
        for one in said
    ]  # fmt: skip


def correct_household(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, household_id: UUID, said: HouseholdSaid
) -> HouseholdCorrected:
    """Say that a person belongs to a household, or does not. Raises `AccessRefusedError` or `NotFoundError`."""
    # (0) One instant; the register.
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    numbers = {name: number for number, name in enumerate(wiring.register.vocabulary.sources)}
    known = all(source in numbers for source in said.sources)
    correction_id = wiring.mint_opaque()
    noted = _noted(wiring, context, caller, now, (correction_id, said.family_id, _word(belongs=said.belongs)))
    with wiring.database.transaction("hg_link") as connection:
        # (1) No run meanwhile; who it is about.
        keep_linkage_out_soon(connection)
        members = persons_of_household(connection, household_id) if known else []
        records = records_of_handle(connection, said.family_id) if members else []
        home = members[0].household_id if members else household_id
        if records:
            # (2) The entry, then what it says.
            append(connection, noted)
            row = HouseholdCorrectionRow(
                correction_id=correction_id, household_id=home, record_id=records[0], belongs=said.belongs,
                valid_from=said.valid_from, valid_to=said.valid_to,
                source_nos=sorted(numbers[source] for source in set(said.sources)),
                sealed_reason=wiring.custody.field.seal(said.reason.encode(), correction_id.bytes),
                corrected_by=caller.subject, corrected_at=now,
            )  # fmt: skip
            add_correction(connection, row)
            concerned = [*records, *_records_of(connection, members)]
    if not records:
        deny(wiring, context, caller, now, "not-found")
        raise NotFoundError(_NOT_THERE)
    # (3) Linkage goes by it.
    return HouseholdCorrected(correction_id, home, _go_by(wiring, concerned), now, UUID(noted.entry_id))


def withdraw_correction(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, correction_id: UUID, reason: str
) -> HouseholdCorrected:
    """Withdraw what another steward said. Raises `AccessRefusedError`, also for one's own, or `NotFoundError`."""
    # (0) One instant; the register.
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    with wiring.database.transaction("hg_link") as connection:
        # (1) No run meanwhile; the correction.
        keep_linkage_out_soon(connection)
        found = correction_of(connection, correction_id)
        own = found is not None and found.corrected_by == caller.subject
        if found is not None and not own:
            # (2) The entry, then what it says.
            handle = handle_of(connection, found.person_id)
            noted = _noted(wiring, context, caller, now, (correction_id, handle, "withdrawn"))
            append(connection, noted)
            sealed = wiring.custody.field.seal(reason.encode(), correction_id.bytes)
            add_withdrawal(
                connection,
                HouseholdCorrectionWithdrawnRow(
                    correction_id=correction_id, sealed_reason=sealed, withdrawn_by=caller.subject, withdrawn_at=now
                ),
            )  # fmt: skip
            members = persons_of_household(connection, found.household_id)
            concerned = [found.record_id, *_records_of(connection, members)]
    if own:
        raise AccessRefusedError("own-decision", _OWN, deny(wiring, context, caller, now, "own-decision"))
    if found is None:
        deny(wiring, context, caller, now, "not-found")
        raise NotFoundError(_NO_SUCH_CORRECTION)
    # (3) Linkage goes by it.
    state = _go_by(wiring, concerned)
    return HouseholdCorrected(correction_id, found.household_id, state, now, UUID(noted.entry_id))


def _go_by(wiring: Wiring, records: Sequence[UUID]) -> str:
    return "queued" if relink(wiring, sorted(set(records))).left else "applied"


def _records_of(connection: Connection, members: Sequence[HouseholdPerson]) -> list[UUID]:
    """One record of each member: enough for all their homes to be looked at."""
    links = links_to(connection, [one.person_id for one in members])
    return list({link.person_id: link.record_id for link in links}.values())


def _noted(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, now: datetime, said: tuple[UUID, UUID, str]
) -> Entry:
    correction_id, family_id, word = said
    detail: dict[str, Any] = {"reasons": [word], "records": [str(correction_id)], "channel": context.channel}
    return entry(
        wiring, context, caller, EventClass.ALTERATION, now, purpose=LINKAGE_PURPOSE, household=str(family_id),
        detail=detail, **linkage_law(wiring, now),
    )  # fmt: skip


def _looked(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, now: datetime,
    found: Sequence[HouseholdPerson] | Sequence[StandingCorrection],
) -> Entry:  # fmt: skip
    persons = tuple(sorted({str(one.person_id) for one in found}))
    return entry(
        wiring, context, caller, EventClass.CONSULTATION, now, purpose=LINKAGE_PURPOSE, subjects=persons,
        outcome=Outcome.DONE if found else Outcome.NOTHING_FOUND,
        detail={"row_count": len(found), "channel": context.channel}, **linkage_law(wiring, now),
    )  # fmt: skip


def _word(*, belongs: bool) -> str:
    return "belongs" if belongs else "does-not-belong"
