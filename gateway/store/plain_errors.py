"""Errors of the driver, where it is spoken to past SQLAlchemy."""

import psycopg
from sqlalchemy.exc import DBAPIError


class plain_errors:  # noqa: N801 - a context manager
    """Errors of the driver as SQLAlchemy's, without the values of a row."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, psycopg.Error):
            raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from None
