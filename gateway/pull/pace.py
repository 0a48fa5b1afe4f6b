"""How fast a partner is asked: a token bucket, so that short bursts pass and the rate holds over time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """At most `burst` requests at once and `per_second` a second after that. One bucket a partner and process.

    `now` is a clock in seconds that never goes back; `pause` waits that many seconds.
    """

    per_second: float
    burst: int
    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], object] = time.sleep
    _left: float = field(init=False)
    _filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        """Start full."""
        self._left = float(self.burst)
        self._filled_at = self.now()

    def take(self) -> None:
        """Wait until one more request may go, and count it."""
        while True:
            now = self.now()
            self._left = min(float(self.burst), self._left + (now - self._filled_at) * self.per_second)
            self._filled_at = now
            if self._left >= 1:
                self._left -= 1
                return
            self.pause((1 - self._left) / self.per_second)
