"""`hearthgate agreements` and `hearthgate decide`: a register's documents checked, listed and asked, offline."""

import json
from pathlib import Path

import typer
from pydantic import ValidationError

from agreements.drafts import as_if_in_force
from agreements.lifecycle import RegisterDocuments
from agreements.loader import load_register, register_faults
from agreements.register import compile_register
from gateway import clock
from gateway.commands import difference as cli_difference
from gateway.commands import documents as cli_documents
from gateway.commands import odrl as cli_odrl
from gateway.commands import prove as cli_prove
from gateway.commands import replay as cli_replay
from gateway.commands.files import CommandError, read_input
from gateway.commands.settings import read_settings
from gateway.usecases.register.asking_register import Question, answer

agreements_app = typer.Typer(
    help="The council's agreements: check them, list them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
agreements_app.command("export")(cli_odrl.export)
agreements_app.command("schema")(cli_documents.schema)
agreements_app.command("warnings")(cli_documents.show_warnings)
agreements_app.command("diff")(cli_difference.diff)
agreements_app.command("replay")(cli_replay.replay)
agreements_app.command("prove")(cli_prove.prove)
decide_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

RegisterDir = typer.Option(None, "--register", help="Register folder; else as HEARTHGATE_REGISTER_DIR says.")
SignedDir = typer.Option(None, "--signed", help="Folder of signatures and events; else as the settings say.")
Overlay = typer.Option(None, "--overlay", help="Folder whose documents replace those of the register.")


@agreements_app.command("check")
def check(
    folder: Path = typer.Argument(metavar="DIR", help="Register folder."),
    signed: Path | None = typer.Option(None, "--signed", help="Check signatures and events of this folder, too."),
    overlay: Path | None = Overlay,
) -> None:
    """Check a register's documents: schema, law, references and, with --signed, signatures.

    Each problem is one line: file:line: clause: what is wrong; what to do. Exit 0: none. 1: some.
    """
    problems = register_faults(folder, signed, clock.utc_now(), overlay)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        raise typer.Exit(1)
    typer.echo("nothing to mend" + ("" if signed else "; signatures were not checked (--signed)"))


@agreements_app.command("list")
def list_agreements(
    register: Path | None = RegisterDir, signed: Path | None = SignedDir, overlay: Path | None = Overlay
) -> None:
    """List every version with its status now, its dates, parties and title."""
    for one in compile_register(_documents(register, signed, overlay)).agreements:
        dates = f"from {one.valid_from} to {one.expires_on}, review by {one.review_on}"
        typer.echo(f"{one.id}@{one.version}  {one.status}  {dates}\n  {one.title}; {', '.join(one.parties)}")


@decide_app.command()
def decide(
    request: str = typer.Option(..., help="JSON file with the question; - reads stdin."),
    register: Path | None = RegisterDir,
    signed: Path | None = SignedDir,
    overlay: Path | None = Overlay,
) -> None:
    """Ask a register what a reader may see of a subject; nobody's data is involved.

    The request names agency, role, purpose, and may name relationship, states (yes, no or unknown each), band,
    direction, now and break_glass. The answer holds decision, permitted items by source, and reasons.
    A folder given without --signed is asked as if all parties had signed, and the answer says so.
    """
    now = clock.utc_now()
    asked = _question(request).request(now)
    documents, as_if = _documents(register, signed, overlay), register is not None and signed is None
    if as_if:
        documents = as_if_in_force(documents, now, None)
    said = answer(compile_register(documents), asked)
    typer.echo(json.dumps({"as_if_in_force": True} | said if as_if else said, indent=1, ensure_ascii=False))


def _documents(register: Path | None, signed: Path | None, overlay: Path | None) -> RegisterDocuments:
    """The register of the settings; or of a folder, whose documents are drafts where no signatures are named."""
    if register is None:
        settings = read_settings()
        # An overlay of the settings belongs to the register of the settings, and to no other.
        overlay = overlay or settings.register_overlay_dir
        register, signed = settings.register_dir, signed or settings.signed_dir
    return load_register(register, signed, clock.utc_now(), overlay)


def _question(name: str) -> Question:
    try:
        return Question.model_validate_json(read_input(name))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        # A key that is not known could be anything, so only known ones are named.
        told = "; ".join(f"{_member(one['loc'])}: {one['msg']}" for one in problems)
        message = f"the request cannot be used: {told}"
        raise CommandError(message) from None


def _member(loc: tuple[int | str, ...]) -> str:
    first = str(loc[0]) if loc else ""
    return first if first in Question.model_fields else "a member"
