"""Bearer tokens (RFC 6750) that the gateway accepts: its own for partners' machines, the provider's for staff."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.identity.clients import RegisteredClient
from gateway.identity.errors import Fault, UnauthenticatedError
from gateway.identity.keys import TokenKeys
from gateway.identity.signed_tokens import Expectation, check_claims, read_signed, require_access_token, text_claim

PARTNER_TOKEN_LIFE = timedelta(minutes=10)
LONGEST_STAFF_TOKEN = timedelta(hours=1, minutes=30)  # Entra ID gives 60 to 90 minutes
STAFF_ALGORITHMS = frozenset({"ES256", "ES384", "PS256", "RS256", "RS512"})
_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_METHOD = re.compile(r"[a-z0-9_-]{1,20}")  # the shape of a registered value (RFC 8176)


def bearer_token(authorization: str | None) -> str:
    """The token of an `Authorization` header (RFC 6750 section 2.1); `UnauthenticatedError` where there is none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError(Fault.ABSENT)
    return token.strip()


def sign_access_token(
    client: RegisteredClient, scope: str, *, keys: TokenKeys, issuer: str, now: datetime, jti: str
) -> str:
    """A token of RFC 9068 for one partner's machine, good for ten minutes at this gateway alone."""
    header = {"alg": "ES256", "typ": "at+jwt", "kid": keys.signing.kid or keys.signing.thumbprint()}
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": client.client_id,
        "client_id": client.client_id,
        "agency": client.agency,
        "scope": scope,
        "jti": jti,
        "iat": int(now.timestamp()),
        "exp": int((now + PARTNER_TOKEN_LIFE).timestamp()),
    }
    return jwt.encode(header, claims, keys.signing, algorithms=["ES256"])


def verify_access_token(token: str, keys: KeySet, issuer: str, audience: str, now: datetime) -> PartnerCaller:
    """The partner's machine behind a token that this gateway signed; `UnauthenticatedError` otherwise."""
    header, claims = read_signed(token, keys, {"ES256"})
    require_access_token(header)
    expires_at = check_claims(claims, Expectation(issuer, audience, PARTNER_TOKEN_LIFE), now)
    text_claim(claims, "jti")
    client_id = text_claim(claims, "client_id")
    if claims["sub"] != client_id:
        raise UnauthenticatedError(Fault.SUBJECT)
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise UnauthenticatedError(Fault.CLAIMS)
    return PartnerCaller(client_id, text_claim(claims, "agency"), frozenset(scope.split()), expires_at)


def verify_staff_token(token: str, keys: KeySet, issuer: str, audience: str, now: datetime) -> StaffCaller:
    """The member of staff behind an access token (RFC 9068) that their provider issued for this gateway."""
    return staff_of_token(read_signed(token, keys, STAFF_ALGORITHMS), issuer, audience, now)


def staff_of_token(
    signed: tuple[Mapping[str, Any], Mapping[str, Any]], issuer: str, audience: str, now: datetime
) -> StaffCaller:
    """The same, from header and claims whose signature is already verified."""
    header, claims = signed
    require_access_token(header)
    expires_at = check_claims(claims, Expectation(issuer, audience, LONGEST_STAFF_TOKEN), now)
    return staff_caller(claims, expires_at)


def staff_caller(claims: Mapping[str, Any], expires_at: datetime) -> StaffCaller:
    """The caller that verified claims describe; a claim missing or of another shape refuses."""
    methods = claims.get("amr")
    if not isinstance(methods, list) or not methods or not all(_is_method(method) for method in methods):
        raise UnauthenticatedError(Fault.CLAIMS)
    return StaffCaller(
        subject=text_claim(claims, "sub"),
        worker_ref=text_claim(claims, "worker_ref"),
        name=text_claim(claims, "name"),
        agency=text_claim(claims, "agency"),
        role=text_claim(claims, "role"),
        team=text_claim(claims, "team"),
        authentication="+".join(("oidc", *sorted(set(methods)))),
        expires_at=expires_at,
        client=_client(claims.get("client_id")),
    )


def _client(claim: object) -> str | None:
    """The system that a token was issued to; `None` where the claim is missing or no plain id."""
    return claim if isinstance(claim, str) and _CLIENT.fullmatch(claim) else None


def _is_method(method: object) -> bool:
    return isinstance(method, str) and _METHOD.fullmatch(method) is not None
