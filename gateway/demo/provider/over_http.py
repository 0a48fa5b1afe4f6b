"""Sign in as one of the demo's staff over plain HTTP, form by form, as a browser would."""

import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from gateway.clock import new_secret
from gateway.demo.provider.parties import RelyingParty
from gateway.identity.oidc import challenge_of

_MOST_STEPS = 4
# A code of the app is good once, and a new one comes every 30 seconds (`totp.STEP_SECONDS`).
_LOOKS_AT_OUTBOX = 90
_SECONDS_BETWEEN_LOOKS = 0.5


class SignInFailedError(RuntimeError):
    """The provider did not lead to a token. The message names the step only."""


def sign_in_over_http(http: httpx.Client, issuer: str, party: RelyingParty, email: str) -> str:
    """An access token for the gateway's API, for the member of staff with that e-mail address.

    `party` is the gateway as the provider registered it. Raises `SignInFailedError`, `httpx.HTTPError`.
    """
    verifier, state = new_secret(48), new_secret(16)
    redirect_uri = min(party.redirect_uris)
    query = {
        "response_type": "code",
        "client_id": party.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile email",
        "state": state,
        "nonce": new_secret(16),
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    answer = follow_to_gateway(http, issuer, f"{issuer}/authorize?{urlencode(query)}", email)
    returned = dict(parse_qsl(urlsplit(answer).query))
    if returned.get("state") != state or returned.get("iss") != issuer or "code" not in returned:
        raise SignInFailedError("the provider's answer is not to this request")
    form = {
        "grant_type": "authorization_code",
        "code": returned["code"],
        "client_id": party.client_id,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    tokens = http.post(f"{issuer}/token", data=form)
    if not tokens.is_success:
        raise SignInFailedError("the provider refused the code")
    return str(tokens.json()["access_token"])


def follow_to_gateway(
    http: httpx.Client,
    issuer: str,
    authorization_url: str,
    email: str,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Choose the person, enter the codes from the outbox; the address at the gateway to which that leads.

    `authorization_url` may be the gateway's own, from its sign-in link, so that a whole browser sign-in can be played.
    Whoever has used up the codes of their app waits for the next one, by `pause` of so many seconds at a time.
    """
    location = _location(http.get(authorization_url, follow_redirects=False), authorization_url)
    page = location
    form = {"email": email}
    for _ in range(_MOST_STEPS):
        if not location.startswith(f"{issuer}/"):
            return location
        location = _location(http.post(page, data=form, follow_redirects=False), page)
        if location.startswith(f"{issuer}/"):
            form = {"code": _code_from_outbox(http, issuer, email, pause, from_app="code" in form)}
    raise SignInFailedError("the provider asks for more steps than there are")


def _code_from_outbox(
    http: httpx.Client, issuer: str, email: str, pause: Callable[[float], None], *, from_app: bool
) -> str:
    for _ in range(_LOOKS_AT_OUTBOX):
        letters = http.get(f"{issuer}/outbox.json").raise_for_status().json()
        letter = next((letter for letter in letters if letter["email"].lower() == email.lower()), None)
        if letter is None:
            raise SignInFailedError("the provider sent no code")
        code = letter["authenticator" if from_app else "code"]
        if code is not None:
            return str(code)
        pause(_SECONDS_BETWEEN_LOOKS)
    raise SignInFailedError("the app of that member of staff showed no further code")


def _location(response: httpx.Response, base: str) -> str:
    if not response.is_redirect:
        raise SignInFailedError("the provider did not take a step")
    return urljoin(base, response.headers["location"])
