"""What a folder that came from somebody else may hold: plain files, and those alone that its format has a place for.

An unpacked archive may hold pipes, at which a reader waits for ever, and links to files of the reader's own. A file
that the format does not know is no fault, as machines leave some of their own; but nothing vouches for it, and whoever
unpacked it beside what is proved has to be told.
"""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from audit.errors import ReceiptError


def require_plain(path: Path) -> None:
    """Raise `ReceiptError` for what is neither file nor folder, and for a folder with a link or a device in it."""
    if not path.is_dir():
        if path.exists() and not path.is_file():
            raise ReceiptError("is neither a file nor a folder")
        return
    for one in _below(path):
        if not stat.S_ISDIR(mode := one.lstat().st_mode) and not stat.S_ISREG(mode):
            problem = f"{one.relative_to(path)}: is a link or a device; such a folder holds plain files alone"
            raise ReceiptError(problem)


def stray_words(folder: Path, known: Collection[str]) -> str:
    """In words how many files of a folder are none of the `known` ones, names relative to it; nothing for none."""
    strays = [
        name for one in _below(folder) if one.is_file() and (name := one.relative_to(folder).as_posix()) not in known
    ]
    return f'; NOT checked: {len(strays)} file(s) that have no place in it, such as "{min(strays)}"' if strays else ""


def _below(folder: Path) -> Iterator[Path]:
    for inner, folders, files in os.walk(folder):
        yield from (Path(inner, name) for name in sorted((*folders, *files)))
