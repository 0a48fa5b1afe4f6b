"""Why a pull did not come to an end. Codes and fixed words: no address, number or text of the partner's is in them."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.errors import GatewayError

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "unreachable": "the partner's API cannot be reached or does not answer in time; the next run tries again",
        "rate-limited": "the partner asks us to wait; the next run comes after that",
        "partner-failed": "the partner's API fails; the next run tries again",
        "not-signed-in": "the partner does not accept our client, key or secret; check them with the partner",
        "refused": "the partner refuses the request; ask them whether our client may read this",
        "redirected": "the partner's API answered with a redirect, which is not followed; correct the address",
        "foreign-link": "a link in an answer leads to another place than the partner's API; it was not followed",
        "links-loop": "the partner's pages lead in a circle; tell the partner",
        "too-many-pages": "one run may not read more pages; the next run goes on from here",
        "answer-too-large": "one answer is larger than max_answer_mib; ask for smaller pages",
        "answer-unreadable": "an answer is not of the API's own format; tell the partner",
        "sweep-expired": "the partner no longer knows the page where the last run stopped; the sweep begins again",
        "batch-refused": "the gateway refused what was pulled; the batch says why",
        "feed-off": "the feed is switched off, or its agreement does not cover the supply; nothing was asked",
        "configuration": "the file of pulls, or a key or secret that it names, is not in order",
    }
)
"""Every way in which a run can fail, with what happens next."""


class PullError(GatewayError):
    """A run broke off. What it had taken stays taken; the next run goes on from there."""

    code = "pull-failed"

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        """`reason` is a key of `WORDS`; `wait` the seconds for which the partner asks to be left alone."""
        super().__init__(f"{reason}: {WORDS[reason]}")
        self.reason = reason
        self.wait = wait
