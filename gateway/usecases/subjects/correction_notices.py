"""What a reader is told of things they were shown and that are wrong: that it is so, on which day they looked, no more.

A notice does not repeat the fact, and opens nothing: the reader looks at the family again, with a purpose of today.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from audit.entry import Decision, EventClass, Outcome
from gateway.errors import NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.correction_tables import CorrectionNoticeRow
from gateway.store.ledger import append
from gateway.store.viewers import mark_notice_read, notices_to
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.subjects.telling_viewers import ANSWERED, CORRECTED, PARTED, PURPOSE, WITHDRAWN
from gateway.wiring import Wiring

_SENTENCES = {
    WITHDRAWN: "Something that you were shown about a family has been withdrawn by the service that recorded it.",
    CORRECTED: "Something that you were shown about a family was wrong and has been corrected.",
    PARTED: "A page that you opened was of two people, and something on it is not about the person you looked for.",
    ANSWERED: "The service that recorded a fact you disputed has answered. It keeps to what it recorded.",
}
_WHAT_TO_DO = {
    WITHDRAWN: "Do not act on what you remember. Open the family again before you decide anything.",
    CORRECTED: "Do not act on what you remember. Open the family again before you decide anything.",
    PARTED: "Do not act on what you remember. Open the family again before you decide anything.",
    ANSWERED: "Open the dispute for the reason, and tell the person who disputed it.",
}


@dataclass(frozen=True, slots=True)
class CorrectionNotice:
    """A notice in words. `family_id` is there where the reader opened that family; `state` is unread or read.

    `occasion_id` is the dispute, where there was one: whoever raised it can read what became of it.
    """

    notice_id: UUID
    kind: str
    sentence: str
    what_to_do: str
    seen_on: date
    family_id: UUID | None
    occasion_id: UUID
    state: str
    told_at: datetime
    read_at: datetime | None


def my_correction_notices(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[CorrectionNotice]:
    """The caller's own notices, newest first. Looking is an entry."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        rows = notices_to(connection, _viewer(caller), caller.agency)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [_shown(row) for row in rows]


def note_read(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, notice_id: UUID
) -> CorrectionNotice:  # fmt: skip
    """Note that the caller has read one of their notices. Raises `NotFoundError` for any other; both are entries."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        row = mark_notice_read(connection, notice_id, _viewer(caller), caller.agency, now)
        noted = entry(
            wiring, context, caller, EventClass.CONSULTATION if row else EventClass.DENIED, now, purpose=PURPOSE,
            decision=Decision.NOT_ASKED if row else Decision.REFUSE, outcome=Outcome.DONE if row else Outcome.DENIED,
            detail={"records": [str(notice_id)], "channel": "notice"},
        )  # fmt: skip
        append(connection, noted)
    if row is None:
        raise NotFoundError("there is no such notice")
    return _shown(row)


def _viewer(caller: StaffCaller) -> str:
    """As entries name a reader."""
    return caller.worker_ref or caller.subject


def _shown(row: CorrectionNoticeRow) -> CorrectionNotice:
    return CorrectionNotice(
        row.notice_id, row.kind, _SENTENCES[row.kind], _WHAT_TO_DO[row.kind], row.seen_on, row.family_id,
        row.occasion_id, "read" if row.read_at else "unread", row.told_at, row.read_at,
    )  # fmt: skip
