"""`hearthgate retention`: forget what the council's schedule says is over, or only count it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from audit.canonical import Json
from audit.entry import Entry, EventClass
from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings

if TYPE_CHECKING:
    from gateway.usecases.subjects.retention import Forgotten

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def retention(
    dry_run: bool = typer.Option(False, "--dry-run", help="Count what is over, and forget nothing."),
    file: Path | None = typer.Option(
        None, "--file", help="A schedule to try; without it, the one that HEARTHGATE_RETENTION_FILE names."
    ),
) -> None:
    """Forget facts whose time is over by the retention schedule, feed by feed and item by item.

    A legal hold keeps everything of a person, a dispute its fact. What is forgotten is an entry in the log.
    """
    settings = read_settings()
    path = file or settings.retention_file
    if path is None:
        raise CommandError("there is no retention schedule; HEARTHGATE_RETENTION_FILE names its file")
    if file is not None and not dry_run:
        raise CommandError("a schedule of --file is only tried; say --dry-run, or name it in HEARTHGATE_RETENTION_FILE")
    from gateway.building import load_feeds  # noqa: PLC0415 - loads the feeds
    from gateway.operator_parts import operator_entry, operator_parts  # noqa: PLC0415 - loads the store
    from gateway.usecases.subjects.retention import PURPOSE, count_over, forget  # noqa: PLC0415 - the same
    from gateway.usecases.subjects.retention_schedule import load_schedule  # noqa: PLC0415 - the same

    feeds = load_feeds(settings)
    schedule = load_schedule(path, feeds)
    with operator_parts(settings) as parts:

        def made(detail: Mapping[str, Json]) -> Entry:
            return operator_entry(parts, EventClass.ERASURE, purpose=PURPOSE, detail=dict(detail))

        done = count_over(parts, schedule, feeds) if dry_run else forget(parts, schedule, feeds, made)
    _tell(done, dry_run=dry_run)


def _tell(done: "Sequence[Forgotten]", *, dry_run: bool) -> None:
    for one in done:
        typer.echo(f"{one.feed:<28} {one.item:<32} {one.keep:>6} from {one.counted_from:<8} {one.facts:>9}")
    total = sum(one.facts for one in done)
    typer.echo(f"{total} facts {'are over; nothing was forgotten' if dry_run else 'forgotten'}")
