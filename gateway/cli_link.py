"""`hearthgate link`: join the records of files, offline, or run linkage on the gateway's database."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.cli_files import CommandError, open_private

if TYPE_CHECKING:
    from gateway.usecases.linking import LinkageRun

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_PARQUET = ".parquet"
_SOME_ROWS_BAD = 1


@app.command()
def link(
    inputs: list[Path] | None = typer.Argument(
        None, metavar="INPUT", help="CSV or Parquet; without any, the gateway's own records are linked."
    ),
    out: Path | None = typer.Option(None, help="Where the clusters go: .csv or .parquet."),
) -> None:
    """Join records into persons and households.

    Columns of INPUT: source, source_key (both required), given_name, family_name, birth_date, sex, postcode, uprn,
    address, nhs_number, nino, upn, phone, email. Out: source, source_key, person_id, household_id, probability;
    a JSON summary goes to stderr. Exit 1 where rows without source or source_key were left out.
    """
    if not inputs:
        if out is not None:
            raise CommandError("--out is for files; name INPUT files, or leave --out away")
        _link_gateway()
        return
    if out is None or out.suffix.lower() not in {".csv", _PARQUET}:
        raise CommandError("say where the clusters go: --out with a name that ends in .csv or .parquet")
    _link_files(inputs, out)


def _link_files(inputs: list[Path], out: Path) -> None:
    from gateway.usecases.linking_files import LinkedRecord, link_rows  # noqa: PLC0415 - Splink loads for seconds

    linked = link_rows(row for path in inputs for row in _rows(path))
    head = [field.name for field in fields(LinkedRecord)]
    if out.suffix.lower() == _PARQUET:
        _write_parquet(out, head, [astuple(record) for record in linked.records])
    else:
        with open_private(out) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(astuple(record) for record in linked.records)
    counts = {name: value for name, value in asdict(linked).items() if name != "records"}
    sys.stderr.write(json.dumps({"records": len(linked.records), **counts}) + "\n")
    raise typer.Exit(_SOME_ROWS_BAD if linked.rows_without_key else 0)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    if not path.is_file():
        raise CommandError("an input is no file; check the paths")
    if path.suffix.lower() == _PARQUET:
        yield from _parquet_rows(path)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restval="")
            reader.fieldnames = _checked(reader.fieldnames or ())
            for row in reader:
                yield {name: cell or "" for name, cell in row.items() if isinstance(name, str)}
    except UnicodeDecodeError:
        raise CommandError("an input is not UTF-8; save it as UTF-8 CSV or as Parquet") from None
    except csv.Error:
        raise CommandError("an input cannot be read as CSV; check its quotation marks") from None


def _parquet_rows(path: Path) -> Iterator[Mapping[str, str]]:
    import duckdb  # noqa: PLC0415 - only where there is Parquet

    try:
        with duckdb.connect() as connection:
            found = connection.execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [[_literal(path)]])
            names = _checked([column[0] for column in found.description])
            while rows := found.fetchmany(10_000):
                for row in rows:
                    yield dict(zip(names, ("" if cell is None else cell for cell in row), strict=True))
    except duckdb.Error:
        raise CommandError("an input cannot be read as Parquet; write it again") from None


def _literal(path: Path) -> str:
    """The path as a pattern that matches itself alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _checked(names: Sequence[str]) -> list[str]:
    folded = [name.strip().casefold() for name in names]
    missing = [name for name in ("source", "source_key") if name not in folded]
    if missing:
        message = f"an input has no column {' and no column '.join(missing)}; add it to the first row"
        raise CommandError(message)
    return folded


def _write_parquet(out: Path, head: list[str], rows: list[tuple[object, ...]]) -> None:
    import duckdb  # noqa: PLC0415 - only where there is Parquet
    import pandas as pd  # noqa: PLC0415 - only where there is Parquet

    frame = pd.DataFrame(rows, columns=head)
    # Text stays text in a file without rows, too.
    frame = frame.astype(dict.fromkeys(head[:-1], "string") | {head[-1]: "float64"})
    open_private(out).close()
    try:
        with duckdb.connect() as connection:
            connection.from_df(frame).write_parquet(str(out))
    except duckdb.Error:
        raise CommandError("the output file cannot be written as Parquet; check its folder") from None
    out.chmod(0o600)


def _link_gateway() -> None:
    from gateway.building import build_wiring, running_database  # noqa: PLC0415 - files need no database
    from gateway.cli_settings import read_settings  # noqa: PLC0415 - files need no database
    from gateway.usecases.linking import link_everything  # noqa: PLC0415 - files need no database

    settings = read_settings()
    with running_database(settings) as running:
        wiring = build_wiring(settings, running)
        try:
            run = link_everything(wiring)
        finally:
            wiring.database.dispose()
    for line in lineage(run):
        typer.echo(line)


def lineage(run: "LinkageRun") -> Iterator[str]:
    """What a run did: its counts, and every person that was merged or split, by opaque id."""
    yield (
        f"run {run.run_id}: {run.records} records, {run.persons} persons ({run.new_persons} new), "
        f"{run.households} households, {run.links_changed} links changed, {run.held_for_review} pairs for a steward"
    )
    yield "differences: " + ", ".join(f"{kind} {count}" for kind, count in run.differences.items())
    yield from (f"merged  {old} into {new}" for old, new in sorted(run.merged.items()))
    yield from (f"split   {old}: records went to {', '.join(others)}" for old, others in sorted(run.split.items()))
    if not run.merged and not run.split:
        yield "no person was merged or split"
