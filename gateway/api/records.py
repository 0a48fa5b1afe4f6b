"""Routes of records: receipts, notices, figures."""

import base64
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from gateway.api.answers import FigureOut, OpenedNoticeOut, ProofOut
from gateway.api.context import Anyone, Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import FigureIn, receipt_view
from gateway.usecases.families.figures import FigureRequest, make_figure
from gateway.usecases.log.receipts import receipt
from gateway.usecases.telling.reading_notices import Notice, my_notices, open_notice

router = APIRouter(prefix="/v1", dependencies=[BEARER])


@router.get(
    "/receipts/{entry_id}",
    tags=["receipts"],
    **operation("read-receipt", "Fetch the proof of an entry", 401, 404, 422),
)
def read_receipt(
    wiring: Wired, context: Context, caller: Anyone, entry_id: UUID
) -> Annotated[dict[str, Any], Told(ProofOut)]:
    """The proof that an entry of one's own agency is in the log; anybody can check it offline. Ready in a second."""
    found = receipt(wiring, context, caller, entry_id)
    return {**asdict(found), "leaf": base64.b64encode(found.leaf).decode()}


@router.get("/notices", tags=["notices"], **operation("list-notices", "Notices for me", 401, 403))
def notices(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[Notice])]:
    """Notices for one's own agency, role and unit, overdue ones for the deputy too. No name and no family is shown."""
    return [asdict(notice) for notice in my_notices(wiring, context, caller)]


@router.post(
    "/notices/{notice_id}/read", tags=["notices"], **operation("read-notice", "Open a notice", 401, 403, 404, 422)
)
def read_notice(
    wiring: Wired, context: Context, caller: Staff, notice_id: UUID
) -> Annotated[dict[str, Any], Told(OpenedNoticeOut)]:
    """Open a notice: which pupil, and the incidents that the agreement lets this reader know. It counts as read."""
    opened = open_notice(wiring, context, caller, notice_id)
    return {
        **asdict(opened.notice),
        "pupil": asdict(opened.pupil) if opened.pupil else None,
        "incidents": [asdict(incident) for incident in opened.incidents],
        "advice": opened.advice,
        "family_id": opened.family_id,
        "at": opened.receipt.at,
        "request_id": context.request_id,
        "receipt": receipt_view(opened.receipt),
    }


@router.post(
    "/figures", tags=["figures"], **operation("make-figure", "Make a figure without names", 400, 401, 403, 404, 422)
)
def figures(
    wiring: Wired, context: Context, caller: Staff, asked: FigureIn
) -> Annotated[dict[str, Any], Told(FigureOut)]:
    """A figure of the closed list. Small groups stay back, and as many others as it takes to hide them."""
    request = FigureRequest(asked.purpose, asked.measure, asked.group_by, asked.rounded_to)
    answer = make_figure(wiring, context, caller, request)
    return {
        "measure": answer.measure.name,
        "title": answer.measure.title,
        "group_by": answer.measure.group_by,
        "unit": answer.measure.unit,
        "figures": [
            {"group": one.group or "not recorded", "count": one.count, "suppressed": one.count is None}
            for one in answer.table.figures
        ],
        "total": answer.table.total,
        "rounded_to": answer.base,
        "note": answer.note,
        "agreements": answer.agreements,
        "at": answer.receipt.at,
        "request_id": context.request_id,
        "receipt": receipt_view(answer.receipt),
    }
