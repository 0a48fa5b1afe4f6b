"""`POST /oauth/token`: client credentials (RFC 6749 section 4.4) with private_key_jwt (RFC 7523), on Authlib's core.

Authlib's core reads the wall clock, gives tokens ten days and explains each refusal; here the instant is an argument,
a token lives ten minutes, and every client that cannot be authenticated gets the same answer.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, InvalidClientError, InvalidScopeError, OAuth2Error
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.clock import new_opaque_id
from gateway.identity.access_tokens import PARTNER_TOKEN_LIFE, sign_access_token
from gateway.identity.assertion import ASSERTION_ALGORITHMS, LONGEST_ASSERTION
from gateway.identity.clients import ClientDirectory, RegisteredClient, ReplayGuard
from gateway.identity.errors import Fault, UnauthenticatedError
from gateway.identity.keys import TokenKeys
from gateway.identity.origins import origin_of
from gateway.identity.signed_tokens import LEEWAY, Expectation, check_claims, read_signed, text_claim

TokenResponse = tuple[int, dict[str, str], dict[str, Any]]

_METHOD = "private_key_jwt"
_MOST_FIELDS = 12
_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
_EXPLANATIONS = {
    "invalid_client": "the client could not be authenticated",
    "invalid_scope": "the scope is not one of this client's",
    "unsupported_grant_type": "only client_credentials is supported",
}


def parse_token_form(body: bytes) -> dict[str, str]:
    """The fields of an `application/x-www-form-urlencoded` body; `UnauthenticatedError` where one comes twice.

    RFC 6749 section 3.2: request parameters must not be included more than once.
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise UnauthenticatedError(Fault.MALFORMED) from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise UnauthenticatedError(Fault.MALFORMED)
    return form


def issue_token(
    form: Mapping[str, str],
    *,
    clients: ClientDirectory,
    replay: ReplayGuard,
    keys: TokenKeys,
    now: datetime,
    token_url: str,
) -> TokenResponse:
    """Status, headers and JSON body (RFC 6749 sections 5.1 and 5.2) for one token request.

    The token's issuer and audience are the origin of `token_url`. `InsecureOriginError` where that is neither https
    nor loopback; whatever `replay` raises passes through, and no token is issued.
    """
    server = _TokenServer(_Desk(clients, replay, keys, now, token_url))
    status, headers, body = server.create_token_response(form)
    return status, headers, body


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one request is judged by."""

    clients: ClientDirectory
    replay: ReplayGuard
    keys: TokenKeys
    now: datetime
    token_url: str


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib carries no types
    def __init__(self, form: Mapping[str, str], token_url: str) -> None:
        # Authlib takes https only; ours may be http on loopback, which `origin_of` has already judged.
        super().__init__("POST", f"https://{origin_of(token_url).partition('://')[2]}")
        self.payload = BasicOAuth2Payload(dict(form))

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class _Client(ClientMixin):  # type: ignore[misc]  # Authlib carries no types
    def __init__(self, registered: RegisteredClient) -> None:
        self.registered = registered

    def get_client_id(self) -> str:
        return self.registered.client_id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == _METHOD and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == _Grant.GRANT_TYPE)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All of the client's scopes where none is asked for; None, which Authlib refuses, where one is too many."""
        asked = frozenset((scope or "").split()) or self.registered.scopes
        return " ".join(sorted(asked)) if asked <= self.registered.scopes else None


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib carries no types
    TOKEN_ENDPOINT_AUTH_METHODS = (_METHOD,)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        # Authlib's own method also logs the token.
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=False)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib carries no types
    CLIENT_AUTH_METHOD = _METHOD

    def __init__(self, desk: _Desk) -> None:
        super().__init__()
        self.desk = desk

    def extract_assertion(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            header, claims = super().extract_assertion(assertion)
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
            raise InvalidClientError from None
        return header, claims

    def resolve_client_public_key(self, client: _Client) -> KeySet:
        return client.registered.keys

    def process_assertion_claims(self, assertion: str, keys: KeySet) -> dict[str, Any]:
        try:
            _, claims = read_signed(assertion, keys, ASSERTION_ALGORITHMS)
            self._check(claims)
        except UnauthenticatedError:
            raise InvalidClientError from None
        return claims

    def _check(self, claims: dict[str, Any]) -> None:
        """RFC 7523 section 3. The audience is the token URL alone: a list could hold another server's as well."""
        client_id = text_claim(claims, "sub")
        expected = Expectation(issuer=client_id, audience=self.desk.token_url, longest_life=LONGEST_ASSERTION)
        expires_at = check_claims(claims, expected, self.desk.now)
        if claims["aud"] not in (self.desk.token_url, [self.desk.token_url]):
            raise UnauthenticatedError(Fault.AUDIENCE)
        # Hashed with the client's id: ids of two clients cannot collide, and the guard stores one short length.
        mark = hashlib.sha256(json.dumps([client_id, text_claim(claims, "jti")]).encode()).hexdigest()
        if not self.desk.replay.remember(mark, expires_at + LEEWAY):
            raise UnauthenticatedError(Fault.REPLAYED)


class _TokenServer(AuthorizationServer):  # type: ignore[misc]  # Authlib carries no types
    def __init__(self, desk: _Desk) -> None:
        super().__init__()
        self.desk = desk
        self.issuer = origin_of(desk.token_url)
        self.register_grant(_Grant)
        self.register_client_auth_method(_METHOD, _Assertion(desk))
        self.register_token_generator("default", self._token)

    def query_client(self, client_id: str) -> _Client | None:
        registered = self.desk.clients.find(client_id)
        return None if registered is None else _Client(registered)

    def create_oauth2_request(self, request: Mapping[str, str]) -> _Request:
        return _Request(request, self.desk.token_url)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Authlib asks for it; nothing here listens."""

    def handle_response(
        self, status: int, body: Mapping[str, Any], headers: list[tuple[str, str]]
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        return status, {**dict(headers), **_HEADERS}, dict(body)

    def handle_error_response(self, request: _Request, error: OAuth2Error) -> TokenResponse:  # noqa: ARG002 - Authlib's
        """One answer a code: Authlib's own text would tell an unknown client from a bad signature."""
        code = str(error.error)
        body = {"error": code, "error_description": _EXPLANATIONS.get(code, "the request cannot be read")}
        return (401 if code == "invalid_client" else 400), dict(_HEADERS), body

    def _token(self, client: _Client, scope: str | None = None, **_: Any) -> dict[str, Any]:
        allowed = client.get_allowed_scope(scope)
        if allowed is None:
            raise InvalidScopeError
        token = sign_access_token(
            client.registered,
            allowed,
            keys=self.desk.keys,
            issuer=self.issuer,
            now=self.desk.now,
            jti=str(new_opaque_id()),
        )
        life = int(PARTNER_TOKEN_LIFE.total_seconds())
        return {"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": allowed}
