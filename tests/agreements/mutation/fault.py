"""A realistic mistake in the engine, as one replacement in one file of `agreements/`."""

from typing import NamedTuple


class Fault(NamedTuple):
    """What somebody might have written instead. `times`: how often the text stands in the file; the first is replaced.

    `seed` is the register that catches it, tried before all others. `law`: no answer is wrong of itself, or only in
    few registers; this law of `laws.py` catches it.
    """

    name: str
    file: str
    found: str
    written: str
    times: int = 1
    seed: int = 0
    law: str = ""
