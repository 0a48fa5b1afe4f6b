"""`hearthgate erase`: apply past erasures again after a restore. Officers ask for one and decide on it over the API."""

from functools import partial
from pathlib import Path

import typer

from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_HELD = 1


@app.command()
def erase(
    reapply: bool = typer.Option(False, "--reapply", help="Erase again whom a restored backup has brought back."),
    lists: list[Path] = typer.Option(
        [], "--list", metavar="FILE", help="A copy of the list of erased keys, beside the data folder's own."
    ),
) -> None:
    """Apply past erasures again, after a restore from a backup. Each person who goes again is an entry in the log.

    An erasure itself is asked for by one officer and decided by another, at /v1/erasures. Exit status 1 where a legal
    hold kept somebody back.
    """
    if not reapply:
        raise CommandError("say --reapply; an erasure itself is asked for and decided by two officers, at /v1/erasures")
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - loads the store
    from gateway.usecases.subjects.erasing import GROUNDS, PURPOSE  # noqa: PLC0415 - the same
    from gateway.usecases.subjects.erasures_reapplied import GROUND, reapply_erasures  # noqa: PLC0415 - the same

    if any(not path.is_file() for path in lists):
        raise CommandError("a list of erased keys cannot be read; check the paths")
    with operator_parts(read_settings()) as parts:
        named = partial(operator_entry, parts, purpose=PURPOSE, legal_basis=GROUNDS[GROUND])
        done = reapply_erasures(parts, lists, named)
    typer.echo(
        f"{done.keys} erased keys looked for: {done.persons} persons erased again, {done.records} records and what"
        f" {done.entries} entries said of them"
    )
    if done.held:
        typer.echo(f"{done.held} not erased: a legal hold stands on them")
        raise typer.Exit(_HELD)
