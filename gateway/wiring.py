"""Everything that a use case works with, joined once when the process starts and never changed after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.port import Feed
from agreements.register import Register
from audit.keys import SignerKey
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

    def source_number(self, source: str) -> int:
        """The number under which masks and rows know a source."""
        return self.register.vocabulary.sources.index(source)
