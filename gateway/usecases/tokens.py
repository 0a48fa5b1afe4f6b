"""Tokens for partners' machines; a used assertion is remembered in the database, for every process together."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.identity.token_endpoint import TokenResponse, issue_token
from gateway.store.sign_ins import remember_assertion
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class AssertionsSeen:
    """The replay guard over a table."""

    wiring: Wiring

    def remember(self, jti: str, expires_at: datetime) -> bool:
        """True the first time, False ever after until it expires."""
        digest = hashlib.sha256(jti.encode()).digest()
        with self.wiring.database.transaction("hg_desk") as connection:
            return remember_assertion(connection, digest, expires_at, self.wiring.clock())


def issue_partner_token(wiring: Wiring, form: Mapping[str, str]) -> TokenResponse:
    """Status, headers and body of a token request (RFC 6749 sections 5.1 and 5.2)."""
    return issue_token(
        form,
        clients=wiring.clients,
        replay=AssertionsSeen(wiring),
        keys=wiring.token_keys,
        now=wiring.clock(),
        token_url=f"{wiring.settings.public_url}/oauth/token",
    )
