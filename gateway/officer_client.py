"""A member of staff at a command line: the gateway's API with the token that the council's sign-in gave them.

Who acts is said by the token and by nothing else: there is no name to give.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.errors import GatewayError
from gateway.identity.origins import is_loopback, origin_of
from gateway.push_client import refusal_words

_TIMEOUT = httpx.Timeout(10.0, read=60.0)


class StaffRequestError(GatewayError):
    """The gateway refused a request of staff or cannot be reached. Says what it said."""

    code = "staff-request-failed"


@dataclass(frozen=True, slots=True)
class StaffClient:
    """A gateway at an address (https, or http on loopback) and the token of whoever asks."""

    gateway: str
    token: str = field(repr=False)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one request and give its answer as JSON. Raise `StaffRequestError`, `InsecureOriginError`."""
        origin = origin_of(self.gateway)
        outside = not is_loopback(httpx.URL(origin).host)
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            with httpx.Client(base_url=origin, timeout=_TIMEOUT, trust_env=outside, headers=headers) as http:
                answer = http.request(method, path, json=body)
        except httpx.TransportError:
            raise StaffRequestError("the gateway cannot be reached; check its address") from None
        if answer.is_error:
            raise StaffRequestError(refusal_words(answer))
        try:
            return answer.json()
        except ValueError:
            raise StaffRequestError("the answer is not that of a gateway; check --gateway") from None
