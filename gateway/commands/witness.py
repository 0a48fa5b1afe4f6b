"""`hearthgate witness`: run a witness of somebody else's log. Needs neither a database nor a register nor settings."""

import logging
import signal
import sys
import threading
from pathlib import Path

import typer

from audit.errors import AuditError
from audit.keys import ED25519, VerifierKey
from gateway import clock
from gateway.commands.files import CommandError

app = typer.Typer(
    help="Run a witness: cosign the checkpoints of a log, so that it cannot show two trees.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_FORKED = 1
_DIR = typer.Argument(metavar="DIR", help="The witness's folder.")


@app.command()
def create(
    folder: Path = _DIR,
    name: str = typer.Option(metavar="NAME", help="Name in cosignatures, as police.example/witness."),
) -> None:
    """Make a witness in a new folder and print its verifier key, to be given to the log and to all who check it."""
    from gateway.witness.folder import create_witness  # noqa: PLC0415 - each command loads what it needs

    typer.echo(create_witness(folder, name).verifier().encode())


@app.command()
def key(folder: Path = _DIR) -> None:
    """Print the witness's verifier key."""
    from gateway.witness.folder import open_witness  # noqa: PLC0415 - as above

    typer.echo(open_witness(folder)[0].verifier().encode())


@app.command()
def trust(
    folder: Path = _DIR,
    vkey: str = typer.Argument(metavar="VKEY", help="The log's verifier key, got by another road than the log itself."),
    origin: str | None = typer.Option(None, help="Origin of the log where it differs from the key's name."),
) -> None:
    """Witness a log from now on. A second key of one log is its rotated one; checkpoints under either are taken."""
    from gateway.witness.folder import open_witness  # noqa: PLC0415 - as above

    log = _key(vkey)
    if log.kind != ED25519:
        raise CommandError("that is the key of a witness, and no log's")
    open_witness(folder)[1].trust(log, origin)
    typer.echo(f"witnessing {origin or log.name}")


@app.command()
def distrust(
    folder: Path = _DIR,
    vkey: str = typer.Argument(metavar="VKEY", help="A key that the log no longer has: it was rotated, or stolen."),
) -> None:
    """Take no checkpoint and no declared restore under a key any more. What it signed before still counts.

    Whoever stole a log's key and has an export of it could otherwise have a history of their own cosigned here.
    """
    from gateway.witness.folder import open_witness  # noqa: PLC0415 - as above

    record = open_witness(folder)[1]
    origins = record.distrust(_key(vkey))
    if not origins:
        raise CommandError("no log that is witnessed here has or had that key")
    for origin in origins:
        typer.echo(f"{origin}: nothing is taken under that key any more; {len(record.trusted()[origin])} other key(s)")


@app.command(name="list")
def list_(folder: Path = _DIR) -> None:
    """List the logs that are witnessed: origin, number of keys that are trusted, and the size cosigned last."""
    from gateway.witness.folder import open_witness  # noqa: PLC0415 - as above

    _, record = open_witness(folder)
    for origin, keys in record.trusted().items():
        head = record.newest(origin)
        typer.echo(f"{origin}  {len(keys)} key(s)  {'nothing cosigned' if head is None else f'{head.size} entries'}")


@app.command()
def serve(
    folder: Path = _DIR,
    host: str = typer.Option("127.0.0.1", help="Address to listen on; a reverse proxy with TLS stands before it."),
    port: int = typer.Option(8010, min=0, max=65535, help="Port to listen on; 0 takes any that is free."),
    beside_parent: bool = typer.Option(False, "--beside-parent", hidden=True),
) -> None:
    """Answer `POST /add-checkpoint` until told to stop."""
    from gateway.supervising import stop_with_parent  # noqa: PLC0415 - as above
    from gateway.witness.serving import running_witness  # noqa: PLC0415 - the same

    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    stop = threading.Event()
    if beside_parent:
        stop_with_parent(stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running_witness(folder, host, port, clock.utc_now) as server:
        typer.echo(f"listening on http://{host}:{server.server_address[1]}")
        sys.stdout.flush()
        stop.wait()


@app.command()
def compare(
    folder: Path = _DIR,
    shown: Path = typer.Argument(metavar="PATH", help="A checkpoint, a receipt, or the folder of an export."),
) -> None:
    """Compare what somebody else was shown with what was cosigned. Exit status 1 when a fork is proved."""
    from gateway.witness.comparing import compare as run  # noqa: PLC0415 - as above

    try:
        found = run(folder, shown)
    except AuditError as error:
        raise CommandError(str(error)) from None
    typer.echo(found.sentence)
    if found.evidence is not None:
        typer.echo(f"proof: {found.evidence}   check it with: python -m audit.verify --key VKEY {found.evidence}")
        raise typer.Exit(_FORKED)


@app.command(name="accept-restore")
def accept_restore(
    folder: Path = _DIR,
    declared: Path = typer.Argument(metavar="NOTE", help="The declaration, signed by the log; cosigned in place."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Accept that a log was restored from a backup and lost its last entries. Only then is the shorter log cosigned.

    Speak with the council first: an operator who wants entries gone would ask for exactly this.
    """
    from gateway.witness.witness import Witness  # noqa: PLC0415 - as above

    try:
        note = declared.read_text(encoding="utf-8")
        if not yes:
            typer.echo(note)
            typer.confirm("Has the council explained this restore to you by another road?", abort=True)
        restore, accepted = Witness(folder, clock.utc_now).accept_restore(note)
    except (OSError, UnicodeDecodeError):
        raise CommandError("the declaration cannot be read; check its path") from None
    except AuditError as error:
        raise CommandError(str(error)) from None
    declared.write_text(accepted, encoding="utf-8", newline="")
    lost = f"{restore.lost_from.size} to {restore.lost_to.size - 1}"
    typer.echo(f"accepted: entries {lost} of {restore.log_id} are lost; send {declared} back to the council")


def _key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except AuditError:
        raise CommandError("that is no verifier key; it reads name+id+base64") from None
