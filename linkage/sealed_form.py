"""A standardised record as bytes and back, so that it need not be made again each time it is compared."""

import json
from dataclasses import fields
from typing import Any

from linkage.errors import LinkageError
from linkage.record import LinkIdentifier
from linkage.standardise import StandardRecord

_NAMES = tuple(each.name for each in fields(StandardRecord))
# Goes up by one where a record of the same facts is standardised otherwise than before.
# 2 fills streets; 3 joins given names of several words; 5 keeps the vowel signs of other scripts with their letters,
# what stands for a newborn's name, and the town of an address without a postal code; 6 drops words beside a name that
# are none, and takes the names of today and of before apart; 7 drops words for whoever lives somewhere, takes Mac, ap
# and the like for no name, and writes Abd al-Rahman in one word.
_STANDARD = 7
FORM = f"{'/'.join(_NAMES)}/{_STANDARD}"
"""What the bytes hold, in order, and how it was made: bytes of another form cannot be read or are not made so."""
_IDENTIFIERS = _NAMES.index("identifiers")
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_bytes(record: StandardRecord) -> bytes:
    """The record as bytes: equal records give equal bytes."""
    return _encoded([getattr(record, name) for name in _NAMES]).encode()


def from_bytes(form: bytes) -> StandardRecord:
    """The record that `to_bytes` was given. Raise `LinkageError` where the bytes are of another form."""
    try:
        values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in json.loads(form)]
        values[_IDENTIFIERS] = tuple(LinkIdentifier(*each) for each in values[_IDENTIFIERS])
        return StandardRecord(*values)
    except (ValueError, TypeError, IndexError):
        msg = "these bytes are no record of this form"
        raise LinkageError(msg) from None
