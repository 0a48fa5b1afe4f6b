"""Statements of the hot path, several to a round trip, spoken to PostgreSQL through psycopg's own libpq.

A cursor costs the client as much as the statement it sends. Here a statement is prepared once a connection, and a call
waits once, for all of its statements together.
"""

import select
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg import adapt, errors
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.store.scripts import driver_connection

Session: TypeAlias = "Connection | psycopg.Connection[Any]"
"""Where a call runs: a transaction of SQLAlchemy's, or psycopg itself where every microsecond counts."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement with places $1 and on. `formats`: for each value, 0 if it is text and 1 if it is binary."""

    name: bytes
    text: bytes
    formats: tuple[int, ...] = ()


Step: TypeAlias = tuple[Statement, Sequence[bytes]]
"""A statement and its values."""

Answer: TypeAlias = "list[PGresult] | psycopg.Error"
"""The result of each step of a transaction that was committed; or why nothing of it has happened."""

BEGIN: Step = (Statement(b"hg_begin", b"BEGIN"), ())
COMMIT: Step = (Statement(b"hg_commit", b"COMMIT"), ())
_EMPTY_ARRAY = struct.Struct("!iII")
_ARRAY = struct.Struct("!iIIii")
_LENGTH = struct.Struct("!i")
_DONE = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
_NO_SUCH_STATEMENT = "26000"
# A thread's own, of the connection it read last: finding out how types are read costs as much as reading a row.
_loading = threading.local()
_prepared: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()


def run(session: Session, steps: Sequence[Step], *, commit: bool = False, named: bool = False) -> list[PGresult]:
    """Send the steps in one round trip and give each one's result. `commit`: they are durable when this returns.

    `named`: statements count as prepared in the middle of a transaction, too. For a session each of whose transactions
    begins with a call of this function, which notices where the server or psycopg has dropped them.

    They run in the session's transaction, which begins here unless it has; steps before which nothing went and which
    are to be committed are a transaction of their own. Raises what the session raises: the first error of a step,
    after which none has happened.
    """
    if isinstance(session, psycopg.Connection):
        return _run(session, steps, commit=commit, named=True)
    try:
        # In the middle of a transaction psycopg may have dropped all names, as it does when it has rolled back.
        return _run(_driver(session), steps, commit=commit, named=named)
    except psycopg.Error as error:
        # Without the values: they say whom it was about.
        raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from None


def run_each(connection: psycopg.Connection[Any], transactions: Sequence[Sequence[Step]]) -> Iterator[Answer]:
    """Send several transactions in one round trip and give the answer of each as it comes, in their order.

    Each begins when the one before it has ended, committed durably or failed; that one fails keeps no other from being
    run. For a connection in autocommit mode, which is used for nothing else until the last answer was taken. Raises
    what psycopg raises where the connection is lost: what has no answer then may have happened.
    """
    known = _prepared.setdefault(connection, set())
    try:
        asked = {step[0].name: step[0] for steps in transactions for step in steps if step[0].name not in known}
        if asked:
            _prepare(connection, list(asked.values()))
        pgconn = connection.pgconn
        pgconn.enter_pipeline_mode()
        for steps in transactions:
            for statement, values in steps:
                pgconn.send_query_prepared(statement.name, values, statement.formats or None, result_format=1)
            pgconn.pipeline_sync()
        received = _received(pgconn, len(transactions))
        for results in received:
            failed = next((one for one in results if one.status not in _DONE), None)
            if failed is None:
                yield results
                continue
            error = errors.error_from_result(failed, connection.info.encoding)
            if error.sqlstate == _NO_SUCH_STATEMENT:
                # Whatever else was prepared may be gone as well.
                known.clear()
            yield error
        pgconn.exit_pipeline_mode()
    except BaseException:
        # What is still under way would be taken for the answer to something else.
        connection.close()
        raise


class Reader:
    """Rows of results as one connection loads them, for one thread at a time: how types are read is found out once."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._loader = adapt.Transformer.from_context(connection)

    def rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        """The rows of a result."""
        self._loader.set_pgresult(result)
        try:
            found: list[tuple[Any, ...]] = self._loader.load_rows(0, result.ntuples, tuple)
        finally:
            # What was read does not stay in memory until somebody reads again.
            self._loader.set_pgresult(None)
        return found


def rows(session: Session, result: PGresult) -> list[tuple[Any, ...]]:
    """The rows of a result, as the session loads them."""
    connection = _driver(session)
    reader: Reader | None = getattr(_loading, "reader", None)
    if reader is None or reader.connection is not connection:
        reader = _loading.reader = Reader(connection)
    return reader.rows(result)


def binary_array(element: int, values: Sequence[bytes | None]) -> bytes:
    """A PostgreSQL array as a binary value. `element`: the number of its elements' type; they are binary themselves."""
    if not values:
        return _EMPTY_ARRAY.pack(0, 0, element)
    length, absent = _LENGTH.pack, _LENGTH.pack(-1)
    parts = [_ARRAY.pack(1, None in values, element, len(values), 1)]
    for value in values:
        parts += (absent,) if value is None else (length(len(value)), value)
    return b"".join(parts)


