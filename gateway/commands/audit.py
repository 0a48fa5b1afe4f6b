"""`hearthgate audit`: verify receipts, exports and the log itself; write an export; fetch a receipt; show the key."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import typer

from audit.encoding import to_base64
from audit.entry import EventClass, Outcome
from audit.errors import AuditError, NoteError
from audit.keys import VerifierKey
from audit.policy import parse_policy
from audit.verify import one_line, verify_path
from audit.verify_export import Trust
from gateway.commands.as_known import as_known
from gateway.commands.files import CommandError
from gateway.commands.journal import journal
from gateway.commands.log import export, plain_errors, search
from gateway.commands.own_keys import own_keys
from gateway.commands.partner import partner_pack, reconcile
from gateway.commands.restore import declare_restore
from gateway.commands.settings import read_settings
from gateway.commands.status import status
from gateway.commands.subject import subject_report
from gateway.policy_file import read_policy
from gateway.settings import Settings

app = typer.Typer(
    help="Verify the audit log, export it, fetch receipts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_WRONG = 1
_PURPOSE = "log_oversight"


@app.command()
def verify(  # noqa: PLR0913, PLR0917 - as the command line gives it
    paths: list[Path] | None = typer.Argument(
        None, metavar="[PATH]...", help="Receipts, promises, checkpoints or export folders; none verifies the database."
    ),
    key: str | None = typer.Option(None, metavar="VKEY", help="Verifier key of the log; default: this gateway's own."),
    earlier_key: list[str] = typer.Option(
        [], metavar="VKEY", help="A key that the log had before it rotated it, with --key: good for what it signed."
    ),
    older: list[Path] = typer.Option(
        [], metavar="FILE", help="A checkpoint kept before: exports must have grown from it."
    ),
    promise: list[Path] = typer.Option(
        [], metavar="FILE", help="A promise that a reader kept: exports must hold its entry."
    ),
    restore: list[Path] = typer.Option(
        [], metavar="FILE", help="A declared restore, cosigned by a known witness: excuses older ones inside its gap."
    ),
    policy: Path | None = typer.Option(
        None, metavar="FILE", help="Witness policy: its quorum is needed; default: this gateway's, and it is not."
    ),
) -> None:
    """Check that nothing was altered: one line each, OK or FAIL with what is wrong and where.

    Exit status 0 when all is right, 1 when something is wrong, 2 when it could not be checked. Verifying the database
    is an entry in the log.
    """
    if not paths:
        if key is not None or earlier_key or older or promise or restore or policy is not None:
            raise CommandError("options are for files and exports; the database is checked with our own keys")
        raise typer.Exit(_verify_database(read_settings()))
    keys = _trusted(key, earlier_key)
    trust = Trust(older=_texts(older), earlier_keys=keys, promises=_texts(promise), restores=_texts(restore))
    trust = _with_witnesses(trust, policy, own=key is None)
    results = [_verify_one(path, keys, trust) for path in paths]
    raise typer.Exit(0 if all(results) else _WRONG)


@app.command()
def receipt(
    entry_id: str = typer.Argument(metavar="ID", help="Id of the entry, as a page or an answer showed it."),
) -> None:
    """Print an entry's receipt: a c2sp.org/tlog-proof@v1 file that anybody can check."""
    from gateway.operator_parts import operator_parts  # noqa: PLC0415 - offline work needs no database
    from gateway.usecases.log.receipts import operator_receipt  # noqa: PLC0415 - the same

    try:
        wanted = UUID(entry_id)
    except ValueError:
        raise CommandError("that is no entry id; copy it from the page or the answer") from None
    with plain_errors(), operator_parts(read_settings()) as parts:
        found = operator_receipt(parts, wanted)
    typer.echo(found.proof, nl=False)
    since = "" if found.unwitnessed_since is None else f"; unwitnessed since {found.unwitnessed_since.isoformat()}"
    # Apart from the file itself, which may be redirected.
    typer.echo(f"{_witnessed(found.witnesses, quorum=found.quorum)}{since}", err=True)


