"""How long each stage of a run takes."""

import resource
import time


class Stages:
    """Seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.last = self._now()

    def _now(self) -> tuple[float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.perf_counter(), used.ru_utime + used.ru_stime

    def done(self, name: str) -> None:
        """The stage that began where the last one ended."""
        now = self._now()
        self.seconds[name] = [round(now[place] - self.last[place], 2) for place in (0, 1)]
        self.last = now
