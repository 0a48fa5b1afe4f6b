"""A trap on one step: the first time that it is passed after arming, the fault strikes, and only then."""

import threading
from random import Random

from tests.faults.clients import Ways
from tests.faults.faults import Fault
from tests.faults.house import House
from tests.faults.steps import AFTER

_ANSWERED_AFTER = {"read: answer": "read: outcome", "push: answer": "push: commit"}


class Trap:
    """Watches the wires for one run. `struck` is set when the fault has done its damage."""

    def __init__(self, house: House, fault: Fault, step: str, moment: str, random: Random) -> None:
        self._house = house
        self._fault = fault
        self._step = step
        self._moment = moment
        self._random = random
        self._armed = threading.Event()
        self._claimed = threading.Lock()
        self._passes = random.randrange(3)
        self.struck = threading.Event()
        self.ways = Ways(between=self._between, answered=self._answered)

    def arm(self) -> None:
        """From now on the step counts."""
        if self._fault.name == "connection lost" and self._step in _ANSWERED_AFTER:
            self.ways.cut_answer.set()
        self._armed.set()

    def watch(self, step: str, moment: str, backend: int) -> bool:
        """Called at every step on the wires."""
        if (step, moment) == (self._step, self._moment):
            return self._spring(backend)
        # The answer is written once the last commit is known: strike anywhere between there and its last byte.
        if (step, moment) == (_ANSWERED_AFTER.get(self._step), AFTER) and not self.ways.cut_answer.is_set():
            threading.Timer(self._random.uniform(0, 0.02), self._spring, (backend,)).start()
        return False

    def _between(self) -> None:
        if self._step == "push: receive" and self._spring(0):
            raise ConnectionAbortedError

    def _answered(self, kind: str) -> None:
        # The client itself hung up in the middle of an answer.
        if self.ways.cut_answer.is_set() and self._step.startswith("push" if kind == "push" else "read"):
            self._spring(0)

    def _spring(self, backend: int) -> bool:
        if not self._armed.is_set() or self.struck.is_set():
            return False
        if not self._claimed.acquire(blocking=False):
            return False
        if self._passes:
            self._passes -= 1
            self._claimed.release()
            return False
        try:
            return self._fault.strike(self._house, self._random, backend)
        finally:
            # The lock stays taken: once is enough.
            self.struck.set()
