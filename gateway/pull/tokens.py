"""Our half of OAuth 2.0 client credentials at a partner: a signed assertion (RFC 7523), or a secret.

A token is kept in memory until shortly before it runs out, and nowhere else.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from adapters.json_text import parse_json
from gateway.identity.assertion import token_form
from gateway.identity.keys import PrivateKey
from gateway.pull.errors import PullError
from gateway.pull.sources import PullSource, client_key, client_secret

_MARGIN = timedelta(seconds=30)
_SHORTEST, _LONGEST = 5, 86_400
_USUAL_LIFE = 300
_LONGEST_ANSWER = 256 * 1024
_REFUSALS = frozenset({400, 401, 403})
_SERVER = 500
_TOO_MANY = 429


@dataclass(slots=True)
class AccessTokens:
    """The token of one source, fetched when it is needed."""

    source: PullSource
    http: httpx.Client
    now: Callable[[], datetime]
    mint: Callable[[], UUID]
    _key: PrivateKey | None = field(default=None, init=False, repr=False)
    _secret: str = field(default="", init=False, repr=False)
    _token: str = field(default="", init=False, repr=False)
    _until: datetime | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Read key or secret before anything is asked. Raises `KeyFileError`."""
        if self.source.sign_in == "private_key_jwt":
            self._key = client_key(self.source)
        else:
            self._secret = client_secret(self.source)

    def token(self, *, fresh: bool = False) -> str:
        """A token that holds; a new one where `fresh` says that the present one was refused.

        Raises `PullError`, and `httpx.TransportError` where the endpoint cannot be reached.
        """
        if fresh or not self._token or self._until is None or self.now() >= self._until:
            self._token = ""
            self._fetch()
        return self._token

    def _fetch(self) -> None:
        # Asked again it signs anew: an assertion that reached the partner once is used up.
        form, headers = self._credentials()
        if self.source.scope:
            form["scope"] = self.source.scope
        with self.http.stream("POST", self.source.token_address, data=form, headers=headers) as answer:
            if answer.status_code >= _SERVER or answer.status_code == _TOO_MANY:
                raise httpx.ReadError("the token endpoint fails")
            if answer.status_code in _REFUSALS:
                raise PullError("not-signed-in")
            content = bytearray()
            for part in answer.iter_raw(65_536):
                content += part
                if len(content) > _LONGEST_ANSWER:
                    raise PullError("answer-too-large")
            found = _members(bytes(content)) if answer.is_success else {}
        token, life = found.get("access_token"), found.get("expires_in", _USUAL_LIFE)
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise PullError("not-signed-in")
        seconds = (
            int(life) if isinstance(life, int | float | str) and str(life).isascii() and str(life).isdigit() else 0
        )
        life_time = timedelta(seconds=min(max(seconds, _SHORTEST), _LONGEST))
        self._token = token
        self._until = self.now() + life_time - min(_MARGIN, life_time / 2)

    def _credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        source = self.source
        if self._key is not None:
            form = token_form(
                self._key, source.client, source.token_address, now=self.now(), jti=str(self.mint()),
                algorithm=source.algorithm,
            )  # fmt: skip
            return form, {}
        form = {"grant_type": "client_credentials"}
        if source.sign_in == "client_secret_post":
            return {**form, "client_id": source.client, "client_secret": self._secret}, {}
        # RFC 6749 section 2.3.1: both parts are form-encoded first.
        pair = f"{quote(source.client, safe='')}:{quote(self._secret, safe='')}"
        return form, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _members(content: bytes) -> dict[str, Any]:
    try:
        found = parse_json(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
