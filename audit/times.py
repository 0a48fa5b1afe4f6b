"""Times that run backwards: leaves stand in the order in which the log took them in, whatever their clock said.

A clock that was set back, a recording that came late and an entry that was dated back look alike, so nobody is accused:
whoever checks an export is told where to look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.errors import ExportError
from audit.export import ENTRIES

ALLOWED = timedelta(hours=1)
"""By how much the times of leaves may run backwards unsaid: an entry bears the second at which its act began."""

_AT = slice(-23, -3)
_HOUR = 13


@dataclass(frozen=True, slots=True)
class StepBack:
    """The farthest that a leaf's time lies behind that of a leaf before it."""

    leaf: int
    after: int
    by: timedelta

    def sentence(self) -> str:
        """Where to look, in words."""
        hours = self.by // timedelta(hours=1)
        return f"CHECK leaf {self.leaf}: its time lies {hours} hour(s) before that of leaf {self.after}, an earlier one"


def farthest_back(rows: Iterable[bytes]) -> StepBack | None:
    """The farthest step back in the rows of an export that fit its leaves; `None` where none is beyond `ALLOWED`.

    Raises `ExportError` for a time that no calendar has.
    """
    found, newest, newest_leaf, hour = None, b"", 0, b"none yet"
    for leaf, row in enumerate(rows):
        at = row[_AT]
        # Only what is of another hour than the newest is read as a time.
        if at >= newest:
            newest, newest_leaf = at, leaf
            if not at.startswith(hour):
                _instant(at, leaf)
                hour = at[:_HOUR]
        elif not at.startswith(hour):
            by = _instant(newest, newest_leaf) - _instant(at, leaf)
            if by > (ALLOWED if found is None else found.by):
                found = StepBack(leaf, newest_leaf, by)
    return found


def _instant(at: bytes, leaf: int) -> datetime:
    try:
        return datetime.strptime(at.decode(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise ExportError(ENTRIES, "is no time that a calendar has", leaf, "recorded_at") from None
