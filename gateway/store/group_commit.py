"""Group commit: what several threads append goes into one transaction, with one wait for the disk.

Who comes while no group is under way leads one: takes what stands in the queue, appends all of it and commits. Who
comes meanwhile stands in the queue; when the leader is done, the first in the queue leads the next. Nobody waits for
company: who is alone goes at once. Nor does anybody wait long for a slow disk: after two milliseconds the first in the
queue leads another group beside the one under way, over a connection of its own.

An item may say what is to be done once it is durable: `then`, a transaction of its own that is sent behind the group's
commit in the same round trip. The database begins it when that commit is on the disk. So who has to read what the item
authorises waits once and not twice, and fewer processes of the database do the work of many readers.

A call returns when its own item is durable and what was to follow is done, and not before. An item that the database
refuses does not spoil its group: the group is appended again one by one, and each has its own answer. What may hit any
of them, a lost connection above all, is an error for the whole group, since nobody can say what of it was committed;
and so is whatever ends a leader. An error is never the answer that an item is durable.
"""

import select
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq.abc import PGresult
from sqlalchemy.exc import DBAPIError

from gateway.store import wire
from gateway.store.wire import Answer, Step

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


class Done(NamedTuple):
    """What came of `then`: the result of each of its steps, and the connection as which `wire.rows` reads them."""

    connection: psycopg.Connection[Any]
    results: list[PGresult]


class _Waiting(Generic[T]):
    """One item. `told` hears True: lead; or False: it is done, and well unless there is an `error`.

    `leads`: it was told to lead, or does so, and has not taken its group yet. `results`: of what came after it.
    """

    __slots__ = ("connection", "done", "error", "is_first", "item", "leads", "results", "taken", "then", "told")

    def __init__(self, item: T, then: Sequence[Step]) -> None:
        self.item = item
        self.then = then
        self.told: SimpleQueue[bool] = SimpleQueue()
        self.is_first = self.leads = self.taken = self.done = False
        self.error: psycopg.Error | None = None
        self.results: list[PGresult] = []
        self.connection: psycopg.Connection[Any]

    def end(self, answer: Answer) -> None:
        """Say that it is done, to whoever waits for it."""
        if isinstance(answer, psycopg.Error):
            self.error = answer
        else:
            self.results = answer
        self.done = True
        self.told.put(False)


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

    def append(self, item: T, then: Sequence[Step] = ()) -> Done:
        """Append an item, durable when this returns; and do `then`, committed when this returns.

        Raises an error of SQLAlchemy's: then nobody may count on either.
        """
        mine = _Waiting(item, then)
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
        return Done(mine.connection, mine.results)

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
        try:
            if group:
                self._append(group)
        finally:
            self._hand_over()
            for one in group:
                if not one.done:
                    one.end(errors.OperationalError(_BROKE_OFF))

    def _hand_over(self) -> None:
        with self._lock:
            if self._queue and not self._queue[0].leads:
                self._queue[0].leads = True
                self._queue[0].told.put(True)
            else:
                self._leading -= 1

    def _append(self, group: Sequence[_Waiting[T]]) -> None:
        """Append a group, together or else one by one, and tell each of its own."""
        connection: psycopg.Connection[Any] | None = None
        try:
            connection = self._taken()
            if not self._tried(connection, group):
                for one in group:
                    self._tried(connection, [one])
        except psycopg.Error as error:
            for one in group:
                if not one.done:
                    one.end(error)
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        if connection is not None and not connection.closed:
            with self._lock:
                self._idle.append(connection)

    def _tried(self, connection: psycopg.Connection[Any], group: Sequence[_Waiting[T]]) -> bool:
        """Whether each of a group was told: not where one item may have spoilt it for the others."""
        step = self._step([one.item for one in group])
        following = [one for one in group if one.then]
        answers = wire.run_each(connection, [[step], *(one.then for one in following)])
        appended = next(answers)
        if isinstance(appended, psycopg.Error):
            # What was to follow has opened nothing: it rests on what is not there.
            _ = list(answers)
            if len(group) > 1 and (appended.sqlstate or "").startswith(_OF_ONE_ITEM):
                return False
            for one in group:
                one.end(appended)
            return True
        for one in group:
            one.connection = connection
            if not one.then:
                one.end([])
        for one, answer in zip(following, answers, strict=True):
            one.end(answer)
        return True

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
