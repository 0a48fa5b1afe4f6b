"""The promise that a read's answer carries at once: this entry is durable and will be in the tree within a second.

A promise is a signed note of the log's key over six lines. Every line but the header begins with a word, so that
no promise can be read as a checkpoint (whose second line is a number). It is exchanged for a tlog-proof of the
same leaf hash; one that the log's later checkpoints do not keep is itself evidence against the log.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.encoding import from_base64, to_base64
from audit.entry import format_second
from audit.errors import ReceiptError
from audit.keys import SignerKey, VerifierKey
from audit.merkle import HASH_SIZE, leaf_hash
from audit.notes import open_note, sign_note
from audit.tlog_proof import VerifiedProof, verify_proof

HEADER = "hearthgate/audit-promise/v1"
MAX_MERGE_DELAY = timedelta(seconds=1)
"""How long after its time an entry may wait for its place in the tree."""

_PROMISE = re.compile(
    rf"{HEADER}\n"
    r"log (?P<log>[A-Za-z0-9./_-]{1,128})\n"
    r"entry (?P<entry>[A-Za-z0-9._:-]{1,128})\n"
    r"leaf (?P<leaf>[A-Za-z0-9+/]{43}=)\n"
    r"at (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    r"merge-within (?P<delay>0|[1-9][0-9]{0,8}) ms\n"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the log promises. `at` is the entry's time, cut to the second when signed."""

    log_id: str
    entry_id: str
    leaf_hash: bytes
    at: datetime
    merge_delay: timedelta = MAX_MERGE_DELAY

    def encode(self) -> str:
        """The text that is signed; ends in a newline. Raises `ReceiptError` for values that the form cannot hold."""
        delay = self.merge_delay // timedelta(milliseconds=1)
        text = (
            f"{HEADER}\nlog {self.log_id}\nentry {self.entry_id}\nleaf {to_base64(self.leaf_hash)}\n"
            f"at {format_second(self.at)}\nmerge-within {delay} ms\n"
        )
        if not _PROMISE.fullmatch(text):
            raise ReceiptError("promise holds a value that its form does not allow")
        return text

    def overdue(self, now: datetime) -> bool:
        """Whether the entry must be in every checkpoint that was signed at `now` or later."""
        # The time was cut to the second, so a whole second is added before the log is accused.
        # By the difference: the last second of the calendar has none after it.
        return now - self.at >= timedelta(seconds=1) + self.merge_delay


def sign_promise(promise: Promise, log_key: SignerKey) -> str:
    """The promise as a signed note."""
    return sign_note(promise.encode(), [log_key])


def parse_promise(text: str) -> Promise:
    """Read the text of a promise (without signatures). Raises `ReceiptError`."""
    found = _PROMISE.fullmatch(text)
    if found is None:
        raise ReceiptError("not a promise of this log format")
    try:
        digest = from_base64(found["leaf"])
        at = datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise ReceiptError("promise holds an impossible hash or time") from None
    if len(digest) != HASH_SIZE:
        raise ReceiptError("leaf hash is not 32 bytes long")
    return Promise(found["log"], found["entry"], digest, at, timedelta(milliseconds=int(found["delay"])))


def open_promise(note: str | bytes, log_key: VerifierKey | str) -> Promise:
    """Verify a promise's signature. Raises `NoteError` or `ReceiptError`.

    The log's name in the promise must be that of the key.
    """
    key = VerifierKey.parse(log_key) if isinstance(log_key, str) else log_key
    promise = parse_promise(open_note(note, [key]).text)
    if promise.log_id != key.name:
        raise ReceiptError("promise is of another log")
    return promise


def redeem_promise(
    note: str | bytes,
    proof_text: str,
    leaf: bytes,
    log_key: VerifierKey | str,
    witnesses: Iterable[VerifierKey | str] = (),
) -> VerifiedProof:
    """Check that a tlog-proof keeps a promise: both of the same log and of this leaf. Raises as the two openers do."""
    promise = open_promise(note, log_key)
    if promise.leaf_hash != leaf_hash(leaf):
        raise ReceiptError("promise is of another leaf")
    return verify_proof(proof_text, log_key, leaf, witnesses)
