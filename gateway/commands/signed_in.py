"""Commands of staff at a running gateway: its address, and the token of their own sign-in in a file."""

from typing import TYPE_CHECKING

import typer

from gateway.commands.files import STDIN, CommandError, read_input

if TYPE_CHECKING:
    from gateway.officer_client import StaffClient

_LONGEST_TOKEN = 16_384

Gateway = typer.Option(..., help="Address of the gateway, as it calls itself.")
TokenFile = typer.Option(..., "--token-file", metavar="FILE", help="Token of your sign-in; - reads stdin.")


def staff_client(gateway: str, token_file: str) -> "StaffClient":
    """A client of the gateway for whom the token names. Raise `CommandError` where the file holds no token."""
    from gateway.officer_client import StaffClient  # noqa: PLC0415 - other commands of these groups work offline

    token = read_input(token_file).strip().decode("ascii", "replace")
    if not 0 < len(token) <= _LONGEST_TOKEN or not token.isprintable() or " " in token:
        where = "stdin" if token_file == STDIN else "the token file"
        message = f"{where} holds no token; it has to hold the token of your sign-in and nothing else"
        raise CommandError(message)
    return StaffClient(gateway, token)
