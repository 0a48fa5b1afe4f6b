"""A fact as a line of COPY in binary form: made without a database, and read again where it is not stored as it is.

The line of a fact has a fixed length up to its agreement, and ends with what is the same for all facts of its batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.store.fact_columns import NewFact, length, moment_column, numbers_at, numbers_of, sized

FACT_COLUMNS = (
    "fact_id", "fact_key", "record_id", "agreement", "source_no", "item_no", "value", "valid_from", "valid_to",
    "happened_at", "nature", "subject_role", "handling", "disputed", "tombstone", "content_digest", "batch_id",
    "recorded_at",
)  # fmt: skip
FACT_BEGINS = len(FACT_COLUMNS).to_bytes(2, "big") + length(16)
"""Before the id of a fact in its line; the other two stand before its key and its record, and before its content."""
TO_KEY, TO_RECORD = length(32), length(16)
TO_CONTENT = length(32)
_ID_AT = len(FACT_BEGINS)
_KEY_AT = _ID_AT + 16 + len(TO_KEY)
_KEY_ENDS = _KEY_AT + 32
_RECORD_AT = _KEY_ENDS + len(TO_RECORD)
_COLUMNS_AT = _RECORD_AT + 16


@dataclass(frozen=True, slots=True)
class BatchColumns:
    """What a batch says of the coming of its facts: under which agreements, by item, and what ends each line."""

    agreements: Mapping[str, bytes]
    ends: bytes


def batch_columns(batch_id: UUID, agreements: Mapping[str, Sequence[str]], recorded_at: datetime) -> BatchColumns:
    """The columns of a batch. `agreements` are those that cover each item."""
    ends = sized(batch_id.bytes) + moment_column(str(recorded_at))
    return BatchColumns({item: sized(", ".join(named).encode()) for item, named in agreements.items()}, ends)


def line_of(fact: NewFact, batch: BatchColumns) -> bytes:
    """A fact as its line for COPY."""
    return b"".join(
        (
            FACT_BEGINS, fact.fact_id, TO_KEY, fact.fact_key, TO_RECORD, fact.record_id, fact.columns,
            TO_CONTENT, fact.content_digest, batch.ends,
        )
    )  # fmt: skip


def fact_of(line: bytes, batch: BatchColumns) -> NewFact:
    """The fact of a line, without digests under earlier keys."""
    ends = len(line) - len(batch.ends)
    content = ends - 32
    source_no, item_no = numbers_of(line, numbers_at(line, _COLUMNS_AT))
    return NewFact(
        line[_KEY_AT:_KEY_ENDS], line[_RECORD_AT:_COLUMNS_AT], source_no, item_no,
        line[_COLUMNS_AT : content - len(TO_CONTENT)], line[content:ends], line[_ID_AT : _ID_AT + 16],
    )  # fmt: skip


def keys_of(lines: Iterable[bytes]) -> list[bytes]:
    """The keys of the facts of lines."""
    return [line[_KEY_AT:_KEY_ENDS] for line in lines]
