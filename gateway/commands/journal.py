"""`hearthgate audit journal`: take in the paper journal of an emergency, once the log can be written again."""

import sys
from pathlib import Path

import typer

from audit.entry import EventClass
from gateway import clock
from gateway.commands.files import read_input
from gateway.commands.settings import read_settings

_WRONG = 1


def journal(
    file: Path = typer.Argument(metavar="FILE", help="The journal, typed: CSV in UTF-8."),
    journal_id: str = typer.Option(..., "--journal", metavar="ID", help="The number on the cover of the journal."),
    typed_by: str = typer.Option(..., metavar="STAFF", help="Staff number of who typed it."),
    checked_by: str = typer.Option(..., metavar="STAFF", help="Staff number of who checked it against the paper."),
) -> None:
    """Take a paper journal into the log: each line an override, sealed, for an officer to look at.

    All rows are right or none is taken. The same file again changes nothing. Exit 0: taken. 1: rows to mend.
    """
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - offline work needs no database
    from gateway.usecases.log.journal import JournalError, read_journal, take_in_journal  # noqa: PLC0415 - the same

    try:
        lines = read_journal(read_input(str(file)), clock.utc_now())
        with operator_parts(read_settings()) as parts:
            closing = operator_entry(parts, EventClass.VERIFICATION, purpose="log_oversight")
            done = take_in_journal(parts, journal_id, lines, closing, typed_by=typed_by, checked_by=checked_by)
    except JournalError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        sys.stderr.write("Nothing was taken. Mend these and run the same command again.\n")
        raise typer.Exit(_WRONG) from None
    typer.echo(f"{done.new} lines taken into the log, {done.known} were there before.")
