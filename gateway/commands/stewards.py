"""`hearthgate matches` and `hearthgate households`: what data stewards look at and decide, at a running gateway.

Who acts is whom the token of the sign-in names. What is printed of a pair is personal data: it goes to the steward's
own screen and nowhere else.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import typer

from gateway.commands.signed_in import Gateway, TokenFile, staff_client

matches_app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True,
    help="As a data steward: pairs of records that wait, and what is decided on them.",
)  # fmt: skip
households_app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True,
    help="As a data steward: who belongs to a household, and what stewards say of it.",
)  # fmt: skip

_Handle = typer.Argument(metavar="HANDLE", help="Id in the address of the person's page.")
_Reason = typer.Option(..., "--reason", help="Why; it is kept sealed.")
_DAYS = ["%Y-%m-%d"]


@matches_app.command("list")
def waiting(gateway: str = Gateway, token_file: str = TokenFile) -> None:
    """List pairs that wait, what a decision would change most first. Exit 0: none waits. 1: some do."""
    staff, path, some = staff_client(gateway, token_file), "/v1/matches/reviews", False
    cursor: str | None = ""
    while cursor is not None:
        page = staff.ask("GET", f"{path}?cursor={cursor}" if cursor else path)
        for one in page["matches"]:
            typer.echo(f"{one['review_id']}  {' '.join(one['reasons'])}")
            some = True
        cursor = page["next"]
    raise typer.Exit(1 if some else 0)


@matches_app.command()
def show(
    review: UUID = typer.Argument(metavar="PAIR", help="Id of the pair, from `matches list`."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
) -> None:
    """Show one pair: why it waits, what each source says, and what speaks for and against one person, with weights."""
    found = staff_client(gateway, token_file).ask("GET", f"/v1/matches/reviews/{review}")
    for reason in found["match"]["reasons"]:
        typer.echo(reason)
    for side in (found["one"], found["other"]):
        typer.echo(side["source_title"])
        for said in side["said"]:
            typer.echo(f"  {said['label']}: {_said(said['values'])}")
    for claim in found["claims"]:
        typer.echo(claim)
    for weight in found["weights"]:
        typer.echo(f"  {weight['bits']:+.1f} bits  {weight['comparison']}: {weight['level']}")


@matches_app.command()
def decide(
    review: UUID = typer.Argument(metavar="PAIR", help="Id of the pair, from `matches list`."),
    verdict: Literal["same", "different", "unsure"] = typer.Argument(help="Whether both are of one person."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
    reason: str = _Reason,
) -> None:
    """Decide on a pair. Prints the decision, by which another steward can undo it, and which ones it sets aside."""
    said = {"verdict": verdict, "reason": reason}
    done = staff_client(gateway, token_file).ask("POST", f"/v1/matches/{review}/decisions", said)
    typer.echo(f"{done['decision_id']}: {done['verdict']}, {done['state']}")
    _tell_set_aside(done)


@matches_app.command()
def undo(
    decision: UUID = typer.Argument(metavar="DECISION", help="The decision, as `matches decide` printed it."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
    reason: str = _Reason,
) -> None:
    """Undo what another steward decided."""
    done = staff_client(gateway, token_file).ask("POST", f"/v1/matches/decisions/{decision}/undo", {"reason": reason})
    typer.echo(f"{decision}: undone, {done['state']}")
    _tell_set_aside(done)


@matches_app.command()
def doubt(
    family: UUID = _Handle,
    gateway: str = Gateway,
    token_file: str = TokenFile,
    reason: str = _Reason,
) -> None:
    """Let the records of one person wait for a decision, where somebody says that the page is of two people."""
    said = {"family_id": str(family), "reason": reason}
    found = staff_client(gateway, token_file).ask("POST", "/v1/matches/doubts", said)
    for one in found["reviews"]:
        typer.echo(f"pair {one} waits")
    for one in found["decisions"]:
        typer.echo(f"decision {one} holds two of these records together")


@matches_app.command()
def decisions(
    family: UUID = _Handle,
    gateway: str = Gateway,
    token_file: str = TokenFile,
) -> None:
    """List what stewards decided about a person's records, as far as it holds, with whoever has the other record."""
    for one in staff_client(gateway, token_file).ask("GET", f"/v1/matches/decisions/of/{family}"):
        made = f"by {one['decided_by']} {one['decided_at']}{', set aside' if one['set_aside'] else ''}"
        typer.echo(f"{one['decision_id']}  {one['verdict']}  {one['other']}, {made}")


