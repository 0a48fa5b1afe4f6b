"""Everything that a use case works with, joined once when the process starts and never changed after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.port import Feed
from agreements.register import Register
from audit.keys import SignerKey
from gateway.clock import new_id, new_ids
from gateway.custody import Custody
from gateway.identity.clients import ClientDirectory
from gateway.identity.keys import TokenKeys
from gateway.identity.oidc import OidcProvider
from gateway.settings import Settings
from gateway.store.engine import Database


@dataclass(frozen=True)
class Wiring:
    """The parts. `clock` and `mint` are the only sources of time and ids, so that a test can fix both."""

    settings: Settings
    database: Database
    custody: Custody
    log_signer: SignerKey
    register: Register
    feeds: Mapping[str, Feed]
    clients: ClientDirectory
    token_keys: TokenKeys
    provider: OidcProvider
    clock: Callable[[], datetime]
    mint: Callable[[], UUID]
    mint_opaque: Callable[[], UUID]

    def mint_many(self, count: int) -> list[bytes]:
        """That many ids in the order of their minting, as bytes: those of facts are made by the million."""
        return new_ids(count) if self.mint is new_id else [self.mint().bytes for _ in range(count)]

    def source_number(self, source: str) -> int:
        """The number under which masks and rows know a source."""
        return self.register.vocabulary.sources.index(source)
