"""The tokens that the demo provider signs: an ID token for the application, an access token for its API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.clock import new_opaque_id
from gateway.demo.provider.desk import Grant
from gateway.demo.provider.parties import RelyingParty

ID_TOKEN_LIFE = timedelta(minutes=5)
ACCESS_TOKEN_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs with ES256 under one issuer's name."""

    issuer: str
    key: ECKey = field(repr=False)

    def answer(self, grant: Grant, party: RelyingParty, now: datetime) -> dict[str, Any]:
        """The JSON body of a successful token request (OpenID Connect Core 3.1.3.3)."""
        common = {
            "iss": self.issuer,
            **grant.member.claims,
            "amr": [*grant.methods, *(["mfa"] if len(grant.methods) > 1 else [])],
            "auth_time": int(grant.granted_at.timestamp()),
            "iat": int(now.timestamp()),
        }
        id_claims = {"aud": party.client_id, "nonce": grant.request.nonce, "exp": _end(now, ID_TOKEN_LIFE)}
        access_claims = {
            "aud": party.audience,
            "client_id": party.client_id,
            "scope": grant.request.scope,
            "jti": str(new_opaque_id()),
            "exp": _end(now, ACCESS_TOKEN_LIFE),
        }
        return {
            "id_token": self._sign("JWT", {**common, **id_claims}),
            "access_token": self._sign("at+jwt", {**common, **access_claims}),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_TOKEN_LIFE.total_seconds()),
            "scope": grant.request.scope,
        }

    def _sign(self, kind: str, claims: Mapping[str, Any]) -> str:
        header = {"alg": "ES256", "typ": kind, "kid": self.key.kid or self.key.thumbprint()}
        return jwt.encode(header, dict(claims), self.key, algorithms=["ES256"])


def _end(now: datetime, life: timedelta) -> int:
    return int((now + life).timestamp())
