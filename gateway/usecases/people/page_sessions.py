"""Sessions of the pages and attempts to sign in, kept in the database: under digests, their content sealed.

Both lie in one table. A row's key is the digest of its kind and the cookie's digest, so that the cookie of an attempt
never opens a session, and what is sealed is bound to that key.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.entry import EventClass, Outcome
from gateway.identity.caller import StaffCaller
from gateway.identity.errors import Fault
from gateway.identity.oidc import SignInSecrets
from gateway.identity.session import ABSOLUTE_LIFE, SessionRecord
from gateway.identity.sign_in import SignInAttempt
from gateway.store.desk_tables import SessionRow
from gateway.store.ledger import append
from gateway.store.sign_ins import (
    change_session,
    read_session,
    remove_ended_sessions,
    remove_session,
    save_session,
    take_session,
    touch_session,
)
from gateway.usecases.log.entries import entry, nobody_entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_ROLE = "hg_desk"


@dataclass(frozen=True, slots=True)
class RememberedPurpose:
    """The declaration that a session goes on with, and how its bar names it. `family_id` for one family only."""

    declaration_id: UUID
    title: str
    expires_at: datetime
    family_id: UUID | None = None
    break_glass: bool = False


def cookie_digest(cookie_value: str) -> bytes:
    """The SHA-256 under which a cookie's session is known."""
    return hashlib.sha256(cookie_value.encode()).digest()


@dataclass(frozen=True, slots=True)
class PageSessions:
    """A `SessionStore` over the table, which also remembers the declared purpose."""

    wiring: Wiring

    def add(self, record: SessionRecord) -> None:
        """Keep a new session, and forget those that are over."""
        key = _key("session", record.digest)
        row = SessionRow(
            session_digest=key,
            sealed_state=_seal(self.wiring, key, _caller_document(record.caller)),
            created_at=record.started_at,
            last_seen_at=record.seen_at,
            expires_at=record.started_at + ABSOLUTE_LIFE,
        )
        with self.wiring.database.transaction(_ROLE) as connection:
            remove_ended_sessions(connection, record.started_at)
            save_session(connection, row)

    def find(self, digest: bytes) -> SessionRecord | None:
        """The session of that digest, over or not; None where there is none."""
        row = self._row(digest)
        if row is None:
            return None
        caller = _caller(_open(self.wiring, row))
        return SessionRecord(digest, caller, started_at=row.created_at, seen_at=row.last_seen_at)

    def touch(self, digest: bytes, seen_at: datetime) -> None:
        """Note the latest request of a session; one that is gone stays gone."""
        with self.wiring.database.transaction(_ROLE) as connection:
            touch_session(connection, _key("session", digest), seen_at)

    def remove(self, digest: bytes) -> None:
        """Forget a session; nothing happens where there is none."""
        with self.wiring.database.transaction(_ROLE) as connection:
            remove_session(connection, _key("session", digest))

    def remember(self, digest: bytes, purpose: RememberedPurpose) -> None:
        """Go on with a declared purpose."""
        row = self._row(digest)
        if row is not None:
            state = {**_open(self.wiring, row), "purpose": _purpose_document(purpose)}
            with self.wiring.database.transaction(_ROLE) as connection:
                change_session(connection, row.session_digest, _seal(self.wiring, row.session_digest, state))

    def remembered(self, digest: bytes, now: datetime) -> RememberedPurpose | None:
        """The purpose that the session goes on with, unless it is over."""
        row = self._row(digest)
        purpose = _purpose(_open(self.wiring, row)) if row is not None else None
        return purpose if purpose is not None and now < purpose.expires_at else None

    def _row(self, digest: bytes) -> SessionRow | None:
        with self.wiring.database.transaction(_ROLE) as connection:
            return read_session(connection, _key("session", digest))


