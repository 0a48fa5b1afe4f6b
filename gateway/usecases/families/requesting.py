"""Requests that a named person decides: to see what is withheld, or one-off on a law that is named (practice P4).

(0) one instant; the items
(1) does this role ever meet these items for this purpose, or is the named law one to ask under? A refusal looks at no
    subject, so that its words are the same for every family, data or none
(2) who decides: the owner's contact, or the data protection officer where the work is against fraud; under a law, whom
    the register names, by the register's clock
(3) request and entry in one transaction, and a review item where a law is named: the data protection officer is told.
    Only now answer
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agreements.decision import Refer
from agreements.request import Direction
from agreements.sentences import not_included, topic_of
from agreements.statutory import NamedLaw
from audit.entry import Decision, EventClass, Outcome
from concept_model.errors import UnknownItemError
from concept_model.items import ITEMS
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.profiles.withheld import REPLY_WORKING_DAYS, reply_day
from gateway.store.ledger import append
from gateway.store.requests import open_requests, save_request
from gateway.store.reviews import raise_review
from gateway.usecases.feeds.working_days import LONDON, working_days_on
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import is_officer, require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.named_law import (
    cells_named,
    judged,
    law_of,
    question,
    referral,
    refused_for_everybody,
    written,
)
from gateway.usecases.register.role_families import families_of
from gateway.wiring import Wiring

DPO = "dpo"
OVERSIGHT_PURPOSE = "log_oversight"
_FRAUD = "fraud"
_ONE_FAMILY = "Name the family. A request under a law is about one family, not about everybody."
_NOT_OFFERED = "Your role may not use shared information for this purpose. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What is asked. `law` is the enactment of a one-off request, by its id in the legal register.

    `items` are names of the item register, or whole groups as `health.*`; under a law no groups, and each item with
    its source where that is known: `housing/housing.tenancy`.
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
    """A request as the officers see it, reason and law opened. Under a law, `items` are `source/item`."""

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


@dataclass(frozen=True, slots=True)
class _Taken:
    """What becomes of a request that is taken. `review` is the kind of the item by which officers hear of it."""

    items: tuple[str, ...]
    decided_by: str
    answer_by: datetime
    sentence: str
    review: str | None = None


def request_access(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest) -> RequestTaken:
    """Take a request. Raises `UnknownItemError` or `AccessRefusedError`; a refusal is an entry."""
    # (0) One instant.
    now = wiring.clock()
    # (1) and (2) Whether it may be asked, and who decides.
    take = _by_agreement if asked.law is None else _under_law
    taken = take(wiring, context, caller, asked, now)
    # (3) Request and entry together.
    return _save(wiring, context, caller, asked, taken, now)


def _by_agreement(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest, now: datetime
) -> _Taken:
    items = _items(asked.items)
    reach = wiring.register.reach(caller.agency, caller.role, asked.purpose, Direction.VIEW, now)
    _require_reachable(wiring, context, caller, asked, items, reach)
    decided_by = _decider(wiring, caller, items, reach)
    return _Taken(items, decided_by, working_days_on(now, REPLY_WORKING_DAYS), _taken_sentence(reply_day(now)))


def _under_law(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest, now: datetime
) -> _Taken:
    """No agreement is consulted: the register judges the law, the cells and who decides, and looks at no family."""
    named = NamedLaw(asked.law or "", cells_named(wiring, asked.items, now))
    decisions = judged(wiring, question(caller.agency, caller.role, asked.purpose, now), named)
    refusal = refused_for_everybody(decisions)
    if refusal is not None:
        raise _refused(wiring, context, caller, asked, (refusal.code, refusal.message))
    if asked.family_id is None:
        raise _refused(wiring, context, caller, asked, ("family-not-named", _ONE_FAMILY))
    referred: Refer = referral(decisions)
    answer_by = now + referred.within
    by = answer_by.astimezone(LONDON).strftime("%A %H:%M")
    return _Taken(tuple(written(named.cells)), referred.to, answer_by, _taken_sentence(by), referred.code)


def _save(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRequest, taken: _Taken, now: datetime
) -> RequestTaken:
    request_id = wiring.mint_opaque()
    seal = wiring.custody.field.seal
    recorded = entry(
        wiring, context, caller, EventClass.CONFIGURATION, now, decision=Decision.REFER,
        purpose=_known(wiring, asked.purpose), household=str(asked.family_id) if asked.family_id else None,
        detail={
            "justification": asked.reason, "statutory_power": asked.law, "query": "; ".join(taken.items),
            "records": [str(request_id)],
        },
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        save_request(
            connection,
            {
                "request_id": request_id, "subject": caller.subject, "agency": caller.agency, "role": caller.role,
                "purpose": _known(wiring, asked.purpose), "family_id": asked.family_id,
                "decider_role": taken.decided_by, "items": list(taken.items),
                "sealed_law": seal(asked.law.encode(), request_id.bytes) if asked.law is not None else None,
                "sealed_reason": seal(asked.reason.encode(), request_id.bytes), "raised_at": now,
                "answer_by": taken.answer_by, "entry_id": UUID(recorded.entry_id),
            },
        )  # fmt: skip
        append(connection, recorded)
        if taken.review is not None:
            raise_review(connection, wiring.mint(), taken.review, recorded, now)
    return RequestTaken(request_id, taken.decided_by, taken.answer_by, taken.sentence, UUID(recorded.entry_id))


def requests_open(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[OpenRequest]:
    """Open requests: every one for officers, for the decider of an agency those that it is to decide.

    Raises `AccessRefusedError` for anybody else; looking is an entry.
    """
    now = wiring.clock()
    decider = None if is_officer(wiring, caller) else _decider_of(wiring, caller)
    if decider is None:
        require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        rows = open_requests(connection, decider)
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
            law_of(wiring, row), unseal(row.sealed_reason, row.request_id.bytes).decode(), row.raised_at, row.answer_by,
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
        detail={
            "reasons": [code], "justification": asked.reason, "query": "; ".join(asked.items),
            "statutory_power": asked.law,
        },
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
        if code == "purpose-not-offered" or _FRAUD in families_of(wiring, caller):
            raise_review(connection, wiring.mint(), code, denied, now)
    return AccessRefusedError(code, sentence, denied.entry_id)


def _decider(wiring: Wiring, caller: StaffCaller, items: Sequence[str], reach: int) -> str:
    """The contact of the one agency that holds the items, by the register alone; otherwise the DPO."""
    if _FRAUD in families_of(wiring, caller):
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


def _decider_of(wiring: Wiring, caller: StaffCaller) -> str | None:
    """`agency/role` of a caller whose agency names this role to decide; else `None`."""
    agency = wiring.register.agencies.get(caller.agency)
    return f"{caller.agency}/{caller.role}" if agency is not None and agency.decider == caller.role else None


def _taken_sentence(by: str) -> str:
    return (
        f"Your request is with the person who decides. You will have an answer by {by}. "
        "That we took it does not mean there is anything to see."
    )
