"""What a batch is taken by, kept beside its file: who sent it, in which request, and its contract."""

import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gateway.custody import KeyRing
from gateway.identity.caller import Caller, PartnerCaller, StaffCaller
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.people.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class Order:
    """Everything but the rows that the taking of a batch needs to know of its sending."""

    caller: Caller
    context: RequestContext
    media_format: str
    contract: BatchContract


def seal_order(ring: KeyRing, batch_id: UUID, order: Order) -> bytes:
    """The order as stored: it names staff and where a request came from, so it is sealed."""
    caller, context, contract = order.caller, order.context, order.contract
    document = {
        "partner": isinstance(caller, PartnerCaller),
        "caller": {one.name: _plain(getattr(caller, one.name)) for one in fields(caller)},
        "context": {one.name: getattr(context, one.name) for one in fields(context) if one.compare},
        "contract": {one.name: _plain(getattr(contract, one.name)) for one in fields(contract)},
        "media_format": order.media_format,
    }
    return ring.seal(json.dumps(document).encode(), _bound_to(batch_id))


def open_order(ring: KeyRing, batch_id: UUID, sealed: bytes) -> Order:
    """The order of a batch. Raise `KeyCustodyError` where its key is gone."""
    document = json.loads(ring.unseal(sealed, _bound_to(batch_id)))
    caller, contract = document["caller"], document["contract"]
    until = datetime.fromisoformat(caller.pop("expires_at"))
    who: Caller
    if document["partner"]:
        who = PartnerCaller(caller["client_id"], caller["agency"], frozenset(caller["scopes"]), until)
    else:
        who = StaffCaller(**caller, expires_at=until)
    return Order(who, RequestContext(**document["context"]), document["media_format"], _contract(contract))


_DAYS = ("coverage_from", "coverage_to")


def _contract(stored: dict[str, Any]) -> BatchContract:
    sha256, mends = stored["content_sha256"], stored["mends"]
    begins, ends = (date.fromisoformat(stored[name]) if stored[name] else None for name in _DAYS)
    return BatchContract(
        Mode(stored["mode"]), begins, ends, stored["validate_only"], UUID(mends) if mends else None,
        bytes.fromhex(sha256) if sha256 else None, stored["schema_version"],
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _bound_to(batch_id: UUID) -> bytes:
    return f"batch-order/{batch_id}".encode()