@households_app.command()
def of(
    family: UUID = _Handle,
    gateway: str = Gateway,
    token_file: str = TokenFile,
) -> None:
    """List the households of a person, each with its members' handles and dates, and the corrections that stand."""
    staff = staff_client(gateway, token_file)
    for home in staff.ask("GET", f"/v1/households/of/{family}"):
        typer.echo(f"household {home['household_id']}")
        for one in home["members"]:
            typer.echo(f"  {one['family_id']}  {_period(one)}")
        for one in staff.ask("GET", f"/v1/households/{home['household_id']}/corrections"):
            said = "belongs" if one["belongs"] else "does not belong"
            sources = ", ".join(one["sources"]) or "the council's own word"
            typer.echo(f"  correction {one['correction_id']}: {one['family_id']} {said}, {_period(one)}, on {sources}")


@households_app.command()
def correct(  # noqa: PLR0913, PLR0917 - one parameter an option
    household: UUID = typer.Argument(metavar="HOUSEHOLD", help="Id of the household, from `households of`."),
    family: UUID = typer.Argument(metavar="HANDLE", help="Whom it is about: id in the address of their page."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
    belongs: bool = typer.Option(..., "--belongs/--does-not-belong", help="What is right."),
    valid_from: datetime | None = typer.Option(None, "--from", formats=_DAYS, help="First day of it, if known."),
    valid_to: datetime | None = typer.Option(None, "--to", formats=_DAYS, help="Last day of it, if it is over."),
    source: list[str] | None = typer.Option(None, help="Whose records this rests on; repeatable. See --own-word."),
    own_word: bool = typer.Option(False, "--own-word", help="The council says so itself: every reader may know of it."),
    reason: str = _Reason,
) -> None:
    """Say that somebody belongs to a household or does not; linkage keeps to it. Prints the correction.

    Only readers who may see every --source learn of it.
    """
    if bool(source) == own_word:
        raise typer.BadParameter("name each --source that it rests on, or say --own-word")
    if valid_from and valid_to and valid_to < valid_from:
        raise typer.BadParameter("--to is a day before --from: the period ends before it begins")
    said = {
        "family_id": str(family), "belongs": belongs, "sources": source or [], "reason": reason,
        "valid_from": valid_from and f"{valid_from:%Y-%m-%d}", "valid_to": valid_to and f"{valid_to:%Y-%m-%d}",
    }  # fmt: skip
    _corrected(staff_client(gateway, token_file).ask("POST", f"/v1/households/{household}/corrections", said))


@households_app.command()
def withdraw(
    correction: UUID = typer.Argument(metavar="CORRECTION", help="The correction, from `households of`."),
    gateway: str = Gateway,
    token_file: str = TokenFile,
    reason: str = _Reason,
) -> None:
    """Withdraw what another steward said of a household."""
    path = f"/v1/households/corrections/{correction}/withdrawal"
    _corrected(staff_client(gateway, token_file).ask("POST", path, {"reason": reason}))


def _said(values: dict[str, str]) -> str:
    """One value as people read it: of a usual name and of a day that somebody was born on nothing more is said."""
    marks = {values.get("use", "usual"), "expected" if values.get("expected") == "True" else "usual"} - {"usual"}
    parts = [value for name, value in values.items() if value and name not in {"use", "expected"}]
    return ", ".join(parts) + "".join(f" ({mark})" for mark in sorted(marks))


def _tell_set_aside(done: dict[str, Any]) -> None:
    for one in done["set_aside"]:
        typer.echo(f"{one['decision_id']}: {one['verdict']}, set aside. {one['because']}")


def _corrected(done: dict[str, Any]) -> None:
    typer.echo(f"{done['correction_id']}: {done['state']}")


def _period(one: dict[str, Any]) -> str:
    return f"{one['valid_from'] or 'ever'} to {one['valid_to'] or 'now'}"
