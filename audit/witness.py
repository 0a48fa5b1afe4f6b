"""The witness protocol (C2SP tlog-witness): what a log sends, what a witness checks, what it answers.

A request is `old <size>`, the lines of a consistency proof, an empty line, and the checkpoint as a signed note. The
answers: 400 malformed, 404 unknown origin, 403 no valid signature of the log, 409 the witness knows another size
(which it says, as text/x.tlog.size), 422 not consistent with what it knows, 200 a cosignature/v1 line.

Nothing here keeps state. Whoever does, holds its record of the origin from before `check_growth` until the new head
is durable, so that no request can roll back what another one wrote meanwhile; then it signs, then it answers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.encoding import from_base64, to_base64
from audit.errors import EmptyRootError, NoteError, ProofError, WitnessRefusalError
from audit.keys import SignerKey, VerifierKey
from audit.merkle import HASH_SIZE, MAX_SIZE, verify_consistency
from audit.notes import MAX_NOTE_BYTES, NoteSignature, Verified, cosign, open_note, parse_note, parse_signature_lines

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 64 * 1024
ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MALFORMED, FORBIDDEN, UNKNOWN, CONFLICT, INCONSISTENT = 400, 403, 404, 409, 422

_OLD = re.compile(r"old (0|[1-9][0-9]{0,19})")
_SIZE = re.compile(r"(0|[1-9][0-9]{0,19})\n")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: the size that the witness is thought to know, the proof from there, the checkpoint's note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    def encode(self) -> bytes:
        """The body to send."""
        return "\n".join([f"old {self.old_size}", *map(to_base64, self.proof), "", self.note]).encode()


@dataclass(frozen=True, slots=True)
class Submission:
    """A request that is well formed and signed by a log that the witness knows. `note` bears that log's signatures."""

    checkpoint: Checkpoint
    old_size: int
    proof: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a witness knows of a log: the newest head that it has cosigned."""

    size: int
    root: bytes


def parse_request(body: bytes) -> AddCheckpoint:
    """Read a request. Raises `WitnessRefusalError` 400. The note's form is not checked here."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise WitnessRefusalError(MALFORMED, "the body is not valid UTF-8") from None
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not blank or old is None or int(old[1]) > MAX_SIZE:
        raise WitnessRefusalError(MALFORMED, "the body does not begin with an old size, a proof and an empty line")
    if len(lines) > MAX_PROOF_LINES:
        raise WitnessRefusalError(MALFORMED, "the proof has more than 63 lines")
    try:
        proof = tuple(from_base64(line) for line in lines)
    except ValueError:
        raise WitnessRefusalError(MALFORMED, "a line of the proof is not standard base64") from None
    if any(len(one) != HASH_SIZE for one in proof):
        raise WitnessRefusalError(MALFORMED, "a hash of the proof is not 32 bytes long")
    return AddCheckpoint(int(old[1]), proof, note)


def open_request(body: bytes, logs: Mapping[str, Sequence[VerifierKey]]) -> Submission:
    """Check all that needs no knowledge of the log's earlier heads. `logs`: keys of the logs witnessed, by origin.

    Raises `WitnessRefusalError` 400, 404, 403, or 422 for an empty tree with a root.
    """
    request = parse_request(body)
    try:
        text = parse_note(request.note).text
    except NoteError:
        raise WitnessRefusalError(MALFORMED, "the checkpoint is not a signed note") from None
    checkpoint = _checkpoint(text)
    keys = logs.get(text.partition("\n")[0])
    if not keys:
        raise WitnessRefusalError(UNKNOWN, "the log is not one that this witness knows")
    try:
        opened = open_note(request.note, keys)
    except NoteError:
        raise WitnessRefusalError(FORBIDDEN, "no key known for this log has validly signed the checkpoint") from None
    if checkpoint is None:
        raise WitnessRefusalError(INCONSISTENT, "the root of the empty tree is not SHA-256 of nothing")
    if request.old_size > checkpoint.size:
        raise WitnessRefusalError(MALFORMED, "the old size is larger than the checkpoint")
    # Signatures of others are not for this witness to pass on.
    known = {(one.key.name, one.key.id) for one in opened.verified}
    kept = [one.line() for one in parse_note(request.note).signatures if (one.name, one.key_id) in known]
    return Submission(checkpoint, request.old_size, request.proof, "\n".join([text, "".join(kept)]))


def check_growth(submission: Submission, known: Known | None) -> None:
    """Check that the tree has grown from what the witness knows. Raises `WitnessRefusalError` 409 or 422.

    `known` is None for a log that the witness has never cosigned: any first tree is grown from nothing.
    """
    size = 0 if known is None else known.size
    if submission.old_size != size:
        raise WitnessRefusalError(CONFLICT, "the witness knows another size of this log", size)
    new = submission.checkpoint
    if known is None or size == 0:
        # The verifier of proofs refuses to start from nothing; a witness must, and then there is nothing to prove.
        if submission.proof:
            raise WitnessRefusalError(INCONSISTENT, "nothing can be proved from an empty tree")
        return
    try:
        verify_consistency(size, new.size, known.root, new.root, submission.proof)
    except ProofError:
        problem = "the checkpoint is not consistent with the one cosigned before"
        raise WitnessRefusalError(INCONSISTENT, problem) from None


def cosignature(submission: Submission, witness: SignerKey, at: int) -> NoteSignature:
    """The witness's line on a checkpoint that it has checked and recorded, `at` in POSIX seconds, never 0."""
    if at <= 0:
        raise NoteError("a cosignature of a checkpoint must bear its time")
    return cosign(submission.note, witness, at)


def read_size(body: bytes) -> int:
    """The size that a witness gives with a 409. Raises `NoteError`."""
    found = _SIZE.fullmatch(body.decode("ascii", "replace"))
    if found is None or int(found[1]) > MAX_SIZE:
        raise NoteError("the witness's answer is not a tree size")
    return int(found[1])


def read_cosignatures(body: bytes, note: str, witness: VerifierKey) -> tuple[NoteSignature, Verified]:
    """The witness's own line in its answer to `note`, verified; lines of unknown keys are ignored. Raises `NoteError`.

    The time is the witness's word; a cosignature without one is refused.
    """
    try:
        lines = parse_signature_lines(body.decode())
    except UnicodeDecodeError:
        raise NoteError("the witness's answer is not valid UTF-8") from None
    for line in lines:
        if (line.name, line.key_id) == (witness.name, witness.id):
            text = parse_note(note).text
            (verified,) = open_note(f"{text}\n{line.line()}", [witness]).verified
            if not verified.at:
                raise NoteError("the cosignature bears no time")
            return line, verified
    raise NoteError("the witness has not signed")


def _checkpoint(text: str) -> Checkpoint | None:
    """The checkpoint, or None for an empty tree with a wrong root, which the protocol refuses in a way of its own."""
    try:
        return parse_checkpoint(text)
    except EmptyRootError:
        return None
    except NoteError:
        raise WitnessRefusalError(MALFORMED, "the note is not a checkpoint") from None
