"""Liveness and readiness: beside the token route, the only routes that ask nobody who they are."""

from fastapi import APIRouter
from sqlalchemy import text

from gateway.api.context import Wired

router = APIRouter(tags=["health"])


@router.get("/health/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready")
def ready(wiring: Wired) -> dict[str, str]:
    """The database answers, and a register is in force."""
    with wiring.database.transaction("hg_desk") as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ready", "register": wiring.register.version}
