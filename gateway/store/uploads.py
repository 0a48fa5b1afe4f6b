"""Uploads that are not whole yet: whose they are, how far they have come, and which files hold their parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

_COLUMNS = (
    "upload_id, feed, agency, sender, sealed_order, sealed_key, key_digest, encoding, bytes_whole, bytes_received, "
    "batch_id, expires_at"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload. `bytes_whole` is what its sender says it will have; `batch_id` is set once it is a batch."""

    upload_id: UUID
    feed: str
    agency: str
    sender: str
    sealed_order: bytes = attribute(repr=False)
    sealed_key: bytes = attribute(repr=False)
    key_digest: bytes = attribute(repr=False)
    encoding: str
    bytes_whole: int | None
    bytes_received: int
    batch_id: UUID | None
    expires_at: datetime


def save_upload(connection: Connection, upload: Upload) -> None:
    """Note a new upload."""
    connection.execute(
        text(
            f"INSERT INTO desk.upload ({_COLUMNS}) VALUES (:upload_id, :feed, :agency, :sender, :sealed_order,"  # noqa: S608 - fixed names
            " :sealed_key, :key_digest, :encoding, :bytes_whole, :bytes_received, :batch_id, :expires_at)"
        ),
        {name: getattr(upload, name) for name in _COLUMNS.split(", ")},
    )


def find_upload(connection: Connection, upload_id: UUID, sender: str, now: datetime) -> Upload | None:
    """An upload of that sender's which has not run out."""
    row = connection.execute(
        text(
            f"SELECT {_COLUMNS} FROM desk.upload"  # noqa: S608 - fixed names
            " WHERE upload_id = :upload AND sender = :sender AND expires_at > :now"
        ),
        {"upload": upload_id, "sender": sender, "now": now},
    ).one_or_none()
    return None if row is None else _upload(row)


def find_begun(
    connection: Connection, sender: str, feed: str, key_digests: Sequence[bytes], now: datetime
) -> Upload | None:
    """The upload that a sender began under a key, of which the keyed digests are given."""
    row = connection.execute(
        text(
            f"SELECT {_COLUMNS} FROM desk.upload WHERE sender = :sender AND feed = :feed"  # noqa: S608 - fixed names
            " AND key_digest = ANY (:digests) AND expires_at > :now"
        ),
        {"sender": sender, "feed": feed, "digests": list(key_digests), "now": now},
    ).one_or_none()
    return None if row is None else _upload(row)


def open_uploads(connection: Connection, sender: str, now: datetime) -> int:
    """How many uploads of a sender wait for more."""
    found: int = connection.execute(
        text("SELECT count(*) FROM desk.upload WHERE sender = :sender AND batch_id IS NULL AND expires_at > :now"),
        {"sender": sender, "now": now},
    ).scalar_one()
    return found


def add_part(connection: Connection, upload_id: UUID, begins_at: int, spool: str, size: int) -> None:
    """Note a part, and that the upload has come so much further."""
    connection.execute(
        text("INSERT INTO desk.upload_part (upload_id, begins_at, spool) VALUES (:upload, :begins, :spool)"),
        {"upload": upload_id, "begins": begins_at, "spool": spool},
    )
    connection.execute(
        text("UPDATE desk.upload SET bytes_received = bytes_received + :size WHERE upload_id = :upload"),
        {"upload": upload_id, "size": size},
    )


def parts_of(connection: Connection, upload_id: UUID) -> list[str]:
    """The files of an upload's parts, in order."""
    rows = connection.execute(
        text("SELECT spool FROM desk.upload_part WHERE upload_id = :upload ORDER BY begins_at"), {"upload": upload_id}
    )
    return list(rows.scalars())


def become_batch(connection: Connection, upload_id: UUID, batch_id: UUID) -> None:
    """The upload is a batch: its parts are not needed any more."""
    connection.execute(
        text("UPDATE desk.upload SET batch_id = :batch WHERE upload_id = :upload"),
        {"batch": batch_id, "upload": upload_id},
    )
    connection.execute(text("DELETE FROM desk.upload_part WHERE upload_id = :upload"), {"upload": upload_id})


def forget_upload(connection: Connection, upload_id: UUID) -> None:
    """Delete an upload and what is noted of its parts."""
    connection.execute(text("DELETE FROM desk.upload WHERE upload_id = :upload"), {"upload": upload_id})


def forget_expired(connection: Connection, now: datetime) -> int:
    """Delete uploads that have run out; return how many."""
    return connection.execute(text("DELETE FROM desk.upload WHERE expires_at <= :now"), {"now": now}).rowcount


def parts_wanted(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those of some files that are parts of an upload."""
    rows = connection.execute(
        text("SELECT spool FROM desk.upload_part WHERE spool = ANY (:names)"), {"names": list(names)}
    )
    return set(rows.scalars())


def _upload(row: Any) -> Upload:
    return Upload(
        row.upload_id, row.feed, row.agency, row.sender, bytes(row.sealed_order), bytes(row.sealed_key),
        bytes(row.key_digest), row.encoding, row.bytes_whole, row.bytes_received, row.batch_id, row.expires_at,
    )  # fmt: skip
