"""Pages of pushed files: what became of each, in words."""

from dataclasses import dataclass

from adapters.port import FeedProfile
from gateway.usecases.intake import Batch
from gateway.web.code_labels import BATCH_STATES
from gateway.web.views.families import Tag
from gateway.web.words import counted, day, instant

_COLOURS = {"accepted": "green", "accepted in part": "yellow", "refused": "red"}


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
    """One file."""

    sent: str
    feed: str
    state: Tag
    paragraphs: tuple[str, ...]
    counts: tuple[tuple[str, str], ...]
    not_kept: tuple[str, ...]
    not_kept_sentence: str
    errors_href: str | None
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


def batch_view(batch: Batch, feeds: dict[str, FeedProfile], *, is_sender: bool) -> BatchView:
    """One file. It says nothing of whether anyone in it is already known."""
    columns = len(batch.columns_not_kept)
    handed_back = batch.rows_rejected + batch.rows_refused
    return BatchView(
        sent=instant(batch.received_at),
        feed=feed_title(batch, feeds),
        state=state_tag(batch),
        paragraphs=_paragraphs(batch),
        counts=(
            ("Rows in the file", f"{batch.rows_read:,}"),
            ("Taken", f"{batch.rows_accepted:,}"),
            ("Taken with a remark", f"{batch.rows_flagged:,}"),
            ("Handed back to mend", f"{batch.rows_rejected:,}"),
            ("Refused, may not be sent here", f"{batch.rows_refused:,}"),
            ("Your data now reaches", day(batch.coverage_to) if batch.coverage_to else "Not changed"),
        ),
        not_kept=tuple(batch.columns_not_kept),
        not_kept_sentence=(
            f"You sent {counted(columns, 'column')} we are not allowed to take. "
            f"We did not keep {'it' if columns == 1 else 'them'}. You did nothing wrong."
        ),
        errors_href=f"/batches/{batch.batch_id}/errors.csv" if is_sender and handed_back else None,
        receipt_id=str(batch.receipt_entry) if batch.receipt_entry else "",
    )


def state_tag(batch: Batch) -> Tag:
    """The state in words."""
    return Tag(BATCH_STATES.get(batch.state, batch.state), _COLOURS.get(batch.state, "grey"))


def feed_title(batch: Batch, feeds: dict[str, FeedProfile]) -> str:
    """What the feed is called; its name where it is no longer offered."""
    profile = feeds.get(batch.feed)
    return profile.title if profile else batch.feed


def _paragraphs(batch: Batch) -> tuple[str, ...]:
    if batch.refusal_message:
        return tuple(filter(None, (batch.refusal_message, batch.refusal_remedy)))
    handed_back = batch.rows_rejected + batch.rows_refused
    if batch.state in {"received", "validating"}:
        return ("We are still checking this file. Open this page again in a minute.",)
    if batch.state == "waiting":
        return ("Nothing of this file is taken yet. Say whether it is right: it differs much from those before it.",)
    if handed_back:
        took = f"We took {counted(batch.rows_accepted, 'row')}"
        return (f"{took} and hand back {counted(handed_back, 'row')}.",)
    return (f"We took every row: {counted(batch.rows_accepted, 'row')}.",)
