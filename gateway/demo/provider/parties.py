"""The one application that the demo provider serves, and what it must send to `/authorize`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.identity.origins import origin_of

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # a base64url SHA-256 (RFC 7636 section 4.2)
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The gateway as the provider registered it: exact addresses, and the audience of access tokens for its API."""

    client_id: str
    redirect_uris: frozenset[str]
    audience: str
    signed_out_uris: frozenset[str] = frozenset()

    @property
    def origins(self) -> list[str]:
        """Where forms may lead in the end: a browser's `form-action` counts redirects too."""
        return sorted({origin_of(uri) for uri in self.redirect_uris})


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid request of OpenID Connect Core 3.1.2.1, with PKCE."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    scope: str


class RequestRefusedError(ValueError):
    """A request that the provider does not take. `reported_to` is where the browser may carry the error, if anywhere.

    `code` is of RFC 6749 section 4.1.2.1.
    """

    def __init__(self, code: str, reported_to: str | None = None, state: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reported_to = reported_to
        self.state = state


def read_request(query: Mapping[str, str], party: RelyingParty) -> AuthorizationRequest:
    """The request in `query`; `RequestRefusedError`. An unknown application or address is never redirected to."""
    redirect_uri, state = query.get("redirect_uri", ""), query.get("state", "")
    if query.get("client_id") != party.client_id or redirect_uri not in party.redirect_uris:
        raise RequestRefusedError("unauthorized_client")
    if query.get("response_type") != "code":
        raise RequestRefusedError("unsupported_response_type", redirect_uri, state)
    scope, nonce = query.get("scope", ""), query.get("nonce", "")
    if "openid" not in scope.split():
        raise RequestRefusedError("invalid_scope", redirect_uri, state)
    challenge = query.get("code_challenge", "")
    proven = query.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(challenge) is not None
    if not proven or not 0 < len(state) <= _LONGEST or not 0 < len(nonce) <= _LONGEST:
        raise RequestRefusedError("invalid_request", redirect_uri, state[:_LONGEST])
    return AuthorizationRequest(redirect_uri, state, nonce, challenge, scope)
