"""Rotate a key, and say so in the log.

A rotation appends a version to the key's file: what is made from then on uses it, what was made before stays readable
under the older versions. For `log` that means: checkpoints and promises signed from then on bear the new key, and each
older one goes on verifying against the version that signed it; `hearthgate audit verify` knows every version, and
whoever checks offline is given the verifier key that was current when his receipt was made (`hearthgate audit key
--all`). A running gateway and sequencer hold the keys that they started with: restart both after a rotation.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audit.entry import Entry
from gateway.custody import PURPOSES, load_ring, rotate_key
from gateway.settings import Settings
from gateway.store.ledger import append
from gateway.usecases.log.log_parts import LogParts


@dataclass(frozen=True, slots=True)
class KeyVersions:
    """The ids of one key's versions, oldest first; the last is in use."""

    purpose: str
    key_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rotation:
    """A key's ids before and after."""

    purpose: str
    old: str
    new: str

    def detail(self) -> dict[str, str]:
        """What the entry says of it."""
        return {"key": self.purpose, "old_version": self.old, "new_version": self.new}


def list_keys(settings: Settings) -> tuple[KeyVersions, ...]:
    """Every key with the ids of its versions, no secret. Raises `KeyCustodyError`."""
    rings = (load_ring(settings.keys_dir, purpose) for purpose in PURPOSES)
    return tuple(KeyVersions(ring.purpose, tuple(one.key_id for one in ring.versions)) for ring in rings)


def rotate(parts: LogParts, purpose: str, entry_of: Callable[[dict[str, str]], Entry]) -> Rotation:
    """Rotate a key and commit the entry that `entry_of` makes of the rotation's detail.

    When the entry cannot be committed the old key file is put back, so no key is ever in use that the log does not
    know. Raises `KeyCustodyError` for a purpose that has no key, `DatabaseUnavailableError` when nothing is recorded.
    """
    list_keys(parts.settings)
    path = parts.settings.keys_dir / f"{purpose}.json"
    before = path.read_bytes() if purpose in PURPOSES else b""
    try:
        with parts.database.transaction("hg_desk") as connection:
            rotation = Rotation(purpose, *rotate_key(parts.settings.keys_dir, purpose))
            append(connection, entry_of(rotation.detail()))
    except BaseException:
        if before:
            _put_back(path, before)
        raise
    return rotation


def _put_back(path: Path, content: bytes) -> None:
    staging = path.with_suffix(".old")
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    staging.replace(path)