def _witnessed(witnesses: int, *, quorum: bool) -> str:
    """How far the receipt is witnessed; whose keys the cosignatures are of, only a policy says."""
    if read_settings().witness_policy is None:
        return "witnesses: not checked, as HEARTHGATE_WITNESS_POLICY is not set"
    return f"witnesses: {witnesses}; quorum: {'yes' if quorum else 'no'}"


@app.command()
def key(
    every: bool = typer.Option(False, "--all", help="Earlier keys too, newest first: they verify what they signed."),
) -> None:
    """Print the log's verifier key, to be given to partners and regulators by another road than the log itself."""
    for one in own_keys(read_settings())[: None if every else 1]:
        typer.echo(one.encode())


app.command()(search)
app.command()(export)
app.command("subject-report")(subject_report)
app.command("as-known")(as_known)


def _verify_database(settings: Settings) -> int:
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - offline work needs no database
    from gateway.usecases.log.log_parts import record  # noqa: PLC0415 - the same
    from gateway.usecases.log.verifying_log import verify_database  # noqa: PLC0415 - the same

    with plain_errors(), operator_parts(settings) as parts:
        verdict = verify_database(parts)
        if verdict.finding is None:
            detail: dict[str, str | int] = {
                "checkpoint_size": verdict.size,
                "checkpoint_root": to_base64(verdict.root),
            }
        else:
            detail = {"problem": verdict.finding.column}
        outcome = Outcome.DONE if verdict.finding is None else Outcome.ERROR
        record(parts, operator_entry(parts, EventClass.VERIFICATION, purpose=_PURPOSE, outcome=outcome, detail=detail))
    typer.echo(f"{'FAIL' if verdict.finding else 'OK'} database: {verdict.sentence()}")
    return _WRONG if verdict.finding else 0


def _texts(paths: Sequence[Path]) -> tuple[str, ...]:
    try:
        return tuple(path.read_text(encoding="utf-8") for path in paths)
    except (OSError, UnicodeDecodeError):
        problem = "an older checkpoint, a promise or a declared restore cannot be read; check the paths"
        raise CommandError(problem) from None


def _with_witnesses(trust: Trust, policy: Path | None, *, own: bool) -> Trust:
    """The same with the keys of witnesses: a policy that was given must be met, the gateway's own is only counted."""
    if policy is None:
        counted = read_policy(read_settings()) if own else None
        return trust if counted is None else replace(trust, witnesses=counted.witness_keys)
    try:
        given = parse_policy(policy.read_bytes())
    except (OSError, AuditError):
        raise CommandError("--policy is no witness policy, or cannot be read") from None
    return replace(trust, witnesses=given.witness_keys, policy=given)


def _verify_one(path: Path, keys: Sequence[VerifierKey], trust: Trust) -> bool:
    """Check one path with whichever key of the log signed it, and say so in a line."""
    problems: list[AuditError] = []
    for one in keys:
        try:
            said = verify_path(path, replace(trust, log_key=one))
            # A key is rotated because it may be in other hands: what it signed has to be from before.
            earlier = "" if one == keys[0] else f"; CHECK its date: earlier key {one.id.hex()} signed it"
            typer.echo(one_line(f"OK {path}: {said}{earlier}"))
        except AuditError as error:
            problems.append(error)
        else:
            return True
    # Under a key that did not sign it, every file fails alike; what another key found says more.
    telling = next((error for error in problems if type(error) is not NoteError), problems[0])
    typer.echo(one_line(f"FAIL {path}: {telling}"))
    return False


def _trusted(key_text: str | None, earlier: Sequence[str]) -> tuple[VerifierKey, ...]:
    if key_text is None:
        if earlier:
            raise CommandError("--earlier-key goes with --key; this gateway's own keys are all known without either")
        return own_keys(read_settings())
    try:
        return tuple(VerifierKey.parse(one) for one in (key_text, *earlier))
    except AuditError:
        raise CommandError("--key or --earlier-key is no verifier key; it reads name+id+base64") from None


app.command(name="declare-restore")(declare_restore)
app.command()(journal)
app.command(name="partner-pack")(partner_pack)
app.command()(reconcile)
app.command()(status)
