"""Routes of the pages."""

from fastapi import APIRouter

from gateway.web.routes import (
    batches,
    emergencies,
    families,
    feeds,
    home,
    log,
    permissions,
    purposes,
    reviews,
    search,
    sign_in,
    uses,
)

router = APIRouter(include_in_schema=False)
for _part in (home, sign_in, purposes, permissions, search, families, batches, feeds, emergencies, uses, reviews, log):
    router.include_router(_part.router)
