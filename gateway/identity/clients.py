"""Partners' machines: which client belongs to which agency, with which public keys, for which scopes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self

from joserfc.jwk import KeySet

from gateway.identity.errors import KeyFileError
from gateway.identity.keys import import_public_jwks


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """One machine of a partner. `scopes` are the most that a token of its may carry (`feeds:push`).

    `keepers` are worker references of its agency: who answers at a desk for the files that it sends.
    """

    client_id: str
    agency: str
    keys: KeySet = field(repr=False)
    scopes: frozenset[str]
    keepers: frozenset[str] = frozenset()


class ClientDirectory(Protocol):
    """Where clients are looked up."""

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client of that id, or None."""

    def kept_by(self, agency: str, worker_ref: str) -> frozenset[str]:
        """Ids of an agency's clients for which one of its workers answers; none where nobody was named."""


class ReplayGuard(Protocol):
    """Remembers assertions until they expire, for every process of the gateway together."""

    def remember(self, jti: str, expires_at: datetime) -> bool:
        """True the first time `jti` is given, False ever after until `expires_at`. Must be atomic."""


class ClientRegistry:
    """A directory read once from a document: `{client_id: {"agency": ..., "jwks": {...}, "scopes": [...]}}`.

    A client may have `keepers`, too: `["W301"]`.
    """

    def __init__(self, clients: Mapping[str, RegisteredClient]) -> None:
        self._clients = dict(clients)

    @classmethod
    def from_document(cls, document: Mapping[str, Mapping[str, Any]]) -> Self:
        """Read strictly: an unsafe key set or a missing member is a `KeyFileError`, so that nothing starts on it."""
        return cls({client_id: _client(client_id, entry) for client_id, entry in document.items()})

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client of that id, or None."""
        return self._clients.get(client_id)

    def kept_by(self, agency: str, worker_ref: str) -> frozenset[str]:
        """Ids of an agency's clients for which one of its workers answers; none where nobody was named."""
        clients = self._clients.values()
        return frozenset(one.client_id for one in clients if one.agency == agency and worker_ref in one.keepers)


def _client(client_id: str, entry: Mapping[str, Any]) -> RegisteredClient:
    agency, jwks, scopes = entry.get("agency"), entry.get("jwks"), entry.get("scopes")
    if not client_id or not isinstance(agency, str) or not isinstance(jwks, dict) or not isinstance(scopes, list):
        raise KeyFileError("a registered client lacks agency, jwks or scopes")
    keepers = entry.get("keepers", [])
    if not isinstance(keepers, list) or not all(isinstance(one, str) and one for one in keepers):
        raise KeyFileError("the keepers of a registered client are no list of worker references")
    keys = import_public_jwks(jwks)
    return RegisteredClient(client_id, agency, keys, frozenset(map(str, scopes)), frozenset(keepers))
