"""Keys of signed notes: Ed25519 log keys (type 0x01) and witness keys (type 0x04, cosignature/v1).

Text forms: verifier keys `name+id+base64(type || key)` as C2SP signed-note; signer keys
`PRIVATE+KEY+name+id+base64(type || seed)` as Go's note package writes them. A type 0x04 signature is
8 bytes of POSIX seconds and an Ed25519 signature over a header, the time and the note's text.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.encoding import from_base64, to_base64
from audit.errors import NoteError

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
_KINDS = (ED25519, COSIGNATURE_V1)
_KEY_SIZE = 32
_ID_SIZE = 4
_TIME_SIZE = 8
_SIGNATURE_SIZE = 64
_LATEST = 2**63 - 1
_SIGNER_PREFIX = "PRIVATE+KEY+"


def is_key_name(name: str) -> bool:
    """Key names are non-empty UTF-8 and hold neither a Unicode space nor a plus sign (C2SP signed-note)."""
    return bool(name) and not any(
        letter == "+" or letter.isspace() or letter < " " or "\ud800" <= letter <= "\udfff" for letter in name
    )


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """First 4 bytes of SHA-256(name || newline || type || key)."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_SIZE]


def cosigned_message(text: str, at: int) -> bytes:
    """What a witness signs: header line, time line, and the whole text of the note (C2SP tlog-cosignature)."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name. Name and id together pick the signatures it must verify."""

    name: str
    public: bytes
    kind: int = ED25519
    id: bytes = field(init=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise NoteError("key name is empty or holds a space or a plus sign")
        if self.kind not in _KINDS or len(self.public) != _KEY_SIZE:
            raise NoteError("key is of a type that is not known here, or of a wrong length")
        object.__setattr__(self, "id", key_id(self.name, self.kind, self.public))

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `name+id+base64`. Raises `NoteError` when malformed or when the id is not that of the key."""
        name, claimed, kind, public = _split(text)
        key = cls(name, public, kind)
        if key.id != claimed:
            raise NoteError("key id does not belong to the key")
        return key

    def encode(self) -> str:
        """The text form, one line without newline."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> None:
        """Check a signature (without the 4 bytes of key id) over a note's text. Raises `NoteError`."""
        message = text.encode()
        if self.kind == COSIGNATURE_V1:
            message, signature = cosigned_message(text, signed_at(signature)), signature[_TIME_SIZE:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise NoteError("signature of a known key does not verify") from None


@dataclass(frozen=True, slots=True)
class SignerKey:
    """An Ed25519 private key under a name. `repr` does not show the seed."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519
    _private: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != _KEY_SIZE:
            raise NoteError("signer key is of a wrong length")
        object.__setattr__(self, "_private", Ed25519PrivateKey.from_private_bytes(self.seed))
        VerifierKey(self.name, self._private.public_key().public_bytes_raw(), self.kind)

    @classmethod
    def parse(cls, text: str) -> "SignerKey":
        """Read `PRIVATE+KEY+name+id+base64`. Raises `NoteError` when malformed or when the id does not fit."""
        if not text.startswith(_SIGNER_PREFIX):
            raise NoteError("signer key does not begin as one")
        name, claimed, kind, seed = _split(text.removeprefix(_SIGNER_PREFIX))
        key = cls(name, seed, kind)
        if key.verifier().id != claimed:
            raise NoteError("key id does not belong to the key")
        return key

    def encode(self) -> str:
        """The text form; a secret."""
        secret = to_base64(bytes([self.kind]) + self.seed)
        return f"{_SIGNER_PREFIX}{self.name}+{self.verifier().id.hex()}+{secret}"

    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str, at: int | None = None) -> bytes:
        """Signature over a note's text, key id in front. Witness keys need `at` (POSIX seconds), log keys refuse it."""
        if (self.kind == COSIGNATURE_V1) is (at is None):
            raise NoteError("a witness key signs with a time, a log key without")
        if at is None:
            return self.verifier().id + self._private.sign(text.encode())
        if not 0 <= at <= _LATEST:
            raise NoteError("cosignature time is out of range")
        return self.verifier().id + at.to_bytes(_TIME_SIZE, "big") + self._private.sign(cosigned_message(text, at))


def signed_at(signature: bytes) -> int:
    """Time of a cosignature in POSIX seconds, from its bytes without key id. Raises `NoteError`."""
    if len(signature) != _TIME_SIZE + _SIGNATURE_SIZE:
        raise NoteError("cosignature is of a wrong length")
    at = int.from_bytes(signature[:_TIME_SIZE], "big")
    if at > _LATEST:
        raise NoteError("cosignature time is out of range")
    return at


def _split(text: str) -> tuple[str, bytes, int, bytes]:
    """Name, id, type byte and key of either text form."""
    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    try:
        material = from_base64(encoded)
        claimed_id = bytes.fromhex(claimed)
    except ValueError:
        raise NoteError("key is not name, hexadecimal id and base64 joined by plus signs") from None
    if claimed != claimed_id.hex() or len(claimed_id) != _ID_SIZE or not material:
        raise NoteError("key id is not eight lower-case hexadecimal digits, or the key is empty")
    return name, claimed_id, material[0], material[1:]
