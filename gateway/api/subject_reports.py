"""Routes of subject reports: make one, and the two steps by which what reports leave out is released."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from audit.subject_words import Capacity
from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.subjects.subject_releases import (
    NewRelease,
    ReleaseStep,
    WaitingRelease,
    ask_for_release,
    decide_release,
    releases_waiting,
)
from gateway.usecases.subjects.subject_report import AskedReport, subject_report

router = APIRouter(prefix="/v1/subject-reports", tags=["subject reports"], dependencies=[BEARER])


class SubjectReportIn(Sent):
    """Whose report, and in what capacity it was asked for.

    For a parent or a representative `decided_by` (a post, not a name) and `decided_on` say who decided that they may
    have it. With `release_id` the report is of what is otherwise held back.
    """

    handle: UUID = Field(description="Id of the person, or of a family named for them")
    capacity: Capacity = Capacity.SELF
    decided_by: str | None = Field(default=None, min_length=3, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")
    decided_on: date | None = None
    release_id: UUID | None = None


class SubjectReportOut(BaseModel):
    """A report: the texts of its files by name, to be kept as they are, and the entry that says it was made.

    `map_receipts` are the same for everybody in that hour; they belong in a folder of that name inside the report's.
    """

    files: dict[str, str]
    map_receipts: dict[str, str]
    entry: UUID
    request_id: str


class ReleaseIn(Sent):
    """Of whom, for whom and why what reports leave out is to be released."""

    handle: UUID
    released_to: Literal["subject", "regulator", "court"]
    reason: str = Field(min_length=3, max_length=1000)


class ReleaseDecisionIn(Sent):
    """What a second officer decides, and why."""

    approved: bool
    reason: str = Field(min_length=3, max_length=1000)


@router.post(
    "",
    **operation("make-subject-report", "Who looked at one person's data", 400, 401, 403, 404, 422),
)
def make(
    wiring: Wired, context: Context, caller: Staff, asked: SubjectReportIn
) -> Annotated[dict[str, Any], Told(SubjectReportOut)]:
    """Make a report for an officer: the words twice, as text and as a page, and the pack that proves them.

    It is whole up to the last hour's map, and lists what came since, which cannot be proved yet.
    """
    made = subject_report(wiring, context, caller, AskedReport(**asked.model_dump()))
    return {
        "files": _texts(made.files),
        "map_receipts": _texts(made.receipts),
        "entry": made.entry,
        "request_id": context.request_id,
    }


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: content.decode() for name, content in files.items()}


@router.post(
    "/releases",
    status_code=202,
    **operation("ask-for-release", "Ask to release what reports leave out", 400, 401, 403, 404, 422),
)
def ask(
    wiring: Wired, context: Context, caller: Staff, asked: ReleaseIn
) -> Annotated[dict[str, Any], Told(ReleaseStep)]:
    """Ask for it as one officer. Another officer decides; nothing is released by asking."""
    return asdict(ask_for_release(wiring, context, caller, NewRelease(asked.handle, asked.released_to, asked.reason)))


@router.get("/releases", **operation("list-releases", "Releases that wait for a second officer", 401, 403))
def waiting(
    wiring: Wired, context: Context, caller: Staff
) -> Annotated[list[dict[str, Any]], Told(list[WaitingRelease])]:
    """Releases that nobody has decided, oldest first. The person is not named: the entry of the request is."""
    return [asdict(one) for one in releases_waiting(wiring, context, caller)]


@router.post(
    "/releases/{release_id}/decision",
    **operation("decide-release", "Decide as the second officer", 400, 401, 403, 404, 409, 422),
)
def decide(
    wiring: Wired, context: Context, caller: Staff, release_id: UUID, decided: ReleaseDecisionIn
) -> Annotated[dict[str, Any], Told(ReleaseStep)]:
    """Approve or refuse what another officer asked for. The first decision stands; nobody decides on their own."""
    step = decide_release(wiring, context, caller, release_id, approved=decided.approved, reason=decided.reason)
    return asdict(step)
