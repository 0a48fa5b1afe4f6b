"""What a feed is, how it stands and what it has sent: for its agency's senders, and for officers and stewards.

Whoever signs in may read what a feed's columns are; how it stands is for its own agency and the council. Figures
alone: no value of a row, and nothing of whom the gateway knows.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from adapters.port import FeedProfile
from gateway.errors import ForbiddenError, NotFoundError, UnsupportedMediaError
from gateway.identity.caller import Caller
from gateway.store.feed_alerts import open_alerts
from gateway.store.feed_history import SentFile, last_taken, sent_files
from gateway.store.feed_switches import switch_history, switch_in_state
from gateway.usecases.feeds.feed_rhythm import RHYTHMS
from gateway.usecases.feeds.feed_switch import NO_SUCH_FEED, Switch, profile_of, switch_of
from gateway.usecases.feeds.feed_switch_law import is_plain
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.intake.spreadsheets import harmless
from gateway.usecases.people.officers import is_officer
from gateway.usecases.watching.watching_feeds import Alert, alerts_seen_by, sees_every_feed, supplies
from gateway.usecases.watching.watching_feeds_calendar import Calendar, load_calendar
from gateway.wiring import Wiring

_FILES_SHOWN = 60
_TABLE = "csv"
TEMPLATE_TYPES = {
    "csv": "text/csv",
    "xml": "application/xml",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}
"""Endings of templates and the media type of each."""


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """One feed in a list. `state`: off, proposed or on. `due` is the day by whose end the next file is expected."""

    feed: str
    title: str
    source: str
    owner: str
    formats: tuple[str, ...]
    state: str
    rhythm: str | None
    use: str | None
    last_taken: datetime | None
    due: date | None
    alerts: int


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """A column: what it is, which data items it feeds (none: it is a key), and whether it has to be there."""

    name: str
    description: str
    items: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class FeedVersion:
    """A version of the columns; an earlier one is refused from its day `until` on."""

    version: str
    until: date | None


@dataclass(frozen=True, slots=True)
class FeedDescription:
    """A feed in full. `proposed` is for officers; `plain`: it is for matching only, unless officers argue otherwise."""

    standing: FeedStanding
    columns: tuple[FeedColumn, ...]
    never_kept: tuple[str, ...]
    versions: tuple[FeedVersion, ...]
    template: str | None
    plain: bool
    switch: Switch | None
    proposed: Switch | None
    past: tuple[Switch, ...]
    alerts: tuple[Alert, ...]
    files: tuple[SentFile, ...]


def feeds_seen_by(wiring: Wiring, caller: Caller) -> list[FeedStanding]:
    """Feeds that a caller sees, by title: officers and stewards all, senders those of their agency.

    Raises `ForbiddenError` for anybody else.
    """
    if not sees_every_feed(wiring, caller) and not supplies(wiring, caller):
        raise ForbiddenError("feeds are for those who send files, and for the council's officers")
    calendar = load_calendar(wiring.settings.calendar_file)
    profiles = [feed.profile for feed in wiring.feeds.values() if _sees(wiring, caller, feed.profile)]
    return [_standing(wiring, calendar, profile) for profile in sorted(profiles, key=lambda one: one.title)]


def describe_feed(wiring: Wiring, caller: Caller, feed_name: str) -> FeedDescription:
    """One feed in full. Raises `NotFoundError` for one that the caller does not see, be it there or not."""
    profile = profile_of(wiring, feed_name)
    if not _sees(wiring, caller, profile):
        raise NotFoundError(NO_SUCH_FEED)
    with wiring.database.transaction("hg_desk") as connection:
        switches = [switch_of(wiring, row) for row in switch_history(connection, feed_name)]
        files = sent_files(connection, feed_name, _FILES_SHOWN)
    if not sees_every_feed(wiring, caller):
        files = [one for one in files if one.agency == caller.agency]
    officer = is_officer(wiring, caller)
    return FeedDescription(
        standing=_standing(wiring, load_calendar(wiring.settings.calendar_file), profile),
        columns=tuple(FeedColumn(one.name, one.description, one.items, one.required) for one in profile.columns),
        never_kept=profile.never_kept,
        versions=(
            FeedVersion(profile.version, None),
            *(FeedVersion(one.version, one.ends_on) for one in profile.earlier),
        ),
        template=_template_address(profile),
        plain=is_plain(wiring, profile),
        switch=next((one for one in switches if one.state == "on"), None),
        proposed=next((one for one in switches if one.state == "proposed"), None) if officer else None,
        past=tuple(one for one in switches if one.state in {"off", "refused"}) if officer else (),
        alerts=tuple(alerts_seen_by(wiring, caller, feed_name)),
        files=tuple(files),
    )


def feed_template(wiring: Wiring, feed_name: str, ending: str) -> tuple[str, str]:
    """File name and text of a feed's template: columns and example rows, or a small file, of invented people.

    `ending` is that of a table (csv), or the format in which the feed's example is written (xml, json, ndjson).
    Raises `NotFoundError`, or `UnsupportedMediaError` for a format that the feed has no template in.
    """
    profile = profile_of(wiring, feed_name)
    if ending != template_ending(profile):
        raise UnsupportedMediaError("this feed has no template in that format; its description says which it has")
    name = f"{feed_name}-template.{ending}"
    if ending != _TABLE:
        return name, profile.example_file
    names = [column.name for column in profile.columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(harmless, names))
    writer.writerows([harmless(row.get(name, "")) for name in names] for row in profile.example_rows)
    return name, text.getvalue()


def template_ending(profile: FeedProfile) -> str | None:
    """How the name of a feed's template ends: csv, xml, json or ndjson. None for a feed that has no template."""
    if _TABLE in profile.formats:
        return _TABLE
    if not profile.example_file:
        return None
    if profile.example_file.lstrip().startswith("<"):
        return "xml"
    return "ndjson" if _is_lines(profile.example_file) else "json"


def _is_lines(text: str) -> bool:
    """Whether each of several lines is a document of its own."""
    lines = text.splitlines()
    return len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines)


def _template_address(profile: FeedProfile) -> str | None:
    ending = template_ending(profile)
    return None if ending is None else f"/v1/feeds/{profile.name}/template.{ending}"


def _sees(wiring: Wiring, caller: Caller, profile: FeedProfile) -> bool:
    if sees_every_feed(wiring, caller):
        return True
    return supplies(wiring, caller) and wiring.register.owner_of(profile.source, wiring.clock()) == caller.agency


def _standing(wiring: Wiring, calendar: Calendar, profile: FeedProfile) -> FeedStanding:
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        on = switch_in_state(connection, profile.name, "on")
        proposed = on is None and switch_in_state(connection, profile.name, "proposed") is not None
        last = max(last_taken(connection, profile.name).values(), default=None)
        alerts = len(open_alerts(connection, profile.name))
    since = None if on is None else max(filter(None, (last, on.decided_at or on.proposed_at)))
    return FeedStanding(
        feed=profile.name, title=profile.title, source=profile.source,
        owner=wiring.register.owner_of(profile.source, now) or "", formats=profile.taken,
        state="on" if on else "proposed" if proposed else "off",
        rhythm=RHYTHMS.get(on.rhythm, on.rhythm) if on else None, use=on.use if on else None, last_taken=last,
        due=calendar.next_due(since.astimezone(LONDON).date(), on.rhythm) if on and since else None, alerts=alerts,
    )  # fmt: skip
