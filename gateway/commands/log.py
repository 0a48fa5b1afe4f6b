"""`hearthgate audit search` and `export`: find entries of the log, take them out, or export the whole tree."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, get_args, get_type_hints

import typer

from audit.entry import EventClass
from audit.errors import AuditError
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings

if TYPE_CHECKING:
    # Only what runs loads these: help and offline commands need no database.
    from gateway.usecases.log.log_filters import LogFilters
    from gateway.usecases.log.log_lines import LogLine
    from gateway.usecases.log.log_parts import LogParts

CONDITIONS = (
    "worker", "family", "person", "agency", "role", "team", "purpose", "agreement", "event", "phase", "decision",
    "outcome", "reason", "sealed", "refers_to", "request", "trace", "since", "until",
)  # fmt: skip
"""What `NAME` may be: the fields of `gateway.usecases.log.log_filters.LogFilters`."""

_PURPOSE = "log_oversight"
_FILTERS = f"Conditions: {', '.join(CONDITIONS)}"


class ExportAs(StrEnum):
    """What `hearthgate audit export` writes."""

    TILES = "tiles"
    CSV = "csv"
    JSON = "json"
    BALP = "balp"


def search(
    conditions: list[str] | None = typer.Argument(None, metavar="[NAME=VALUE]...", help=f"{_FILTERS}."),
    cursor: str | None = typer.Option(None, help="Go on where the page before ended."),
) -> None:
    """List entries, newest first, fifty a page; the search is itself an entry.

    An agreement is a document, a version or a clause; since and until are days, both included, or instants, the
    later not included (2026-11-16, or RFC 3339).
    """
    from gateway.operator_parts import operator_parts  # noqa: PLC0415 - reading help needs no database
    from gateway.usecases.log.reading_log import search_entries  # noqa: PLC0415 - the same

    filters = parse_filters(conditions or [])
    with operator_parts(read_settings()) as parts:
        page = search_entries(parts, _entries(parts, EventClass.VERIFICATION), filters, cursor)
    for line in page.lines:
        typer.echo(_line(line))
    waiting = f"; {page.waiting} wait for their place in the tree" if page.waiting else ""
    typer.echo(f"{len(page.lines)} entries{waiting}", err=True)
    if page.looked_back_to:
        typer.echo(f"looked back as far as {page.looked_back_to.isoformat()}; since= and until= go there", err=True)
    if page.next_cursor:
        typer.echo(f"more with --cursor {page.next_cursor}", err=True)


def export(
    target: Path = typer.Argument(
        metavar="PATH", help="tiles: a new or empty folder. Otherwise a new file; - for standard output."
    ),
    conditions: list[str] | None = typer.Argument(
        None, metavar="[NAME=VALUE]...", help=f"{_FILTERS}. Not with tiles, which are the whole log."
    ),
    form: ExportAs = typer.Option(
        ExportAs.TILES, "--format", help="tiles: the tree, for anybody to check; csv, json or balp: opened entries."
    ),
    openings: bool = typer.Option(
        False, "--openings", help="tiles with the opened values: personal data, not to leave the council."
    ),
) -> None:
    """Write the whole log as an export that anybody can check, or opened entries for officers. It is itself an entry.

    csv, json and balp (FHIR R4 AuditEvent, one a line) hold opened values: personal data, not to leave the council.
    """
    if form is ExportAs.TILES:
        if conditions:
            raise CommandError("tiles are the whole log; name conditions with --format csv, json or balp")
        _export_tiles(target, openings=openings)
        return
    if openings:
        raise CommandError("--openings is for tiles; csv, json and balp hold opened values as they are")
    _export_entries(target, parse_filters(conditions or []), form)


def parse_filters(conditions: list[str]) -> "LogFilters":
    """Filters of words `name=value`. Raises `CommandError`, which names the condition and not the value."""
    from gateway.usecases.log.log_filters import LogFilters  # noqa: PLC0415 - reading help needs no database

    given: dict[str, Any] = {}
    for condition in conditions:
        name, told, text = condition.partition("=")
        if not told or name not in CONDITIONS:
            message = f"a condition reads NAME=VALUE, with a name of {', '.join(CONDITIONS)}"
            raise CommandError(message)
        if name in given:
            message = f"{name} is given twice"
            raise CommandError(message)
        of = get_type_hints(LogFilters)[name]
        given[name] = _instant(name, text) if name in {"since", "until"} else _value(name, of, text)
    return LogFilters(**given)


def _value(name: str, of: Any, text: str) -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - reading help needs no database

    try:
        # Bytes that are no text of this machine's encoding come as characters that the database has none of.
        text.encode()
        return TypeAdapter(of).validate_python(text)
    except ValueError:
        known = [one.value for kind in get_args(of) if issubclass(kind, StrEnum) for one in kind]
        message = f"the value of {name} is none that entries hold{': they hold ' if known else ''}{', '.join(known)}"
        raise CommandError(message) from None


def _instant(name: str, text: str) -> datetime:
    from gateway.usecases.feeds.working_days import LONDON  # noqa: PLC0415 - reading help needs no database

    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            # As on the page: a day named as the last one counts whole.
            day = date.fromisoformat(text) + timedelta(days=name == "until")
            at = datetime.combine(day, time(), LONDON)
    except ValueError:
        message = f"{name} is a day such as 2026-11-16, or an instant with its zone"
        raise CommandError(message) from None
    return at


def _entries(parts: "LogParts", event: EventClass) -> Callable[..., Any]:
    from gateway.operator_parts import operator_entry  # noqa: PLC0415 - reading help needs no database

    return lambda **told: operator_entry(parts, event, purpose=_PURPOSE, sealed=True, **told)


def _export_tiles(folder: Path, *, openings: bool) -> None:
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - reading help needs no database
    from gateway.usecases.log.exporting_log import export_log  # noqa: PLC0415 - the same

    with plain_errors(), operator_parts(read_settings()) as parts:
        detail = {"records": ["openings"] if openings else ["leaves"]}
        exported = operator_entry(parts, EventClass.EXPORT, purpose=_PURPOSE, detail=detail)
        done = export_log(parts, exported, folder, openings=openings)
    typer.echo(
        f"{done.size} entries written; check them with: hearthgate audit verify {folder} --key {done.key.encode()}"
    )


def _export_entries(target: Path, filters: "LogFilters", form: ExportAs) -> None:
    from gateway.operator_parts import operator_parts  # noqa: PLC0415 - reading help needs no database
    from gateway.usecases.log.exporting_entries import FORMS, ExportForm, export_entries  # noqa: PLC0415 - the same

    with operator_parts(read_settings()) as parts, _opened(target) as stream:
        taken = export_entries(parts, _entries(parts, EventClass.EXPORT), filters, ExportForm(form.value))
        lines = 0
        stream.write("" if stream is sys.stdout else FORMS[taken.form].mark)
        for text in taken.text:
            stream.write(text)
            lines += 1
    typer.echo(f"{lines} lines written; the export is entry {taken.entry_id}", err=True)


@contextmanager
def _opened(target: Path) -> Iterator[IO[str]]:
    """A new file for its owner alone, or standard output."""
    if str(target) == "-":
        yield sys.stdout
        return
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise CommandError("the file is there already, or its folder is not; name a new file") from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        yield stream


def _line(line: "LogLine") -> str:
    """One entry on one line; words of its opening hold no control characters that a terminal would act on."""
    by = "/".join(filter(None, (line.agency, line.role)))
    told = (
        line.at.isoformat(timespec="seconds"), line.event, line.who or "-", by or "-", line.purpose or "-",
        line.outcome or "-" if line.intact else "does not fit its seal", str(line.entry_id),
    )  # fmt: skip
    return "  ".join("".join(letter if letter.isprintable() else "?" for letter in word) for word in told)


@contextmanager
def plain_errors() -> Iterator[None]:
    """The audit package knows no error of ours; its messages hold no values and are shown as they are."""
    try:
        yield
    except AuditError as error:
        raise CommandError(str(error)) from None
