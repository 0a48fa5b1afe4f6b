"""How deep the tests go: as for each change, or as before a release (`make test-deep`).

Where a test is the sum of very many examples of one kind, each change is tried with some of what a release is tried
with. No kind of check is left out of either.
"""

import os

DEEP = bool(os.environ.get("DEEP"))


def one_in(many: int) -> int:
    """Of so many examples one is taken for a change, each for a release."""
    return 1 if DEEP else many


def examples(change: int, release: int) -> int:
    """How many examples a property is tried with."""
    return release if DEEP else change
