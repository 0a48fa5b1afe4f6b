"""Routes of the pages."""

from fastapi import APIRouter

from gateway.web.routes import (
    batches,
    emergencies,
    families,
    feed_switches,
    feeds,
    home,
    log,
    notices,
    permissions,
    purposes,
    reviews,
    search,
    sign_in,
    uses,
)

router = APIRouter(include_in_schema=False)
_PARTS = (
    home, sign_in, purposes, permissions, search, families, batches, feeds, feed_switches, emergencies, uses, reviews,
    notices, log,
)  # fmt: skip
for _part in _PARTS:
    router.include_router(_part.router)
