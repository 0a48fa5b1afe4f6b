"""`hearthgate translate` and `hearthgate feeds`: what a partner tries at their own desk, offline; switches beside."""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import typer

from adapters.errors import FeedUnreadableError
from adapters.port import Feed, FeedProfile, RowError
from adapters.tabular import check_examples, load_mapping
from adapters.tabular.errors import MappingError
from gateway.commands import feed_switches as cli_feed_switches
from gateway.commands.files import STDIN, CommandError, keep_apart, read_input
from gateway.commands.settings import read_settings
from gateway.usecases.intake.spreadsheets import harmless
from gateway.usecases.intake.translating import (
    ERROR_COLUMNS,
    TranslationSummary,
    find_feed,
    known_feeds,
    translate_file,
)

SOME_ROWS_BAD = 1
UNREADABLE = 2
_READER_GONE = 141  # 128 + SIGPIPE, as a shell reports a command whose reader left

translate_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
feeds_app = typer.Typer(
    help="The feeds that this gateway can take.", add_completion=False, pretty_exceptions_enable=False
)

feeds_app.command("on")(cli_feed_switches.switch_on)
feeds_app.command("decide")(cli_feed_switches.decide_on)
feeds_app.command("off")(cli_feed_switches.switch_off)
feeds_app.command("status")(cli_feed_switches.status)

FeedsDir = typer.Option(None, "--feeds-dir", help="Folder of mapping files; else as HEARTHGATE_FEEDS_DIR says.")
ErrorsFile = typer.Option(None, "--errors", help="Write row errors to this CSV file instead of stderr.")


@translate_app.command()
def translate(
    feed: str = typer.Argument(metavar="FEED", help="Name of the feed, as `hearthgate feeds` lists it."),
    file: str = typer.Argument(metavar="FILE", help="File as the partner sends it, plain or gzip; - reads stdin."),
    errors: Path | None = ErrorsFile,
    feeds_dir: Path | None = FeedsDir,
) -> None:
    """Turn a partner's file into concept records (NDJSON on stdout); nothing is sent anywhere.

    Row errors go to stderr or --errors as CSV; the last line of stderr is a JSON summary.
    Exit 0: all rows good. 1: some not. 2: not readable as that feed.
    """
    found = find_feed(feed, mapping_folder(feeds_dir))
    raise typer.Exit(_translate(found, file, errors))


@feeds_app.callback(invoke_without_command=True)
def feeds(context: typer.Context, feeds_dir: Path | None = FeedsDir) -> None:
    """The feeds that this gateway can take; alone, the same as `list`."""
    if context.invoked_subcommand is None:
        list_feeds(feeds_dir)


@feeds_app.command("list")
def list_feeds(feeds_dir: Path | None = FeedsDir) -> None:
    """List every feed: name, source, formats, title."""
    profiles = [feed.profile for feed in known_feeds(mapping_folder(feeds_dir)).values()]
    rows = [(one.name, one.source, ", ".join(one.taken), one.title) for one in sorted(profiles, key=_by_source)]
    _print_table(("feed", "source", "formats", "title"), rows)


@feeds_app.command("show")
def show_feed(
    feed: str = typer.Argument(metavar="FEED", help="Name of the feed."), feeds_dir: Path | None = FeedsDir
) -> None:
    """Show a feed's columns: which are required and which data items each supplies."""
    profile = find_feed(feed, mapping_folder(feeds_dir)).profile
    typer.echo(f"{profile.name}: {profile.title}\nsource {profile.source}; formats {', '.join(profile.taken)}\n")
    rows = [
        (one.name, "required" if one.required else "", ", ".join(one.items) or "(key)", one.description)
        for one in profile.columns
    ]
    _print_table(("column", "", "items", "description"), rows)


