"""`hearthgate link`: join the records of files, offline, or run linkage on the gateway's database."""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.commands.files import CommandError, keep_apart

if TYPE_CHECKING:
    from gateway.usecases.linking.linking import LinkageRun

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_SUFFIXES = {".csv", ".parquet"}
_DEFAULT_GAP = 0.05
_HERE = "local[*]"


class Engine(StrEnum):
    """What the pairs are found and compared with."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@app.command()
def link(  # noqa: PLR0913, PLR0917 - one parameter an option
    inputs: list[Path] | None = typer.Argument(
        None, metavar="INPUT", help="CSV or Parquet; without any, the gateway's own records are linked."
    ),
    out: Path | None = typer.Option(None, help="Where the clusters go: .csv or .parquet."),
    model: Path | None = typer.Option(None, help="A stored model; without it one is fitted to the records."),
    save_model: Path | None = typer.Option(None, help="Where the model that was used goes, for later runs."),
    previous: Path | None = typer.Option(None, help="An earlier run's clusters: their ids go on; prints who merged."),
    report: Path | None = typer.Option(None, help="Where a report in JSON goes."),
    pairs: Path | None = typer.Option(
        None, help="Where every compared pair goes, with words and weights, for `hearthgate why`: .csv or .parquet."
    ),
    labels: Path | None = typer.Option(None, help="source, source_key, person_truth and groups, for the report."),
    gap: float = typer.Option(_DEFAULT_GAP, help="Groups may differ by so much in precision or recall."),
    duplicate_free: list[str] | None = typer.Option(
        None, help="A source that holds nobody under two keys; repeatable, or several with commas."
    ),
    adults: list[str] | None = typer.Option(
        None, help="A source that holds nobody under 16; repeatable, or several with commas."
    ),
    gazetteer: Path | None = typer.Option(
        None, help="uprn, address, postcode[, from, to]: for addresses without UPRN."
    ),
    rename: list[str] | None = typer.Option(
        None, metavar="THEIRS=OURS", help="What the files call a column of ours; repeatable, or several with commas."
    ),
    source: str | None = typer.Option(None, help="The source of files that have no such column."),
    encoding: str | None = typer.Option(None, help="Of files that are not UTF-8 or UTF-16: windows-1252, mostly."),
    dates: list[str] | None = typer.Option(
        None,
        metavar="[SOURCE=]ORDER",
        help="day-first or month-first, where 03/04/1990 stands; without it the rows of each file tell; repeatable.",
    ),
    engine: Engine = typer.Option(Engine.DUCKDB, help="duckdb on this machine, or spark, on many."),
    spark_master: str = typer.Option(_HERE, help="Where Spark runs: local[2], spark://host:7077, yarn."),
    work: Path | None = typer.Option(None, help="A folder that all machines of Spark see; the system's temporary one."),
    wide: bool = typer.Option(False, "--wide", help="Compare also records that share a single thing; costs time."),
) -> None:
    """Join records into persons and households.

    Columns of INPUT: source, source_key (both required), given_name, family_name, birth_date, sex, postcode, uprn,
    address, nhs_number, nino, upn, national_id, phone, email, seen_from, seen_to; others with --rename. Out: source,
    source_key, person_id, household_id, probability; a JSON summary goes to stderr. Exit 1 where rows without source or
    source_key were left out, 3 where groups differ by more than --gap.
    """
    if not inputs:
        for_files = (
            out, model, save_model, previous, report, pairs, labels, duplicate_free, adults, gazetteer, rename, source,
            encoding, dates, work,
        )  # fmt: skip
        plain = (gap, engine, spark_master, wide) == (_DEFAULT_GAP, Engine.DUCKDB, _HERE, False)
        if not plain or any(option is not None for option in for_files):
            raise CommandError("these options are for files; name INPUT files, or leave the options away")
        _link_gateway()
        return
    if out is None or out.suffix.lower() not in _SUFFIXES:
        raise CommandError("say where the clusters go: --out with a name that ends in .csv or .parquet")
    if pairs is not None and pairs.suffix.lower() not in _SUFFIXES:
        raise CommandError("say where the pairs go: --pairs with a name that ends in .csv or .parquet")
    if not 0 <= gap <= 1:
        raise CommandError("--gap is a share from 0 to 1: 0.05 lets five in a hundred pass")
    # An earlier run's clusters and a stored model may be replaced by the new ones, what is linked may not.
    keep_apart((out, save_model, report, pairs), (*inputs, labels, gazetteer))
    keep_apart((out, report, pairs), (model,))
    keep_apart((save_model, report, pairs), (previous,))
    if engine is Engine.SPARK and (wide or pairs is not None):
        option = "--wide" if wide else "--pairs"
        message = f"{option} is for DuckDB on one machine; leave it away with --engine spark"
        raise CommandError(message)
    from gateway.commands.link_files import Order, link_files  # noqa: PLC0415 - what computes loads for a second
    from gateway.commands.link_inputs import names_of  # noqa: PLC0415 - what computes loads for a second

    order = Order(
        tuple(inputs), out, model, save_model, previous, report, pairs, labels, gap, tuple(duplicate_free or ()),
        tuple(adults or ()), gazetteer,
        names_of(rename or (), source, encoding), _spark(spark_master) if engine is Engine.SPARK else None, work, wide,
        tuple(dates or ()),
    )  # fmt: skip
    outcome = link_files(order)
    for line in outcome.lines:
        typer.echo(line)
    sys.stderr.write(json.dumps(outcome.summary) + "\n")
    raise typer.Exit(outcome.exit_code)


def _spark(master: str) -> str:
    """Where Spark runs; raise `CommandError` where it is not installed, before anything is read."""
    from linkage.spark.session import missing  # noqa: PLC0415 - files alone

    if (needed := missing()) is not None:
        raise CommandError(needed)
    return master


def _link_gateway() -> None:
    from gateway.building import build_wiring, running_database  # noqa: PLC0415 - files need no database
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - files need no database
    from gateway.usecases.linking.linking import link_everything  # noqa: PLC0415 - files need no database

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
    if run.addresses:
        yield "addresses given a UPRN: " + ", ".join(f"{rule} {count}" for rule, count in run.addresses.items())
    yield "differences: " + ", ".join(f"{kind} {count}" for kind, count in run.differences.items())
    yield from (f"merged  {old} into {new}" for old, new in sorted(run.merged.items()))
    yield from (f"split   {old}: records went to {', '.join(others)}" for old, others in sorted(run.split.items()))
    if not run.merged and not run.split:
        yield "no person was merged or split"
