"""The table `records` as arrays, one entry a record by its number: what blocking and comparing read, each column once.

A column that the table lacks is one in which nobody has anything.

What only agrees or not is a code: a hash of a text, or a small number. 0 stands for what is not known.
"""

from typing import Any, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage.columns import SETS, TEXTS, WORDS
from linkage.letters import bytes_for

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]

# Told of a record beside its columns, for conditions that look at no more of a name than that.
_TOLD = {
    "given_length": "least(length(given), 2)::utinyint",
    "given_initial": "case when given is not null then hash(given[1]) end",
    "middle_length": "least(length(middles_text), 2)::utinyint",
    "middle_initial": "case when middles_text is not null then hash(middles_text[1]) end",
    # DuckDB's hash of NULL is a hash like any other.
    **{
        word: f"case when {word} is not null then hash({word}) end"
        for word in (*WORDS, *(f"{name}_text" for name in TEXTS))
    },
    "address_numbers": "case when address is not null then hash(split_part(address, '|', 1)) end",
    "address_unnumbered": "(address[1] = '|')::utinyint",
}


class Held(NamedTuple):
    """What records hold in one column: `record` ascending, one entry per value, `value` its hash."""

    record: Numbers
    value: Hashes


class Columns:
    """Columns of the table `records` as they are asked for; the table must not change meanwhile."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        number = connection.execute("select number::bigint as number from records").fetchnumpy()["number"]
        self._number = np.asarray(number)
        self._names = {str(name) for name, *_ in connection.execute("describe records").fetchall()}
        self._in_order = bool(np.all(self._number == np.arange(len(self._number))))
        self._codes: dict[str, NDArray[Any]] = {}
        self._all: dict[str, Held | None] = {}
        self._every: dict[str, Held] = {}
        self._words: dict[str, bool] = {}
        self._by_letter: dict[tuple[str, ...], tuple[tuple[str, ...], bool]] = {}
        self._place: Numbers | None = None

    def __len__(self) -> int:
        """How many records."""
        return len(self._number)

    def codes(self, column: str) -> NDArray[Any]:
        """The code of each record's first value in a column, 0 where it has none.

        `column` is one of `records`, or "given_length", "given_initial" and the like of the middle name.
        """
        if column not in self._codes:
            known = column in _TOLD or column in self._names
            self._codes[column] = self._by_number(_TOLD.get(column, column) if known else "0::ubigint")
        return self._codes[column]

    def _by_number(self, expression: str) -> NDArray[Any]:
        # Rows come in the order in which they came before: nothing is written to the table between.
        found = self.connection.execute(f"select coalesce({expression}, 0) as value from records").fetchnumpy()  # noqa: S608 - our own columns
        value = np.asarray(found["value"])
        if value.dtype == np.int64:
            value = value.view(np.uint64)
        if self._in_order:
            return value
        by_number = np.empty_like(value)
        by_number[self._number] = value
        return by_number

    def words(self, column: str) -> str:
        """A table of the distinct texts of a column, `text`, by their codes, `code`; `plain` where they are ASCII."""
        table = f"words_{column}"
        if column not in self._words:
            self.connection.execute(
                f"create or replace temp table {table} as select hash({column}) as code, {column} as text, "  # noqa: S608 - our own columns
                f"strlen({column}) = length({column}) as plain "
                f"from records where {column} is not null group by {column}"
            )
            found = self.connection.execute(f"select coalesce(bool_and(plain), true) from {table}").fetchall()  # noqa: S608 - as above
            self._words[column] = bool(found[0][0])
        return table

    def words_by_letter(self, columns: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """Such tables, in which each letter of a text that is `plain` is one byte; and whether all texts are plain.

        A letter is the same byte in all these columns, and is not the one that it is here.
        """
        tables = tuple(map(self.words, columns))
        if all(self._words[each] for each in columns):
            return tables, True
        if columns not in self._by_letter:
            self._by_letter[columns] = self._recoded(tables)
        return self._by_letter[columns]

    def _recoded(self, tables: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        texts = " union all ".join(f"select text from {each}" for each in tables)  # noqa: S608 - our own tables
        letters = bytes_for(text for (text,) in self.connection.execute(texts).fetchall())
        made, plain = [], True
        for table in tables:
            # The same column may stand beside another one elsewhere, with other bytes.
            made.append(f"{table}_{len(self._by_letter)}")
            self.connection.execute(
                f"create or replace temp table {made[-1]} as select *, strlen(text) = length(text) as plain "  # noqa: S608 - our own tables
                f"from (select code, case when plain then text else translate(text, ?, ?) end as text from {table})",
                letters,
            )
            found = self.connection.execute(f"select bool_and(plain) from {made[-1]}").fetchall()  # noqa: S608 - as above
            plain = plain and found[0][0] is not False
        return tuple(made), plain

    def several(self, column: str) -> Held | None:
        """The values of a column after each record's first; None where no record has more than one."""
        if f"{column}_all" not in self._names:
            return None
        if column not in self._all:
            found = self.connection.execute(
                f"select number::bigint as number, unnest({column}_all[2:]) as value from records "  # noqa: S608 - our own columns
                f"where {column}_all is not null"
            ).fetchnumpy()
            record, value = np.asarray(found["number"]), np.asarray(found["value"]).astype(np.uint64)
            order = np.argsort(record, kind="stable")
            self._all[column] = Held(record[order], value[order]) if len(record) else None
        return self._all[column]

    def all_of(self, column: str) -> Held:
        """Every value of a column of several values, the first of each record before its others."""
        if column not in self._every:
            first, more = self.first_of(column), self.several(column)
            self._every[column] = first if more is None else together(first, more)
        return self._every[column]

    def first_of(self, expression: str) -> Held:
        """One hash per record of an SQL expression that is not NULL; columns of several values are kept."""
        value = self.codes(expression) if expression in SETS else self._by_number(expression)
        record = np.flatnonzero(value)
        return Held(record, value[record].astype(np.uint64, copy=False))

    def place(self) -> Numbers:
        """The place of each record among all, sorted by name and birth date."""
        if self._place is None:
            found = self.connection.execute(
                "select number::bigint as number from records order by family, given, birth, number"
            ).fetchnumpy()["number"]
            self._place = np.empty(len(found), dtype=np.int64)
            self._place[found] = np.arange(len(found))
        return self._place


def together(one: Held, other: Held) -> Held:
    """All entries of both, by record."""
    record = np.concatenate([one.record, other.record])
    order = np.argsort(record, kind="stable")
    return Held(record[order], np.concatenate([one.value, other.value])[order])
