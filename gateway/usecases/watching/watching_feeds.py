"""Feeds are watched: late, stopped, shrunken or changed, their sender and the council are told, in figures alone.

An alert stays open until somebody's next good file closes it; acknowledged, it is known and still open. Lateness is
held against the rhythm that officers named at the switch, on the days that offices and schools keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import EventClass
from gateway.custody import KeyRing
from gateway.errors import NotFoundError
from gateway.identity.caller import Caller, PartnerCaller
from gateway.store.desk_tables import BatchRow
from gateway.store.feed_alerts import change_alert, close_alert, listed_alerts, lock_alert, open_alert, open_alerts
from gateway.store.feed_history import (
    SentFile,
    known_codes,
    last_taken,
    save_codes,
    save_columns,
    sent_files,
)
from gateway.store.feed_switches import switches_on
from gateway.store.feed_tables import FeedAlertRow, FeedSwitchRow
from gateway.store.ledger import append
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import is_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import DATA_SUPPLY, STEWARDSHIP, families_of
from gateway.usecases.telling.webhooks_telling import tell
from gateway.usecases.watching.watching_feeds_calendar import Calendar, load_calendar
from gateway.usecases.watching.watching_feeds_measure import (
    LONGEST_HISTORY,
    ColumnFigures,
    FileFigures,
    Finding,
    findings,
)
from gateway.usecases.watching.watching_feeds_sample import FileSample
from gateway.wiring import Wiring

Alert = FeedAlertRow
"""An alert as use cases hand it on."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "late": "No file came by the day it was due",
        "stopped": "Three files in a row did not come",
        "shrunken": "The file has far fewer rows than usual",
        "swollen": "The file has far more rows than usual",
        "more-not-taken": "Far more rows than usual could not be taken",
        "more-empty": "A column is empty far more often than usual",
        "new-codes": "A column holds codes that it never held before",
        "webhook-disabled": "Messages did not come through for days; the webhook is off",
    }
)
_BY_TIME = frozenset({"late", "stopped"})
_STOPPED_AFTER = 3
_MACHINES_APART = 2
_ALL_SENDERS = ""
_STAFF = "staff:"
_PURPOSE = "feeds"


def watch_feeds(wiring: Wiring) -> int:
    """Look at every feed that is on; gives how many alerts are new. Safe to run again: nothing is raised twice."""
    calendar = load_calendar(wiring.settings.calendar_file)
    with wiring.database.transaction("hg_desk") as connection:
        on = switches_on(connection)
    return sum(_watch_one(wiring, calendar, switch) for feed, switch in sorted(on.items()) if feed in wiring.feeds)


def note_sample(connection: Connection, ring: KeyRing, batch: BatchRow, sample: FileSample) -> None:
    """Store what a batch looked like, with its transaction (as hg_intake).

    A code is new where none of its sender's files held it: held against everybody's of the feed, its number told a
    school which of the pupils whom it names another school has named (practice P14).
    """

    def digest(name: str, value: str) -> bytes:
        parts = (batch.feed, batch.sender, name, value)
        return ring.digest("feed-code", *(part.encode() for part in parts))

    before = known_codes(connection, batch.feed)
    # No code is empty: that digest says that the column was one of codes before.
    held = {name: {digest(name, value) for value in ("", *values)} for name, values in sample.codes().items()}
    fresh = {name: sorted(digests - before.get(name, frozenset())) for name, digests in held.items()}
    # A column's first codes are all new to us: that is no news of the column.
    new = {name: 0 if digest(name, "") in digests else len(digests) for name, digests in fresh.items()}
    figures = {name: (looked, empty, new.get(name, 0)) for name, (looked, empty) in sample.figures().items()}
    save_columns(connection, batch.batch_id, figures)
    save_codes(connection, batch.feed, fresh)


def alerts_seen_by(wiring: Wiring, caller: Caller, feed: str | None = None, *, closed: bool = False) -> list[Alert]:
    """Alerts that a caller may see: officers and stewards all, others those of their own agency; newest first."""
    agency = None if sees_every_feed(wiring, caller) else caller.agency
    with wiring.database.transaction("hg_desk") as connection:
        return listed_alerts(connection, agency, feed, closed=closed)


