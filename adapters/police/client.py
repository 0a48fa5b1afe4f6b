"""Asking a policing source that speaks JSON:API (https://jsonapi.org/format/1.1/): incidents changed since last time.

Pages follow `links.next`, which may be null, a text or an object with `href`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.pull_port import Answer, Ask, Page, PullAnswerError, utc_text

_JSON_API = "application/vnd.api+json"


@dataclass(frozen=True, slots=True)
class JsonApiList:
    """A collection of resources, such as `incidents`, with what they refer to included.

    `since_parameter` is the source's own filter for what changed (`filter[updatedSince]`): JSON:API leaves it open.
    """

    collection: str
    since_parameter: str
    page_size: int
    include: str

    def first(self, since: datetime | None) -> Ask:
        """Ask for the first page."""
        changed = ((self.since_parameter, utc_text(since)),) if since else ()
        return Ask(
            self.collection, (*changed, ("include", self.include), ("page[size]", str(self.page_size))), _JSON_API
        )

    def following(self, link: str) -> Ask:
        """Ask for a page that the page before it named."""
        return Ask(link, accept=_JSON_API)

    def page(self, answer: Answer) -> Page:
        """One document: its primary data, what is included, and the link to the next page."""
        document = answer.document
        if not isinstance(document, Mapping) or not isinstance(document.get("data"), list):
            raise PullAnswerError("the answer is no JSON:API document with a list of resources")
        kept: dict[str, Any] = {"data": document["data"]}
        if isinstance(document.get("included"), list):
            kept["included"] = document["included"]
        links = document.get("links")
        return Page(kept, len(document["data"]), _address(links.get("next")) if isinstance(links, Mapping) else "")


def _address(link: object) -> str:
    if isinstance(link, Mapping):
        link = link.get("href")
    return link if isinstance(link, str) else ""
