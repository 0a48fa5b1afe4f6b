"""`hearthgate agreements export`: a register as ODRL and DPV in JSON-LD, for other people's tools."""

from pathlib import Path

import typer

from agreements.odrl import export_odrl, read_odrl
from agreements.odrl_vocabulary import DEFAULT_BASE
from gateway import clock
from gateway.commands.files import CommandError
from gateway.usecases.register.exporting_register import differences, documents_to_export


def export(  # noqa: PLR0913, PLR0917 - one parameter an option
    folder: Path = typer.Argument(metavar="DIR", help="Register folder."),
    form: str = typer.Option("odrl", "--format", help="Only odrl."),
    out: Path | None = typer.Option(None, "--out", help="File to write; else the export goes to stdout."),
    check: bool = typer.Option(False, "--check", help="Read the export back and compare; print no export."),
    signed: Path | None = typer.Option(None, "--signed", help="Folder of signatures and events; else all are drafts."),
    overlay: Path | None = typer.Option(
        None, "--overlay", help="Folder whose documents replace those of the register."
    ),
    base: str = typer.Option(DEFAULT_BASE, "--base", help="IRI under which the register is published; ends with /."),
) -> None:
    """Write a register as ODRL 2.2 and DPV in JSON-LD. Nothing is ever enforced from it; the YAML is what is signed.

    With --check the export is read back and its documents and masks are compared. Exit 1: they differ.
    """
    if form != "odrl":
        raise CommandError("there is no such format; write --format odrl")
    if not (base.startswith("https://") and base.endswith("/")):
        raise CommandError("the base is no IRI of a folder; give one that starts with https:// and ends with /")
    documents = documents_to_export(folder, signed, clock.utc_now(), overlay)
    text = export_odrl(documents, base)
    if out is not None:
        _write(out, text)
    elif not check:
        typer.echo(text, nl=False)
    if check:
        found = differences(documents, read_odrl(text))
        for line in found:
            typer.echo(line)
        if found:
            raise typer.Exit(1)
        typer.echo(f"{len(documents.agreements)} agreements read back to the same documents and masks")


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise CommandError("the output file cannot be written; check its folder and your rights to it") from None
