"""`hearthgate agreements schema` and `hearthgate agreements warnings`: the form of documents, and what is due."""

from datetime import datetime
from pathlib import Path

import typer

from agreements.deadlines import warnings
from agreements.drafts import as_if_in_force
from agreements.loader import load_register, read_register_files
from agreements.periods import LONDON
from agreements.schemas import KINDS, schema_text
from gateway import clock
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings


def schema(
    kind: str | None = typer.Argument(None, metavar="KIND", help=f"One of: {', '.join(KINDS)}. Without: list them."),
    write: Path | None = typer.Option(None, "--write", help="Write every schema into this folder instead."),
) -> None:
    """Print the JSON Schema (2020-12) of a kind of document."""
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for name in KINDS:
            (write / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")
        typer.echo(f"{len(KINDS)} schemas written")
    elif kind is None:
        typer.echo("\n".join(KINDS))
    elif kind in KINDS:
        typer.echo(schema_text(kind), nl=False)
    else:
        message = f"there is no such kind of document; use one of: {', '.join(KINDS)}"
        raise CommandError(message)


def show_warnings(
    folder: Path | None = typer.Argument(None, metavar="DIR", help="Register folder; else as the settings say."),
    signed: Path | None = typer.Option(None, "--signed", help="Folder of signatures and events; else as settings say."),
    overlay: Path | None = typer.Option(None, "--overlay", help="Folder whose documents replace the register's."),
    on: datetime | None = typer.Option(None, "--on", formats=["%Y-%m-%d"], help="As at noon of a day; else now."),
) -> None:
    """Say what is about to stop an agreement: its end, its review, its assessment, its law.

    Each warning is one line: file:line: clause: what is due; what to do. They begin 90, 30 and 7 days before. A folder
    given without --signed is judged as if all parties had signed.
    """
    if folder is None:
        settings = read_settings()
        overlay = overlay or settings.register_overlay_dir
        folder, signed = settings.register_dir, signed or settings.signed_dir
    now = clock.utc_now() if on is None else on.replace(hour=12, tzinfo=LONDON)
    documents = load_register(folder, signed, now, overlay)
    due = warnings(documents if signed else as_if_in_force(documents, now, None), now)
    files = {
        f"{file.content['id']}@{file.content['version']}": file
        for name, file in read_register_files(folder, overlay).items()
        if name.startswith("agreements/")
    }
    for warning in due:
        one = warning.deadline
        typer.echo(str(files[one.document].error(one.path, warning.problem, warning.remedy)))
    if not due:
        typer.echo("nothing is due")
