"""One attempt to sign in, from the link to the provider to the caller: kept on the server, tied to one browser."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.clock import new_secret
from gateway.identity.access_tokens import staff_caller, staff_of_token
from gateway.identity.caller import StaffCaller
from gateway.identity.errors import Fault, UnauthenticatedError
from gateway.identity.oidc import OidcProvider, SignInSecrets

ATTEMPT_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What the gateway remembers between the two requests of a sign-in."""

    secrets: SignInSecrets = field(repr=False)
    return_to: str
    expires_at: datetime


class AttemptStore(Protocol):
    """Where attempts wait. Keys are SHA-256 digests of the browser's cookie value, 32 bytes."""

    def put(self, digest: bytes, attempt: SignInAttempt) -> None:
        """Keep `attempt` until it expires."""

    def take(self, digest: bytes) -> SignInAttempt | None:
        """The attempt, which is gone from then on; None where there is none. Must be atomic."""


@dataclass(frozen=True, slots=True)
class SignInStart:
    """Where the browser goes, and the value of the short-lived cookie that ties the attempt to it."""

    url: str = field(repr=False)
    cookie_value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInEnd:
    """Who signed in, and the page of ours they came for."""

    caller: StaffCaller
    return_to: str


def begin_sign_in(provider: OidcProvider, attempts: AttemptStore, return_to: str, now: datetime) -> SignInStart:
    """Mint state, nonce and verifier, keep them, and say where the browser goes. Raises `ProviderUnavailableError`."""
    secrets = SignInSecrets(state=new_secret(32), nonce=new_secret(32), verifier=new_secret(48))
    url = provider.authorization_url(secrets, now)
    cookie_value = new_secret(32)
    attempts.put(_digest(cookie_value), SignInAttempt(secrets, local_path(return_to), now + ATTEMPT_LIFE))
    return SignInStart(url, cookie_value)


def complete_sign_in(
    provider: OidcProvider, attempts: AttemptStore, query: Mapping[str, str], cookie_value: str | None, now: datetime
) -> SignInEnd:
    """The caller, from the query with which the provider sent the browser back.

    Raises `UnauthenticatedError` for any doubt: another browser, another attempt's state, an attempt used or expired,
    another issuer's answer (RFC 9207), the provider's own refusal, or an ID token that does not hold.
    """
    attempt = attempts.take(_digest(cookie_value or ""))
    if attempt is None or now >= attempt.expires_at:
        raise UnauthenticatedError(Fault.SIGN_IN_UNKNOWN)
    if not hmac.compare_digest(query.get("state", "").encode(), attempt.secrets.state.encode()):
        raise UnauthenticatedError(Fault.SIGN_IN_UNKNOWN)
    _check_responder(provider, query, now)
    if "error" in query:
        raise UnauthenticatedError(Fault.PROVIDER_REFUSED)
    claims = provider.redeem(query.get("code", ""), attempt.secrets, now)
    return SignInEnd(staff_caller(claims, now + ATTEMPT_LIFE), attempt.return_to)


def verify_provider_token(provider: OidcProvider, token: str, now: datetime) -> StaffCaller:
    """The member of staff behind a bearer token of the provider (RFC 9068), for the API; keys come from `provider`."""
    settings = provider.settings
    return staff_of_token(provider.read_token(token, now), settings.issuer, settings.audience, now)


def local_path(return_to: str) -> str:
    """`return_to` if it is a path of ours, else `/`: a sign-in must not send anyone to another site."""
    one_slash = return_to.startswith("/") and not return_to.startswith(("//", "/\\"))
    return return_to if one_slash and return_to.isascii() and return_to.isprintable() else "/"


def _check_responder(provider: OidcProvider, query: Mapping[str, str], now: datetime) -> None:
    issuer = query.get("iss")
    required = provider.metadata(now).names_issuer_in_response
    if (issuer is None and required) or issuer not in (None, provider.settings.issuer):
        raise UnauthenticatedError(Fault.ISSUER)


def _digest(cookie_value: str) -> bytes:
    return hashlib.sha256(cookie_value.encode()).digest()
