"""`hearthgate push`: check a file here, send it, say what became of it."""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.errors import FeedUnreadableError, UnknownFeedError
from adapters.port import Feed, RowError
from gateway import clock
from gateway.commands.feeds import SOME_ROWS_BAD, UNREADABLE, FeedsDir, mapping_folder
from gateway.commands.files import CommandError, keep_apart, open_private
from gateway.identity.keys import load_private_key
from gateway.push_bodies import plain
from gateway.push_client import MEDIA_TYPES, PartnerClient, PushedFile, content_key
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.checking_here import as_pushed
from gateway.usecases.intake.translating import TranslationSummary, find_feed, translate_file

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_REASONS_SHOWN = 8
_DOCUMENTS = frozenset({".json", ".xml"})
RESUMABLE_FROM = 100_000_000
"""Bytes on disk from which a file is sent in parts."""


@app.command()
def push(  # noqa: PLR0913, PLR0917 - one parameter an option
    feed: str = typer.Argument(metavar="FEED", help="Name of the feed."),
    file: Path = typer.Argument(metavar="FILE", help="CSV, XLSX, JSON, NDJSON or XML by its ending, plain or .gz."),
    gateway: str = typer.Option(..., help="Address of the gateway, as it calls itself."),
    client: str = typer.Option(..., help="The client's id, as the gateway has registered it."),
    key: Path = typer.Option(..., help="The client's private key: PEM or JWK, mode 0600."),
    check: bool = typer.Option(True, help="Check the file here first."),
    errors: Path | None = typer.Option(
        None, help="Fetch the bad rows into this file: .csv; .json or .xml for records."
    ),
    idempotency_key: str | None = typer.Option(
        None, help="Else made from the file: pushed again as it is, nothing changes."
    ),
    mends: str | None = typer.Option(
        None, metavar="BATCH", help="Batch whose rows handed back are mended in this file."
    ),
    mode: Mode = typer.Option(Mode.DELTA, help="What the file says of rows that are not in it."),
    validate: bool = typer.Option(False, help="Let the gateway check the file and store no row of it."),
    coverage_from: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="First day that the file covers."),
    coverage_to: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Last day that the file covers."),
    schema_version: str = typer.Option("", help="The feed's version that the file follows; else the one in force."),
    resumable: bool | None = typer.Option(
        None, "--resumable/--no-resumable", help="Send in parts that go on where they broke off; else from 100 MB on."
    ),
    feeds_dir: Path | None = FeedsDir,
) -> None:
    """Check a file and push it to a gateway; good rows are taken, bad rows handed back.

    A large file that broke off goes on where it was when it is pushed again.

    Exit 0: every row taken. 1: some not. 2: not readable as that feed, refused, or not sent.
    """
    media_type = _media_type(file)
    keep_apart((errors,), (file, key))
    terms = {"mode": mode.value} if mode is not Mode.DELTA else {}
    terms |= {"mends": mends} if mends else {}
    terms |= {"validate": "true"} if validate else {}
    terms |= {"coverage_from": f"{coverage_from:%Y-%m-%d}"} if coverage_from else {}
    terms |= {"coverage_to": f"{coverage_to:%Y-%m-%d}"} if coverage_to else {}
    with plain(file) as content:
        how = partial(as_pushed, mode=mode, version=schema_version, mends=bool(mends))
        if check and not _check(feed, file, content, feeds_dir, how):
            raise typer.Exit(UNREADABLE)
        key_of_file = idempotency_key or _key_of(feed, file, content, (schema_version, *map("=".join, terms.items())))
    pushed = PushedFile(feed, file, media_type, key_of_file, terms, schema_version)
    partner = PartnerClient(gateway, client, load_private_key(key), clock.utc_now, clock.new_id)
    in_parts = file.stat().st_size >= RESUMABLE_FROM if resumable is None else resumable
    batch = _push(partner, pushed, in_parts=in_parts)
    _tell(batch, gateway)
    if errors is not None and batch.get("errors"):
        _fetch_errors(partner, batch, errors)
    raise typer.Exit(_outcome(batch))


