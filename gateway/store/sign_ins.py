"""Client assertions that were used, and page sessions: both under digests, never in clear."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.store.desk_tables import AssertionSeenRow, SessionRow

_SEEN = AssertionSeenRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_SESSION = SessionRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def remember_assertion(connection: Connection, jti_digest: bytes, expires_at: datetime, now: datetime) -> bool:
    """Remember a client assertion; False if it was used before."""
    connection.execute(delete(_SEEN).where(_SEEN.c.expires_at < now))
    remembered = connection.execute(
        insert(_SEEN)
        .values(jti_digest=jti_digest, expires_at=expires_at)
        .on_conflict_do_nothing()
        # The count of an INSERT's rows is not kept by every driver; a returned row is.
        .returning(_SEEN.c.jti_digest)
    )
    return remembered.first() is not None


def save_session(connection: Connection, row: SessionRow) -> None:
    """Insert or replace a session."""
    values = row.model_dump()
    connection.execute(
        insert(_SESSION).values(**values).on_conflict_do_update(index_elements=[_SESSION.c.session_digest], set_=values)
    )


def read_session(connection: Connection, session_digest: bytes) -> SessionRow | None:
    """A session by the digest of its cookie."""
    row = connection.execute(select(_SESSION).where(_SESSION.c.session_digest == session_digest)).one_or_none()
    return None if row is None else SessionRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def touch_session(connection: Connection, session_digest: bytes, seen_at: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(_SESSION).where(_SESSION.c.session_digest == session_digest).values(last_seen_at=seen_at))


def remove_session(connection: Connection, session_digest: bytes) -> None:
    """End a session."""
    connection.execute(delete(_SESSION).where(_SESSION.c.session_digest == session_digest))


def take_session(connection: Connection, session_digest: bytes) -> SessionRow | None:
    """A row, which is gone from then on: of two takers one gets it."""
    row = connection.execute(
        delete(_SESSION).where(_SESSION.c.session_digest == session_digest).returning(*_SESSION.c)
    ).one_or_none()
    return None if row is None else SessionRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def change_session(connection: Connection, session_digest: bytes, sealed_state: bytes) -> None:
    """Replace what a session remembers; one that has ended stays ended."""
    connection.execute(
        update(_SESSION).where(_SESSION.c.session_digest == session_digest).values(sealed_state=sealed_state)
    )


def remove_ended_sessions(connection: Connection, now: datetime) -> None:
    """Forget what is over."""
    connection.execute(delete(_SESSION).where(_SESSION.c.expires_at < now))
