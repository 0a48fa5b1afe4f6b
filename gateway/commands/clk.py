"""`hearthgate clk`: encode persons under a secret and match two sides' encodings, for a partner without names."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.commands.files import CommandError, keep_apart, open_private

if TYPE_CHECKING:
    import duckdb

    from gateway.commands.link_inputs import Input
    from linkage.standardise import StandardRecord

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_REQUIRED = ("source", "source_key")
_ENCODED = ("given_name", "family_name", "birth_date", "sex", "postcode")
_CLK = "clk"
_LEAST, _MARGIN = 0.8, 0.02
_AT_A_TIME = 20_000
# With fewer of names and date of birth, what is left is a household's, and everybody of it has the same bits.
_FEWEST_TOLD = 2
_ROWS_LEFT_OUT = 1
# Sixteen random bytes hardly ever hold fewer than twelve different ones, nor do their 32 hexadecimal digits than six.
_LEAST_SECRET, _FEWEST_BYTES = 16, 5
# An encoding is compared by words of so many bytes.
_WORD = 8


@app.command()
def encode(  # noqa: PLR0913, PLR0917 - one parameter an option
    file: Path = typer.Argument(help="CSV or Parquet with the columns of `hearthgate link`."),
    secret: Path = typer.Option(help="A file with the secret, 16 bytes at least, that the two sides keep."),
    out: Path = typer.Option(help="Where the encodings go, as CSV: source, source_key, clk."),
    rename: list[str] | None = typer.Option(
        None, metavar="THEIRS=OURS", help="What the file calls a column of ours; repeatable, or several with commas."
    ),
    source: str | None = typer.Option(None, help="The source of a file that has no such column."),
    encoding: str | None = typer.Option(None, help="Of a file that is not UTF-8 or UTF-16: windows-1252, mostly."),
    dates: list[str] | None = typer.Option(
        None, metavar="[SOURCE=]ORDER", help="day-first or month-first, where 03/04/1990 stands; else the rows tell."
    ),
) -> None:
    """Encode each record's names, date of birth, sex and postcode; nothing else of it leaves with it.

    Rows of one source and key are one record. Exit 1 where rows were left out: those without source or key, and those
    with fewer than two of given name, family name and date of birth.
    """
    from gateway import clock  # noqa: PLC0415 - what computes loads for a second
    from gateway.commands.link_dates import Known  # noqa: PLC0415 - see above
    from gateway.commands.link_inputs import names_of, read_inputs, refuse_unmet  # noqa: PLC0415 - see above
    from linkage.columns import connect  # noqa: PLC0415 - see above
    from linkage.errors import LinkageError  # noqa: PLC0415 - see above
    from linkage.private.encoding import Encoder, values_of  # noqa: PLC0415 - see above

    keep_apart((out,), (file, secret))
    try:
        encoder = Encoder(_secret(secret))
    except LinkageError as refused:
        raise CommandError(str(refused)) from None
    with connect() as connection:
        known = Known(clock.utc_now().date(), dates or ())
        names = names_of(rename or (), source, encoding)
        read = read_inputs(connection, (file,), known, names)
        refuse_unmet(names, read.heads)
        told = list(read.warnings)
        if lacking := [name for name in _ENCODED if name not in read.present]:
            told.append(f"{file.name} has no column {' and no column '.join(lacking)}, and nothing of it is encoded")
        written, bare = [], []
        for place, key, record in _records(connection, read):
            values = values_of(record)
            if sum(bool(values[name]) for name in _ENCODED[:3]) < _FEWEST_TOLD:
                bare.append(place)
            else:
                written.append((*key, encoder.encode(values).hex()))
        if bare:
            told.append(
                "records with fewer than two of given name, family name and date of birth were left out, since they "
                f"would pair with anybody of their home: {read.places.named(sorted(bare))}"
            )
    _write(out, (*_REQUIRED, _CLK), written)
    for line in (*read.forms, *read.dates.lines, *(f"warning: {each}" for each in told)):
        typer.echo(line, err=True)
    typer.echo(f"{len(written)} records encoded", err=True)
    if bare or read.rows_without_key:
        raise typer.Exit(_ROWS_LEFT_OUT)


def _records(
    connection: "duckdb.DuckDBPyConnection", read: "Input"
) -> Iterator[tuple[int, tuple[str, str], "StandardRecord"]]:
    """Each record in order of its first row: that row's place, source and key, and what is compared of it."""
    import numpy as np  # noqa: PLC0415 - what computes loads for a second

    from gateway.commands.link_dates import SEEN  # noqa: PLC0415 - see above
    from linkage.engine import full_records  # noqa: PLC0415 - see above
    from linkage.sources import UNKNOWN  # noqa: PLC0415 - see above

    present = [name for name in read.present if name in {*_REQUIRED, *_ENCODED, *SEEN}]
    keys = connection.execute(
        "select number, min(row), any_value(source), any_value(source_key) from rows group by number order by min(row)"
    ).fetchall()
    for start in range(0, len(keys), _AT_A_TIME):
        part = keys[start : start + _AT_A_TIME]
        numbers = np.array(sorted(number for number, *_ in part), dtype=np.int64)
        records = dict(zip(numbers.tolist(), full_records(connection, present, numbers, UNKNOWN), strict=True))
        yield from ((row, (source, key), records[number]) for number, row, source, key in part)


