"""Requests that a named person decides: to see what is withheld, or one-off on a law that is named (practice P4).

(0) one instant; the items
(1) does this role ever meet these items for this purpose? A refusal looks at no subject, so that its words are the
    same for every family, data or none
(2) who decides: the owner's contact; the data protection officer where a law is named or the work is against fraud
(3) request and entry in one transaction; only now answer
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agreements.request import Direction
from agreements.sentences import not_included, topic_of
from audit.entry import Decision, EventClass, Outcome
from concept_model.errors import UnknownItemError
from concept_model.items import ITEMS
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.profiles.withheld import REPLY_WORKING_DAYS, reply_day
from gateway.store.ledger import append
from gateway.store.requests import open_requests, save_request
from gateway.store.reviews import raise_review
from gateway.usecases.entries import entry
from gateway.usecases.officers import require_officer
from gateway.usecases.request_context import RequestContext
from gateway.usecases.role_families import families_of
from gateway.usecases.working_days import working_days_on
from gateway.wiring import Wiring

DPO = "dpo"
OVERSIGHT_PURPOSE = "log_oversight"
_FRAUD = "fraud"
_NOT_OFFERED = "Your role may not use shared information for this purpose. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What is asked. `law` names the enactment of a one-off request.

    `items` are names of the item register, or whole groups as `health.*`.
    """

    purpose: str
    items: tuple[str, ...]
    reason: str
    law: str | None = None
    family_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RequestTaken:
    """What the reader is told: the same words whether there is anything to see or not."""

    request_id: UUID
    decided_by: str
    answer_by: datetime
    sentence: str
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request as the officers see it, the reason opened."""

    request_id: UUID
    agency: str
    role: str
    purpose: str
    family_id: UUID | None
    decided_by: str
    items: tuple[str, ...]
    law: str | None
    reason: str
    raised_at: datetime
    answer_by: datetime


def request_access(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest) -> RequestTaken:
    """Take a request. Raises `UnknownItemError` or `AccessRefusedError`; a refusal is an entry."""
    # (0) One instant; the items, each once, in the register's order.
    now = wiring.clock()
    items = _items(asked.items)
    # (1) A named law is for the data protection officer to weigh, whatever the agreements say.
    reach = wiring.register.reach(caller.agency, caller.role, asked.purpose, Direction.VIEW, now)
    if asked.law is None:
        _require_reachable(wiring, context, caller, asked, items, reach)
    # (2) Who decides.
    decided_by = _decider(wiring, caller, asked, items, reach)
    # (3) Request and entry together.
    request_id = wiring.mint_opaque()
    answer_by = working_days_on(now, REPLY_WORKING_DAYS)
    taken = entry(
        wiring, context, caller, EventClass.CONFIGURATION, now, decision=Decision.REFER,
        purpose=_known(wiring, asked.purpose), household=str(asked.family_id) if asked.family_id else None,
        detail={
            "justification": asked.reason, "statutory_power": asked.law, "query": "; ".join(items),
            "records": [str(request_id)],
        },
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        save_request(
            connection,
            {
                "request_id": request_id, "subject": caller.subject, "agency": caller.agency, "role": caller.role,
                "purpose": _known(wiring, asked.purpose), "family_id": asked.family_id, "decider_role": decided_by,
                "items": list(items), "law": asked.law,
                "sealed_reason": wiring.custody.field.seal(asked.reason.encode(), request_id.bytes),
                "raised_at": now, "answer_by": answer_by,
            },
        )  # fmt: skip
        append(connection, taken)
    return RequestTaken(request_id, decided_by, answer_by, _taken_sentence(now), UUID(taken.entry_id))


def requests_open(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[OpenRequest]:
    """Every open request, for officers. Raises `AccessRefusedError` for anybody else; looking is an entry."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        rows = open_requests(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=OVERSIGHT_PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND,
            detail={"row_count": len(rows), "records": [str(row.request_id) for row in rows]},
        )  # fmt: skip
        append(connection, looked)
    unseal = wiring.custody.field.unseal
    return [
        OpenRequest(
            row.request_id, row.agency, row.role, row.purpose, row.family_id, row.decider_role, tuple(row.items),
            row.law, unseal(row.sealed_reason, row.request_id.bytes).decode(), row.raised_at, row.answer_by,
        )
        for row in rows
    ]  # fmt: skip


def _items(asked: Sequence[str]) -> tuple[str, ...]:
    """Items of the register in its order, each once; `health.*` names every item of a group."""
    chosen = {
        name: [item.name for item in ITEMS if item.name == name or f"{item.name.split('.')[0]}.*" == name]
        for name in asked
    }
    if not all(chosen.values()):
        raise UnknownItemError("a request names an item that is not in the register")
    wanted = {item for names in chosen.values() for item in names}
    return tuple(item.name for item in ITEMS if item.name in wanted)


def _require_reachable(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest, items: Sequence[str], reach: int
) -> None:
    role = wiring.register.role(caller.agency, caller.role)
    if not reach:
        sentence = (role.refusal if role else None) or _NOT_OFFERED
        raise _refused(wiring, context, caller, asked, ("purpose-not-offered", sentence))
    never = [item for item in items if not _owners(wiring, item, reach)]
    if never:
        topics = dict.fromkeys(not_included(topic_of(item)) for item in never)
        sentence = (role.refusal if role else None) or " ".join(topics)
        raise _refused(wiring, context, caller, asked, ("items-not-included", sentence))


def _refused(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest, refusal: tuple[str, str]
) -> AccessRefusedError:
    now = wiring.clock()
    code, sentence = refusal
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
        purpose=_known(wiring, asked.purpose), household=str(asked.family_id) if asked.family_id else None,
        detail={"reasons": [code], "justification": asked.reason, "query": "; ".join(asked.items)},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
        if code == "purpose-not-offered" or _FRAUD in families_of(wiring, caller):
            raise_review(connection, wiring.mint(), code, denied, now)
    return AccessRefusedError(code, sentence, denied.entry_id)


def _decider(wiring: Wiring, caller: StaffCaller, asked: NewRequest, items: Sequence[str], reach: int) -> str:
    """The contact of the one agency that holds the items, by the register alone; otherwise the DPO."""
    if asked.law is not None or _FRAUD in families_of(wiring, caller):
        return DPO
    owners = {owner for item in items for owner in _owners(wiring, item, reach)}
    return f"{owners.pop()}/contact" if len(owners) == 1 else DPO


def _owners(wiring: Wiring, item: str, reach: int) -> set[str]:
    vocabulary, sources = wiring.register.vocabulary, wiring.register.sources
    return {
        sources[source].owner for source in vocabulary.sources if reach >> vocabulary.cell(source, item) & 1
    }  # fmt: skip


def _known(wiring: Wiring, purpose: str) -> str:
    return purpose if purpose in wiring.register.purpose_titles else "unknown"


def _taken_sentence(now: datetime) -> str:
    return (
        f"Your request is with the person who decides. You will have an answer by {reply_day(now)}. "
        "That we took it does not mean there is anything to see."
    )
