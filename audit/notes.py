"""Signed notes (C2SP signed-note): a text, a blank line, and lines of signatures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.encoding import from_base64, to_base64
from audit.errors import NoteError
from audit.keys import COSIGNATURE_V1, SignerKey, VerifierKey, is_key_name, signed_at

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
"""C2SP asks for a limit of at least 16; Go's reader stops at 100."""

_DASH = "\u2014 "
_ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name and id, and the signature without the id."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line as it stands in a note, newline included."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as parsed, nothing verified. `text` ends in a newline; repeated lines are kept once."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> str:
        """The note's text form."""
        return self.text + "\n" + "".join(one.line() for one in self.signatures)


@dataclass(frozen=True, slots=True)
class Verified:
    """A key whose signature on the note verified; `at` is the time of a cosignature in POSIX seconds, else None."""

    key: VerifierKey
    at: int | None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note that at least one known key signed. `unverified` are signatures of keys that were not given."""

    text: str
    verified: tuple[Verified, ...]
    unverified: tuple[NoteSignature, ...]


def parse_note(text: str | bytes) -> Note:
    """Split a note into text and signatures without verifying any. Raises `NoteError` when malformed."""
    note = require_text(text)
    # The last blank line parts text from signatures: the text may hold blank lines of its own.
    body, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("note has no blank line before its signatures, or does not end in a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("note has too many signatures")
    return Note(body + "\n", tuple(dict.fromkeys(_parse_line(line) for line in lines)))


def open_note(text: str | bytes, verifiers: Iterable[VerifierKey | str]) -> OpenedNote:
    """Verify a note against the keys that are trusted (as objects or as verifier-key text).

    A signature of an unknown key is ignored, even if it shares name or id with a known one. A known key whose
    signature fails makes the whole note fail. Raises `NoteError`, also when no known key has signed.
    """
    known = _known_keys(verifiers)
    note = parse_note(text)
    verified: dict[tuple[str, bytes], Verified] = {}
    unverified = []
    for one in note.signatures:
        key = known.get((one.name, one.key_id))
        if key is None:
            unverified.append(one)
            continue
        key.verify(note.text, one.signature)
        at = signed_at(one.signature) if key.kind == COSIGNATURE_V1 else None
        verified.setdefault((one.name, one.key_id), Verified(key, at))
    if not verified:
        raise NoteError("no known key has signed the note")
    return OpenedNote(note.text, tuple(verified.values()), tuple(unverified))


def signer_of(text: str | bytes, keys: Sequence[VerifierKey]) -> VerifierKey:
    """The first of a log's keys that has validly signed a note; the first of all where none has.

    For what a log signed before it rotated its key. Whoever opens the note under the key given here is told what is
    wrong with it.
    """
    for key in keys:
        try:
            open_note(text, [key])
        except NoteError:
            continue
        return key
    return keys[0]


def sign_note(text: str, signers: Iterable[SignerKey]) -> str:
    """A note over `text` (which ends in a newline) with the signatures of log keys. Raises `NoteError`."""
    require_text(text)
    if not text.endswith("\n"):
        raise NoteError("text of a note ends in a newline")
    signatures = tuple(_signature(signer, signer.sign(text)) for signer in signers)
    if not signatures:
        raise NoteError("a note needs a signature")
    return Note(text, signatures).encode()


def cosign(note: str | bytes, witness: SignerKey, at: int) -> NoteSignature:
    """A witness's signature line on a checkpoint note, `at` in POSIX seconds. The caller has checked the checkpoint."""
    return _signature(witness, witness.sign(parse_note(note).text, at))


def add_signatures(note: str | bytes, signatures: Iterable[NoteSignature]) -> str:
    """The same note with further signature lines; lines that it already has are not repeated."""
    parsed = parse_note(note)
    return Note(parsed.text, tuple(dict.fromkeys((*parsed.signatures, *signatures)))).encode()


def parse_signature_lines(text: str) -> tuple[NoteSignature, ...]:
    """Read signature lines alone, as a witness sends them back (C2SP tlog-witness). Raises `NoteError`."""
    note = require_text(text)
    if not note.endswith("\n"):
        raise NoteError("signature lines do not end in a newline")
    return tuple(_parse_line(line) for line in note[:-1].split("\n"))


def _signature(signer: SignerKey, signed: bytes) -> NoteSignature:
    return NoteSignature(signer.name, signed[:_ID_SIZE], signed[_ID_SIZE:])


def _known_keys(verifiers: Iterable[VerifierKey | str]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for given in verifiers:
        key = VerifierKey.parse(given) if isinstance(given, str) else given
        if known.setdefault((key.name, key.id), key) != key:
            raise NoteError("two different keys share a name and an id")
    return known


def _parse_line(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not is_key_name(name):
        raise NoteError("signature line is not em dash, key name and base64")
    try:
        signature = from_base64(encoded)
    except ValueError:
        raise NoteError("signature is not standard base64") from None
    if len(signature) <= _ID_SIZE:
        raise NoteError("signature is too short to hold a key id and a signature")
    return NoteSignature(name, signature[:_ID_SIZE], signature[_ID_SIZE:])


def require_text(text: str | bytes) -> str:
    """Valid UTF-8 without control characters other than newline, of bounded length. Raises `NoteError`."""
    try:
        encoded = text.encode() if isinstance(text, str) else bytes(memoryview(text))
        decoded = encoded.decode()
    except (UnicodeError, TypeError):
        raise NoteError("note is not valid UTF-8") from None
    if len(encoded) > MAX_NOTE_BYTES:
        raise NoteError("note is too long")
    if any(letter < " " and letter != "\n" for letter in decoded):
        raise NoteError("note holds a control character")
    return decoded
