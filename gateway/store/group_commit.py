"""Group commit: what several threads append goes into one transaction, with one wait for the disk.

Who comes while no group is under way leads one: takes what stands in the queue, appends all of it and commits. Who
comes meanwhile stands in the queue; when the leader is done, the first in the queue leads the next. Nobody waits for
company: who is alone goes at once. Nor does anybody wait long for a slow disk: after two milliseconds the first in the
queue leads another group beside the one under way, over a connection of its own.

A call returns when its own item is durable, and not before. An item that the database refuses does not spoil its
group: the group is appended again one by one, and each has its own answer. What may hit any of them, a lost connection
above all, is an error for the whole group, since nobody can say what of it was committed; and so is whatever ends a
leader. An error is never the answer that an item is durable.
"""

import select
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from gateway.store import wire
from gateway.store.wire import Step

T = TypeVar("T")

MOST = 32
"""Most items of one group: a longer transaction would make its first item wait for its last."""

_PATIENCE = 0.002
"""Seconds that the first in the queue waits for the group under way, which a quick disk ends sooner."""

_AT_ONCE = 2
"""Most groups under way at a time."""

_STALLED = 2.0
"""Seconds after which who stands in the queue counts on none of them and leads, however many there are."""

_LONGEST = 30.0
"""Seconds that a group is waited for: a ticket is good for no longer."""

_OF_ONE_ITEM = ("22", "23", "54", "P0")
"""Classes of SQLSTATE that an item brings about itself: impossible values, broken constraints, limits, refusals."""


_BROKE_OFF = "who appended for others broke off"


class _Waiting(Generic[T]):
    """One item. `told` hears True: lead; or False: it is done, and well unless there is an `error`.

    `leads`: it was told to lead, or does so, and has not taken its group yet.
    """

    __slots__ = ("done", "error", "is_first", "item", "leads", "taken", "told")

    def __init__(self, item: T) -> None:
        self.item = item
        self.told: SimpleQueue[bool] = SimpleQueue()
        self.is_first = self.leads = self.taken = self.done = False
        self.error: psycopg.Error | None = None


class GroupCommit(Generic[T]):
    """The queue in front of one database role's log. `connect` opens a connection of that role.

    `step` gives the one statement that appends some items: all of them, or none and an error.
    """

    def __init__(
        self, connect: Callable[[], psycopg.Connection[Any]], step: Callable[[Sequence[T]], Step], most: int = MOST
    ) -> None:
        self._connect = connect
        self._step = step
        self._most = most
        self._lock = threading.Lock()
        self._queue: deque[_Waiting[T]] = deque()
        self._leading = 0
        self._idle: list[psycopg.Connection[Any]] = []

    def append(self, item: T) -> None:
        """Append an item, durable when this returns. Raises an error of SQLAlchemy's: then nobody may count on it."""
        mine = _Waiting(item)
        with self._lock:
            mine.is_first = not self._queue
            self._queue.append(mine)
            leads = mine.leads = self._leading == 0
            self._leading += leads
        while not mine.done:
            if leads or self._told(mine):
                leads = False
                self._lead(mine)
        if mine.error is not None:
            # One of its own for each who waits, and without values: some of those are others'.
            raise DBAPIError.instance(None, None, mine.error, psycopg.Error, hide_parameters=True)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _told(self, mine: _Waiting[T]) -> bool:
        """Wait until told to lead, or that the item is done."""
        stalled = time.monotonic() + _STALLED
        while not mine.taken:
            try:
                return mine.told.get(timeout=_PATIENCE if mine.is_first else _STALLED)
            except Empty:
                with self._lock:
                    if mine.leads:
                        # Told so at this very moment.
                        return mine.told.get_nowait()
                    if not mine.taken and (self._leading < _AT_ONCE or time.monotonic() > stalled):
                        self._leading += 1
                        mine.leads = True
                        return True
        try:
            return mine.told.get(timeout=_LONGEST)
        except Empty:
            mine.done, mine.error = True, errors.OperationalError("the log did not answer in time")
            return False

    def _lead(self, leader: _Waiting[T]) -> None:
        with self._lock:
            leader.leads = False
            group = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
            for one in group:
                one.taken = True
        found: Sequence[psycopg.Error | None] = [errors.OperationalError(_BROKE_OFF) for _ in group]
        try:
            if group:
                found = self._append([one.item for one in group])
        finally:
            self._hand_over()
            for one, error in zip(group, found, strict=True):
                one.error, one.done = error, True
                one.told.put(False)

    def _hand_over(self) -> None:
        with self._lock:
            if self._queue and not self._queue[0].leads:
                self._queue[0].leads = True
                self._queue[0].told.put(True)
            else:
                self._leading -= 1

    def _append(self, items: Sequence[T]) -> Sequence[psycopg.Error | None]:
        """The error of each item, or None."""
        try:
            connection = self._taken()
        except psycopg.Error as refused:
            return [refused] * len(items)
        error = self._tried(connection, items)
        found = [error] * len(items)
        if error is not None and len(items) > 1 and (error.sqlstate or "").startswith(_OF_ONE_ITEM):
            found = [self._tried(connection, [item]) for item in items]
        if not connection.closed:
            with self._lock:
                self._idle.append(connection)
        return found

    def _tried(self, connection: psycopg.Connection[Any], items: Sequence[T]) -> psycopg.Error | None:
        try:
            wire.run(connection, [self._step(items)], commit=True)
        except psycopg.Error as error:
            return error
        except BaseException:
            connection.close()
            raise
        return None

    def _taken(self) -> psycopg.Connection[Any]:
        """A connection that nobody uses, or a new one: where something waits to be read, the server has hung up."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._connect()
            if not connection.closed and not _has_something_to_say(connection):
                return connection
            connection.close()


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
