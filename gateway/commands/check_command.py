"""The command that checks what a command has written, as whoever gets it types it."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from audit.keys import VerifierKey


def check_command(folder: Path, keys: Sequence[VerifierKey]) -> str:
    """`hearthgate audit verify` with the log's keys, each once: the newest first, then those it had before."""
    key, *earlier = (shlex.quote(one.encode()) for one in dict.fromkeys(keys))
    command = f"hearthgate audit verify {shlex.quote(str(folder))} --key {key}"
    return command + "".join(f" --earlier-key {one}" for one in earlier)
