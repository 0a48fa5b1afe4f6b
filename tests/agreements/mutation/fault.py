"""A realistic mistake in the engine, as one replacement in one file of `agreements/`."""

from typing import NamedTuple


class Fault(NamedTuple):
    """What somebody might have written instead. `times`: how often the text stands in the file; the first is replaced.
    `law`: no answer is wrong of itself; a law of `laws.py` catches it.
    """

    name: str
    file: str
    found: str
    written: str
    times: int = 1
    law: bool = False
