"""`hearthgate staff`: load an agency's staff list, so that review knows hours, teams and ties of staff's own lives."""

from typing import Any

import typer

from audit.entry import Entry, EventClass
from gateway.commands.files import CommandError, read_input
from gateway.commands.settings import read_settings

app = typer.Typer(
    help="Load an agency's staff list.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
_MOST_SHOWN = 20


@app.callback()
def _group() -> None:
    """One command for now; the group keeps its name in front."""


@app.command()
def load(
    file: str = typer.Argument(metavar="FILE", help="CSV in UTF-8 of one agency's staff; - reads stdin."),
) -> None:
    """Replace an agency's staff list. Names, birth dates, addresses and numbers are kept as keyed tokens alone.

    Columns: worker_ref, agency, role, team; and, as far as there are any, line_manager, hours, leave, surname,
    birth_date, postcode, uprn, phone. All rows or none. Loading is an entry.
    """
    content = read_input(file)
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - `--help` needs no database
    from gateway.usecases.people.loading_staff import PURPOSE, load_staff  # noqa: PLC0415 - the same

    with operator_parts(read_settings()) as parts:

        def entry_of(detail: dict[str, Any]) -> Entry:
            return operator_entry(parts, EventClass.CONFIGURATION, purpose=PURPOSE, detail=detail)

        done = load_staff(parts, content, entry_of)
    for problem in done.problems[:_MOST_SHOWN]:
        where = f"row {problem.row}" if problem.row else "the file"
        typer.echo(f"{where}{', ' + problem.column if problem.column else ''}: {problem.message}", err=True)
    if len(done.problems) > _MOST_SHOWN:
        typer.echo(f"and {len(done.problems) - _MOST_SHOWN} more", err=True)
    if done.problems:
        raise CommandError("nothing was loaded; correct the rows and load the file again")
    typer.echo(f"{done.agency}: {done.loaded} members of staff loaded, {done.forgotten} forgotten")
