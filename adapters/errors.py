"""What can go wrong in a feed. No message holds a value that the partner sent."""

from typing import ClassVar

from concept_model.errors import DataSharingError


class AdapterError(DataSharingError):
    """Root of every adapter error."""

    code: ClassVar[str] = "feed-error"


class UnknownFeedError(AdapterError):
    """No feed of that name exists."""

    code: ClassVar[str] = "feed-unknown"


class FeedUnreadableError(AdapterError):
    """The whole file cannot be read as that feed: nothing of it is taken."""

    code: ClassVar[str] = "feed-unreadable"

    def __init__(self, message: str, how_to_fix: str) -> None:
        """Both texts are fixed or name only columns of the feed's own format."""
        super().__init__(message)
        self.message = message
        self.how_to_fix = how_to_fix


class SuspiciousContentError(FeedUnreadableError):
    """The file holds what no table of people needs and what attacks are made of: nothing of it is taken."""

    code: ClassVar[str] = "content-suspicious"


class SchemaVersionError(FeedUnreadableError):
    """The file says that it follows a version of the feed that has ended, or that the feed never had."""

    code: ClassVar[str] = "schema-version"
