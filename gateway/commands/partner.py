"""Commands about one partner's part of the log: write its pack, and compare a pack with what the partner kept."""

import re
from pathlib import Path

import typer

from audit.entry import EventClass
from audit.errors import AuditError
from audit.partner_pack import own_entries
from audit.plain_folder import require_plain
from audit.reconcile import read_ledger, told
from audit.reconcile import reconcile as compare
from gateway.commands.check_command import check_command
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings

_AGENCY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def partner_pack(
    agency: str = typer.Argument(metavar="AGENCY", help="Code of the agency in agencies.yaml."),
    folder: Path = typer.Argument(metavar="DIR", help="A new or empty folder."),
) -> None:
    """Write a partner's pack: the log as commitments, the partner's own entries opened, how its data was used.

    Anybody checks it with `python -m audit.verify DIR`. That it was handed out is an entry in the log.
    """
    from gateway.building import log_signer  # noqa: PLC0415 - offline work needs no database
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - the same
    from gateway.usecases.log.partner_packs import write_partner_pack  # noqa: PLC0415 - the same

    if not _AGENCY.fullmatch(agency):
        raise CommandError("that is no code of an agency; agencies.yaml lists them")
    with operator_parts(read_settings()) as parts:
        exported = operator_entry(
            parts, EventClass.EXPORT, purpose="uses_of_own_data", sealed=True,
            detail={"records": ["partner pack"], "recipient_agency": agency},
        )  # fmt: skip
        signer = log_signer(parts.custody, parts.settings)
        try:
            done = write_partner_pack(parts, signer, exported, agency, folder)
        except AuditError as error:
            raise CommandError(str(error)) from None
    keys = (signer.verifier(), done.key)
    typer.echo(f"pack of {agency} written, log of {done.size} entries; check it with: {check_command(folder, keys)}")
    if next(iter(own_entries(folder)), None) is None:
        typer.echo(f"no entry of the log is of {agency}: check the code against agencies.yaml", err=True)


def reconcile(
    pack: Path = typer.Argument(metavar="PACK", help="Folder of the partner's pack, verified beforehand."),
    ledger: Path = typer.Argument(metavar="LEDGER", help="What the partner kept: an id or an answer's JSON a line."),
    accesses: bool = typer.Option(False, "--accesses", help="Look-ups of the partner's own staff too."),
) -> None:
    """Compare both ways: what the partner kept and what the log says that the partner did.

    Exit status 0 when both agree, 1 when they differ (one line for each id), 2 when a file cannot be read.
    """
    try:
        require_plain(pack)
        difference = compare(own_entries(pack), read_ledger(ledger), accesses=accesses)
    except AuditError as error:
        raise CommandError(str(error)) from None
    for line in told(difference):
        typer.echo(line)
    raise typer.Exit(1 if difference.not_in_the_log or difference.not_in_yours else 0)
