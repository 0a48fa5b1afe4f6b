"""The list of erased keys beside the database: after a restore from a backup it says what must go again.

One keyed digest a line, in the data folder. It is written before an erasure is committed, so that none is ever missing
from it; it names nobody, says not when, and does not keep together what was one person's.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from gateway.custody import KeyRing
from gateway.errors import ConfigurationError
from gateway.settings import Settings

NAME = "erased-keys"
_LIST_LABEL = "erased-list"
_DIGEST_BYTES = 32


def list_path(settings: Settings) -> Path:
    """Where this gateway keeps its list."""
    return settings.data_dir / NAME


def list_marks(ring: KeyRing, key: bytes) -> tuple[str, ...]:
    """How an erasure entry names a subject list that went, under each version of the digest key, newest first.

    The list's key itself would tell whoever kept the person's id which entries had been about them.
    """
    return tuple(one.hex() for one in ring.digests(_LIST_LABEL, key))


def read_list(path: Path) -> set[bytes]:
    """The digests of a list; none where there is no file. Raises `ConfigurationError` for a line that is no digest."""
    if not path.exists():
        return set()
    try:
        found = {bytes.fromhex(line) for line in path.read_text(encoding="ascii").split()}
    except ValueError:
        found = {b""}
    if any(len(one) != _DIGEST_BYTES for one in found):
        raise ConfigurationError("the list of erased keys has a line that is no digest; take an earlier copy of it")
    return found


def add_to_list(path: Path, digests: Iterable[bytes]) -> None:
    """Add digests, and return once they are on the disk. The whole list is sorted, so that no line tells when."""
    lines = "".join(f"{one.hex()}\n" for one in sorted(read_list(path) | set(digests)))
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_suffix(".new")
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(lines)
        stream.flush()
        os.fsync(stream.fileno())
    staging.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
