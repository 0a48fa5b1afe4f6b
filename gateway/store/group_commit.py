"""Group commit: what several threads append goes into one transaction, with one wait for the disk.

Who comes while no group is under way leads one: takes what stands in the queue, appends all of it and commits. Who
comes meanwhile stands in the queue; when the leader is done, the first in the queue leads the next. Nobody waits for
company: who is alone goes at once. Nor does anybody wait long for a slow disk: after two milliseconds the first in the
queue leads another group beside the one under way, over a connection of its own.

What goes on the wire is made of an item by the leader, of one item after the other: from the second on, the code that
makes it is in the processor's caches, which a thread that was just woken finds cold. An item of which nothing can be
made fails alone, before anything of the group is sent.

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
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from gateway.store import wire
from gateway.store.wire import Answer, Reader, Step

T = TypeVar("T")
R = TypeVar("R")

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


Rows: TypeAlias = list[tuple[Any, ...]]


class Done(NamedTuple, Generic[R]):
    """An item as it was appended, and the rows of the last step of `then`."""

    row: R
    rows: Rows


class _Line(NamedTuple):
    """A connection, and how its rows are read: by who leads, for all of a group."""

    connection: psycopg.Connection[Any]
    reader: Reader


class _Waiting(Generic[T, R]):
    """One item. `told` hears True: lead; or False: it is done, and well unless there is an `error`.

    `leads`: it was told to lead, or does so, and has not taken its group yet. `row`: what was made of the item.
    `rows`: of what came after it.
    """

    __slots__ = ("done", "error", "is_first", "item", "leads", "row", "rows", "taken", "then", "told")

    def __init__(self, item: T, then: Sequence[Step]) -> None:
        self.item = item
        self.then = then
        self.told: SimpleQueue[bool] = SimpleQueue()
        self.is_first = self.leads = self.taken = self.done = False
        self.error: Exception | None = None
        self.row: R
        self.rows: Rows = []

    def end(self, answer: Rows | Exception) -> None:
        """Say that it is done, to whoever waits for it."""
        if isinstance(answer, Exception):
            self.error = answer
        else:
            self.rows = answer
        self.done = True
        self.told.put(False)


class GroupCommit(Generic[T, R]):
    """The queue in front of one database role's log. `connect` opens a connection of that role.

    `prepare` makes of an item what goes on the wire, or raises what is wrong with it. `step` gives the one statement
    that appends some of those: all of them, or none and an error.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        prepare: Callable[[T], R],
        step: Callable[[Sequence[R]], Step],
        most: int = MOST,
    ) -> None:
        self._connect = connect
        self._prepare = prepare
        self._step = step
        self._most = most
        self._lock = threading.Lock()
        self._queue: deque[_Waiting[T, R]] = deque()
        self._leading = 0
        self._idle: list[_Line] = []

    def append(self, item: T, then: Sequence[Step] = ()) -> Done[R]:
        """Append an item, durable when this returns; and do `then`, committed when this returns.

        Raises an error of SQLAlchemy's, or what is wrong with the item: then nobody may count on either.
        """
        mine: _Waiting[T, R] = _Waiting(item, then)
        with self._lock:
            mine.is_first = not self._queue
            self._queue.append(mine)
            leads = mine.leads = self._leading == 0
            self._leading += leads
        while not mine.done:
            if leads or self._told(mine):
                leads = False
                self._lead(mine)
        if isinstance(mine.error, psycopg.Error):
            # One of its own for each who waits, and without values: some of those are others'.
            raise DBAPIError.instance(None, None, mine.error, psycopg.Error, hide_parameters=True)
        if mine.error is not None:
            raise mine.error
        return Done(mine.row, mine.rows)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.connection.close()

    def _told(self, mine: _Waiting[T, R]) -> bool:
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

    def _lead(self, leader: _Waiting[T, R]) -> None:
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

    def _append(self, group: Sequence[_Waiting[T, R]]) -> None:
        """Append a group, together or else one by one, and tell each of its own."""
        group = [one for one in group if self._prepared(one)]
        if not group:
            return
        line: _Line | None = None
        try:
            line = self._taken()
            if not self._tried(line, group):
                for one in group:
                    self._tried(line, [one])
        except psycopg.Error as error:
            for one in group:
                if not one.done:
                    one.end(error)
        except BaseException:
            if line is not None:
                line.connection.close()
            raise
        if line is not None and not line.connection.closed:
            with self._lock:
                self._idle.append(line)

    def _prepared(self, one: _Waiting[T, R]) -> bool:
        try:
            one.row = self._prepare(one.item)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with an item is its own reader's to hear
            one.end(error)
            return False
        return True

    def _tried(self, line: _Line, group: Sequence[_Waiting[T, R]]) -> bool:
        """Whether each of a group was told: not where one item may have spoilt it for the others."""
        step = self._step([one.row for one in group])
        following = [one for one in group if one.then]
        answers = wire.run_each(line.connection, [[step], *(one.then for one in following)])
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
            if not one.then:
                one.end([])
        for one, answer in zip(following, answers, strict=True):
            one.end(_read(line, answer))
        return True

    def _taken(self) -> _Line:
        """A connection that nobody uses, or a new one: where something waits to be read, the server has hung up."""
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
            if line is None:
                connection = self._connect()
                return _Line(connection, Reader(connection))
            if not line.connection.closed and not _has_something_to_say(line.connection):
                return line
            line.connection.close()


def _read(line: _Line, answer: Answer) -> Rows | Exception:
    """The rows of a transaction's last step. What cannot be read is an error for its own reader and no other."""
    if isinstance(answer, psycopg.Error):
        return answer
    try:
        return line.reader.rows(answer[-1])
    except Exception as error:  # noqa: BLE001 - as with an item of which nothing can be made
        return error


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