def acknowledge_alert(wiring: Wiring, context: RequestContext, caller: Caller, alert_id: UUID) -> Alert:
    """Say that an alert has been seen and is being looked into. Raises `NotFoundError`. Acknowledging is an entry."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_alert(connection, alert_id)
        if row is None or not _may_see(wiring, caller, row):
            raise NotFoundError("there is no such alert")
        if row.acknowledged_at is not None:
            return row
        seen = entry(
            wiring, context, caller, EventClass.CONFIGURATION, now, purpose=_PURPOSE,
            detail={"feed_alert": str(alert_id)},
        )  # fmt: skip
        append(connection, seen)
        values = {"acknowledged_at": now, "acknowledged_by": seen.who}
        change_alert(connection, alert_id, values)
    return row.model_copy(update=values)


def sees_every_feed(wiring: Wiring, caller: Caller) -> bool:
    """Officers oversee feeds, and stewards of data quality work with them."""
    if isinstance(caller, PartnerCaller):
        return False
    return is_officer(wiring, caller) or STEWARDSHIP in families_of(wiring, caller)


def supplies(wiring: Wiring, caller: Caller) -> bool:
    """Whether a caller pushes files for their agency."""
    if isinstance(caller, PartnerCaller):
        return "feeds:push" in caller.scopes
    return DATA_SUPPLY in families_of(wiring, caller)


def _may_see(wiring: Wiring, caller: Caller, alert: Alert) -> bool:
    return sees_every_feed(wiring, caller) or (alert.agency == caller.agency and supplies(wiring, caller))


@dataclass(frozen=True, slots=True)
class _Series:
    """The files of one sender that one newest file is held against."""

    agency: str
    sender: str
    batch_id: UUID
    found: tuple[Finding, ...]


def _watch_one(wiring: Wiring, calendar: Calendar, switch: FeedSwitchRow) -> int:
    now = wiring.clock()
    owner = wiring.register.owner_of(wiring.feeds[switch.feed].profile.source, now)
    if owner is None:
        return 0
    with wiring.database.transaction("hg_desk") as connection:
        raised = _watch_time(connection, wiring, calendar, switch, owner)
        for series in _series(connection, switch):
            raised += _settle(connection, wiring, switch.feed, series)
    return raised


def _watch_time(connection: Connection, wiring: Wiring, calendar: Calendar, switch: FeedSwitchRow, owner: str) -> int:
    began = switch.decided_at or switch.proposed_at
    last = last_taken(connection, switch.feed)
    today = wiring.clock().astimezone(LONDON).date()
    series = {_ALL_SENDERS: max([began, *last.values()])}
    machines = {sender: at for sender, at in last.items() if not sender.startswith(_STAFF)}
    if len(machines) >= _MACHINES_APART:
        # Several bodies send the same feed: one of them that is silent must not hide behind the others.
        series |= {sender: max(began, at) for sender, at in machines.items()}
    raised = 0
    for sender, at in series.items():
        kind, due = missed(calendar, switch.rhythm, at, today)
        standing = [
            one for one in open_alerts(connection, switch.feed) if one.kind in _BY_TIME and one.sender == sender
        ]
        for one in standing:
            if one.kind != kind:
                _close(connection, wiring, one)
        if kind is not None and due is not None and kind not in {one.kind for one in standing}:
            days = float((today - due).days)
            finding = Finding(kind, "", days, 0.0)
            raised += _raise(connection, wiring, switch.feed, (owner, sender, None), finding)
    return raised


def missed(calendar: Calendar, rhythm: str, last: datetime, today: date) -> tuple[str | None, date | None]:
    """Whether a feed is `late` or has `stopped`, and the first day by which a file was due."""
    due = calendar.next_due(last.astimezone(LONDON).date(), rhythm)
    first, times = due, 0
    while due is not None and due < today and times < _STOPPED_AFTER:
        times += 1
        due = calendar.next_due(due, rhythm)
    if times == 0:
        return None, first
    return ("stopped" if times >= _STOPPED_AFTER else "late"), first


def _series(connection: Connection, switch: FeedSwitchRow) -> Sequence[_Series]:
    """Each sender's newest file that was taken, with what is unusual about it."""
    found = []
    for sender in sorted(last_taken(connection, switch.feed)):
        files = sent_files(connection, switch.feed, 4 * LONGEST_HISTORY, sender=sender, taken_only=True)
        newest = files[0]
        earlier = [_figures(one) for one in files[1:] if one.mode == newest.mode]
        unusual = findings(_figures(newest), earlier, switch.usual_rows)
        found.append(_Series(newest.agency, sender, newest.batch_id, unusual))
    return found


def _figures(file: SentFile) -> FileFigures:
    columns = {name: ColumnFigures(*figures) for name, figures in file.columns.items()}
    return FileFigures(file.rows_read, file.not_taken, columns)


def _settle(connection: Connection, wiring: Wiring, feed: str, series: _Series) -> int:
    unusual = {(one.kind, one.part) for one in series.found}
    for one in open_alerts(connection, feed):
        if one.kind not in _BY_TIME and one.sender == series.sender and (one.kind, one.part) not in unusual:
            _close(connection, wiring, one)
    about = (series.agency, series.sender, series.batch_id)
    return sum(_raise(connection, wiring, feed, about, finding) for finding in series.found)


def _raise(
    connection: Connection, wiring: Wiring, feed: str, about: tuple[str, str, UUID | None], finding: Finding
) -> int:
    agency, sender, batch_id = about
    alert_id, now = wiring.mint_opaque(), wiring.clock()
    new = open_alert(
        connection,
        {
            "alert_id": alert_id, "feed": feed, "agency": agency, "sender": sender, "kind": finding.kind,
            "part": finding.part, "batch_id": batch_id, "observed": finding.observed, "expected": finding.expected,
            "raised_at": now,
        },
    )  # fmt: skip
    if new:
        told = {"alert_id": str(alert_id), "feed": feed, "kind": finding.kind, "state": "open"}
        tell(connection, wiring, agency, "feed.alert", told)
    return int(new)


def _close(connection: Connection, wiring: Wiring, alert: Alert) -> None:
    close_alert(connection, alert.alert_id, wiring.clock())
    told = {"alert_id": str(alert.alert_id), "feed": alert.feed, "kind": alert.kind, "state": "closed"}
    tell(connection, wiring, alert.agency, "feed.alert", told)
