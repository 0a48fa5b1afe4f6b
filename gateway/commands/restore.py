"""`hearthgate audit declare-restore`: say that the log was taken back to a backup, and what it lost."""

from pathlib import Path

import typer

from audit.entry import EventClass
from audit.errors import AuditError
from audit.restore import RestoreReason
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings


def declare_restore(
    reason: RestoreReason = typer.Option(..., help="Why the backup had to be taken."),
    newest: Path | None = typer.Option(
        None,
        metavar="FILE",
        help="The newest checkpoint that anybody still has; default: that of the data folder and of the witnesses.",
    ),
    note: Path = typer.Option(
        Path("restore.note"), metavar="FILE", help="Where to write the declaration, for the witnesses to cosign."
    ),
) -> None:
    """Declare that the log was restored from a backup and lost its newest entries.

    Until then the sequencer signs nothing. Every witness of the policy is asked for its newest checkpoint, and the
    largest counts; give that of one who does not answer with --newest. Then send the written file to each, whose
    operator runs `hearthgate witness accept-restore`, and publish it: with their cosignatures it excuses checkpoints
    inside the gap (`python -m audit.verify --restore FILE`), and nothing else does.
    """
    from gateway.jobs.recalling import recall_newest  # noqa: PLC0415 - offline work needs no database
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - the same
    from gateway.usecases.log.restoring import declare_restore as run  # noqa: PLC0415 - the same

    if note.exists():
        raise CommandError("the file for the declaration is there already; name another with --note")
    try:
        known = None if newest is None else newest.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandError("the newest checkpoint cannot be read; check the path") from None
    with operator_parts(read_settings()) as parts:
        recall_newest(parts)
        gap = operator_entry(parts, EventClass.CONFIGURATION)
        try:
            done = run(parts, gap, known, reason)
        except AuditError as error:
            raise CommandError(str(error)) from None
    note.write_text(done.note, encoding="utf-8", newline="")
    for sentence in done.sentences():
        typer.echo(sentence)
    typer.echo(f"The declaration is in {note}. Witnesses accept it with: hearthgate witness accept-restore DIR {note}")