def _media_type(file: Path) -> str:
    suffix = Path(file.stem).suffix if file.suffix.lower() == ".gz" else file.suffix
    found = MEDIA_TYPES.get(suffix.lower())
    if found is None:
        message = f"a file's name has to end in {', '.join(MEDIA_TYPES)}, with or without .gz; rename it"
        raise CommandError(message)
    return found


def _key_of(feed: str, file: Path, content: BinaryIO, said: tuple[str, ...]) -> str:
    """The Idempotency-Key of a file and what is said of it.

    A file written anew is another one, though it be like the last but one: what changed back has to be told, too.
    """
    return content_key(feed, content, *said, str(file.stat().st_mtime_ns))


def _check(
    feed: str, file: Path, content: BinaryIO, feeds_dir: Path | None, as_pushed: Callable[..., Feed]
) -> bool:  # fmt: skip
    """Translate here and say what would be rejected; False where nothing of the file can be taken."""
    try:
        found = as_pushed(find_feed(feed, mapping_folder(feeds_dir)), today=clock.utc_now().date())
    except UnknownFeedError:
        _say("This feed is not described here; the gateway alone will check the file.")
        return True
    except FeedUnreadableError as error:
        return _not_sent(error)
    reasons: Counter[tuple[str, str, str]] = Counter()

    def count(error: RowError) -> None:
        reasons[error.column, error.message, error.how_to_fix] += 1

    summary = TranslationSummary(feed, file.name)
    try:
        translate_file(found, content, summary, _drop, count)
    except FeedUnreadableError as error:
        return _not_sent(error)
    bad = summary.rejected + summary.refused
    _say(f"Checked here: {summary.rows} rows, {summary.accepted} good, {bad} that would be handed back.")
    for (_, message, remedy), times in reasons.most_common(_REASONS_SHOWN):
        _say(f"  {times} x {message} {remedy}")
    return True


def _not_sent(error: FeedUnreadableError) -> bool:
    _say(f"{error.message} {error.how_to_fix}\nNothing was sent.")
    return False


def _drop(_record: str) -> None:
    """Records are not needed to count them."""


def _push(partner: PartnerClient, file: PushedFile, *, in_parts: bool) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Sending", total=None)
        send = partner.upload if in_parts else partner.push
        return send(file, lambda sent, size: bar.update(task, total=size, completed=sent))


def _tell(batch: dict[str, Any], gateway: str) -> None:
    typer.echo(f"Batch {batch.get('batch_id')}: {batch.get('state')}")
    counted = [f"{batch.get(name)} {name}" for name in ("rows", "accepted", "rejected", "refused", "flagged")]
    typer.echo(", ".join(counted))
    if batch.get("mends"):
        typer.echo(f"Mends batch {batch['mends']}; rows that had been mended before: {batch.get('left')}")
    for name in ("message", "how_to_fix"):
        if batch.get(name):
            typer.echo(str(batch[name]))
    if batch.get("columns_not_kept"):
        typer.echo(f"Columns not kept: {', '.join(map(str, batch['columns_not_kept']))}")
    if batch.get("errors"):
        typer.echo(f"Rows to mend: {gateway.rstrip('/')}{batch['errors']}")


def _fetch_errors(partner: PartnerClient, batch: dict[str, Any], path: Path) -> None:
    as_document = path.suffix.lower() in _DOCUMENTS
    text = partner.errors_of(str(batch.get("batch_id")), as_document=as_document)
    with open_private(path) as stream:
        stream.write(text)
    form = ".xml" if text.startswith("<") else ".json"
    if as_document and path.suffix.lower() != form:
        typer.echo(f"They came as {form[1:].upper()}, as the file did: call {path.name} {path.stem}{form} to push it.")
    typer.echo(f"They are in {path.name}: mend them there and push that file with --mends {batch.get('batch_id')}")


def _outcome(batch: dict[str, Any]) -> int:
    outcome = batch.get("outcome") or batch.get("state")
    if batch.get("code") or outcome not in {"accepted", "accepted in part", "refused", "waiting"}:
        return UNREADABLE
    return 0 if outcome == "accepted" else SOME_ROWS_BAD


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
