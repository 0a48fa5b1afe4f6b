"""Processor time and memory of a command with all the processes it starts, as Linux tells them."""

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

# Seconds between two looks; memory, which takes the kernel long to add up, is looked at every so many.
_EVERY, _MEMORY_EVERY = 0.25, 8
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Spent:
    """Exit code, seconds of all processors, and the most memory held at once, in GiB."""

    code: int
    processor: float
    peak: float


@dataclass
class Watch:
    """A command that leads a session of its own (`start_new_session`)."""

    process: "subprocess.Popen[bytes]"
    _ticks: dict[int, int] = field(default_factory=dict)
    _peak: int = 0

    def to_the_end(self) -> Spent:
        """Wait for it. What a process does between the last look and its end is missed."""
        looks = 0
        while self.process.poll() is None:
            self._look(memory=looks % _MEMORY_EVERY == 0)
            looks += 1
            time.sleep(_EVERY)
        return Spent(self.process.returncode, sum(self._ticks.values()) / _TICKS, self._peak * _PAGE / 2**30)

    def _look(self, *, memory: bool) -> None:
        pages = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                # After the name in brackets: state, parent, group, session, ...; see proc(5).
                told = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if int(told[3]) != self.process.pid:
                    continue
                self._ticks[int(folder.name)] = int(told[11]) + int(told[12])
                if not memory:
                    continue
                # Forked workers share most pages with their parent, so each counts with its share.
                rollup = (folder / "smaps_rollup").read_text().split("Pss:", 1)[1]
                pages += int(rollup.split()[0]) * 1024 // _PAGE
            except (OSError, IndexError, ValueError):
                continue
        self._peak = max(self._peak, pages)
