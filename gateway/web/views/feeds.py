"""Pages of feeds in words: how each stands, what is unusual, what it is for."""

from collections.abc import Collection
from dataclasses import dataclass

from agreements.register import Register
from gateway.usecases.feeds.describing_feeds import FeedDescription, FeedStanding
from gateway.usecases.feeds.feed_rhythm import RHYTHMS
from gateway.usecases.feeds.feed_switch import Switch
from gateway.usecases.watching.watching_feeds import KINDS, Alert
from gateway.web.code_labels import BATCH_STATES
from gateway.web.switch_form import USES
from gateway.web.views.families import Tag
from gateway.web.views.feed_chart import Chart, chart_of
from gateway.web.words import counted, day, instant

_STATES = {"on": Tag("On", "green"), "off": Tag("Off", "grey"), "proposed": Tag("Proposed", "blue")}
_SHARES = frozenset({"more-not-taken", "more-empty"})
_TIMES = frozenset({"late", "stopped"})


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed in the list."""

    href: str
    title: str
    owner: str
    state: Tag
    last: str
    due: str
    alerts: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert."""

    alert_id: str
    feed: str
    href: str
    words: str
    figures: str
    raised: str
    seen: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of the history; `href` for who answers for it."""

    sent: str
    href: str
    state: str
    rows: str
    taken: str
    share: str


@dataclass(frozen=True, slots=True)
class SwitchView:
    """A switch: its terms, row by row, and who proposed, decided and turned it off."""

    switch_id: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed in full."""

    line: FeedLine
    facts: tuple[tuple[str, str], ...]
    chart: Chart | None
    files: tuple[FileLine, ...]
    columns: tuple[tuple[str, str, str], ...]
    never_kept: tuple[str, ...]
    template: str | None
    switch: SwitchView | None
    proposed: SwitchView | None
    past: tuple[SwitchView, ...]


def feed_line(standing: FeedStanding, register: Register) -> FeedLine:
    """One feed in the list."""
    owner = register.agencies.get(standing.owner)
    return FeedLine(
        href=f"/feeds/{standing.feed}", title=standing.title, owner=owner.title if owner else standing.owner,
        state=_STATES[standing.state], last=day(standing.last_taken) if standing.last_taken else "Nothing yet",
        due=day(standing.due) if standing.due else "Not expected by a day",
        alerts=counted(standing.alerts, "alert") if standing.alerts else "None",
    )  # fmt: skip


def alert_line(alert: Alert, titles: dict[str, str]) -> AlertLine:
    """One alert in words and figures. It names a column at most, and never what stood in it."""
    part = f": {alert.part}" if alert.part and alert.kind != "webhook-disabled" else ""
    return AlertLine(
        alert_id=str(alert.alert_id), feed=titles.get(alert.feed, "Messages to your agency"),
        href=f"/feeds/{alert.feed}" if alert.feed else "", words=f"{KINDS.get(alert.kind, alert.kind)}{part}",
        figures=_figures(alert), raised=instant(alert.raised_at),
        seen=f"Seen by {alert.acknowledged_by}, {instant(alert.acknowledged_at)}" if alert.acknowledged_at else "",
    )  # fmt: skip


def feed_view(described: FeedDescription, register: Register, senders: Collection[str]) -> FeedView:
    """A feed in full. `senders` are those for whose files the reader answers."""
    standing = described.standing
    files = tuple(
        FileLine(
            instant(one.received_at), f"/batches/{one.batch_id}" if one.sender in senders else "",
            BATCH_STATES.get(one.state, one.state), f"{one.rows_read:,}",
            f"{one.rows_accepted:,}", f"{100 * one.not_taken / one.rows_read:.1f} %" if one.rows_read else "",
        )
        for one in described.files
    )  # fmt: skip
    drawn = [(day(one.received_at), one.rows_read, one.not_taken) for one in reversed(described.files)]
    versions = [
        f"{one.version} (until {day(one.until)})" if one.until else f"{one.version} (now)" for one in described.versions
    ]
    line = feed_line(standing, register)
    return FeedView(
        line=line,
        facts=(
            ("Comes from", line.owner), ("Comes as", ", ".join(standing.formats).upper()),
            ("How often", standing.rhythm.capitalize() if standing.rhythm else "Not named while it is off"),
            ("Last file that was taken", line.last), ("Next file expected by", line.due),
            ("Versions of its columns", ", ".join(versions)),
        ),
        chart=chart_of(drawn), files=files,
        columns=tuple(
            (f"{one.name}{', must be there' if one.required else ''}", one.description, ", ".join(one.items) or "Key")
            for one in described.columns
        ),
        never_kept=described.never_kept, template=(described.template or "").removeprefix("/v1") or None,
        switch=switch_view(described.switch, register) if described.switch else None,
        proposed=switch_view(described.proposed, register) if described.proposed else None,
        past=tuple(switch_view(one, register) for one in described.past),
    )  # fmt: skip


def switch_view(switch: Switch, register: Register) -> SwitchView:
    """The terms of a switch and who stands for it."""
    terms = switch.terms
    rows = [
        ("Purpose", register.purpose_titles.get(terms.purpose, terms.purpose)), ("Why it is needed", terms.necessity),
        ("Impact assessment", f"{terms.dpia}, line {terms.dpia_line}"), ("Use", USES.get(terms.use, terms.use)),
        ("Argument", terms.argument or "None was needed"),
        ("Bad rows that a file may have", f"{100 * terms.error_budget:.0f} in a hundred"),
        ("How often", RHYTHMS.get(terms.rhythm, terms.rhythm)),
        ("Usual size", counted(terms.usual_rows, "row") if terms.usual_rows else "Learned from its files"),
        ("Proposed by", f"{switch.proposed_by}, {instant(switch.proposed_at)}"),
    ]  # fmt: skip
    if switch.decided_at:
        rows.append(
            (
                "Refused by" if switch.state == "refused" else "Decided by",
                f"{switch.decided_by}, {instant(switch.decided_at)}",
            )
        )
    if switch.off_at:
        rows.append(("Turned off by", f"{switch.off_by}, {instant(switch.off_at)}"))
        rows.append(("Because", switch.off_reason or "Another switch took its place"))
    return SwitchView(str(switch.switch_id), tuple(rows))


def _figures(alert: Alert) -> str:
    if alert.kind in _TIMES:
        return f"{counted(int(alert.observed), 'day')} over its day when this was noticed"
    if alert.kind in _SHARES:
        return f"{100 * alert.observed:.1f} in a hundred rows; usually {100 * alert.expected:.1f}"
    if alert.kind == "new-codes":
        return counted(int(alert.observed), "new code")
    if alert.kind == "webhook-disabled":
        return ""
    return f"{alert.observed:,.0f} rows; usually {alert.expected:,.0f}"
