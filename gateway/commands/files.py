"""Files that a command is given: read whole and bounded, gzip or plain, `-` for stdin; written for the owner alone."""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import TextIO

from gateway.errors import GatewayError

MAX_BYTES = 1 << 30
STDIN = "-"
_GZIP = b"\x1f\x8b"


class CommandError(GatewayError):
    """A command cannot be done as asked: one line that says what is wrong and what to do."""

    code = "command-failed"


def read_input(name: str) -> bytes:
    """The content of a file, or of stdin for `-`, unpacked where it is gzip. Raise `CommandError`."""
    packed = _read(name)
    if not packed.startswith(_GZIP):
        if name.endswith(".gz"):
            raise CommandError("the file is called .gz and is not gzip; pack it again, or take .gz off its name")
        return packed
    return _unzip(packed)


def _read(name: str) -> bytes:
    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise CommandError("there is no such file; check its path") from None
    except IsADirectoryError:
        raise CommandError("that is a folder; name one file of it") from None
    except (OSError, ValueError):
        raise CommandError("the file cannot be opened; check its path and your rights to read it") from None
    return _bounded(content)


def _unzip(packed: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise CommandError("the file begins as gzip and cannot be unpacked; pack it again") from None
    return _bounded(content)


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise CommandError("the file is larger than 1 GiB; send it in parts")
    return content


def keep_apart(written: Sequence[Path | None], read: Sequence[Path | None]) -> None:
    """Raise `CommandError` where a file that is to be written is also read, or is to hold two things.

    Whoever names their own list as the place of the outcome would lose it. Links are followed, hard ones too.
    """
    taken = {_itself(path) for path in read if path is not None}
    for path in written:
        if path is None or (path.exists() and not path.is_file()):
            continue  # nothing is lost in /dev/null
        if _itself(path) in taken:
            message = f"{path.name} would be written over, and it is read or written for something else; name another"
            raise CommandError(message)
        taken.add(_itself(path))


def _itself(path: Path) -> object:
    """What a file is, by whatever name: its device and number, or its path where there is none as yet."""
    resolved = path.resolve()
    try:
        found = resolved.stat()
    except OSError:
        return resolved
    return found.st_dev, found.st_ino


def open_private(path: Path) -> TextIO:
    """Open a file for writing that only its owner may read, as it can hold people's data. Raise `CommandError`."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        raise CommandError("the output file cannot be written; check its folder and your rights to it") from None
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path`, for its owner alone, that takes its place at the end; until then what stood there stays.

    A disk without room would else take an earlier outcome and leave half of the new one. Raise `CommandError`, before
    anything is done, where no file can be made there.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        if place.is_dir():
            raise unwritten(path)
        yield place  # a device keeps nothing
        return
    try:
        descriptor, name = mkstemp(prefix=".hearthgate-", suffix=place.suffix, dir=place.parent)
    except OSError:
        raise unwritten(path) from None
    os.close(descriptor)
    made = Path(name)
    try:
        yield made
        try:
            made.replace(place)
        except OSError:
            raise unwritten(path) from None
    finally:
        made.unlink(missing_ok=True)


def unwritten(path: Path) -> CommandError:
    """What is said of a file that cannot be written."""
    return CommandError(f"{path.name} cannot be written; check its folder, your rights to it and the room on its disk")
