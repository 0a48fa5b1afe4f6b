"""Translate a partner's file without a gateway: records and row errors handed on one by one, and a count of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from pydantic_core import PydanticSerializationError

from adapters.errors import UnknownFeedError
from adapters.port import Feed, FeedProfile, RowError, Translation, translate_rows
from adapters.registry import FEEDS
from adapters.tabular import load_mappings

ERROR_COLUMNS = ("row", "error_column", "error_code", "message", "how_to_fix")


@dataclass(slots=True)
class TranslationSummary:
    """What became of a file. `flags` counts remarks on rows that were taken, by "column: code".

    Of the columns of a CSV file, `columns_never_kept` are those that the feed knows to drop, and `columns_not_known`
    those that it does not have.
    """

    feed: str
    file: str
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    refused: int = 0
    flagged: int = 0
    records: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    columns_never_kept: list[str] = field(default_factory=list)
    columns_not_known: list[str] = field(default_factory=list)

    @property
    def all_good(self) -> bool:
        """Whether every row was accepted."""
        return self.accepted == self.rows


def known_feeds(folder: Path | None) -> Mapping[str, Feed]:
    """Built-in feeds and, where the folder is there, those of its mapping files. A built-in one is never replaced."""
    mapped = load_mappings(folder) if folder is not None and folder.is_dir() else {}
    return {**mapped, **FEEDS}


def find_feed(name: str, folder: Path | None) -> Feed:
    """The feed of that name. Raise `UnknownFeedError`, which names the nearest known feed but not what was asked."""
    built_in = FEEDS.get(name)
    if built_in is not None:
        return built_in
    feeds = known_feeds(folder)
    if name in feeds:
        return feeds[name]
    near = get_close_matches(name, feeds, n=1)
    hint = f"did you mean {near[0]}?" if near else "`hearthgate feeds` lists those there are"
    message = f"there is no feed of that name; {hint}"
    raise UnknownFeedError(message)


def translate_file(
    feed: Feed,
    body: BinaryIO | bytes,
    summary: TranslationSummary,
    put_record: Callable[[str], object],
    put_error: Callable[[RowError], object],
) -> None:
    """Translate row by row, counting into `summary`. Records are handed on as JSON texts, one concept record each.

    Raise `FeedUnreadableError` where the file is not of this feed; every feed finds that out before its first row.
    """
    known = {column.name for column in feed.profile.columns}
    tabular = "csv" in feed.profile.formats
    for translation in translate_rows(feed, body):
        texts, errors = _as_texts(translation)
        _count(summary, translation, len(texts), bad=bool(errors))
        if tabular:
            # Keys of a JSON object or XML element are the sender's content as much as values are; headings are not.
            _note_columns(summary, feed.profile, (name for name in translation.row.cells if name and name not in known))
        for text in texts:
            put_record(text)
        for error in errors:
            put_error(error)


def _note_columns(summary: TranslationSummary, profile: FeedProfile, unread: Iterable[str]) -> None:
    dropped = {name.casefold() for name in profile.never_kept}
    for name in unread:
        listed = summary.columns_never_kept if name.casefold() in dropped else summary.columns_not_known
        if name not in listed:
            listed.append(name)


def _as_texts(translation: Translation) -> tuple[list[str], tuple[RowError, ...]]:
    if translation.errors:
        return [], translation.errors
    try:
        return [record.model_dump_json() for record in translation.records], ()
    except PydanticSerializationError:
        message = "The row holds characters that are no text."
        return [], (RowError(translation.row.number, "", "encoding-invalid", message, "Save the file as UTF-8."),)


def _count(summary: TranslationSummary, translation: Translation, records: int, *, bad: bool) -> None:
    summary.rows += 1
    summary.records += records
    if translation.refused:
        summary.refused += 1
    elif bad:
        summary.rejected += 1
    else:
        summary.accepted += 1
        summary.flagged += bool(translation.flags)
        for flag in translation.flags:
            remark = f"{flag.column}: {flag.code}"
            summary.flags[remark] = summary.flags.get(remark, 0) + 1
