"""Proof that a log has forked: two things that it signed and that no one tree can hold. One file, checked offline.

    hearthgate/log-fork/v1
    first <base64>          a checkpoint as a signed note, or a receipt (c2sp.org/tlog-proof@v1)
    second <base64>         another of the same kind, of the same log, and not smaller
    prefix <base64>         for checkpoints of different sizes: the root that the second tree had at the first size
    <base64>                and the consistency proof from that root to the second, one hash a line

Two checkpoints of one size with different roots contradict each other as they stand. A larger checkpoint contradicts
a smaller one when its tree is proved to begin with another root: no tree begins with two. Two receipts contradict
each other when they prove different leaves at one index. Who holds the file needs the log's key and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit import tlog_proof
from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.encoding import from_base64, to_base64
from audit.errors import AuditError, CheckpointError, ForkError, NoteError, ProofError
from audit.keys import VerifierKey
from audit.merkle import HASH_SIZE, leaf_hash, rebuild_roots, verify_consistency
from audit.tlog_proof import parse_proof, verify_proof

HEADER = "hearthgate/log-fork/v1"
_MAX_HASHES = 64


@dataclass(frozen=True, slots=True)
class Fork:
    """What a file claims; nothing verified. `prefix` and `proof` only for checkpoints of different sizes."""

    first: str
    second: str
    prefix: bytes | None = None
    proof: tuple[bytes, ...] = ()

    def encode(self) -> str:
        """The text of the file; by custom its name ends in `.log-fork`."""
        lines = [HEADER, f"first {to_base64(self.first.encode())}", f"second {to_base64(self.second.encode())}"]
        if self.prefix is not None:
            lines += [f"prefix {to_base64(self.prefix)}", *map(to_base64, self.proof)]
        return "\n".join(lines) + "\n"


def parse_fork(text: str) -> Fork:
    """Read a file. Raises `ForkError` when it is not of the form."""
    lines = text.split("\n")
    try:
        if lines[0] != HEADER or lines.pop() != "":
            raise ForkError("not a file of this format")
        first, second = (from_base64(_after(word, lines[n])).decode() for n, word in enumerate(("first", "second"), 1))
        prefix = from_base64(_after("prefix", lines[3])) if len(lines) > 3 else None  # noqa: PLR2004 - lines of the form
        proof = tuple(from_base64(line) for line in lines[4:])
    except (ValueError, IndexError):
        raise ForkError("not a file of this format") from None
    if len(proof) > _MAX_HASHES or any(len(one) != HASH_SIZE for one in (*proof, *([prefix] if prefix else []))):
        raise ForkError("it has too many hashes, or one is not 32 bytes long")
    return Fork(first, second, prefix, proof)


def prove_fork(text: str, log_keys: Iterable[VerifierKey | str], origin: str | None = None) -> str:
    """Check that a file proves a fork and say in a sentence which. Raises `ForkError` when it proves none.

    `log_keys` are all keys under which the log has signed; `origin` is given where it differs from their name.
    """
    fork, keys = parse_fork(text), tuple(log_keys)
    if fork.first.startswith(tlog_proof.HEADER) and fork.second.startswith(tlog_proof.HEADER):
        return _prove_leaves(fork, keys, origin)
    heads = [_signed(note, keys, origin) for note in (fork.first, fork.second)]
    return _prove_heads(fork, *heads)


def heads_of(text: str) -> tuple[Checkpoint, ...]:
    """The two heads that a file speaks of; of receipts, those that they lead to. Raises as reading them does."""
    found = parse_fork(text)
    return tuple(
        parse_checkpoint(parse_proof(one).checkpoint if one.startswith(tlog_proof.HEADER) else one)
        for one in (found.first, found.second)
    )


def fork_between(first: str, second: str, proof: Sequence[bytes] = ()) -> Fork | None:
    """A file over two checkpoint notes or two receipts, if they contradict each other; else None.

    `proof` is a consistency proof from the smaller size, as the log gave it: when it leads to the second root but
    from another first one, it convicts the log. Signatures are not checked here: see `prove_fork`.
    """
    if first.startswith(tlog_proof.HEADER):
        one, other = parse_proof(first), parse_proof(second)
        return Fork(first, second) if one.index == other.index and one.extra != other.extra else None
    heads = parse_checkpoint(first), parse_checkpoint(second)
    if heads[0].size > heads[1].size:
        return None
    if heads[0].size == heads[1].size:
        return Fork(first, second) if heads[0].root != heads[1].root else None
    try:
        # Where the smaller tree is one whole node, the proof starts from its root and cannot lead from another.
        prefix, whole = rebuild_roots((0, heads[0].size), heads[1].size, heads[0].root, proof)
    except ProofError:
        return None
    return Fork(first, second, prefix, tuple(proof)) if prefix != heads[0].root and whole == heads[1].root else None


def _prove_leaves(fork: Fork, keys: Sequence[VerifierKey | str], origin: str | None) -> str:
    leaves, indices = [], []
    for text in (fork.first, fork.second):
        proof = parse_proof(text)
        if proof.extra is None:
            raise ForkError("a receipt does not carry its leaf")
        _verified(text, keys, origin)
        leaves.append(leaf_hash(proof.extra))
        indices.append(proof.index)
    if indices[0] != indices[1] or leaves[0] == leaves[1]:
        raise ForkError("the two receipts do not contradict each other")
    return f"fork proved: two receipts of one log prove different entries at leaf {indices[0]}"


def _prove_heads(fork: Fork, first: Checkpoint, second: Checkpoint) -> str:
    if first.size > second.size or first.origin != second.origin:
        raise ForkError("the checkpoints are not in order, or of two logs")
    if first.size == second.size:
        if first.root == second.root:
            raise ForkError("the two checkpoints do not contradict each other")
        return f"fork proved: the log {first.origin} signed two trees of {first.size} entries"
    if fork.prefix is None or fork.prefix == first.root:
        raise ForkError("the two checkpoints do not contradict each other")
    try:
        verify_consistency(first.size, second.size, fork.prefix, second.root, fork.proof)
    except ProofError as exc:
        raise ForkError("the proof does not show that the larger tree begins otherwise") from exc
    return f"fork proved: the log {first.origin} of {second.size} entries does not begin with its {first.size} entries"


def _signed(note: str, keys: Sequence[VerifierKey | str], origin: str | None) -> Checkpoint:
    for key in keys:
        try:
            return open_checkpoint(note, key, origin=origin).checkpoint
        except CheckpointError:
            break
        except NoteError:
            continue
    raise ForkError("a checkpoint is not signed by the log")


def _verified(text: str, keys: Sequence[VerifierKey | str], origin: str | None) -> None:
    for key in keys:
        try:
            verify_proof(text, key, origin=origin)
        except AuditError:
            continue
        return
    raise ForkError("a receipt does not verify under the log's key")


def _after(word: str, line: str) -> str:
    if not line.startswith(f"{word} "):
        raise ValueError(word)
    return line.removeprefix(f"{word} ")
