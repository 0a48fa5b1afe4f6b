"""`hearthgate agreements diff`: what a draft changes, in words or as data, before anybody signs it."""

import json
from datetime import date, datetime
from pathlib import Path

import typer

from agreements.difference_words import UNLESS_SAID, as_data, in_sentences
from agreements.periods import start_of_day
from gateway import clock
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings
from gateway.usecases.register.comparing_registers import Comparison, Folder, compare_folders


def diff(
    first: Path = typer.Argument(metavar="A", help="Register folder; alone, a draft beside the register in force."),
    second: Path | None = typer.Argument(None, metavar="[B]", help="The later register folder."),
    signed_a: Path | None = typer.Option(None, "--signed-a", help="Folder of A's signatures and events."),
    signed_b: Path | None = typer.Option(None, "--signed-b", help="Folder of B's signatures and events."),
    as_from: str | None = typer.Option(None, "--as-from", help="Day or instant from which drafts count; default now."),
    as_json: bool = typer.Option(False, "--json", help="One JSON array instead of sentences."),
) -> None:
    """Say every difference between two registers, one sentence each: who sees what more or less, when and of whom.

    Documents without signatures count as if all parties had signed: in A all along, in B from --as-from on, each
    within its own dates. Exit 0: no difference. 1: some.
    """
    before, after = _folders(first, second, signed_a, signed_b)
    now = clock.utc_now()
    found = compare_folders(before, after, now, read_instant(as_from, now))
    if as_json:
        typer.echo(json.dumps([as_data(one) for one in found.differences], indent=1, ensure_ascii=False))
    else:
        _say(found)
    if found.differences:
        raise typer.Exit(1)


def read_instant(text: str | None, now: datetime) -> datetime:
    """An instant from a day (its first moment in London) or from RFC 3339; without text, now."""
    if text is None:
        return now
    try:
        if len(text) == len("2026-04-01"):
            return start_of_day(date.fromisoformat(text))
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None:
        raise CommandError("that is no day and no instant; write 2027-04-01 or 2027-04-01T09:00:00+00:00")
    return instant


def folder_in_force() -> Folder:
    """The register of the settings."""
    settings = read_settings()
    return Folder(settings.register_dir, settings.signed_dir, settings.register_overlay_dir)


def _folders(first: Path, second: Path | None, signed_a: Path | None, signed_b: Path | None) -> tuple[Folder, Folder]:
    if second is not None:
        return Folder(first, signed_a), Folder(second, signed_b)
    if signed_b is not None:
        raise CommandError("--signed-b is for a second folder; name it, or give the draft's signatures as --signed-a")
    return folder_in_force(), Folder(first, signed_a)


def _say(found: Comparison) -> None:
    if not found.differences:
        typer.echo("no difference")
        return
    typer.echo(UNLESS_SAID)
    for sentence in in_sentences(found.differences, found.names):
        typer.echo(sentence)
