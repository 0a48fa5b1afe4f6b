"""Declared purposes: chosen from what the agreements offer, given with a reason, remembered for an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agreements.offers import BreakGlassOffer, PurposeOffer
from audit.entry import Decision, EventClass, Outcome
from gateway.errors import AccessRefusedError, DeclarationError
from gateway.identity.caller import StaffCaller
from gateway.store.declarations import is_one_family, read_declaration, save_declaration
from gateway.store.desk_tables import DeclarationRow
from gateway.store.ledger import append
from gateway.store.reviews import raise_review
from gateway.usecases.families.emergencies import is_suspended, record_emergency, require_break_glass_stands
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

REMEMBERED = timedelta(minutes=60)

_OVER = "this declaration is over or not yours; declare your purpose again"


@dataclass(frozen=True, slots=True)
class NewDeclaration:
    """What a reader declares. `family_id` is None for a search; `at_risk` says who, for break-glass."""

    purpose: str
    reason: str
    family_id: UUID | None = None
    case_reference: str | None = None
    break_glass: bool = False
    at_risk: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration as it stands."""

    declaration_id: UUID
    purpose: str
    family_id: UUID | None
    break_glass: bool
    has_case: bool
    expires_at: datetime


def purposes_offered(wiring: Wiring, caller: StaffCaller) -> tuple[PurposeOffer, ...]:
    """Purposes that this reader may declare now."""
    return wiring.register.purposes_for(caller.agency, caller.role, wiring.clock())


def declare_purpose(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, declared: NewDeclaration
) -> Declaration:
    """Record a declaration and its entry. A purpose that is not offered is refused, logged and queued for review."""
    now = wiring.clock()
    offered = {offer.id for offer in wiring.register.purposes_for(caller.agency, caller.role, now)}
    if declared.purpose not in offered:
        raise _refused(wiring, context, caller, declared, now)
    expires_at = now + REMEMBERED
    offer = _break_glass_offer(wiring, context, caller, declared, now) if declared.break_glass else None
    if offer is not None:
        expires_at = now + timedelta(minutes=offer.expires_minutes)
    declaration_id = wiring.mint_opaque()
    field = wiring.custody.field
    # Who is at risk is asked for so that it is on record: without it nobody could review the emergency.
    reason = f"{declared.at_risk}: {declared.reason}" if declared.break_glass and declared.at_risk else declared.reason
    recorded = entry(
        wiring, context, caller, EventClass.OVERRIDE if declared.break_glass else EventClass.CONFIGURATION, now,
        purpose=declared.purpose, declaration=str(declaration_id), decision=Decision.PERMIT,
        household=str(declared.family_id) if declared.family_id else None,
        detail={
            "justification": reason, "case_reference": declared.case_reference,
            "override": "emergency" if declared.break_glass else None,
        },
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        save_declaration(
            connection,
            {
                "declaration_id": declaration_id, "subject": caller.subject, "agency": caller.agency,
                "role": caller.role, "purpose": declared.purpose, "family_id": declared.family_id,
                "sealed_reason": field.seal(reason.encode(), declaration_id.bytes),
                "sealed_case_reference": field.seal(declared.case_reference.encode(), declaration_id.bytes)
                if declared.case_reference else None,
                "break_glass": declared.break_glass, "declared_at": now, "expires_at": expires_at,
            },
        )  # fmt: skip
        append(connection, recorded)
        if offer is not None:
            record_emergency(wiring, connection, caller, offer, recorded, now)
    return Declaration(
        declaration_id, declared.purpose, declared.family_id, declared.break_glass,
        declared.case_reference is not None, expires_at,
    )  # fmt: skip


def require_declaration(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    declaration_id: UUID | None,
    now: datetime,
    family_id: UUID | None = None,
) -> Declaration:
    """The declaration that a read names: this reader's own, not over, and for this family if it names one.

    Raises `DeclarationError` otherwise; the attempt is an entry, committed before it is refused.
    """
    row, problem = _checked(wiring, caller, declaration_id, now, family_id)
    if row is None or problem is not None:
        denied = entry(
            wiring, context, caller, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
            purpose=row.purpose if row is not None else None, household=str(family_id) if family_id else None,
            declaration=str(row.declaration_id) if row is not None else None,
            detail={"reasons": ["purpose-not-declared"], "channel": context.channel},
        )  # fmt: skip
        with wiring.database.transaction("hg_desk") as connection:
            append(connection, denied)
        raise DeclarationError(problem or _OVER)
    return _declaration(row)


def _checked(
    wiring: Wiring, caller: StaffCaller, declaration_id: UUID | None, now: datetime, family_id: UUID | None
) -> tuple[DeclarationRow | None, str | None]:
    """The reader's own declaration, and what is wrong with it."""
    if declaration_id is None:
        return None, "declare a purpose first, and send its id as Hearthgate-Purpose"
    with wiring.database.transaction("hg_desk") as connection:
        row = read_declaration(connection, declaration_id, caller.subject)
    if row is None or row.expires_at <= now or (row.agency, row.role) != (caller.agency, caller.role):
        return row, _OVER
    if row.break_glass and row.family_id is None:
        return row, "break-glass is for one family"
    if row.break_glass and is_suspended(wiring, caller, now):
        return row, "this emergency was not confirmed, and is over"
    if not _is_for(wiring, row, family_id):
        return row, "this declaration was made for another family; declare your purpose again"
    return row, None


def _is_for(wiring: Wiring, row: DeclarationRow, family_id: UUID | None) -> bool:
    """Whether a declaration holds for a family: of one that is narrowed to it, also by another handle of it."""
    if row.family_id is None or family_id is None or row.family_id == family_id:
        return True
    with wiring.database.transaction("hg_desk") as connection:
        return is_one_family(connection, row.family_id, family_id)


def _declaration(row: DeclarationRow) -> Declaration:
    return Declaration(
        row.declaration_id, row.purpose, row.family_id, row.break_glass, row.sealed_case_reference is not None,
        row.expires_at,
    )  # fmt: skip


def _break_glass_offer(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, declared: NewDeclaration, now: datetime
) -> BreakGlassOffer:
    offers = wiring.register.break_glass_for(caller.agency, caller.role, now)
    offer = next((one for one in offers if declared.purpose in one.purposes), None)
    if offer is None:
        raise _refused(wiring, context, caller, declared, now)
    if declared.family_id is None:
        raise DeclarationError("break-glass is for one family")
    if "who_is_at_risk" in offer.requires and not declared.at_risk:
        raise DeclarationError("write who is at risk, and why")
    require_break_glass_stands(wiring, context, caller, declared.purpose)
    return offer


def _refused(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, declared: NewDeclaration, now: datetime
) -> AccessRefusedError:
    role = wiring.register.role(caller.agency, caller.role)
    sentence = (role.refusal if role else None) or (
        "Your role may not use shared information for this purpose. This attempt is recorded."
    )
    known = wiring.register.purpose_titles
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
        purpose=declared.purpose if declared.purpose in known else "unknown",
        detail={"reasons": ["purpose-not-offered"], "justification": declared.reason},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
        raise_review(connection, wiring.mint(), "purpose-not-offered", denied, now)
    return AccessRefusedError("purpose-not-offered", sentence, denied.entry_id)
