"""`hearthgate clk`: encode persons under a secret and match two sides' encodings, for a partner without names."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.commands.files import CommandError, keep_apart, open_private

if TYPE_CHECKING:
    from linkage.record import LinkRecord

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_REQUIRED = ("source", "source_key")
_ENCODED = ("given_name", "family_name", "birth_date", "sex", "postcode")
_CLK = "clk"
_LEAST, _MARGIN = 0.8, 0.02


@app.command()
def encode(
    file: Path = typer.Argument(help="CSV or Parquet with the columns of `hearthgate link`."),
    secret: Path = typer.Option(help="A file with the secret, 16 bytes at least, that the two sides keep."),
    out: Path = typer.Option(help="Where the encodings go, as CSV: source, source_key, clk."),
) -> None:
    """Encode each row's names, date of birth, sex and postcode; nothing else of a row leaves with it."""
    from linkage.errors import LinkageError  # noqa: PLC0415 - what computes loads for a second
    from linkage.private.encoding import Encoder, values_of  # noqa: PLC0415 - see above
    from linkage.standardise import standardise  # noqa: PLC0415 - see above

    keep_apart((out,), (file, secret))
    try:
        encoder = Encoder(_secret(secret))
    except LinkageError as refused:
        raise CommandError(str(refused)) from None
    rows = _rows(file, _REQUIRED, _ENCODED)
    written = [
        (source, key, encoder.encode(values_of(standardise(_record(rest)))).hex()) for source, key, *rest in rows
    ]
    _write(out, (*_REQUIRED, _CLK), written)
    typer.echo(f"{len(written)} rows encoded", err=True)


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
    sides = [_rows(file, (*_REQUIRED, _CLK), ()) for file in (left, right)]
    try:
        bits = [[bytes.fromhex(row[2] or "") for row in side] for side in sides]
        pairs = match_encodings(*bits, least=least, margin=margin)
    except ValueError:
        raise CommandError("column clk holds something else than hexadecimal digits; encode the file anew") from None
    except LinkageError as refused:
        raise CommandError(str(refused)) from None
    header = ("left_source", "left_key", "right_source", "right_key", "similarity")
    found = ((*sides[0][pair.left][:2], *sides[1][pair.right][:2], f"{pair.similarity:.4f}") for pair in pairs)
    _write(out, header, found)
    typer.echo(f"{len(pairs)} pairs of {len(sides[0])} and {len(sides[1])} rows", err=True)


def _secret(file: Path) -> bytes:
    try:
        return file.read_bytes().strip()
    except OSError:
        raise CommandError("the secret cannot be read; check the path and your rights to read it") from None


def _rows(file: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    """The named columns of a CSV or Parquet file as text; None for what is empty or not there."""
    import duckdb  # noqa: PLC0415 - what computes loads for a second

    try:
        if file.suffix.lower() == ".parquet":
            table = duckdb.read_parquet(str(file))
        else:
            table = duckdb.read_csv(str(file), all_varchar=True, header=True)
        lacking = [name for name in required if name not in table.columns]
        if lacking:
            msg = f"the file has no column {', '.join(lacking)}; name its columns as `hearthgate link` does"
            raise CommandError(msg)
        taken = [
            f"nullif(trim({name}::varchar), '')" if name in table.columns else "null" for name in (*required, *optional)
        ]
        rows = table.project(", ".join(taken)).fetchall()
    except duckdb.Error:
        raise CommandError("the file cannot be read as CSV or Parquet; check its path and what is in it") from None
    if any(row[0] is None or row[1] is None for row in rows):
        raise CommandError("a row has no source or no source_key; give each row both")
    return rows


def _record(values: list[str | None]) -> "LinkRecord":
    from linkage.record import LinkRecord  # noqa: PLC0415 - see above

    given, family, birth, sex, postcode = values
    return LinkRecord(
        "row",
        "row",
        given_names=(given,) if given else (),
        family_names=(family,) if family else (),
        birth_date=birth,
        sex=sex,
        postcodes=(postcode,) if postcode else (),
    )


def _write(out: Path, header: tuple[str, ...], rows: Iterable[tuple[str | None, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with open_private(out) as file:
        file.write(text.getvalue())
