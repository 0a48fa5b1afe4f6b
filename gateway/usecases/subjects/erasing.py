"""Lawful erasure by two officers: one asks, with its ground and reference; another decides; nobody does both.

Asking and deciding are entries about the family; when it is erased, they lose whom they were about and in what words,
like every other entry. What stays is the erasure entry: both officers, the ground, the reference, and which entries
lost which fields. Some minutes later a last step takes what readings that had begun still wrote down.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from audit.canonical import Json
from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from gateway.errors import AccessRefusedError, AnsweredBeforeError, ErasureHeldError, GatewayError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store import erasure
from gateway.store.erasure_desk import (
    change_erasure,
    lock_erasure,
    open_erasures,
    save_erasure,
    unfinished_erasures,
)
from gateway.store.erasure_tables import ErasureRow
from gateway.store.ledger import append
from gateway.usecases.log.entries import entry, system_entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.subjects.erasure_carried_out import (
    Admitted,
    EntryOf,
    admit,
    carry_out,
    refuse_held,
    sweep,
)
from gateway.wiring import Wiring

PURPOSE = "erasure"
GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "no-longer-necessary": "UK GDPR Art 17(1)(a)",
        "consent-withdrawn": "UK GDPR Art 17(1)(b)",
        "objection": "UK GDPR Art 17(1)(c)",
        "unlawful": "UK GDPR Art 17(1)(d)",
        "legal-obligation": "UK GDPR Art 17(1)(e)",
        "childs-consent": "UK GDPR Art 17(1)(f)",
        "law-enforcement": "DPA 2018 s.47",
    }
)
"""Grounds on which a person is erased, with the law that each stands in."""

FINISHED_AFTER = timedelta(minutes=10)
"""Longer than a ticket and the reading under it can live: thirty seconds and five minutes."""

NOBODY = "there is no such person"
_NO_SUCH_ERASURE = "there is no such erasure"
_Row = TypeVar("_Row")
_OFFICERS_ONLY = "Only information governance officers may ask for an erasure. This attempt is recorded."
_NOT_YOUR_OWN = "Another officer decides on an erasure that you asked for. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class NewErasure:
    """What an officer asks for. `ground` is one of `GROUNDS`; `reference` the office's own, without a name in it."""

    family_id: UUID
    ground: str
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as officers see it. `state`: asked, refused, erased or done; `law` is that of its ground.

    `records`, `facts` and `entries` are how many went; `erasure_entries` the log's entries that say so.
    """

    erasure_id: UUID
    state: str
    ground: str
    law: str
    asked_at: datetime
    asked_by: str
    family_id: UUID | None = None
    reference: str | None = None
    reason: str | None = None
    records: int | None = None
    facts: int | None = None
    entries: int | None = None
    erasure_entries: tuple[UUID, ...] = ()


def ask_erasure(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewErasure) -> Erasure:
    """Ask that the person of a handle be erased. Raises `AccessRefusedError`, or `NotFoundError` for nobody's."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_erase") as connection:
        known = bool(erasure.records_of_family(connection, asked.family_id))
    if not known:
        _deny(wiring, context, caller, "not-found")
        raise NotFoundError(NOBODY)
    erasure_id = wiring.mint_opaque()
    recorded = entry(
        wiring, context, caller, EventClass.CONFIGURATION, now, purpose=PURPOSE, household=str(asked.family_id),
        decision=Decision.REFER,
        detail={
            "erasure": str(erasure_id), "ground": asked.ground, "case_reference": asked.reference,
            "justification": asked.reason,
        },
    )  # fmt: skip
    words = json.dumps({"reference": asked.reference, "reason": asked.reason}).encode()
    row = ErasureRow(
        erasure_id=erasure_id, family_id=asked.family_id, persons=[], ground=asked.ground,
        sealed_words=wiring.custody.field.seal(words, erasure_id.bytes), asked_by=caller.subject,
        asked_worker=recorded.who, asked_at=now, state="asked", decided_by=None,
        decided_worker=None, decided_at=None,
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        save_erasure(connection, row.model_dump())
        append(connection, recorded)
    return _shown(wiring, row)


def erasures_open(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[Erasure]:
    """Erasures that wait for a second officer. Raises `AccessRefusedError`; looking is an entry."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    return [_shown(wiring, row) for row in listed(wiring, context, caller, now, open_erasures)]


def listed(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    now: datetime,
    rows_of: Callable[[Connection], list[_Row]],
) -> list[_Row]:
    """What waits or stands on the officers' desk, once the entry that this officer looked is committed."""
    with wiring.database.transaction("hg_desk") as connection:
        rows = rows_of(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return rows


def decide_erasure(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, erasure_id: UUID, reason: str, *, confirmed: bool
) -> Erasure:
    """Decide on an erasure that another officer asked for; confirmed, it is carried out before this returns.

    Raises `AccessRefusedError` (no officer, or one's own), `NotFoundError`, `AnsweredBeforeError` or, where a legal
    hold stands, `ErasureHeldError`; then nothing was erased. Each of these is an entry.

    The decision is committed first: under its ticket is read what the erasure looks for. Where the gateway stops before
    the erasure itself is committed, the decision is on record, nothing is erased, and an officer decides again.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    try:
        with wiring.database.transaction("hg_erase") as connection:
            row = _waiting(wiring, context, caller, lock_erasure(connection, erasure_id))
            if not confirmed:
                refused = _decided(wiring, context, caller, row, reason)
                append(connection, refused)
                change_erasure(connection, erasure_id, {**_by(caller, refused, now), "state": "refused"})
                return _shown(wiring, row.model_copy(update={"state": "refused"}))
            # Whose the records are is asked when no run is about to say otherwise.
            erasure.keep_linkage_out(connection)
            records = erasure.records_of_family(connection, UUID(str(row.family_id)))
            refuse_held(connection, records)
            decided = _decided(wiring, context, caller, row, reason, records)
            ticket = admit(wiring, connection, decided)
        with wiring.database.transaction("hg_erase") as connection:
            row = _waiting(wiring, context, caller, lock_erasure(connection, erasure_id))
            admitted = Admitted(ticket, tuple(records))
            done = carry_out(wiring, connection, admitted, _erasure_entry(wiring, context, caller, row, decided))
            gone = {**_by(caller, decided, now), "state": "erased", "persons": list(done.gone)}
            change_erasure(connection, erasure_id, gone)
    except ErasureHeldError:
        _deny(wiring, context, caller, "legal-hold")
        raise
    return Erasure(
        erasure_id, "erased", row.ground, GROUNDS[row.ground], row.asked_at, row.asked_worker,
        records=done.records, facts=done.facts, entries=done.entries, erasure_entries=done.erasure_entries,
    )  # fmt: skip


def finish_erasures(wiring: Wiring) -> int:
    """The last step of erasures that were decided some minutes ago; gives how many are done now."""
    now, finished = wiring.clock(), 0
    with wiring.database.transaction("hg_erase") as connection:
        for row in unfinished_erasures(connection, now - FINISHED_AFTER):

            def late(detail: Mapping[str, Json], row: ErasureRow = row) -> Entry:
                said = {"erasure": str(row.erasure_id), "ground": row.ground, **detail}
                return system_entry(wiring, EventClass.ERASURE, now, purpose=PURPOSE, detail=said)

            if sweep(wiring, connection, row.persons, row.family_id, late):
                done: dict[str, object] = {"state": "done", "family_id": None, "persons": [], "sealed_words": None}
                change_erasure(connection, row.erasure_id, done)
                finished += 1
    return finished


def _waiting(wiring: Wiring, context: RequestContext, caller: StaffCaller, row: ErasureRow | None) -> ErasureRow:
    """The erasure where this officer may decide on it; raises, with an entry, where not."""
    if row is None:
        raise _refused(wiring, context, caller, "not-found")
    if row.state != "asked":
        raise _refused(wiring, context, caller, "already-answered")
    if row.asked_by == caller.subject or row.asked_worker == (caller.worker_ref or caller.subject):
        raise _refused(wiring, context, caller, "own-erasure")
    return row


def _by(caller: StaffCaller, decided: Entry, now: datetime) -> dict[str, object]:
    return {"decided_by": caller.subject, "decided_worker": decided.who, "decided_at": now}


def _decided(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    row: ErasureRow,
    reason: str,
    records: Sequence[UUID] | None = None,
) -> Entry:
    """The entry of a decision: confirmed for these records, or refused."""
    confirmed = records is not None
    return entry(
        wiring, context, caller, EventClass.CONFIGURATION, wiring.clock(), purpose=PURPOSE,
        household=str(row.family_id), decision=Decision.PERMIT if confirmed else Decision.REFUSE,
        phase=Phase.AUTHORISATION if confirmed else Phase.SINGLE,
        outcome=Outcome.PENDING if confirmed else Outcome.DONE,
        detail={
            "erasure": str(row.erasure_id), "ground": row.ground, "justification": reason,
            "review_outcome": "confirmed" if confirmed else "refused",
            **({} if records is None else {"records": [str(one) for one in records]}),
        },
    )  # fmt: skip


def _erasure_entry(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, row: ErasureRow, decided: Entry
) -> EntryOf:
    words = _words(wiring, row)

    def made(detail: Mapping[str, Json]) -> Entry:
        said = {"erasure": str(row.erasure_id), "ground": row.ground, "case_reference": words["reference"], **detail}
        return entry(
            wiring, context, caller, EventClass.ERASURE, wiring.clock(), purpose=PURPOSE,
            on_behalf_of=row.asked_worker, legal_basis=GROUNDS[row.ground], detail=said, phase=Phase.OUTCOME,
            refers_to=decided.entry_id,
        )  # fmt: skip

    return made


def _words(wiring: Wiring, row: ErasureRow) -> dict[str, str]:
    opened: dict[str, str] = json.loads(wiring.custody.field.unseal(row.sealed_words or b"", row.erasure_id.bytes))
    return opened


def _shown(wiring: Wiring, row: ErasureRow) -> Erasure:
    words = _words(wiring, row)
    return Erasure(
        row.erasure_id, row.state, row.ground, GROUNDS[row.ground], row.asked_at, row.asked_worker, row.family_id,
        words["reference"], words["reason"],
    )  # fmt: skip


def _deny(wiring: Wiring, context: RequestContext, caller: StaffCaller, code: str) -> str:
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, purpose=PURPOSE,
        outcome=Outcome.DENIED, detail={"reasons": [code]},
    )  # fmt: skip
    record(wiring, denied)
    return denied.entry_id


def _refused(wiring: Wiring, context: RequestContext, caller: StaffCaller, code: str) -> GatewayError:
    receipt = _deny(wiring, context, caller, code)
    if code == "own-erasure":
        return AccessRefusedError(code, _NOT_YOUR_OWN, receipt)
    if code == "already-answered":
        return AnsweredBeforeError("another officer has decided on this erasure")
    return NotFoundError(_NO_SUCH_ERASURE)
