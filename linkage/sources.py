"""What is known of the sources of records before any of them is read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sources:
    """Sources by name. In one that is `duplicate_free` each key is a person of its own.

    `born_by`: the last year in which anybody can be born whom a source holds, where it holds nobody younger than some
    age, as a register of electors or of taxpayers does.
    """

    duplicate_free: Collection[str] = ()
    born_by: Mapping[str, int] = field(default_factory=dict)

    def group_of(self, source: str) -> str | None:
        """The group of which two records are two persons, or None (`LinkRecord.duplicate_free`)."""
        return source if source in self.duplicate_free else None


UNKNOWN = Sources()
