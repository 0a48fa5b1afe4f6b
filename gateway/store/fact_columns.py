"""A fact as the columns that COPY takes in binary form: made of texts, without a database.

The form is that of PostgreSQL's documentation of COPY: of each column four bytes with its length, then its bytes; -1
stands for NULL. Days count from 2000-01-01, moments in microseconds from its midnight in UTC.
"""

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

_NULL = b"\xff\xff\xff\xff"
JSONB_VERSION = b"\1"
"""Before the text of a value in its column."""
_DAY_ZERO = date(2000, 1, 1).toordinal()
_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MIDNIGHT = datetime(1900, 1, 1)  # noqa: DTZ001 - the day that `strptime` sets where none is given
_REMEMBERED = 20_000
_LENGTH_BYTES = 4
length = struct.Struct("!i").pack
"""The length of a column, which stands before it."""
_read_length = struct.Struct("!i").unpack_from
_two_numbers = struct.Struct("!ihih").pack
numbers_of = struct.Struct("!4xh4xh").unpack_from
"""The numbers of the source and the item of some columns."""
_VALUE_AT = struct.calcsize("!ihih")
"""Where the value begins after the numbers of source and item."""
_day = struct.Struct("!ii").pack
_moment = struct.Struct("!iq").pack


class NewRecord(NamedTuple):
    """A source record to find or make: by the digests of its key, newest key version first; the id if it is new."""

    source_no: int
    subject_kind: str
    digests: tuple[bytes, ...]
    proposed: bytes


class NewFact(NamedTuple):
    """A fact ready to be stored: every column of a version but those that the batch adds.

    `columns` are those from agreement to tombstone: agreement, numbers, value, first and last day, moment, kind.
    `earlier_keys` and `earlier_contents` are the two digests under keys that have been rotated since, newest first.
    """

    fact_key: bytes
    record_id: bytes
    source_no: int
    item_no: int
    columns: bytes
    content_digest: bytes
    fact_id: bytes
    earlier_keys: tuple[bytes, ...] = ()
    earlier_contents: tuple[bytes, ...] = ()


def value_of(fact: NewFact) -> bytes:
    """The value of a fact that is ready to be stored, as JSON."""
    begins = numbers_at(fact.columns, 0) + _VALUE_AT
    (size,) = _read_length(fact.columns, begins)
    return fact.columns[begins + _LENGTH_BYTES + len(JSONB_VERSION) : begins + _LENGTH_BYTES + size]


def numbers_at(line: bytes, agreement_at: int) -> int:
    """Where the numbers begin, which follow the agreement at that place."""
    (size,) = _read_length(line, agreement_at)
    return agreement_at + _LENGTH_BYTES + int(size)


def value_column(value: bytes) -> bytes:
    """A value, which is JSON, as a column."""
    return length(len(value) + 1) + JSONB_VERSION + value


def number_columns(source_no: int, item_no: int) -> bytes:
    """The numbers of a source and an item as columns."""
    return _two_numbers(2, source_no, 2, item_no)


@lru_cache(_REMEMBERED)
def day_column(day: str | None) -> bytes:
    """A day as a column; None for none."""
    return _NULL if day is None else _day(4, date.fromisoformat(day).toordinal() - _DAY_ZERO)


def moment_column(moment: str | None) -> bytes:
    """A moment with its offset as a column; None for none."""
    if moment is None:
        return _NULL
    try:
        since = _clocks[moment[11:19]]
        return _moment(8, _midnights[moment[:10] + moment[19:]] + since)
    except ValueError:
        return _moment(8, _microseconds(moment))


class _Remembered(dict[str, int]):
    """What a function gives for texts that come again and again: to look it up takes half as long as a call does."""

    def __init__(self, made: Callable[[str], int]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, text: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[text] = self._made(text)
        return found


def _midnight(day: str) -> int:
    """A day's begin, by the day and what follows the seconds of a moment: their fraction, and the offset."""
    return _microseconds(f"{day[:10]} 00:00:00{day[10:]}")


def _clock(text: str) -> int:
    """What of the day has passed by a time of day to the second; `ValueError` where the text is none."""
    since = datetime.strptime(text, "%H:%M:%S") - _MIDNIGHT  # noqa: DTZ007 - a time of day has no offset
    return since // _MICROSECOND


def _microseconds(moment: str) -> int:
    return (datetime.fromisoformat(moment) - _ZERO) // _MICROSECOND


_clocks, _midnights = _Remembered(_clock), _Remembered(_midnight)


def kind_columns(nature: str, subject_role: str | None, handling: str | None, disputed: bool) -> bytes:  # noqa: FBT001
    """Nature, role, handling, whether it is disputed, and that it stands, as columns."""
    texts = [_NULL if text is None else sized(text.encode()) for text in (nature, subject_role, handling)]
    stands = sized(b"\0")
    return b"".join(texts) + sized(b"\1" if disputed else b"\0") + stands


def sized(content: bytes) -> bytes:
    """Some bytes as a column."""
    return length(len(content)) + content
