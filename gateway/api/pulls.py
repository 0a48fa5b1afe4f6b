"""The route that says how pulls stand."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter

from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.usecases.feeds.pull_overview import pulls_for_officer
from gateway.usecases.feeds.pulling import PullState

router = APIRouter(prefix="/v1", tags=["feeds"], dependencies=[BEARER])


@router.get("/pulls", **operation("list-pulls", "How pulls from partners stand", 401, 403))
def pulls(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[PullState])]:
    """Every API that is pulled from: when it last ran and what came of it, in words; when the next run is due."""
    return [asdict(state) for state in pulls_for_officer(wiring, context, caller)]
