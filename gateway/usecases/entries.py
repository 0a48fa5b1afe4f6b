"""Audit entries as the use cases write them: one function that fills who, where and under which register."""

from datetime import datetime
from typing import Any
from uuid import UUID

from agreements.request import Regime
from audit.entry import Entry, EventClass
from gateway.identity.caller import Caller, StaffCaller
from gateway.usecases.request_context import RequestContext
from gateway.wiring import Wiring

SOFTWARE = "hearthgate/0.1.0"


def entry(
    wiring: Wiring, context: RequestContext, caller: Caller, event: EventClass, now: datetime, **fields: Any
) -> Entry:
    """Build an entry for what a caller does. `fields` are any further fields of `audit.entry.Entry`."""
    detail = {"software": SOFTWARE, **fields.pop("detail", {})}
    if isinstance(caller, StaffCaller):
        who, role, service, authentication = _staff_id(caller), caller.role, None, caller.authentication
        team: str | None = caller.team
    else:
        who, role, service, authentication = caller.client_id, None, caller.client_id, "private_key_jwt"
        team = None
    fields.setdefault("sealed", is_sealed(wiring, event, fields.get("purpose")))
    return Entry(
        entry_id=str(wiring.mint()),
        event=event,
        at=now,
        log_id=wiring.settings.log_origin,
        who=who,
        agency=caller.agency,
        role=role,
        team=team or None,
        service=service,
        authentication=authentication,
        register_version=wiring.register.version,
        vocabulary_hash=wiring.register.vocabulary.hash,
        request_id=context.request_id,
        trace_id=context.trace_id,
        detail={key: value for key, value in detail.items() if value is not None},
        **fields,
    )


def system_entry(wiring: Wiring, event: EventClass, now: datetime, **fields: Any) -> Entry:
    """Build an entry for what the gateway does by itself: linkage, key rotation, loading a register."""
    detail = {"software": SOFTWARE, **fields.pop("detail", {})}
    fields.setdefault("sealed", is_sealed(wiring, event, fields.get("purpose")))
    return Entry(
        entry_id=str(wiring.mint()),
        event=event,
        at=now,
        log_id=wiring.settings.log_origin,
        who="hearthgate",
        agency="gateway",
        service="hearthgate",
        register_version=wiring.register.version,
        vocabulary_hash=wiring.register.vocabulary.hash,
        detail=detail,
        **fields,
    )


def is_sealed(wiring: Wiring, event: EventClass, purpose: str | None) -> bool:
    """Whether a subject who asks who looked is not told of such an entry (practice P1).

    The purpose and the kind of act decide, and never what is known of a person: else the absence of a line would
    tell. A purpose that the register does not make disclosable, law enforcement and break-glass are sealed.
    """
    if purpose is None:
        return False
    part_3 = wiring.register.regimes.get(purpose) is Regime.DPA_PART_3
    return event is EventClass.OVERRIDE or part_3 or purpose not in wiring.register.disclosable


def opaque(ids: list[UUID] | tuple[UUID, ...]) -> tuple[str, ...]:
    """Ids as entries hold them."""
    return tuple(str(one) for one in ids)


def _staff_id(caller: StaffCaller) -> str:
    return caller.worker_ref or caller.subject
