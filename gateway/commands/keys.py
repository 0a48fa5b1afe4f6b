"""`hearthgate keys`: create what is missing, list, rotate. A rotation is an entry in the log."""

import typer

from audit.entry import EventClass
from gateway.commands.own_keys import own_keys
from gateway.commands.settings import read_settings
from gateway.settings import Settings

app = typer.Typer(
    help="Create, list and rotate the gateway's keys.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def create() -> None:
    """Create every key and role password that is missing; nothing that exists is touched."""
    from gateway.building import ensure_keys  # noqa: PLC0415 - loads every adapter

    made = ensure_keys(read_settings())
    typer.echo(f"created: {', '.join(made)}" if made else "every key is there already")


@app.command(name="list")
def list_() -> None:
    """List the keys by purpose with the ids of their versions; no secret is shown."""
    from gateway.usecases.log.keys import list_keys  # noqa: PLC0415 - loads the store

    for key in list_keys(read_settings()):
        *earlier, current = key.key_ids
        kept = f" (earlier: {', '.join(earlier)})" if earlier else ""
        typer.echo(f"{key.purpose:<8} {current}{kept}")


@app.command()
def rotate(
    purpose: str = typer.Argument(metavar="PURPOSE", help="log, digest, token, field or receipt."),
) -> None:
    """Put a new version of a key in use and record it in the log. Earlier versions stay, for what they made.

    Restart every process of the gateway afterwards: one that runs goes on with the keys it started with.
    """
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - loads the store
    from gateway.usecases.log.keys import rotate as rotate_key  # noqa: PLC0415 - the same

    settings = read_settings()
    with operator_parts(settings) as parts:
        done = rotate_key(
            parts, purpose, lambda detail: operator_entry(parts, EventClass.CONFIGURATION, detail=dict(detail))
        )
    typer.echo(f"{done.purpose}: {done.new} is in use, {done.old} is kept")
    for step in (*(_steps_of_a_log(settings) if done.purpose == "log" else ()), "restart every process of the gateway"):
        typer.echo(f"- {step}")


def _steps_of_a_log(settings: Settings) -> tuple[str, ...]:
    """What comes before the restart: a cosigner that starts under a policy of the old key alone refuses to."""
    new = own_keys(settings)[0].encode()
    give = f"give partners and the regulator the new verifier key, by another road than the log: {new}"
    if settings.witness_policy is None:
        return (give,)
    return (
        give,
        f"have each witness's operator run: hearthgate witness trust DIR {new}",
        f"add a line to {settings.witness_policy}: log {new}",
    )
