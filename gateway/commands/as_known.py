"""`hearthgate audit as-known`: what a page was known to hold on an earlier day, and what was corrected since."""

from datetime import datetime
from uuid import UUID

import typer

from gateway.commands.signed_in import Gateway, TokenFile, staff_client


def as_known(
    family: UUID = typer.Argument(metavar="HANDLE", help="Id in the address of the person's page."),
    on: datetime = typer.Option(..., formats=["%Y-%m-%d"], help="The day by the end of which it was known."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
) -> None:
    """As an officer, say what stood on a page on a day, by item and source, and what of it was corrected later.

    No fact is repeated, and that it was asked is an entry. Exit 0: nothing was corrected. 1: something was.
    """
    asked = {"on": f"{on:%Y-%m-%d}"}
    found = staff_client(gateway, token_file).ask("POST", f"/v1/families/{family}/as-known", asked)
    typer.echo(f"as known at {found['known_at']}")
    for item in found["items"]:
        typer.echo(f"{item['label']}, {item['source_title']}: {item['facts']}")
        for later in item["later"]:
            typer.echo(f"  {later['facts']} of these. {later['words']} {later['since']}")
    raise typer.Exit(1 if found["corrected"] else 0)
