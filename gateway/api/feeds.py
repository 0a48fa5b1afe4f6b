"""Routes of feeds: what they are and how they stand, switching them on and off, and alerts about them."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from gateway.api.context import Anyone, Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.feeds.describing_feeds import (
    TEMPLATE_TYPES,
    FeedDescription,
    FeedStanding,
    describe_feed,
    feed_template,
    feeds_seen_by,
)
from gateway.usecases.feeds.feed_rhythm import SwitchTerms
from gateway.usecases.feeds.feed_switch import Switch, decide_switch, propose_switch, switch_off
from gateway.usecases.intake.batch_checks import ERROR_BUDGET
from gateway.usecases.watching.watching_feeds import Alert, acknowledge_alert, alerts_seen_by

router = APIRouter(prefix="/v1", tags=["feeds"], dependencies=[BEARER])
_REASON = Field(min_length=3, max_length=1000)


class SwitchIn(Sent):
    """The terms on which a feed is to be on: purpose, necessity in a sentence, and the line of the assessment.

    `error_budget` is the share of rows, 0 to 1, over which a whole file is refused. `argument` is needed where a plain
    demographic system is to be used in full.
    """

    purpose: str = Field(max_length=80)
    necessity: str = Field(min_length=10, max_length=400)
    dpia: str = Field(max_length=80)
    dpia_line: str = Field(max_length=20)
    use: Literal["match-only", "full"]
    rhythm: Literal[
        "daily", "working-days", "school-days", "weekly", "school-weeks", "monthly", "termly", "yearly", "irregular"
    ]
    argument: str = Field(default="", max_length=1000)
    error_budget: float = Field(default=ERROR_BUDGET, ge=0, le=1)
    usual_rows: int | None = Field(default=None, ge=1, le=2_000_000_000)


class SwitchDecisionIn(Sent):
    """What the second officer decides, and why. Approved, files of the feed are taken from now on."""

    approved: bool
    reason: str = _REASON


class SwitchOffIn(Sent):
    """Why a feed is turned off."""

    reason: str = _REASON


def _template_operation() -> dict[str, Any]:
    told = operation("read-feed-template", "A feed's columns with example rows, or a small file", 401, 404, 415, 422)
    content = {
        name: {"schema": {} if name.endswith("json") else {"type": "string"}} for name in TEMPLATE_TYPES.values()
    }
    told["responses"][200] = {"content": content}
    return told


@router.get("/feeds", **operation("list-feeds", "Feeds and how each stands", 401, 403))
def feeds(wiring: Wired, caller: Anyone) -> Annotated[list[dict[str, Any]], Told(list[FeedStanding])]:
    """Feeds of the caller's agency; for officers and stewards, all of them."""
    return [asdict(one) for one in feeds_seen_by(wiring, caller)]


@router.get("/feeds/{feed}", **operation("read-feed", "One feed: columns, switch, alerts, files", 401, 404, 422))
def feed_in_full(wiring: Wired, caller: Anyone, feed: str) -> Annotated[dict[str, Any], Told(FeedDescription)]:
    """A feed in full: its columns, what it is for, what is unusual about it, and what came of late. Figures alone."""
    described = describe_feed(wiring, caller, feed)
    return {
        "standing": asdict(described.standing),
        "columns": [asdict(one) for one in described.columns],
        "never_kept": described.never_kept,
        "versions": [asdict(one) for one in described.versions],
        "template": described.template,
        "plain": described.plain,
        "switch": asdict(described.switch) if described.switch else None,
        "proposed": asdict(described.proposed) if described.proposed else None,
        "past": [asdict(one) for one in described.past],
        "alerts": [one.model_dump() for one in described.alerts],
        "files": [asdict(one) for one in described.files],
    }


@router.get("/feeds/{feed}/template.{ending}", response_class=Response, **_template_operation())
def template(
    wiring: Wired, _caller: Anyone, feed: str, ending: Literal["csv", "xml", "json", "ndjson"]
) -> Response:  # fmt: skip
    """A feed's columns as the first line of a CSV file with example rows, or a small file of its format.

    The people in it are invented. The feed's description says which template it has.
    """
    name, text = feed_template(wiring, feed, ending)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type=TEMPLATE_TYPES[ending], headers=disposition)


@router.post(
    "/feeds/{feed}/switches",
    status_code=202,
    **operation(
        "propose-switch", "Propose that a feed be on", 400, 401, 403, 404, 409, 422, answer="Waits for another officer"
    ),
)
def propose(
    wiring: Wired, context: Context, caller: Staff, feed: str, asked: SwitchIn
) -> Annotated[dict[str, Any], Told(Switch)]:
    """Propose as an officer that a feed be switched on. Law and assessment are held against it at once."""
    return asdict(propose_switch(wiring, context, caller, feed, SwitchTerms(**asked.model_dump())))


@router.post(
    "/feeds/{feed}/switches/{switch_id}/decision",
    **operation("decide-switch", "Decide on a feed's switch", 400, 401, 403, 404, 409, 422),
)
def decide(
    wiring: Wired, context: Context, caller: Staff, feed: str, switch_id: UUID, decided: SwitchDecisionIn
) -> Annotated[dict[str, Any], Told(Switch)]:
    """Decide on a switch that another officer proposed. Approved, it takes the place of the one that is on."""
    done = decide_switch(wiring, context, caller, (feed, switch_id), decided.reason, approved=decided.approved)
    return asdict(done)


@router.post("/feeds/{feed}/off", **operation("switch-feed-off", "Turn a feed off", 400, 401, 403, 404, 422))
def turn_off(
    wiring: Wired, context: Context, caller: Staff, feed: str, asked: SwitchOffIn
) -> Annotated[dict[str, Any], Told(Switch)]:
    """Turn a feed off at once: nothing of it is taken until two officers have switched it on again."""
    return asdict(switch_off(wiring, context, caller, feed, asked.reason))


@router.get("/feed-alerts", **operation("list-feed-alerts", "Alerts about feeds", 401, 422))
def alerts(
    wiring: Wired,
    caller: Anyone,
    closed: Annotated[bool, Query(description="Those that are closed, too")] = False,  # noqa: FBT002 - a query parameter
) -> Annotated[list[dict[str, Any]], Told(list[Alert])]:
    """Alerts about feeds of the caller's agency, newest first; for officers and stewards, about all."""
    return [one.model_dump() for one in alerts_seen_by(wiring, caller, closed=closed)]


@router.post(
    "/feed-alerts/{alert_id}/acknowledgement",
    **operation("acknowledge-feed-alert", "Say that an alert has been seen", 401, 404, 422),
)
def acknowledge(
    wiring: Wired, context: Context, caller: Anyone, alert_id: UUID
) -> Annotated[dict[str, Any], Told(Alert)]:
    """Say that an alert has been seen. It stays open until a good file closes it."""
    return acknowledge_alert(wiring, context, caller, alert_id).model_dump()
