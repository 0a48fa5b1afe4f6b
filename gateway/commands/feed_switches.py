"""`hearthgate feeds on|decide|off|status`: officers switch feeds at a gateway, and whoever may sees how they stand.

Staff give the token of their sign-in in a file, partners their client and key: both are who the API says that they are.
"""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import typer

from gateway.commands.files import CommandError
from gateway.commands.signed_in import Gateway, TokenFile, staff_client

_HUNDRED = 100

Feed = typer.Argument(metavar="FEED", help="Name of the feed.")


def switch_on(  # noqa: PLR0913, PLR0917 - one parameter an option
    feed: str = Feed,
    gateway: str = Gateway,
    token_file: str = TokenFile,
    purpose: str = typer.Option(..., help="Purpose of the register, by its code."),
    necessity: str = typer.Option(..., help="In one sentence, why the purpose cannot do without the feed."),
    dpia: str = typer.Option(..., help="Impact assessment, by its id."),
    dpia_line: str = typer.Option(..., help="Line of its table of risks."),
    use: Literal["match-only", "full"] = typer.Option(..., help="Whether more is kept than matching needs."),
    rhythm: str = typer.Option(..., help="How often a file comes: daily, weekly, monthly, irregular and so on."),
    argument: str = typer.Option("", help="Why a plain demographic system is to be used in full."),
    error_budget: int = typer.Option(20, min=0, max=_HUNDRED, help="Bad rows in a hundred that a file may have."),
    usual_rows: int | None = typer.Option(None, min=1, help="Usual size of a file, where it is known."),
) -> None:
    """Propose as an officer that a feed be switched on; another officer decides. Prints the switch to decide on.

    Exit 0: it waits for the other officer. 2: refused, with the law or the assessment that stands against it.
    """
    terms = {
        "purpose": purpose, "necessity": necessity, "dpia": dpia, "dpia_line": dpia_line, "use": use,
        "rhythm": rhythm, "argument": argument, "error_budget": error_budget / _HUNDRED, "usual_rows": usual_rows,
    }  # fmt: skip
    switch = staff_client(gateway, token_file).ask("POST", f"{_path(feed)}/switches", terms)
    typer.echo(f"{feed}: {switch['state']}, switch {switch['switch_id']}; another officer decides on it")


def decide_on(
    feed: str = Feed,
    switch: str = typer.Argument(metavar="SWITCH", help="The switch, as `feeds on` printed it."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
    approve: bool = typer.Option(..., "--approve/--refuse", help="Switch it on, or refuse."),
    reason: str = typer.Option(..., help="Why; it stands in the log."),
) -> None:
    """Decide as an officer on a switch that another officer proposed."""
    path = f"{_path(feed)}/switches/{quote(switch, safe='')}/decision"
    done = staff_client(gateway, token_file).ask("POST", path, {"approved": approve, "reason": reason})
    typer.echo(f"{feed}: {done['state']}")


def switch_off(
    feed: str = Feed,
    gateway: str = Gateway,
    token_file: str = TokenFile,
    reason: str = typer.Option(..., help="Why; it stands in the log."),
) -> None:
    """Turn a feed off at once, as an officer: nothing of it is taken until two have switched it on again."""
    done = staff_client(gateway, token_file).ask("POST", f"{_path(feed)}/off", {"reason": reason})
    typer.echo(f"{feed}: {done['state']}")


def status(
    feed: str | None = typer.Argument(None, metavar="FEED", help="One feed with its alerts; none: all that you see."),
    gateway: str = Gateway,
    token_file: str | None = typer.Option(None, "--token-file", metavar="FILE", help="Token of staff; - reads stdin."),
    client: str | None = typer.Option(None, help="Or a partner's client, as the gateway has registered it,"),
    key: Path | None = typer.Option(None, help="and its private key: PEM or JWK, mode 0600."),
) -> None:
    """How feeds stand at a gateway: on or off, last file, next one due, alerts.

    Exit 0: nothing is unusual. 1: an alert is open. 2: not answered.
    """
    read = _reader(gateway, token_file, client, key)
    standing = [read(_path(feed))] if feed else read("/v1/feeds")
    rows = [one["standing"] if feed else one for one in standing]
    for row in rows:
        last = str(row["last_taken"])[:10] if row["last_taken"] else "nothing yet"
        typer.echo(f"{row['feed']}  {row['state']}  last {last}  due {row['due'] or '-'}  alerts {row['alerts']}")
    for alert in standing[0]["alerts"] if feed else ():
        typer.echo(f"  {alert['kind']} {alert['part']}".rstrip())
    raise typer.Exit(1 if any(row["alerts"] for row in rows) else 0)


def _reader(gateway: str, token_file: str | None, client: str | None, key: Path | None) -> Any:
    if token_file is not None and client is None and key is None:
        staff = staff_client(gateway, token_file)
        return lambda path: staff.ask("GET", path)
    if token_file is not None or client is None or key is None:
        raise CommandError("say who asks: staff by --token-file, or a partner by --client and --key")
    from gateway import clock  # noqa: PLC0415 - other commands of this group work offline
    from gateway.identity.keys import load_private_key  # noqa: PLC0415 - the same
    from gateway.push_client import PartnerClient  # noqa: PLC0415 - the same

    partner = PartnerClient(gateway, client, load_private_key(key), clock.utc_now, clock.new_id)
    return lambda path: partner.ask("GET", path)


def _path(feed: str) -> str:
    return f"/v1/feeds/{quote(feed, safe='')}"
