"""`hearthgate watch`: look into the folders where partners put files over SFTP, now or again and again."""

import json
import threading
from dataclasses import asdict
from pathlib import Path

import typer

from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings
from gateway.drops.rules import read_drop_folders

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_FAILED = 1


@app.command()
def watch(
    folder: Path | None = typer.Argument(None, metavar="FOLDER", help="One of the watched folders; none: all of them."),
    once: bool = typer.Option(False, "--once", help="Look once and end."),
    every: float = typer.Option(10.0, min=0.5, help="Seconds from one look to the next."),
) -> None:
    """Take the files that partners put into their folders, as the file of folders says (HEARTHGATE_DROPS_FILE).

    A JSON line for each folder in which something happened. The worker does the same each minute.
    Exit 0: looked. 1: with --once, a folder could not be looked at; its line says why.
    """
    settings = read_settings()
    folders = read_drop_folders(settings.drops_file)
    if folder is not None:
        folders = [one for one in folders if one.folder == folder.absolute()]
    if not folders:
        raise CommandError("no such folder is watched; HEARTHGATE_DROPS_FILE names the file of folders")
    from gateway.building import build_wiring, running_database  # noqa: PLC0415 - only where there is something to do
    from gateway.usecases.intake.dropping import Looked, look_at_folders  # noqa: PLC0415 - only where there is something to do

    stopped = threading.Event()
    with running_database(settings) as running:
        wiring = build_wiring(settings, running)
        try:
            while True:
                looked = look_at_folders(wiring, folders)
                for one in looked:
                    if once or one != Looked(one.name):
                        typer.echo(json.dumps(asdict(one)))
                if once:
                    raise typer.Exit(_FAILED if any(one.problem for one in looked) else 0)
                stopped.wait(every)
        except KeyboardInterrupt:
            return
        finally:
            wiring.database.dispose()
