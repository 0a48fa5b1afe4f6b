"""The client's half of RFC 7523: how a partner's machine signs the assertion that it sends to `POST /oauth/token`."""

from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from gateway.identity.keys import PrivateKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = frozenset({"ES256", "PS256", "RS512"})
LONGEST_ASSERTION = timedelta(minutes=5)
_USUAL_LIFE = timedelta(minutes=2)


def token_form(
    key: PrivateKey, client_id: str, token_url: str, *, now: datetime, jti: str, algorithm: str | None = None
) -> dict[str, str]:
    """The form a client posts to `token_url` (RFC 6749 section 4.4.2, RFC 7523 section 2.2). `jti` is used once."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": sign_assertion(key, client_id, token_url, now=now, jti=jti, algorithm=algorithm),
    }


def sign_assertion(
    key: PrivateKey, client_id: str, token_url: str, *, now: datetime, jti: str, algorithm: str | None = None
) -> str:
    """A signed statement "I am `client_id`", for `token_url` alone, good for two minutes and one use.

    `algorithm` is for a partner that takes one of `ASSERTION_ALGORITHMS` alone; else that of the key.
    """
    header = {"alg": algorithm or _algorithm(key), "kid": key.kid or key.thumbprint()}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "iat": int(now.timestamp()),
        "exp": int((now + _USUAL_LIFE).timestamp()),
        "jti": jti,
    }
    return jwt.encode(header, claims, key, algorithms=ASSERTION_ALGORITHMS)


def _algorithm(key: PrivateKey) -> str:
    if isinstance(key, ECKey):
        return "ES256"
    if isinstance(key, RSAKey):
        return "PS256"
    raise ValueError("a client signs with a P-256 or an RSA key")
