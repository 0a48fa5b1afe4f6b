"""What a reader is told, as templates show it: notices, one of them opened, and what they were shown and was wrong."""

from dataclasses import dataclass

from concept_model.items import item_named
from gateway.usecases.subjects.correction_notices import CorrectionNotice
from gateway.usecases.telling.notifying import INCIDENT
from gateway.usecases.telling.reading_notices import Incident, Notice, OpenedNotice
from gateway.web.code_labels import ROLES_IN_EVENT
from gateway.web.views.families import FactView, Tag
from gateway.web.views.people import IdentityRow, heading_name, identity_rows
from gateway.web.words import day, instant, moment_text, value_rows

_STATES = {"unread": Tag("Not read", "yellow"), "overdue": Tag("Overdue", "red"), "read": Tag("Read", "grey")}
_NOTHING_LEFT = "What this notice was about may not be shown any more. Ask MASH."


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice in the list: no name and no family."""

    id: str
    title: str
    state: Tag
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpenedView:
    """One notice, opened. `family_href` is there for whom a referral names; they look with a purpose of their own."""

    title: str
    name: str
    rows: tuple[IdentityRow, ...]
    advice: tuple[str, ...]
    incidents: tuple[FactView, ...]
    nothing: str
    family_href: str
    receipt_href: str
    receipt_id: str


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One thing that was shown and was wrong; the fact itself is not repeated. `family_href` is empty without one."""

    id: str
    sentence: str
    what_to_do: str
    state: Tag
    rows: tuple[tuple[str, str], ...]
    family_href: str
    unread: bool


def notice_view(one: Notice) -> NoticeView:
    """One notice in the list."""
    rows = [("Sent", instant(one.raised_at)), ("To be read by", instant(one.read_by))]
    if one.escalated_at:
        rows.append(("Passed to the deputy", instant(one.escalated_at)))
    if one.read_at:
        rows.append(("Read", instant(one.read_at)))
    return NoticeView(str(one.notice_id), one.title, _STATES[one.state], tuple(rows))


def opened_view(opened: OpenedNotice) -> OpenedView:
    """One notice, opened."""
    name = heading_name(opened.pupil) if opened.pupil else ""
    receipt = str(opened.receipt.entry_id)
    family = f"/families/{opened.family_id}" if opened.family_id else ""
    return OpenedView(
        opened.notice.title, name, identity_rows(opened.pupil) if opened.pupil else (), opened.advice,
        tuple(_incident(one, name) for one in opened.incidents),
        "" if opened.incidents or family else _NOTHING_LEFT, family, f"/receipts/{receipt}", receipt,
    )  # fmt: skip


def correction_view(one: CorrectionNotice) -> CorrectionView:
    """One thing that was shown and was wrong."""
    rows = [("You looked on", day(one.seen_on)), ("Told", instant(one.told_at))]
    if one.read_at:
        rows.append(("Read", instant(one.read_at)))
    family = f"/families/{one.family_id}" if one.family_id else ""
    return CorrectionView(
        str(one.notice_id), one.sentence, one.what_to_do, _STATES[one.state], tuple(rows), family, one.read_at is None
    )  # fmt: skip


def _incident(one: Incident, name: str) -> FactView:
    return FactView(
        title=item_named(INCIDENT).label, about=name, when=moment_text(one.at),
        part=ROLES_IN_EVENT.get(one.role, one.role) if one.role else "", rows=tuple(value_rows(INCIDENT, one.values)),
        tags=(Tag("Not proven", "orange"),) if one.nature == "allegation" else (),
        remarks=(one.note,) if one.note else (), source=one.source,
    )  # fmt: skip
