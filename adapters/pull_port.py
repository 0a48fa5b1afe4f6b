"""How a partner's API is asked, without asking it: which request comes next, and what an answer holds. Pure.

Two kinds of API. A paged one lists what changed, page after page, each naming the next. A keyed one gives one record
at a time, under a number that we have to know already. Whoever asks (`gateway.pull.client`) adds the address, the
token, patience and limits; nothing here knows of a network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from adapters.errors import AdapterError

MAX_RECORD_KEY = 64
"""Characters of a number under which a keyed API is asked."""


class PullAnswerError(AdapterError):
    """A partner's API answered with something that is not of its own format. No message holds what it sent."""

    code = "pull-answer"


@dataclass(frozen=True, slots=True)
class Ask:
    """One GET. `target` is a path under the API's address, or a link as the API itself gave it.

    `query` are parameters to add; `known_tag` is the entity tag of what we have (RFC 9110 section 13.1.2).
    """

    target: str = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    accept: str = "application/json"
    known_tag: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: 200 with its document, 304 for what we have, 404 or 410 for what is not there.

    `asked` is the address that answered, `tag` its entity tag, `at` the partner's own clock.
    """

    status: int
    asked: str = field(default="", repr=False)
    document: Any = field(default=None, repr=False)
    tag: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the document as the feed takes it, how many records it has, and the link to the next page, if any."""

    document: Mapping[str, Any] = field(repr=False)
    records: int
    following: str = field(default="", repr=False)


class PagedApi(Protocol):
    """An API that lists what changed since an instant."""

    def first(self, since: datetime | None) -> Ask:
        """The request for the first page of what changed since then; of everything, where that is None."""

    def following(self, link: str) -> Ask:
        """The request for a page that the page before it named."""

    def page(self, answer: Answer) -> Page:
        """What a 200 holds. Raises `PullAnswerError`."""


class KeyedApi(Protocol):
    """An API that gives the record of one number."""

    def ask(self, number: str, known_tag: str) -> Ask:
        """The request for that number's record, unless it is still the one of the tag."""

    def record(self, answer: Answer) -> Mapping[str, Any]:
        """The document of a 200, as the feed takes it. Raises `PullAnswerError`."""


def utc_text(instant: datetime) -> str:
    """An instant as APIs take it in parameters, RFC 3339 in whole seconds with its offset."""
    return instant.isoformat(timespec="seconds")