@dataclass(frozen=True, slots=True)
class PageAttempts:
    """An `AttemptStore` over the table."""

    wiring: Wiring

    def put(self, digest: bytes, attempt: SignInAttempt) -> None:
        """Keep `attempt` until it expires, and forget what is over: anybody may begin a sign-in."""
        key, now = _key("attempt", digest), self.wiring.clock()
        row = SessionRow(
            session_digest=key,
            sealed_state=_seal(self.wiring, key, _attempt_document(attempt)),
            created_at=now,
            last_seen_at=now,
            expires_at=attempt.expires_at,
        )
        with self.wiring.database.transaction(_ROLE) as connection:
            remove_ended_sessions(connection, now)
            save_session(connection, row)

    def take(self, digest: bytes) -> SignInAttempt | None:
        """The attempt, which is gone from then on; None where there is none."""
        with self.wiring.database.transaction(_ROLE) as connection:
            row = take_session(connection, _key("attempt", digest))
        return None if row is None else _attempt(_open(self.wiring, row))


def record_sign_in(wiring: Wiring, context: RequestContext, caller: StaffCaller, *, signed_out: bool = False) -> None:
    """Append the entry of a sign-in or sign-out, before the browser gets or loses its cookie."""
    recorded = entry(
        wiring, context, caller, EventClass.SIGN_IN, wiring.clock(),
        detail={"channel": context.channel, "reasons": ["signed-out"] if signed_out else None},
    )  # fmt: skip
    with wiring.database.transaction(_ROLE) as connection:
        append(connection, recorded)


def record_failed_sign_in(wiring: Wiring, context: RequestContext, fault: Fault) -> None:
    """Append the entry of a sign-in that the provider began and that did not hold.

    An answer to no attempt of ours signs nobody in and can be sent by anybody as often as they like: it leaves none.
    """
    if fault is Fault.SIGN_IN_UNKNOWN:
        return
    failed = nobody_entry(
        wiring, context, EventClass.SIGN_IN, wiring.clock(), outcome=Outcome.DENIED, detail={"reasons": [fault.value]}
    )
    with wiring.database.transaction(_ROLE) as connection:
        append(connection, failed)


def _key(kind: str, digest: bytes) -> bytes:
    return hashlib.sha256(f"hearthgate page {kind}/".encode() + digest).digest()


def _seal(wiring: Wiring, key: bytes, document: Mapping[str, Any]) -> bytes:
    return wiring.custody.field.seal(json.dumps(document).encode(), key)


def _open(wiring: Wiring, row: SessionRow) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        wiring.custody.field.unseal(bytes(row.sealed_state), bytes(row.session_digest))
    )
    return document


def _caller_document(caller: StaffCaller) -> dict[str, Any]:
    return {"caller": {**asdict(caller), "expires_at": caller.expires_at.isoformat()}}


def _caller(document: Mapping[str, Any]) -> StaffCaller:
    caller = StaffCaller(**document["caller"])
    return replace(caller, expires_at=datetime.fromisoformat(document["caller"]["expires_at"]))


def _purpose_document(purpose: RememberedPurpose) -> dict[str, Any]:
    return {
        "declaration_id": str(purpose.declaration_id),
        "title": purpose.title,
        "expires_at": purpose.expires_at.isoformat(),
        "family_id": str(purpose.family_id) if purpose.family_id else None,
        "break_glass": purpose.break_glass,
    }


def _purpose(document: Mapping[str, Any]) -> RememberedPurpose | None:
    kept = document.get("purpose")
    if kept is None:
        return None
    return RememberedPurpose(
        UUID(kept["declaration_id"]),
        kept["title"],
        datetime.fromisoformat(kept["expires_at"]),
        UUID(kept["family_id"]) if kept["family_id"] else None,
        kept["break_glass"],
    )


def _attempt_document(attempt: SignInAttempt) -> dict[str, Any]:
    return {**asdict(attempt), "expires_at": attempt.expires_at.isoformat()}


def _attempt(document: Mapping[str, Any]) -> SignInAttempt:
    secrets = SignInSecrets(**document["secrets"])
    return SignInAttempt(secrets, document["return_to"], datetime.fromisoformat(document["expires_at"]))
