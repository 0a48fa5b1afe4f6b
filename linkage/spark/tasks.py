"""What one task does: the functions of one machine, on the part of the records that it was handed as Arrow tables.

Spark has no unsigned numbers, so hashes lose their lowest bit on the way out of DuckDB; they only ever agree or not.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage.candidates import loose_keys, pairs_of, strict_keys
from linkage.columns import connect
from linkage.compare import ComparedPairs, compare_codes, patterns_of
from linkage.components import find_persons
from linkage.engine import facts_of, full_records
from linkage.file_columns import standard_table
from linkage.file_rows import COLUMNS
from linkage.fit import SHARED
from linkage.model import LinkModel
from linkage.record_columns import Columns, Held, Numbers
from linkage.sources import Sources

SEEN = ("seen_from", "seen_to")
"""When a row's subject was seen at its address; not compared."""
PLACES = ("uprn_code", "key_code", "unread")
"""A row's UPRN and address key, as codes, and which of its cells could not be read."""
OF_THE_WHOLE = ("given_rarity", "family_rarity")
"""Columns of `records` that no part can tell: how rare a name is among all."""
_MEMORY, _ROWS_AT_ONCE = "1GB", 50_000
_TYPES = {
    "INTEGER": "int", "TINYINT": "tinyint", "SMALLINT": "smallint", "BIGINT": "bigint", "UBIGINT": "bigint",
    "UBIGINT[]": "array<bigint>", "VARCHAR": "string", "BOOLEAN": "boolean",
}  # fmt: skip
Task = Callable[[Any], Any]
"""Arrow tables in, an Arrow table out."""
BatchTask = Callable[[Iterator[Any]], Iterator[Any]]
"""Arrow record batches in and out."""


def told(present: Sequence[str]) -> tuple[str, ...]:
    """The columns of the files' rows that go with each record."""
    return (*COLUMNS[:2], *(name for name in (*COLUMNS[2:], *SEEN) if name in present))


def standard_columns(present: Sequence[str]) -> dict[str, str]:
    """The columns of a standardised record and their types in Spark: of an empty file with these columns."""
    with connect(1, _MEMORY) as connection:
        cells = ", ".join(f"null::varchar as {name}" for name in told(present))
        connection.execute(f"create table rows as select 0 as number, 0::bigint as row, {cells} limit 0")
        standard_table(connection, present, whole=True)
        described = connection.execute("describe records").fetchall()
    rows = ", ".join((*(f"{name}: string" for name in told(present)), *(f"{name}: bigint" for name in PLACES)))
    columns = {str(name): _TYPES[kind] for name, kind, *_ in described if name not in OF_THE_WHOLE}
    return columns | {"told": f"array<struct<row: bigint, {rows}>>"}


def standardise_part(present: Sequence[str]) -> Task:
    """From rows of some records to those records, as `linkage.columns` has them, and what their rows tell."""

    def work(rows: Any) -> Any:
        with connect(1, _MEMORY) as connection:
            connection.register("sent", rows)
            first = int(connection.execute("select min(number) from sent").fetchall()[0][0])
            cells = ", ".join(("row", *told(present)))
            connection.execute(f"create table rows as select (number - {first})::integer as number, {cells} from sent")  # noqa: S608 - our own columns
            standard_table(connection, present, whole=True)
            columns = [
                _signed(str(name), kind)
                for name, kind, *_ in connection.execute("describe records").fetchall()
                if name not in {"number", *OF_THE_WHOLE}
            ]
            struct = ", ".join(f"'{name}': {name}" for name in ("row", *told(present), *PLACES))
            return connection.execute(
                f"select (number + {first})::integer as number, {', '.join(columns)}, told from records "  # noqa: S608 - our own columns
                f"join (select number, list({{{struct}}} order by row) as told from rows "
                "join row_places using (row, number) group by number) using (number) order by number"
            ).to_arrow_table()

    return work


def _signed(name: str, kind: str) -> str:
    if kind == "UBIGINT":
        return f"({name} >> 1)::bigint as {name}"
    return f"list_transform({name}, part -> (part >> 1)::bigint) as {name}" if kind == "UBIGINT[]" else name


