"""What the log's own use cases need: less than a whole `Wiring`, so that a command needs no signed register to run."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from audit.entry import Entry
from audit.keys import SignerKey, VerifierKey
from gateway.custody import Custody
from gateway.settings import Settings
from gateway.store.engine import Database
from gateway.store.ledger import append


class LogParts(Protocol):
    """The parts; `gateway.wiring.Wiring` has them all, and so has `gateway.operator_parts.OperatorParts`."""

    @property
    def settings(self) -> Settings:
        """All settings."""

    @property
    def database(self) -> Database:
        """The database as its roles."""

    @property
    def custody(self) -> Custody:
        """The keys."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present instant."""

    @property
    def mint(self) -> Callable[[], UUID]:
        """A new id."""


def record(parts: LogParts, entry: Entry) -> None:
    """Append an entry and commit it."""
    with parts.database.transaction("hg_desk") as connection:
        append(connection, entry)


def log_keys(parts: LogParts) -> tuple[VerifierKey, ...]:
    """Verifier keys of every version of the log's key, newest first: old checkpoints stay verifiable."""
    name = parts.settings.log_origin
    return tuple(SignerKey(name, version.secret).verifier() for version in reversed(parts.custody.log.versions))
