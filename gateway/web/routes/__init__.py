"""Routes of the pages, and how they are put into an application."""

from fastapi import APIRouter

from gateway.web.install import install_pages
from gateway.web.routes import batches, families, home, log, purposes, search, sign_in

router = APIRouter(include_in_schema=False)
for _part in (home, sign_in, purposes, search, families, batches, log):
    router.include_router(_part.router)

__all__ = ["install_pages", "router"]
