"""What can go wrong in the store; no message holds a value of a row."""

from typing import ClassVar

from concept_model.errors import DataSharingError


class StoreError(DataSharingError):
    """Root of every store error."""

    code: ClassVar[str] = "store-error"


class DatabaseUnavailableError(StoreError):
    """The database cannot be reached; nothing was released or stored."""

    code: ClassVar[str] = "database-unavailable"


class TicketRefusedError(StoreError):
    """The database found no committed, fresh and unused authorisation for this read."""

    code: ClassVar[str] = "ticket-refused"


class LinkageUnderWayError(StoreError):
    """A run of linkage goes on for longer than whoever asks may wait; nothing was stored."""

    code: ClassVar[str] = "linkage-under-way"