@app.command()
def match(
    left: Path = typer.Argument(help="Encodings of one side, one row per person."),
    right: Path = typer.Argument(help="Encodings of the other side, under the same secret."),
    out: Path = typer.Option(help="Where the pairs go, as CSV: keys of both sides, Dice coefficient."),
    least: float = typer.Option(_LEAST, min=0.5, max=1.0, help="The least Dice coefficient of a pair."),
    margin: float = typer.Option(_MARGIN, min=0.0, max=0.5, help="How much better than the next best it must be."),
) -> None:
    """Pair the rows of two sides that are each other's most similar; the secret is not needed."""
    from linkage.errors import LinkageError  # noqa: PLC0415 - what computes loads for a second
    from linkage.private.comparing import match_encodings  # noqa: PLC0415 - see above

    keep_apart((out,), (left, right))
    sides = [_side(file) for file in (left, right)]
    bits = [[row[2] for row in side] for side in sides]
    try:
        pairs = match_encodings(*bits, least=least, margin=margin)
    except LinkageError as refused:
        raise CommandError(str(refused)) from None
    header = ("left_source", "left_key", "right_source", "right_key", "similarity")
    found = ((*sides[0][pair.left][:2], *sides[1][pair.right][:2], f"{pair.similarity:.4f}") for pair in pairs)
    _write(out, header, found)
    for file, side in zip((left, right), bits, strict=True):
        if repeated := len(side) - len(set(side)):
            typer.echo(f"warning: {file.name}: {repeated:,} rows have the bits of another; neither is paired", err=True)
    if not pairs and all(bits):
        typer.echo("warning: nothing fits; were both sides encoded under one secret and in one form?", err=True)
    typer.echo(f"{len(pairs)} pairs of {len(sides[0])} and {len(sides[1])} rows", err=True)


def _secret(file: Path) -> bytes:
    try:
        secret = file.read_bytes().strip()
    except OSError:
        raise CommandError("the secret cannot be read; check the path and your rights to read it") from None
    if len(secret) >= _LEAST_SECRET and len(set(secret)) < _FEWEST_BYTES:
        raise CommandError("the secret repeats a few letters and can be guessed; make one with openssl rand -hex 32")
    return secret


def _side(file: Path) -> list[tuple[str, str, bytes]]:
    """Source, key and encoding of each row; raise `CommandError` with the first that has none or another's length."""
    import duckdb  # noqa: PLC0415 - what computes loads for a second

    from gateway.commands.link_beside import read_beside  # noqa: PLC0415 - see above

    needed = (*_REQUIRED, _CLK)
    with duckdb.connect(":memory:") as connection:
        side = read_beside(connection, "side", file, needed)
        cells = ", ".join(side.columns[name] for name in needed)
        rows = connection.execute(f"select {cells} from side order by row").fetchall()  # noqa: S608 - our own columns
    if any(source is None or key is None for source, key, _ in rows):
        raise CommandError("a row has no source or no source_key; give each row both")
    if not rows:
        message = f"{file.name} holds no row below its first; encode the file anew"
        raise CommandError(message)
    read = [(str(source), str(key), _bits(bits)) for source, key, bits in rows]
    length = Counter(len(bits) for *_, bits in read).most_common(1)[0][0]
    wrong = next((place for place, (*_, bits) in enumerate(read) if not bits or len(bits) != length), None)
    if wrong is not None:
        message = (
            f"{file.name}: clk of {side.places.row(wrong)} is no encoding or of another length; was the file cut "
            "short? Encode it anew"
        )
        raise CommandError(message)
    return read


def _bits(text: object) -> bytes:
    """The bytes of an encoding of whole words, or none where it is no such."""
    try:
        bits = bytes.fromhex(str(text or ""))
    except ValueError:
        return b""
    return b"" if len(bits) % _WORD else bits


def _write(out: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with open_private(out) as file:
        file.write(text.getvalue())
