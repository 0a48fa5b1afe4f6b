"""A command whose reader has seen enough: `python -m audit.reconcile PACK LEDGER | head`."""

import os
import sys
from collections.abc import Callable

READER_GONE = 141
"""128 + SIGPIPE, as a shell reports a command whose reader left. Not 0: what was not read may not have been right."""


def run(command: Callable[[], int]) -> int:
    """Run a command that writes to standard output; gives its exit status, or `READER_GONE`."""
    try:
        status = command()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python's own last flush must not complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return status
