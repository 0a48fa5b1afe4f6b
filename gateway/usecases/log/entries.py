"""Audit entries as the use cases write them: one function that fills who, where and under which register."""

import re
import socket
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from agreements.request import Regime
from audit.entry import Entry, EventClass
from gateway.identity.caller import Caller, StaffCaller
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

SOFTWARE = "hearthgate/0.1.0"
RETENTION = "audit log, 6 years"
"""How long entries are kept at least: the six years of the Limitation Act 1980, in which a claim can come."""

_NOT_AN_ID = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NODE = 100


def entry(
    wiring: Wiring, context: RequestContext, caller: Caller, event: EventClass, now: datetime, **fields: Any
) -> Entry:
    """Build an entry for what a caller does. `fields` are any further fields of `audit.entry.Entry`."""
    detail = {**written_by(), **_origin(context), **fields.pop("detail", {})}
    context.trail.begun = True
    if isinstance(caller, StaffCaller):
        who, role, service, authentication = _staff_id(caller), caller.role, None, caller.authentication
        team, client = caller.team, caller.client or context.client
    else:
        who, role, service, authentication = caller.client_id, None, caller.client_id, "private_key_jwt"
        team, client = None, caller.client_id
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
        client=client,
        register_version=wiring.register.version,
        vocabulary_hash=wiring.register.vocabulary.hash,
        request_id=context.request_id,
        trace_id=context.trace_id,
        detail={key: value for key, value in detail.items() if value is not None},
        **fields,
    )


def system_entry(wiring: Wiring, event: EventClass, now: datetime, **fields: Any) -> Entry:
    """Build an entry for what the gateway does by itself: linkage, key rotation, loading a register."""
    detail = {**written_by(), **fields.pop("detail", {})}
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


def written_by() -> dict[str, str]:
    """The part of every entry's detail that says which software on which node wrote it, and how long it is kept."""
    return {"software": SOFTWARE, "node": _node(), "retention": RETENTION}


@cache
def _node() -> str:
    """The name of this machine on its network."""
    return _NOT_AN_ID.sub("-", socket.gethostname())[:_LONGEST_NODE] or "unnamed"


def _origin(context: RequestContext) -> dict[str, str | None]:
    """Where a request came from, and on which channel."""
    return {
        "channel": context.channel,
        "network": context.network,
        "device": context.device,
        "session": context.session,
    }


def nobody_entry(wiring: Wiring, context: RequestContext, event: EventClass, now: datetime, **fields: Any) -> Entry:
    """Build an entry for an attempt of somebody whom we do not know, or whom we only think we know.

    `who` and `agency` are those that the attempt claims, where it names a machine that is registered.
    """
    detail = {**written_by(), **_origin(context), **fields.pop("detail", {})}
    given = {"who": "nobody", "agency": "unknown", **fields}
    return Entry(
        entry_id=str(wiring.mint()),
        event=event,
        at=now,
        log_id=wiring.settings.log_origin,
        client=context.client,
        register_version=wiring.register.version,
        vocabulary_hash=wiring.register.vocabulary.hash,
        request_id=context.request_id,
        trace_id=context.trace_id,
        detail={key: value for key, value in detail.items() if value is not None},
        **given,
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
