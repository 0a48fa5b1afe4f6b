"""A witness's folder: its key (0600), what it has cosigned (sqlite), and the proofs of forks that it has found.

key               PRIVATE+KEY+name+id+base64, of an Ed25519 cosigner (type 0x04); made once, never copied elsewhere
witness.sqlite    logs that it witnesses, newest heads, declared restores: see `gateway.witness.record`
evidence/         one `.log-fork` file for each contradiction that a log has signed; and, where nothing that fits
                  in such a file is at hand, the refused checkpoint with the log's signature (`.refused`)
"""

import os
import secrets
import sqlite3
from hashlib import sha256
from pathlib import Path

from audit.errors import NoteError
from audit.fork import Fork
from audit.keys import COSIGNATURE_V1, SignerKey, is_key_name
from gateway.errors import GatewayError
from gateway.witness.record import Record

KEY = "key"
RECORD = "witness.sqlite"
EVIDENCE = "evidence"
_SEED_BYTES = 32
_MOST = {"log-fork": 1000, "refused": 100}
"""How many files of a kind are kept, the first ones: no kind can crowd the other out."""


class WitnessFolderError(GatewayError):
    """A witness's folder is not what it should be: what is wrong, and what to do."""

    code = "witness-folder"


def create_witness(folder: Path, name: str) -> SignerKey:
    """Make a witness in a new or empty folder. `name` is a URL without scheme, as `police.example/witness`."""
    if not is_key_name(name):
        raise WitnessFolderError(
            "the name is empty or holds a space or a plus sign; take one as police.example/witness"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WitnessFolderError("the folder is not empty; name a new one")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    key = SignerKey(name, secrets.token_bytes(_SEED_BYTES), COSIGNATURE_V1)
    Record.create(folder / RECORD)
    (folder / EVIDENCE).mkdir(mode=0o700)
    # The key comes last: a folder that was only half made is no witness.
    _write_private(folder / KEY, key.encode() + "\n")
    return key


def open_witness(folder: Path) -> tuple[SignerKey, Record]:
    """Key and record of a folder. Raises `WitnessFolderError`, also for a key that others may read."""
    path = folder / KEY
    try:
        if path.stat().st_mode & 0o077:
            raise WitnessFolderError("the witness's key is open to others; set its mode to 0600")
        key = SignerKey.parse(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, NoteError):
        message = "there is no witness in that folder; make one with: hearthgate witness create DIR --name NAME"
        raise WitnessFolderError(message) from None
    if key.kind != COSIGNATURE_V1 or not (folder / RECORD).exists():
        raise WitnessFolderError("the folder's key is no witness's, or its record is gone; take it from the backup")
    record = Record(folder / RECORD)
    try:
        record.require_whole()
    except sqlite3.DatabaseError:
        message = "the witness's record is damaged or cannot be read; take the whole folder from the backup"
        raise WitnessFolderError(message) from None
    return key, record


def require_writable(record: Record) -> None:
    """Raise `WitnessFolderError` where nothing can be written down, and so nothing may be cosigned."""
    try:
        record.require_writable()
    except sqlite3.DatabaseError:
        message = "the witness's record cannot be written; check the folder's owner, its mode and the disk"
        raise WitnessFolderError(message) from None


def keep_evidence(folder: Path, fork: Fork) -> Path:
    """Write a proof of a fork into the folder, once; gives its path."""
    return _keep(folder, fork.encode(), "log-fork")


def keep_refused(folder: Path, note: str) -> Path:
    """Keep a checkpoint that was refused as inconsistent: the log signed it, and another may hold the other half.

    `note` bears signatures of the log alone, as `audit.witness.open_request` leaves it. The proof that came with it is
    not kept: nobody has signed that, so anybody could send one checkpoint with as many proofs as fill the disk.
    """
    return _keep(folder, note, "refused")


def _keep(folder: Path, text: str, kind: str) -> Path:
    """Only what a log itself has signed gets here; it is bounded all the same."""
    path = folder / EVIDENCE / f"{sha256(text.encode()).hexdigest()[:16]}.{kind}"
    if not path.exists() and sum(1 for _ in path.parent.glob(f"*.{kind}")) < _MOST[kind]:
        staging = path.with_suffix(".new")
        _write_private(staging, text)
        staging.replace(path)
    return path


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
