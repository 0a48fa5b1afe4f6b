"""Read a signed token (RFC 7519) as RFC 8725 asks: algorithm allow-list, key by id, type, every claim checked."""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from gateway.identity.errors import Fault, UnauthenticatedError

LEEWAY = timedelta(seconds=30)
_LONGEST_TOKEN = 8192  # characters: a header line of an ordinary server
_ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})  # RFC 9068 section 4
_CLAIM_FAULTS = {"iss": Fault.ISSUER, "aud": Fault.AUDIENCE, "sub": Fault.SUBJECT, "nbf": Fault.NOT_YET}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a token must say to count: who issued it, for whom, and how far ahead its `exp` may lie."""

    issuer: str
    audience: str
    longest_life: timedelta


def read_signed(token: str, keys: KeySet, algorithms: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of `token`, its signature verified with the key that its `kid` names.

    Raises `UnauthenticatedError`; the cause is cut off because it may quote the token.
    """
    if not token or len(token) > _LONGEST_TOKEN:
        raise UnauthenticatedError(Fault.MALFORMED if token else Fault.ABSENT)
    # Unknown header members are ignored unless `crit` lists them (RFC 7515 section 4): providers add their own.
    registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    try:
        decoded = jwt.decode(token, keys, registry=registry)
    except UnsupportedAlgorithmError:
        fault = Fault.ALGORITHM
    except InvalidKeyIdError:
        fault = Fault.UNKNOWN_KEY
    except BadSignatureError:
        fault = Fault.SIGNATURE
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # The library lets malformed base64, nested JSON and keys of the wrong kind through as these.
        fault = Fault.MALFORMED
    else:
        return dict(decoded.header), decoded.claims
    raise UnauthenticatedError(fault) from None


def claimed_issuer(token: str) -> str | None:
    """The issuer that `token` names, before any signature is checked: says whose keys to ask, and nothing more.

    None where the token is no JWT of bearable length or names no issuer.
    """
    parts = token.split(".") if len(token) <= _LONGEST_TOKEN else []
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature (RFC 7515 section 3.1)
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else None


def check_claims(claims: Mapping[str, Any], expected: Expectation, now: datetime) -> datetime:
    """The instant at which the token ends, once `iss`, `aud`, `sub`, `iat`, `nbf` and `exp` hold at `now`.

    A clock may differ from ours by 30 seconds. Raises `UnauthenticatedError`.
    """
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except ExpiredTokenError:
        fault = Fault.EXPIRED
    except (InvalidClaimError, MissingClaimError) as error:
        fault = _CLAIM_FAULTS.get(error.claim, Fault.CLAIMS)
    else:
        return _end_of(claims["exp"], expected.longest_life, now)
    raise UnauthenticatedError(fault) from None


def require_access_token(header: Mapping[str, Any]) -> None:
    """Refuse any other kind of token in the place of an access token (RFC 9068 section 4, RFC 8725 section 3.11)."""
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in _ACCESS_TOKEN_TYPES:
        raise UnauthenticatedError(Fault.TOKEN_TYPE)


def text_claim(claims: Mapping[str, Any], name: str) -> str:
    """A claim that must be text of 1 to 200 characters; `UnauthenticatedError` otherwise."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():  # noqa: PLR2004 - as said
        raise UnauthenticatedError(Fault.CLAIMS)
    return value


def _end_of(exp: float, longest_life: timedelta, now: datetime) -> datetime:
    # Compared as numbers first: an `exp` beyond the year 9999 is no datetime.
    if exp > (now + longest_life + LEEWAY).timestamp():
        raise UnauthenticatedError(Fault.LIFE_TOO_LONG)
    return datetime.fromtimestamp(exp, tz=now.tzinfo)
