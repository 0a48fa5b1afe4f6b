"""A database that fails at one commit: before it, by losing the connection at it, or just after it."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from gateway.store.append_many import AppendedRow, append_many
from gateway.store.engine import Database
from gateway.store.group_commit import Done, GroupCommit
from gateway.store.ledger import LogQueue, Unwritten, written
from gateway.store.scripts import driver_connection
from gateway.store.wire import Statement, Step

BEFORE, LOST, AFTER = "before", "connection lost at", "after"
WAYS = (BEFORE, LOST, AFTER)
LOST_BEHIND = "connection lost behind"
"""Of the log alone: the entry is committed, and what follows on its connection is not."""


class InjectedError(Exception):
    """What nothing in the gateway expects."""


@dataclass(frozen=True)
class FailingDatabase(Database):
    """Fails at transaction number `at`, counted from 0 in the order begun; never, if `at` is None."""

    at: int | None = None
    way: str = BEFORE
    roles: list[str] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def appending(self, role: str) -> Iterator[LogQueue]:
        number = next(self.numbers)
        self.roles.append(f"{role} log")
        with super().appending(role) as log:
            fails = number == self.at
            if fails and self.way == BEFORE:
                raise InjectedError
            connect = partial(self._connect, role)
            if fails and self.way == LOST:
                yield GroupCommit(connect, written, _cut_off)
            elif fails and self.way == LOST_BEHIND:
                yield _CutOffBehind(connect, written, append_many)
            else:
                yield log
        self.committed.append(number)
        if fails and self.way == AFTER:
            raise InjectedError

    @contextmanager
    def transaction(self, role: str) -> Iterator[Connection]:
        number = next(self.numbers)
        self.roles.append(role)
        with super().transaction(role) as connection:
            yield connection
            if number == self.at and self.way == BEFORE:
                raise InjectedError
            if number == self.at and self.way == LOST:
                driver_connection(connection).close()
        self.committed.append(number)
        if number == self.at and self.way == AFTER:
            raise InjectedError


def _cut_off(rows: Sequence[AppendedRow]) -> Step:
    """Appends them, and loses the connection before the transaction is committed."""
    statement, values = append_many(rows)
    lost = statement.text + b", pg_terminate_backend(pg_backend_pid())"
    return Statement(b"cut_off", lost, statement.formats), values


class _CutOffBehind(GroupCommit[Unwritten, AppendedRow]):
    """Appends, and loses the connection before what follows is committed."""

    def append(self, item: Unwritten, then: Sequence[Step] = ()) -> Done[AppendedRow]:
        lost: Step = (Statement(b"cut_off", b"SELECT pg_terminate_backend(pg_backend_pid())"), ())
        return super().append(item, [*then, lost])


def failing(database: Database, at: int | None = None, way: str = BEFORE) -> FailingDatabase:
    """A database like another, with pools of its own."""
    return FailingDatabase(database.base, database.passwords, {}, database.pool_size, at, way)