def key_kinds(present: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the kinds of keys, in the order in which `keys_part` numbers them: those always used, the loose."""
    with connect(1, _MEMORY) as connection:
        cells = ", ".join(f"null::varchar as {name}" for name in told(present))
        connection.execute(f"create table rows as select 0 as number, 0::bigint as row, {cells} limit 0")
        standard_table(connection, present, whole=True)
        columns = Columns(connection)
        return tuple(name for name, _ in strict_keys(columns)), tuple(name for name, _ in loose_keys(columns))


def keys_part(*, fitting: bool) -> BatchTask:
    """`kind` by number, `value`, `number` and `place` of the keys of records; after the loose those of `fit.SHARED`."""

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        for sent in _gathered(batches):
            with connect(1, _MEMORY) as connection:
                number, place = _numbered(connection, sent)
                columns = Columns(connection)
                shared = ((name, columns.all_of(name)) for name in SHARED) if fitting else ()
                for kind, (_, held) in enumerate(chain(strict_keys(columns), loose_keys(columns), shared)):
                    yield pa.RecordBatch.from_arrays(
                        [
                            pa.array(np.full(len(held.record), kind, dtype=np.int32)),
                            pa.array(held.value.view(np.int64)),
                            pa.array(number[held.record].astype(np.int32)),
                            pa.array(place[held.record]),
                        ],
                        ["kind", "value", "number", "place"],
                    )

    return work


def _gathered(batches: Iterator[Any]) -> Iterator[Any]:
    """Several batches as one table, so that what a statement costs at all is spread over more rows."""
    held: list[Any] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= _ROWS_AT_ONCE:
            yield pa.Table.from_batches(held)
            held, rows = [], 0
    if rows:
        yield pa.Table.from_batches(held)


def _numbered(connection: duckdb.DuckDBPyConnection, sent: Any) -> tuple[Numbers, Numbers]:
    """Make `records` of a part, numbered from 0; what the numbers and places among all are."""
    connection.register("sent", sent)
    connection.execute(
        "create table records as select (row_number() over (order by number) - 1)::integer as number, "
        "number as of_all, * exclude (number) from sent order by number"
    )
    connection.unregister("sent")
    found = connection.execute("select of_all, place from records order by number").fetchnumpy()
    return np.asarray(found["of_all"], dtype=np.int64), np.asarray(found["place"], dtype=np.int64)


def blocks_part(keys: Any) -> Any:
    """From some values with all their holders to the pairs they give: `kind`, `left`, `right`, repeats left in."""
    kinds, value, number, place = (
        keys.column(name).to_numpy(zero_copy_only=False) for name in ("kind", "value", "number", "place")
    )
    out: list[tuple[NDArray[Any], Numbers, Numbers]] = []
    for kind in np.unique(kinds).tolist():
        of_kind = kinds == kind
        numbers, at, record = np.unique(number[of_kind], return_index=True, return_inverse=True)
        order = np.argsort(record, kind="stable")
        held = Held(record[order].astype(np.int64), value[of_kind][order].view(np.uint64))
        packed, _ = pairs_of(str(kind), held, place[of_kind][at])
        left, right = numbers[packed >> np.uint64(32)], numbers[packed & np.uint64(0xFFFFFFFF)]
        out.append((np.full(len(packed), kind, dtype=np.int32), left, right))
    return pa.table(
        {name: np.concatenate([each[place] for each in out]) for place, name in enumerate(("kind", "left", "right"))}
    )


def compare_part(names: Sequence[str]) -> BatchTask:
    """From pairs with both sides (`left`, `right`, and each of `names` with _l and _r) to the `code` of each."""

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        for sent in _gathered(batches):
            left, right = (sent.column(name).to_numpy().astype(np.int64) for name in ("left", "right"))
            # One row a record: of its many occurrences on either side the first.
            number, first = np.unique(np.r_[left, right], return_index=True)
            sides = [sent.select([f"{name}{side}" for name in names]).rename_columns(names) for side in ("_l", "_r")]
            held = pa.concat_tables(sides).take(first)
            held = held.append_column("number", pa.array(np.arange(len(number), dtype=np.int32)))
            with connect(1, _MEMORY) as connection:
                connection.register("sent", held)
                connection.execute("create table records as select * from sent")
                connection.unregister("sent")
                one, other = (np.searchsorted(number, side) for side in (left, right))
                codes = compare_codes(Columns(connection), one, other)
            arrays = [pa.array(left.astype(np.int32)), pa.array(right.astype(np.int32)), pa.array(codes)]
            yield pa.RecordBatch.from_arrays(arrays, ["left", "right", "code"])

    return work


def settle_part(present: Sequence[str], sources: Sources, model: LinkModel) -> Callable[[Any, Any], Any]:
    """From the records of some whole components and the pairs inside them to persons.

    Out: `number`, `person`, `chance`, `verified`, and `conflicted`: on one row of the part the count of components that
    were taken apart or looked at, 0 on the others.
    """
    fields = ("row", *told(present))

    def work(records: Any, pairs: Any) -> Any:
        with connect(1, _MEMORY) as connection:
            number, _ = _numbered(connection, records)
            cells = ", ".join(f"one.{name} as {name}" for name in fields)
            connection.execute(
                f"create table rows as select number, {cells} from (select number, unnest(told) as one from records)"  # noqa: S608 - our own columns
            )
            persons = find_persons(
                *_local_pairs(pairs, number),
                facts_of(Columns(connection), sources),
                model,
                lambda wanted: full_records(connection, present, wanted, sources),
            )
        return pa.table(
            {
                "number": number.astype(np.int32),
                "person": number[persons.person].astype(np.int32),
                "chance": persons.chance,
                "verified": persons.verified,
                "conflicted": np.r_[persons.conflicted, np.zeros(len(number) - 1, dtype=np.int64)].astype(np.int32),
            }
        )

    return work


def _local_pairs(pairs: Any, number: Numbers) -> tuple[ComparedPairs, NDArray[np.float64]]:
    left, right, code, odds = (pairs.column(name).to_numpy() for name in ("left", "right", "code", "odds"))
    order = np.lexsort((right, left))
    codes, pattern = np.unique(code[order], return_inverse=True)
    patterns, rarity, conclusive = patterns_of(codes.astype(np.int64))
    one, other = (np.searchsorted(number, side[order]).astype(np.int32) for side in (left, right))
    return ComparedPairs(one, other, pattern.astype(np.int32), patterns, rarity, conclusive), odds[order]
