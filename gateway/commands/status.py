"""`hearthgate audit status`: how large the log is, how far it is witnessed, and what is wrong with its witnesses."""

import json
from dataclasses import asdict
from datetime import datetime

import typer

from gateway.commands.settings import read_settings

_ALARM = 1


def status(
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of lines."),
) -> None:
    """Show how the log stands.

    Exit status 1 when a witness shows that the log was rolled back or forked, and when nothing is signed or cosigned
    until somebody acts.
    """
    from gateway.jobs.asking_witness import ALARMS  # noqa: PLC0415 - help needs no database
    from gateway.operator_parts import operator_parts  # noqa: PLC0415 - the same
    from gateway.usecases.log.log_status import log_status, what_halts  # noqa: PLC0415 - the same

    with operator_parts(read_settings()) as parts:
        found, halts = log_status(parts), what_halts(parts)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "halts": halts}, default=lambda value: value.isoformat()))
    else:
        signed = "never" if found.signed_at is None else _instant(found.signed_at)
        typer.echo(f"entries in the tree     {found.size}, newest checkpoint {signed}")
        typer.echo(f"waiting for the tree    {found.waiting}, the oldest for {found.lag_seconds:.1f} s")
        typer.echo(f"witnessed               {found.witnessed_size}{_since(found.unwitnessed_since)}")
        typer.echo(
            f"could be rewritten      {found.exposed_seconds:.1f} s of entries, by whoever holds key and machine"
        )
        for one in found.witnesses:
            last = "nothing yet" if one.cosigned_at is None else f"{one.size} entries, {_instant(one.cosigned_at)}"
            wrong = "" if one.problem is None else f"; {one.problem}{_since(one.problem_since, ' since ')}"
            typer.echo(f"witness {one.name}: {last}{wrong}")
        if not found.has_witnesses:
            typer.echo("no witnesses: HEARTHGATE_WITNESS_POLICY is not set")
        for sentence in halts:
            typer.echo(sentence)
    if halts or ALARMS & set(found.problems):
        raise typer.Exit(_ALARM)


def _since(at: datetime | None, words: str = ", unwitnessed since ") -> str:
    return "" if at is None else f"{words}{_instant(at)}"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S %Z}"
