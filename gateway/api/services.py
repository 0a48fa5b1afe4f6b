"""Routes of the directory of services: what a family can be sent to. No person's data."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from gateway.api.context import Anyone, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.feeds.finding_services import ServiceFilters, ServicePage, look_up_services

router = APIRouter(prefix="/v1/services", tags=["services"], dependencies=[BEARER])


class ServiceSearchIn(Sent):
    """What is looked for; what is left out is open. `cursor` is `next` of the page before."""

    text: str = Field(default="", max_length=100, description="Anywhere in name, organisation, category, description")
    category: str = Field(default="", max_length=100)
    district: str = Field(default="", max_length=4, description="Outward part of a postcode, such as NV1")
    cursor: str | None = Field(default=None, max_length=800)


@router.get("", **operation("list-services", "The first services of the directory", 401))
def services(wiring: Wired, _caller: Anyone) -> Annotated[dict[str, Any], Told(ServicePage)]:
    """The first fifty in order of name. Filters and further pages come in a body, as of `POST /v1/services/search`."""
    return asdict(look_up_services(wiring, ServiceFilters(), None))


@router.post("/search", **operation("search-services", "Look for a service", 400, 401, 404, 422))
def search(
    wiring: Wired, _caller: Anyone, asked: ServiceSearchIn
) -> Annotated[dict[str, Any], Told(ServicePage)]:  # fmt: skip
    """Services by words, category and postcode district, fifty a page in order of name. It is not logged who looks."""
    return asdict(look_up_services(wiring, ServiceFilters(asked.text, asked.category, asked.district), asked.cursor))
