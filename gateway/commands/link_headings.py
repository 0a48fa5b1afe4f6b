"""What the first row of a file calls its columns."""

import re

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_csv import columns_of
from gateway.commands.link_parquet import parquet_columns
from gateway.commands.link_tables import File


def letters(name: str) -> str:
    """A name's letters and digits: Given Name, given-name and GivenName are one."""
    return re.sub(r"[\W_]+", "", name.casefold())


def headings(connection: duckdb.DuckDBPyConnection, file: File) -> list[str]:
    """The file's columns. Raise `CommandError` where it is no file or calls two of them the same."""
    if file.path.is_dir():
        message = f"{file.path} is a folder; name the files in it, such as {file.path / '*.csv'}"
        raise CommandError(message)
    if not file.path.is_file():
        message = f"{file.name} is no file; check its path"
        raise CommandError(message)
    columns = parquet_columns(connection, file) if file.parquet else columns_of(file)
    met: set[str] = set()
    for name in columns:
        plain = name.strip().casefold()
        if plain in met:
            told = f"names column {plain} twice" if plain else "has two columns without a name"
            message = f"{file.name} {told}; give each column a name of its own"
            raise CommandError(message)
        met.add(plain)
    return columns
