"""Ask one witness over HTTP for its cosignature, and find out what it knows where it will not give one."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import httpx

from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import AuditError, NoteError
from audit.keys import VerifierKey
from audit.policy import KnownWitness
from audit.witness import ADD_CHECKPOINT, CONFLICT, INCONSISTENT, AddCheckpoint, read_cosignatures, read_size
from gateway.store.witnesses import StoredCosignature

UNREACHABLE = "witness-unreachable"
MALFORMED = "witness-answer-malformed"
REFUSED = "witness-refused"
DISAGREES = "witness-disagrees"
"""It refuses though what it knows is ours, or claims a head that it cannot show."""

ROLLED_BACK = "log-rolled-back"
FORKED = "log-forked"
ALARMS = frozenset({DISAGREES, ROLLED_BACK, FORKED})
"""What people must look at; the last two mean that this log signed what it no longer holds."""

TIMEOUT = httpx.Timeout(2.0, connect=1.0)
_LONGEST = 1_000_000
_OK = 200
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Head:
    """The log's newest checkpoint, as it is to be cosigned."""

    size: int
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: a cosignature that verified, or the code of a problem; and the size that the witness knows."""

    witness: KnownWitness
    known_size: int
    cosignature: StoredCosignature | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class OurTree:
    """What this log can say of itself: proofs between sizes, roots at sizes, and the keys it has signed with."""

    proof: Callable[[int, int], tuple[bytes, ...]]
    root: Callable[[int], bytes]
    newest_size: Callable[[], int]
    keys: tuple[VerifierKey, ...]


class _NoAnswerError(Exception):
    """Nothing came that the protocol knows."""


def ask(client: httpx.Client, witness: KnownWitness, head: Head, known_size: int, tree: OurTree) -> Answer:
    """Send the head to a witness that is thought to know `known_size`; where it knows another size, once more.

    Raises nothing that a witness or the network can cause.
    """
    if known_size > head.size:
        # The log is smaller than it was a moment ago; whether the witness still knows more, it says itself.
        known_size = 0
    try:
        for _ in range(2):
            response = _post(client, witness, head, known_size, tree)
            if response.status_code != CONFLICT:
                return _answer(client, witness, head, (known_size, response), tree)
            known_size = read_size(response.content)
            if known_size > head.size:
                return _judged_larger(client, witness, known_size, tree)
    except (httpx.HTTPError, httpx.InvalidURL):
        return Answer(witness, known_size, problem=UNREACHABLE)
    except (NoteError, _NoAnswerError):
        return Answer(witness, known_size, problem=MALFORMED)
    # Somebody else sends to this witness as well; the next round will see.
    return Answer(witness, known_size)


def shown_by(witnesses: Sequence[KnownWitness], keys: Sequence[VerifierKey]) -> list[str]:
    """The notes of this log that its witnesses show now, for whoever has lost what was signed."""

    def show(witness: KnownWitness) -> bytes:
        try:
            with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
                return _fetched(client, witness, keys)
        except (httpx.HTTPError, httpx.InvalidURL, _NoAnswerError):
            return b""

    if not witnesses:
        return []
    with ThreadPoolExecutor(len(witnesses), thread_name_prefix="witness") as pool:
        return [note.decode() for note in pool.map(show, witnesses) if _opened(note, keys) is not None]


def _post(client: httpx.Client, witness: KnownWitness, head: Head, known_size: int, tree: OurTree) -> httpx.Response:
    body = AddCheckpoint(known_size, tree.proof(known_size, head.size), head.note).encode()
    return _bounded(client, client.build_request("POST", _address(witness, ADD_CHECKPOINT), content=body))


def _answer(
    client: httpx.Client, witness: KnownWitness, head: Head, given: tuple[int, httpx.Response], tree: OurTree
) -> Answer:
    known_size, response = given
    if response.status_code == _OK:
        line, verified = read_cosignatures(response.content, head.note, witness.key)
        try:
            at = datetime.fromtimestamp(verified.at or 0, UTC)
        except (ValueError, OverflowError, OSError):
            # Milliseconds, for one: no instant that a calendar has.
            raise _NoAnswerError from None
        kept = StoredCosignature(head.size, witness.key.encode(), line.line(), at)
        return Answer(witness, head.size, kept)
    if response.status_code == INCONSISTENT:
        seen = _seen(client, witness, tree)
        ours = seen is not None and seen.size <= head.size and tree.root(seen.size) == seen.root
        return Answer(witness, known_size, problem=DISAGREES if seen is None or ours else FORKED)
    # Its machine's word or its proxy's, and not the witness's: that does not run, or cannot.
    broken = response.status_code >= _SERVER_ERROR
    return Answer(witness, known_size, problem=UNREACHABLE if broken else REFUSED)


def _judged_larger(client: httpx.Client, witness: KnownWitness, known_size: int, tree: OurTree) -> Answer:
    """The witness knows more than our head: the log has grown meanwhile, or was rolled back, or the witness lies."""
    if known_size <= tree.newest_size():
        return Answer(witness, known_size)
    seen = _seen(client, witness, tree)
    proved = seen is not None and seen.size > tree.newest_size()
    return Answer(witness, known_size, problem=ROLLED_BACK if proved else DISAGREES)


def _seen(client: httpx.Client, witness: KnownWitness, tree: OurTree) -> Checkpoint | None:
    """The head that the witness can show with our own signature on it: its word alone accuses nobody."""
    return _opened(_fetched(client, witness, tree.keys), tree.keys)


def _fetched(client: httpx.Client, witness: KnownWitness, keys: Sequence[VerifierKey]) -> bytes:
    path = f"{sha256(keys[0].name.encode()).hexdigest()}/checkpoint"
    return _bounded(client, client.build_request("GET", _address(witness, path))).content


def _opened(note: bytes, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    for key in keys:
        try:
            return open_checkpoint(note, key).checkpoint
        except AuditError:
            continue
    return None


def _address(witness: KnownWitness, path: str) -> str:
    return f"{(witness.url or '').rstrip('/')}/{path}"


def _bounded(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """The whole answer, if it is not longer than any that the protocol knows."""
    response = client.send(request, stream=True)
    try:
        content = b""
        for part in response.iter_bytes():
            content += part
            if len(content) > _LONGEST:
                raise _NoAnswerError
    finally:
        response.close()
    return httpx.Response(response.status_code, content=content)