def _driver(session: Session) -> psycopg.Connection[Any]:
    return session if isinstance(session, psycopg.Connection) else driver_connection(session)


def _run(connection: psycopg.Connection[Any], steps: Sequence[Step], *, commit: bool, named: bool) -> list[PGresult]:
    pgconn = connection.pgconn
    known = _prepared.setdefault(connection, set())
    idle = pgconn.transaction_status == TransactionStatus.IDLE
    begins = idle and not commit and not connection.autocommit
    sent = [BEGIN] * begins + list(steps) + [COMMIT] * (commit and not idle)
    results = _answers(connection, sent, known if named or idle else None)
    failed = next((one for one in results if one.status not in _DONE), None)
    if failed is not None:
        error = errors.error_from_result(failed, connection.info.encoding)
        if not (idle and error.sqlstate == _NO_SUCH_STATEMENT):
            raise error
        known.clear()
        if pgconn.transaction_status != TransactionStatus.IDLE:
            pgconn.exec_(b"ROLLBACK")
        return _run(connection, steps, commit=commit, named=named)
    return results[begins : begins + len(steps)]


def _answers(connection: psycopg.Connection[Any], sent: Sequence[Step], known: set[bytes] | None) -> list[PGresult]:
    """The result of each step, in one pipeline; a statement that is not `known` is prepared on the way."""
    pgconn = connection.pgconn
    if known is not None and len(sent) == 1 and sent[0][0].name in known:
        return [_answer(pgconn, sent[0])]
    prepared: dict[int, bytes] = {}
    pgconn.enter_pipeline_mode()
    try:
        for place, (statement, values) in enumerate(sent):
            if known is None:
                pgconn.send_query_params(
                    statement.text, values, param_formats=statement.formats or None, result_format=1
                )
                continue
            if statement.name not in known:
                pgconn.send_prepare(statement.name, statement.text)
                prepared[place + len(prepared)] = statement.name
                known.add(statement.name)
            pgconn.send_query_prepared(statement.name, values, statement.formats or None, result_format=1)
        pgconn.pipeline_sync()
        (results,) = _received(pgconn)
        pgconn.exit_pipeline_mode()
    except BaseException:
        # What is still under way would be taken for the answer to something else.
        connection.close()
        raise
    if known is not None:
        known.difference_update(name for place, name in prepared.items() if results[place].status not in _DONE)
    return [one for place, one in enumerate(results) if place not in prepared or one.status not in _DONE]


def _answer(pgconn: PGconn, step: Step) -> PGresult:
    """The result of one prepared step. libpq sends and waits in a single call, beside which other threads go on.

    Each call that lets them go on makes this thread stand in line again behind whoever computes meanwhile.
    """
    statement, values = step
    result = pgconn.exec_prepared(statement.name, values, statement.formats or None, result_format=1)
    if pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection was lost")
    return result


def _prepare(connection: psycopg.Connection[Any], statements: Sequence[Statement]) -> None:
    """Prepare statements in a round trip of their own."""
    pgconn = connection.pgconn
    for statement in statements:
        result = pgconn.prepare(statement.name, statement.text)
        if pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection was lost")
        if result.status not in _DONE:
            raise errors.error_from_result(result, connection.info.encoding)
        _prepared[connection].add(statement.name)


def _received(pgconn: PGconn, marks: int = 1) -> Iterator[list[PGresult]]:
    """The results up to each mark of a pipeline. Waits outside libpq, so that other threads go on meanwhile."""
    waiting = select.poll()
    waiting.register(pgconn.socket, select.POLLIN | select.POLLOUT)
    while pgconn.flush():
        for _, ready in waiting.poll():
            if ready & ~select.POLLOUT:
                pgconn.consume_input()
    waiting.modify(pgconn.socket, select.POLLIN)
    results: list[PGresult] = []
    ended = True
    while marks:
        while pgconn.is_busy():
            waiting.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if ended:
                raise psycopg.OperationalError("the connection was lost")
            ended = True
        elif result.status == ExecStatus.PIPELINE_SYNC:
            yield results
            results, marks = [], marks - 1
        else:
            ended = False
            results.append(result)
