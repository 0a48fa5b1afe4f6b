"""Liveness and readiness: beside the token route, the only routes that ask nobody who they are."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import text

from gateway.api.answers import LiveOut, ReadyOut
from gateway.api.context import Wired
from gateway.api.contract import Told, operation

router = APIRouter(tags=["health"])


@router.get("/health/live", **operation("check-liveness", "Is the process alive"))
def live() -> Annotated[dict[str, str], Told(LiveOut)]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready", **operation("check-readiness", "Can the gateway work"))
def ready(wiring: Wired) -> Annotated[dict[str, str], Told(ReadyOut)]:
    """The database answers, and a register is in force."""
    with wiring.database.transaction("hg_desk") as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ready", "register": wiring.register.version}
