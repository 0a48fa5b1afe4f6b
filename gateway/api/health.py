"""Liveness and readiness: beside the token route, the only routes that ask nobody who they are."""

from typing import Annotated, Any

from fastapi import APIRouter

from gateway.api.answers import LiveOut, ReadyOut
from gateway.api.context import Wired
from gateway.api.contract import Told, operation
from gateway.usecases.log.log_status import log_status, require_writable

router = APIRouter(tags=["health"])


@router.get("/health/live", **operation("check-liveness", "Is the process alive"))
def live() -> Annotated[dict[str, str], Told(LiveOut)]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready", **operation("check-readiness", "Can the gateway work"))
def ready(wiring: Wired) -> Annotated[dict[str, Any], Told(ReadyOut)]:
    """The database answers, its log can be written, and a register is in force.

    A log without its witnesses is ready, and says so; one that can only be read is not: nothing is released then.
    """
    require_writable(wiring)
    log = log_status(wiring)
    return {
        "status": "ready",
        "register": wiring.register.version,
        "unwitnessed_since": log.unwitnessed_since,
        "witness_problems": list(log.problems),
    }
