"""Random bytes of the operating system, drawn many pieces at a time.

A draw hands the interpreter to whichever thread is waiting for it, and the one that drew stands in line again: five
draws a read made a reader wait for it twice as often as everything that a read really waits for.
"""

import os
from collections import deque


class RandomPool:
    """Pieces of `size` random bytes, `many` to a draw. No piece is given twice, to whatever thread or forked child."""

    def __init__(self, size: int, many: int) -> None:
        self._size = size
        self._many = many
        self._ready: deque[bytes] = deque()
        # A child made by fork has the same pieces in its memory and must not give them.
        os.register_at_fork(after_in_child=self._ready.clear)

    def take(self) -> bytes:
        """A piece that nobody was given before."""
        try:
            return self._ready.popleft()
        except IndexError:
            drawn = os.urandom(self._size * self._many)
            pieces = [drawn[place : place + self._size] for place in range(0, len(drawn), self._size)]
            taken = pieces.pop()
            self._ready.extend(pieces)
            return taken
