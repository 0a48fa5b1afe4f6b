"""What a sender says of a file beside its content: what it stands for, which days it covers, how it is to be taken."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from gateway.errors import BodyUnreadableError


class Mode(StrEnum):
    """What a file says of the rows that are not in it."""

    FULL = "full"
    """Everything that the sender holds in this feed: what is not named any more is withdrawn."""
    DELTA = "delta"
    """Only what is new or changed: nothing is said of the rest."""
    TOMBSTONE = "tombstone"
    """Rows name keys alone: what was supplied under them is withdrawn."""


def content_binding(batch_id: UUID) -> bytes:
    """What the sealed SHA-256 of a batch's file is bound to."""
    return f"batch-content/{batch_id}".encode()


@dataclass(frozen=True, slots=True)
class BatchContract:
    """The contract of one push. Of a file that comes without a word it is a change to be taken, of no stated period.

    `coverage_from` and `coverage_to` are days, both included. `validate_only`: check and answer, store no row.
    `mends` is the batch whose handed-back rows these are. `content_sha256` are the 32 bytes that the sender says the
    body has as it was sent, compressed or not (RFC 9530). `schema_version` is the feed's version that the file follows;
    None for the one in force.
    """

    mode: Mode = Mode.DELTA
    coverage_from: date | None = None
    coverage_to: date | None = None
    validate_only: bool = False
    mends: UUID | None = None
    content_sha256: bytes | None = None
    schema_version: str | None = None

    def require_sense(self, today: date) -> None:
        """Raise `BodyUnreadableError` where the parts of the contract contradict each other."""
        if self.coverage_from and self.coverage_to and self.coverage_from > self.coverage_to:
            raise BodyUnreadableError("coverage_from is after coverage_to; give the first and the last day covered")
        if self.coverage_to and self.coverage_to > today:
            raise BodyUnreadableError("coverage_to is in the future; a file covers days that have been")
        if self.mends and self.mode is not Mode.DELTA:
            raise BodyUnreadableError("a file that mends rows has no mode of its own; leave mode out")
