"""What a command of the log or the keys runs on: keys and database, no signed register, so that it always can."""

import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.entry import Entry, EventClass
from gateway.building import open_database, running_database
from gateway.clock import new_id, utc_now
from gateway.custody import Custody, load_custody
from gateway.settings import Settings
from gateway.store.engine import SERVING_ROLES, Database
from gateway.usecases.log.entries import written_by
from gateway.usecases.log.log_parts import LogParts

_NOT_AN_ID = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100
_OVERSIGHT = "log_oversight"


@dataclass(frozen=True)
class OperatorParts:
    """The parts of a command that an operator runs on the gateway's machine."""

    settings: Settings
    database: Database
    custody: Custody
    clock: Callable[[], datetime] = utc_now
    mint: Callable[[], UUID] = new_id


@contextmanager
def operator_parts(settings: Settings) -> Iterator[OperatorParts]:
    """Keys and database of the settings, for one command. Raises `KeyCustodyError` where keys are missing."""
    custody = load_custody(settings.keys_dir, SERVING_ROLES)
    with running_database(settings) as running:
        database = open_database(running, custody)
        try:
            yield OperatorParts(settings, database, custody)
        finally:
            database.dispose()


def operator_entry(parts: LogParts, event: EventClass, **fields: Any) -> Entry:
    """An entry for what an operator does at the command line, under the name of their account on the machine.

    What is done with the log itself is sealed, as what officers do with it is.
    """
    fields.setdefault("sealed", fields.get("purpose") == _OVERSIGHT)
    detail = {**written_by(), "channel": "command line", **fields.pop("detail", {})}
    return Entry(
        entry_id=str(parts.mint()), event=event, at=parts.clock(), log_id=parts.settings.log_origin, who=_account(),
        agency="gateway", role="operator", service="hearthgate", authentication="operating system account",
        detail=detail, **fields,
    )  # fmt: skip


def _account() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return f"operator:{_NOT_AN_ID.sub('-', name)[:_LONGEST_NAME]}"
