"""Staff sign-in: OpenID Connect, authorization code with PKCE (RFC 7636), against any provider that has discovery."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from gateway.identity.access_tokens import STAFF_ALGORITHMS
from gateway.identity.errors import Fault, ProviderUnavailableError, UnauthenticatedError
from gateway.identity.provider_metadata import MetadataCache, ProviderMetadata, read_json
from gateway.identity.signed_tokens import Expectation, check_claims, read_signed

_LONGEST_ID_TOKEN = timedelta(hours=2)
_OLDEST_ID_TOKEN = timedelta(minutes=5)
_LONGEST_CODE = 2048


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """How the provider knows this gateway. Without `client_secret` it is a public client, which PKCE protects.

    `audience` is what the provider writes into access tokens meant for this gateway's API.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    audience: str
    client_secret: str | None = field(default=None, repr=False)
    scope: str = "openid profile email"


@dataclass(frozen=True, slots=True)
class SignInSecrets:
    """What one attempt to sign in must find again at its end; each is used once."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class OidcProvider:
    """The provider as the gateway meets it. One object for the process; safe to share between threads."""

    def __init__(self, settings: OidcSettings, http: httpx.Client) -> None:
        """`http` is the caller's, with its own timeouts; it is not closed here."""
        self.settings = settings
        self._http = http
        self._cache = MetadataCache(settings.issuer, http)

    def metadata(self, now: datetime) -> ProviderMetadata:
        """Addresses and keys of the provider, at most an hour old; `ProviderUnavailableError`."""
        return self._cache.current(now)

    def read_token(self, token: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token of the provider; a key id never seen makes the keys be fetched once more."""
        try:
            return read_signed(token, self.metadata(now).keys, STAFF_ALGORITHMS)
        except UnauthenticatedError as error:
            if error.fault is not Fault.UNKNOWN_KEY:
                raise
        return read_signed(token, self._cache.refreshed(now).keys, STAFF_ALGORITHMS)

    def authorization_url(self, secrets: SignInSecrets, now: datetime) -> str:
        """Where to send the browser (OpenID Connect Core 3.1.2.1), with a challenge for `secrets.verifier`."""
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": self.settings.scope,
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": challenge_of(secrets.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self.metadata(now).authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def redeem(self, code: str, secrets: SignInSecrets, now: datetime) -> dict[str, Any]:
        """The verified claims of the ID token that `code` stands for (OpenID Connect Core 3.1.3).

        Raises `UnauthenticatedError` where the provider refuses the code or the token does not hold, and
        `ProviderUnavailableError` where the provider does not answer.
        """
        if not 0 < len(code) <= _LONGEST_CODE:
            raise UnauthenticatedError(Fault.MALFORMED)
        answer = self._exchange(code, secrets.verifier, now)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderUnavailableError("the provider's token answer holds no ID token")
        return self._check_id_token(id_token, secrets.nonce, now)

    def _exchange(self, code: str, verifier: str, now: datetime) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": verifier,
        }
        if self.settings.client_secret is not None:
            form["client_secret"] = self.settings.client_secret
        try:
            response = self._http.post(self.metadata(now).token_endpoint, data=form)
        except httpx.HTTPError:
            # The library's message may quote the request; its cause is not worth a secret in a log.
            raise ProviderUnavailableError("the provider's token endpoint does not answer") from None
        if response.is_client_error:
            raise UnauthenticatedError(Fault.PROVIDER_REFUSED)
        return read_json(response)

    def _check_id_token(self, id_token: str, nonce: str, now: datetime) -> dict[str, Any]:
        """OpenID Connect Core 3.1.3.7, steps in its order."""
        header, claims = self.read_token(id_token, now)
        if str(header.get("typ", "JWT")).upper() != "JWT":
            raise UnauthenticatedError(Fault.TOKEN_TYPE)
        check_claims(claims, Expectation(self.settings.issuer, self.settings.client_id, _LONGEST_ID_TOKEN), now)
        _check_sole_audience(claims, self.settings.client_id)
        _check_fresh(claims, now)
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
            raise UnauthenticatedError(Fault.NONCE)
        return claims


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _check_sole_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Nobody else may be addressed, and `azp`, where given, must be us."""
    if claims["aud"] not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise UnauthenticatedError(Fault.AUDIENCE)


def _check_fresh(claims: Mapping[str, Any], now: datetime) -> None:
    issued = claims.get("iat")
    if issued is None or issued < (now - _OLDEST_ID_TOKEN).timestamp():
        raise UnauthenticatedError(Fault.EXPIRED)
