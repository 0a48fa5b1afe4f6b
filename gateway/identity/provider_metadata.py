"""What a provider publishes of itself: OpenID Connect Discovery 1.0 and its JWK set, fetched, checked and kept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import httpx
from joserfc.jwk import KeySet

from gateway.identity.errors import InsecureOriginError, KeyFileError, ProviderUnavailableError
from gateway.identity.keys import import_public_jwks
from gateway.identity.origins import require_secure

_KEPT_FOR = timedelta(hours=1)
_NOT_SOONER_THAN = timedelta(minutes=1)
_TRIED_AGAIN_AFTER = timedelta(seconds=5)
_LARGEST_ANSWER = 512 * 1024


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The addresses and keys of one provider, and when they were fetched."""

    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None
    names_issuer_in_response: bool
    keys: KeySet = field(repr=False)
    fetched_at: datetime


class MetadataCache:
    """One provider's metadata, fetched at most once a minute whatever tokens arrive, and every 5 s while it is down.

    Between two tries it is down at once for everybody, so that tokens of unknown keys cannot keep requests waiting.
    """

    def __init__(self, issuer: str, http: httpx.Client) -> None:
        require_secure(issuer)
        self._issuer = issuer
        self._http = http
        self._lock = Lock()
        self._held: ProviderMetadata | None = None
        self._failed_at: datetime | None = None

    def current(self, now: datetime) -> ProviderMetadata:
        """Metadata at most an hour old."""
        return self._younger_than(_KEPT_FOR, now)

    def refreshed(self, now: datetime) -> ProviderMetadata:
        """Metadata at most a minute old: for a key that the provider may have just begun to use."""
        return self._younger_than(_NOT_SOONER_THAN, now)

    def _younger_than(self, age: timedelta, now: datetime) -> ProviderMetadata:
        with self._lock:
            if self._held is None or now - self._held.fetched_at >= age:
                self._held = self._fetched(now)
            return self._held

    def _fetched(self, now: datetime) -> ProviderMetadata:
        if self._failed_at is not None and timedelta(0) <= now - self._failed_at < _TRIED_AGAIN_AFTER:
            raise ProviderUnavailableError("the provider did not answer a moment ago")
        try:
            fetched = self._fetch(now)
        except ProviderUnavailableError:
            self._failed_at = now
            raise
        self._failed_at = None
        return fetched

    def _fetch(self, now: datetime) -> ProviderMetadata:
        document = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self._issuer:
            # Discovery 1.0 section 4.3: another issuer's document would let it sign for this one.
            raise ProviderUnavailableError("the provider's metadata names another issuer")
        end_session = document.get("end_session_endpoint")
        try:
            keys = import_public_jwks(self._get(_address(document, "jwks_uri")))
        except KeyFileError:
            raise ProviderUnavailableError("the provider's key set is not usable") from None
        return ProviderMetadata(
            authorization_endpoint=_address(document, "authorization_endpoint"),
            token_endpoint=_address(document, "token_endpoint"),
            end_session_endpoint=None if end_session is None else _address(document, "end_session_endpoint"),
            names_issuer_in_response=document.get("authorization_response_iss_parameter_supported") is True,
            keys=keys,
            fetched_at=now,
        )

    def _get(self, url: str) -> dict[str, Any]:
        try:
            return read_json(self._http.get(url, follow_redirects=False))
        except httpx.HTTPError as exc:
            raise ProviderUnavailableError("the provider does not answer") from exc


def read_json(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a successful answer of bounded size; `ProviderUnavailableError` otherwise."""
    if not response.is_success or len(response.content) > _LARGEST_ANSWER:
        raise ProviderUnavailableError("the provider answers with an error or with too much")
    try:
        content = response.json()
    except (ValueError, RecursionError):
        raise ProviderUnavailableError("the provider's answer is no JSON") from None
    if not isinstance(content, dict):
        raise ProviderUnavailableError("the provider's answer is no JSON object")
    return content


def _address(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    try:
        require_secure(value if isinstance(value, str) else "")
    except (InsecureOriginError, ValueError):
        raise ProviderUnavailableError("an address in the provider's metadata is missing or insecure") from None
    return str(value)