@feeds_app.command("template")
def feed_template(
    feed: str = typer.Argument(metavar="FEED", help="Name of the feed."), feeds_dir: Path | None = FeedsDir
) -> None:
    """Print a template of invented people: columns and example rows as CSV, or a small file of another format."""
    profile = find_feed(feed, mapping_folder(feeds_dir)).profile
    if "csv" not in profile.formats and profile.example_file:
        sys.stdout.write(profile.example_file)
        return
    if "csv" not in profile.formats:
        message = f"this feed comes as {', '.join(profile.formats)}; a CSV template does not fit it"
        raise CommandError(message)
    write_template(profile)


@feeds_app.command("try")
def try_mapping(
    mapping: Path = typer.Argument(metavar="MAPPING", help="Mapping file (YAML) that describes the feed."),
    file: str = typer.Argument(metavar="FILE", help="File to read with it; - reads stdin."),
    errors: Path | None = ErrorsFile,
) -> None:
    """Try a mapping file: check it, run its examples, then translate FILE with it as `translate` does."""
    try:
        feed = load_mapping(mapping)
    except OSError:
        raise CommandError("the mapping file cannot be opened; check its path") from None
    for failure in check_examples(feed):
        message = f"Example {failure.name!r} fails: {failure.message}"
        raise MappingError(failure.line, message, "Correct the mapping or the example.", mapping.name)
    raise typer.Exit(_translate(feed, file, errors))


def mapping_folder(given: Path | None) -> Path | None:
    """The folder of mapping files: the one given, which has to exist, or that of the settings."""
    if given is None:
        return read_settings().feeds_dir
    if not given.is_dir():
        raise CommandError("there is no such folder of mapping files; check --feeds-dir")
    return given


def write_template(profile: FeedProfile) -> None:
    """Write header and example rows to stdout."""
    names = [column.name for column in profile.columns]
    writer = csv.DictWriter(sys.stdout, names, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(profile.example_rows)


def _translate(feed: Feed, file: str, errors: Path | None) -> int:
    keep_apart((errors,), (None if file == STDIN else Path(file),))
    body = read_input(file)
    summary = TranslationSummary(feed.profile.name, "stdin" if file == STDIN else Path(file).name)
    try:
        with _row_errors(errors) as put_error:
            translate_file(feed, body, summary, _put_record, put_error)
            sys.stdout.flush()
    except FeedUnreadableError as error:
        sys.stderr.write(f"{error.message} {error.how_to_fix}\n")
        _put_summary(summary)
        return UNREADABLE
    except BrokenPipeError:
        # Whatever reads our records has seen enough; Python's own last flush must not complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _READER_GONE
    _put_summary(summary)
    return 0 if summary.all_good else SOME_ROWS_BAD


def _put_record(text: str) -> None:
    sys.stdout.buffer.write(text.encode() + b"\n")


def _put_summary(summary: TranslationSummary) -> None:
    sys.stderr.write(json.dumps(asdict(summary)) + "\n")


class RowErrorSheet:
    """Row errors as CSV; the header comes with the first of them."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._begun = False

    def begin(self) -> None:
        """Write the header, once."""
        if not self._begun:
            self._writer.writerow(ERROR_COLUMNS)
            self._begun = True

    def put(self, error: RowError) -> None:
        """Write one error."""
        self.begin()
        texts = (error.column, error.code, error.message, error.how_to_fix)
        self._writer.writerow((error.row, *map(harmless, texts)))


@contextmanager
def _row_errors(path: Path | None) -> Iterator[Callable[[RowError], object]]:
    if path is None:
        yield RowErrorSheet(sys.stderr).put
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError:
        raise CommandError("the errors file cannot be written; check --errors") from None
    with stream:
        sheet = RowErrorSheet(stream)
        sheet.begin()
        yield sheet.put


def _by_source(profile: FeedProfile) -> tuple[str, str]:
    return profile.source, profile.name


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head) - 1)]
    for row in (head, *rows):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        typer.echo("  ".join((*padded, row[-1])).rstrip())
