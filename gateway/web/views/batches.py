"""Pages of pushed files: what became of each, in words."""

from dataclasses import dataclass

from adapters.port import FeedProfile
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.batches import FINISHED, Progress, told_withdrawn
from gateway.usecases.intake.intake import Batch
from gateway.usecases.intake.mending_documents import document_formats, is_document
from gateway.web.code_labels import BATCH_STATES
from gateway.web.views.families import Tag
from gateway.web.words import counted, day, instant

_MODES = {
    "delta": "What is new or changed", "full": "Everything that you hold", "tombstone": "Keys of what is withdrawn",
}  # fmt: skip
_COLOURS = {"waiting": "blue", "accepted": "green", "accepted in part": "yellow", "refused": "red"}


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One file in the list."""

    href: str
    sent: str
    feed: str
    state: Tag
    rows: str
    taken: str
    handed_back: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """One file. `first_href` leads to the file whose rows it mends, where some of those wait still.

    `columns_href` leads to what its columns have to be, where the whole file was refused.
    """

    sent: str
    feed: str
    state: Tag
    paragraphs: tuple[str, ...]
    first_href: str
    first_words: str
    columns_href: str
    counts: tuple[tuple[str, str], ...]
    not_kept: tuple[str, ...]
    not_kept_sentence: str
    href: str
    feed_name: str
    waits: bool
    errors_href: str | None
    errors_format: str
    mends_here: bool
    mend_command: str
    signed_receipt: str | None
    receipt_id: str


def batch_line(batch: Batch, feeds: dict[str, FeedProfile]) -> BatchLine:
    """One file in the list."""
    return BatchLine(
        href=f"/batches/{batch.batch_id}",
        sent=instant(batch.received_at),
        feed=feed_title(batch, feeds),
        state=state_tag(batch),
        rows=f"{batch.rows_read:,}",
        taken=f"{batch.rows_accepted:,}",
        handed_back=f"{batch.rows_rejected + batch.rows_refused:,}",
    )


def batch_view(
    batch: Batch, feeds: dict[str, FeedProfile], progress: Progress | None, *, sent_here: bool,
    first: Batch | None = None,
) -> BatchView:  # fmt: skip
    """One file. It says nothing of whether anyone in it is already known.

    `sent_here`: the reader sent it on these pages; else a machine did for which the reader answers. `first`: the file
    whose rows it mends.
    """
    still = _still_open(first) if first else 0
    href = f"/batches/{batch.batch_id}"
    columns = len(batch.columns_not_kept)
    handed_back = batch.rows_rejected + batch.rows_refused
    errors_format = _errors_format(batch, feeds)
    return BatchView(
        sent=instant(batch.received_at),
        feed=feed_title(batch, feeds),
        state=state_tag(batch),
        paragraphs=(*_paragraphs(batch, progress), *_mended_since(batch)),
        first_href=f"/batches/{first.batch_id}" if first and still else "",
        first_words=f"{counted(still, 'row')} of the first file {'waits' if still == 1 else 'wait'} to be mended still",
        columns_href=f"/feeds/{batch.feed}#columns" if batch.refusal_message else "",
        counts=(
            ("Rows in the file", f"{batch.rows_read:,}"),
            ("Taken", f"{batch.rows_accepted:,}"),
            ("Taken with a remark", f"{batch.rows_flagged:,}"),
            ("Handed back to mend", f"{batch.rows_rejected:,}"),
            ("Refused, may not be sent here", f"{batch.rows_refused:,}"),
            ("What the file stands for", _MODES.get(batch.mode, batch.mode)),
            ("Days that it covers", _covered(batch)),
            *_of_mending(batch),
            *_of_withdrawals(batch),
            ("Sent by", "You, on these pages" if sent_here else f"The machine {batch.sender}"),
            ("Compared with all other records", instant(batch.linked_at) if batch.linked_at else "Not yet"),
        ),
        not_kept=tuple(batch.columns_not_kept),
        not_kept_sentence=(
            f"You sent {counted(columns, 'column')} we are not allowed to take. "
            f"We did not keep {'it' if columns == 1 else 'them'}. You did nothing wrong."
        ),
        href=href,
        feed_name=batch.feed,
        waits=batch.state == "waiting" or batch.withdrawals == "waiting",
        errors_href=f"{href}/errors{'.csv' if errors_format == 'CSV' else ''}" if handed_back else None,
        errors_format=errors_format,
        mends_here=sent_here and bool(batch.rows_rejected) and not batch.validate_only,
        mend_command=f"hearthgate push {batch.feed} FILE --mends {batch.batch_id}",
        signed_receipt=f"{href}/receipt.jws" if batch.state in FINISHED else None,
        receipt_id=str(batch.receipt_entry) if batch.receipt_entry else "",
    )


def state_tag(batch: Batch) -> Tag:
    """The state in words."""
    return Tag(BATCH_STATES.get(batch.state, batch.state), _COLOURS.get(batch.state, "grey"))


def feed_title(batch: Batch, feeds: dict[str, FeedProfile]) -> str:
    """What the feed is called; its name where it is no longer offered."""
    profile = feeds.get(batch.feed)
    return profile.title if profile else batch.feed


def _errors_format(batch: Batch, feeds: dict[str, FeedProfile]) -> str:
    """In which format the bad rows of a file go back and come again."""
    profile = feeds.get(batch.feed)
    if profile is None or not is_document(profile):
        return "CSV"
    return ", or ".join(map(str.upper, document_formats(profile)))


def _paragraphs(batch: Batch, progress: Progress | None) -> tuple[str, ...]:
    if batch.refusal_message:
        return tuple(filter(None, (batch.refusal_message, batch.refusal_remedy)))
    if batch.state in {"received", "validating"}:
        far = f"{counted(progress.rows, 'row')} so far. " if progress and progress.rows else ""
        return (f"We are still checking this file. {far}Open this page again in a minute.",)
    if batch.state == "waiting":
        return _why_it_waits(batch)
    if batch.validate_only:
        return (
            _outcome("Of this trial we would take", "hand back", batch),
            "It was to be checked only: no row is stored.",
        )
    if batch.withdrawals == "waiting":
        gone = counted(batch.facts_to_withdraw, "fact")
        return (
            _outcome("We took", "hand back", batch),
            f"{gone} that you supplied before and that this file does not name any more stay until its bad rows are "
            "mended, or until you say that they are gone.",
        )
    return (_outcome("We took", "hand back", batch),)


def _still_open(batch: Batch) -> int:
    """How many rows that were handed back nobody has mended yet."""
    return max(batch.rows_rejected - batch.rows_mended, 0)


def _mended_since(batch: Batch) -> tuple[str, ...]:
    if not batch.rows_mended:
        return ()
    still = _still_open(batch)
    rest = f"{counted(still, 'row')} {'waits' if still == 1 else 'wait'} still" if still else "none waits any more"
    return (f"{counted(batch.rows_mended, 'row')} of those handed back came mended since; {rest}.",)


def _why_it_waits(batch: Batch) -> tuple[str, ...]:
    until = f" Without an answer it is refused on {day(batch.confirm_by.date())}." if batch.confirm_by else ""
    if batch.waits_for == "fewer-rows":
        why = f"This file has {counted(batch.rows_read, 'row')}; yours usually have about {batch.rows_usual:,}."
    else:
        why = "This file does not name much of what you supplied before; all that would be withdrawn."
    return (why, f"Nothing of it is taken yet. Say whether it is right.{until}")


def _outcome(took: str, back: str, batch: Batch) -> str:
    handed_back = batch.rows_rejected + batch.rows_refused
    if handed_back:
        return f"{took} {counted(batch.rows_accepted, 'row')} and {back} {counted(handed_back, 'row')}."
    if not batch.rows_read:
        return "The file has no row below the names of its columns. There was nothing to take."
    return f"{took} every row: {counted(batch.rows_accepted, 'row')}."


def _covered(batch: Batch) -> str:
    if batch.coverage_to is None:
        return "Not said"
    return f"{day(batch.coverage_from)} to {day(batch.coverage_to)}" if batch.coverage_from else day(batch.coverage_to)


def _of_mending(batch: Batch) -> tuple[tuple[str, str], ...]:
    rows = [("Handed back and mended since", f"{batch.rows_mended:,}")] if batch.rows_mended else []
    if batch.mends:
        rows.append(("Rows that had been mended before", f"{batch.rows_left:,}"))
    return tuple(rows)


def _of_withdrawals(batch: Batch) -> tuple[tuple[str, str], ...]:
    """What a full file took back. Of a file of keys it is not told: it could ask of one key."""
    withdrawn = told_withdrawn(batch)
    return (("Facts withdrawn", f"{withdrawn:,}"),) if batch.mode == Mode.FULL and withdrawn is not None else ()
