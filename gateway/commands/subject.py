"""`hearthgate audit subject-report`: write "who looked at my data" into a folder that anybody can check."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import typer

from audit.entry import Entry, EventClass
from audit.errors import AuditError
from audit.keys import VerifierKey
from audit.map_receipt import RECEIPTS_FOLDER
from audit.subject_words import Capacity
from gateway.commands.check_command import check_command
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings

_POST = re.compile(r"[^\x00-\x1f\x7f-\x9f]{3,100}")
_WORKER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")


def subject_report(  # noqa: PLR0913, PLR0917 - as the command line gives it
    handle: str = typer.Argument(metavar="HANDLE", help="Id of a person, or of a family named for them."),
    folder: Path = typer.Option(..., "--to", metavar="DIR", help="A new or empty folder for the report."),
    officer: str = typer.Option(..., metavar="WORKER", help="The officer who makes it, by worker reference."),
    capacity: Capacity = typer.Option(
        Capacity.SELF, help="Who has asked: the person, a parent of theirs, or somebody for them."
    ),
    decided_by: str | None = typer.Option(
        None, metavar="POST", help="Who decided that a parent or a representative may have it: a post, not a name."
    ),
    decided_on: datetime | None = typer.Option(
        None, formats=["%Y-%m-%d"], metavar="DAY", help="The day on which they decided."
    ),
    sealed: str | None = typer.Option(
        None, metavar="RELEASE", help="What is otherwise held back, under a release that two officers have decided."
    ),
) -> None:
    """Write who looked at one person's data: in words, with the proof that no line is left out. It is an entry.

    report.txt and report.html are for the person, report.json proves them, report.note seals it with the log's key;
    map-receipts holds what is the same for everybody. Check the folder with: hearthgate audit verify DIR
    """
    from gateway.usecases.subjects.subject_report import AskedReport  # noqa: PLC0415 - offline work needs no database

    asked = AskedReport(
        _id(handle, "HANDLE"), capacity, decided_by, _day(decided_on), _id(sealed, "--sealed") if sealed else None
    )
    if not _WORKER.fullmatch(officer):
        raise CommandError("--officer is the officer's worker reference, such as W601")
    if decided_by is not None and not _POST.fullmatch(decided_by):
        raise CommandError("--decided-by is a post of 3 to 100 letters on one line, such as Data protection officer")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError("the folder is not empty; name a new one")
    files, keys = _made(asked, officer)
    _write(folder, files)
    typer.echo(f"written; check it with: {check_command(folder, keys)}")


def _made(asked: Any, officer: str) -> tuple[Mapping[str, bytes], Sequence[VerifierKey]]:
    """The files, by their place in the folder, and the log's keys. Their entry is committed when this returns."""
    from gateway.building import load_signed_register, log_signer  # noqa: PLC0415 - offline work needs no database
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - the same
    from gateway.usecases.subjects.subject_report import make_report  # noqa: PLC0415 - the same

    settings = read_settings()
    register = load_signed_register(settings)
    with operator_parts(settings) as parts:
        signer = log_signer(parts.custody, settings)

        def entry_of(event: EventClass, **fields: Any) -> Entry:
            return operator_entry(parts, event, on_behalf_of=officer, **fields)

        try:
            made = make_report(parts, register, signer, asked, entry_of)
        except AuditError as error:
            raise CommandError(str(error)) from None
    receipts = {f"{RECEIPTS_FOLDER}/{name}": content for name, content in made.receipts.items()}
    return {**made.files, **receipts}, made.keys


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_bytes(content)
    except OSError:
        raise CommandError("the report cannot be written; check the folder and your rights to it") from None


def _id(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = f"{name} is no id; copy it whole"
        raise CommandError(message) from None


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()
