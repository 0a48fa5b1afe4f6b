"""One SQLAlchemy engine a database role: a use case names the role it acts as, and PostgreSQL holds it to that."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.store.append_many import append_many
from gateway.store.errors import DatabaseUnavailableError, TicketRefusedError
from gateway.store.group_commit import GroupCommit
from gateway.store.ledger import LogQueue, written

SERVING_ROLES = (
    "hg_read", "hg_decide", "hg_search", "hg_intake", "hg_link", "hg_sequence", "hg_erase", "hg_desk", "hg_jobs",
)  # fmt: skip
_INSUFFICIENT_PRIVILEGE = "42501"
_READ_ONLY = "25006"


@dataclass(frozen=True)
class Database:
    """Where the database is, and how each role signs in. `engines` is filled on first use of a role."""

    base: URL
    passwords: dict[str, str]
    engines: dict[str, Engine]
    pool_size: int = 8
    groups: dict[str, LogQueue] = field(default_factory=dict, kw_only=True)

    @contextmanager
    def transaction(self, role: str) -> Iterator[Connection]:
        """One transaction as that role, committed on leaving. Errors of the server come out without row values."""
        with plain_errors(), self.engine(role).begin() as connection:
            yield connection

    @contextmanager
    def appending(self, role: str) -> Iterator[LogQueue]:
        """The log as that role appends to it together with others: durable when the call that appends returns.

        Errors come out as those of `transaction` do. Nothing but the log can be written this way.
        """
        with plain_errors():
            yield self.groups.get(role) or self.groups.setdefault(
                role, GroupCommit(partial(self._connect, role), written, append_many)
            )

    def _connect(self, role: str) -> psycopg.Connection[Any]:
        arguments, options = self.engine(role).dialect.create_connect_args(self.engine(role).url)
        return psycopg.connect(*arguments, autocommit=True, **options)

    def engine(self, role: str, use: str = "") -> Engine:
        """The pool of one role; `use` names one apart, for connections held while others of the role are needed."""
        pool = f"{role}/{use}" if use else role
        if pool not in self.engines:
            url = self.base.set(username=role, password=self.passwords[role])
            # Nothing is kept as hstore: a pool that may meet one asks for its number before it answers anybody.
            self.engines[pool] = create_engine(
                url, pool_size=self.pool_size, max_overflow=8, pool_pre_ping=True, hide_parameters=True,
                use_native_hstore=False,
            )  # fmt: skip
        return self.engines[pool]

    def dispose(self) -> None:
        """Close every pool."""
        for engine in self.engines.values():
            engine.dispose()
        self.engines.clear()
        for group in self.groups.values():
            group.close()
        self.groups.clear()


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors of the server as two of ours, without a value of a row: cannot be reached or written to; refused."""
    try:
        yield
    except (OperationalError, PoolTimeoutError):
        raise DatabaseUnavailableError("the database cannot be reached; nothing was released or stored") from None
    except DBAPIError as error:
        sqlstate = getattr(error.orig, "sqlstate", None)
        if sqlstate == _READ_ONLY:
            raise DatabaseUnavailableError("the log cannot be written; nothing was released or stored") from None
        if error.connection_invalidated:
            raise DatabaseUnavailableError("the connection was lost; nothing was released") from None
        if sqlstate == _INSUFFICIENT_PRIVILEGE:
            raise TicketRefusedError("the database refused this step for want of an authorisation") from None
        raise


def database(url: str, passwords: dict[str, str], pool_size: int = 8) -> Database:
    """Describe a database by its address, without user or password, and the roles' passwords."""
    base = make_url(url).set(drivername="postgresql+psycopg")
    return Database(base, passwords, {}, pool_size)


def embedded_url(socket_dir: object, name: str = "hearthgate") -> str:
    """Address of a database of the embedded server."""
    return URL.create("postgresql+psycopg", database=name, query={"host": str(socket_dir)}).render_as_string()
