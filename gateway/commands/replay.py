"""`hearthgate agreements replay`: what a draft would have changed for those who read in the past."""

import json
from pathlib import Path

import typer

from audit.entry import EventClass
from gateway import clock
from gateway.commands.difference import folder_in_force, read_instant
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings
from gateway.usecases.register.comparing_registers import Folder


def replay(
    folder: Path = typer.Argument(metavar="DIR", help="Register folder with the draft."),
    signed: Path | None = typer.Option(None, "--signed", help="Folder of its signatures and events; else a draft."),
    as_agreed_then: bool = typer.Option(False, "--as-agreed-then", help="Judge each access at its own instant."),
    as_if_now: bool = typer.Option(False, "--as-if-now", help="Judge all at one instant (the default)."),
    at: str | None = typer.Option(None, "--at", help="That instant or day, if not now."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of sentences."),
) -> None:
    """Judge past accesses of the audit log by a draft: who would have seen more or less, by reader and by item.

    Examples are ids of entries, never names. Reading the log for this is an entry in it. Documents without signatures
    count as if in force within their own dates. Exit 0: done.
    """
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - offline work needs no database
    from gateway.usecases.register.replaying import drafted, replay_data, replay_lines, replay_log  # noqa: PLC0415 - the same

    if as_agreed_then and (as_if_now or at is not None):
        raise CommandError("--as-agreed-then judges each access at its own instant; leave --as-if-now and --at out")
    now = clock.utc_now()
    draft = drafted(Folder(folder, signed), folder_in_force(), now)
    instant = None if as_agreed_then else read_instant(at, now)
    with operator_parts(read_settings()) as parts:
        detail = {"draft": draft.register.version}
        read = operator_entry(parts, EventClass.VERIFICATION, purpose="log_oversight", detail=detail)
        found = replay_log(parts, read, draft.register, instant)
    if as_json:
        typer.echo(json.dumps(replay_data(found), indent=1, ensure_ascii=False))
        return
    for line in replay_lines(found, draft.names):
        typer.echo(line)
