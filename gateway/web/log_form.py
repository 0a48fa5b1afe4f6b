"""The form with which officers search the log: what was typed, as filters, and as fields for the page."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from agreements.register import Register
from audit.entry import Decision, EventClass, Outcome, Phase, Reason
from gateway.usecases.log.log_filters import LogFilters
from gateway.web.forms import FormError, Params, date_field, select_field, text_field, typed_date
from gateway.web.views.log import DECISIONS, EVENTS, OUTCOMES, PHASES, REASONS
from gateway.web.words import LONDON

FIRST = "-"
_REMEMBERED = 100
_LONGEST = 200
_NOT_AN_ID = "must look like the ones in entries"
_SEALED = {"": "Either", "yes": "Sealed only", "no": "Not sealed"}
_FREE = {"worker": "worker's reference", "team": "team", "agreement": "agreement"}
_C = TypeVar("_C", bound=StrEnum)


class LogForm(BaseModel):
    """What was typed; everything may be empty. `form` is the form of an export.

    `cursor` is where the page before ended, and `trail` the cursors of the pages seen before this one, oldest first
    and a space between, by which a reader goes back; `FIRST` stands for the page that has none.
    """

    form_token: str = ""
    worker: str = ""
    family: str = ""
    person: str = ""
    agency: str = ""
    role: str = ""
    team: str = ""
    purpose: str = ""
    agreement: str = ""
    event: str = ""
    phase: str = ""
    decision: str = ""
    outcome: str = ""
    reason: str = ""
    sealed: str = ""
    request: str = ""
    since_day: str = ""
    since_month: str = ""
    since_year: str = ""
    until_day: str = ""
    until_month: str = ""
    until_year: str = ""
    cursor: str = ""
    trail: str = ""
    form: str = ""

    def asked(self) -> list[tuple[str, str]]:
        """The fields of the search that were filled in, to be sent again with the next page or an export."""
        sent = self.model_dump(exclude={"form_token", "cursor", "trail", "form"})
        return [(name, value) for name, value in sent.items() if value]

    def older(self, next_cursor: str | None) -> list[tuple[str, str]]:
        """The fields of the page after this one; empty where this is the last."""
        if next_cursor is None:
            return []
        trail = [*self.trail.split(), self.cursor or FIRST][-_REMEMBERED:]
        return [*self.asked(), ("cursor", next_cursor), ("trail", " ".join(trail))]

    def newer(self) -> list[tuple[str, str]]:
        """The fields of the page that was seen before this one; empty on the first."""
        trail = self.trail.split()
        if not self.cursor:
            return []
        before = trail.pop() if trail else FIRST
        return [*self.asked(), ("cursor", "" if before == FIRST else before), ("trail", " ".join(trail))]


def typed_as_words(typed: LogForm) -> tuple[str, ...]:
    """The fields typed freely that are filled in, as the form calls them: a slip there finds nothing, and says so."""
    return tuple(label for name, label in _FREE.items() if getattr(typed, name).strip())


def filters_of(typed: LogForm, errors: list[FormError]) -> LogFilters:
    """The filters; what cannot be read is added to `errors` and left open."""
    request = _id("request", "The request's reference", typed.request, errors)
    since = _day("since", (typed.since_day, typed.since_month, typed.since_year), errors, 0)
    until = _day("until", (typed.until_day, typed.until_month, typed.until_year), errors, 1)
    if since and until and since >= until:
        errors.append(FormError("until_day", "The last day must be the first one or later"))
        until = None
    return LogFilters(
        worker=_words(typed.worker),
        family=_id("family", "The family's reference", typed.family, errors),
        person=_id("person", "The person's reference", typed.person, errors),
        agency=typed.agency or None,
        role=_words(typed.role),
        team=_words(typed.team),
        purpose=typed.purpose or None,
        agreement=_words(typed.agreement),
        event=_code(EventClass, typed.event),
        phase=_code(Phase, typed.phase),
        decision=_code(Decision, typed.decision),
        outcome=_code(Outcome, typed.outcome),
        reason=_code(Reason, typed.reason),
        sealed={"yes": True, "no": False}.get(typed.sealed),
        request=str(request) if request else None,
        since=since,
        until=until,
    )


def form_fields(register: Register, typed: LogForm, errors: list[FormError]) -> Params:
    """The fields as the page's macros take them."""
    agencies = {code: agency.title for code, agency in register.agencies.items()}
    roles = {role.id: role.title for agency in register.agencies.values() for role in agency.roles}
    return {
        "worker": text_field("worker", "Worker's reference", typed.worker, errors, hint="For example, W201"),
        "family": text_field(
            "family", "Family's reference", typed.family, errors, hint="As the address of the family's page has it"
        ),
        "person": text_field(
            "person", "Person's reference", typed.person, errors, hint="As entries list people; not the family's"
        ),
        "team": text_field("team", "Team", typed.team, errors, hint="In full, as entries name it"),
        "agreement": text_field(
            "agreement", "Agreement", typed.agreement, errors,
            hint="A document, a version or a clause: ISA-NV-2026-011, ISA-NV-2026-011@1 or ISA-NV-2026-011@1/P2",
        ),
        "request": text_field("request", "Request's reference", typed.request, errors, hint="From an error page"),
        "agency": _select("agency", "Agency", agencies, typed.agency, errors),
        "role": _select("role", "Role", dict(sorted(roles.items(), key=lambda one: one[1])), typed.role, errors),
        "purpose": _select("purpose", "Purpose", register.purpose_titles, typed.purpose, errors),
        "event": _select("event", "What happened", EVENTS, typed.event, errors, "Anything"),
        "phase": _select("phase", "Part of the act", PHASES, typed.phase, errors),
        "decision": _select("decision", "What the agreements said", DECISIONS, typed.decision, errors),
        "outcome": _select("outcome", "What came of it", OUTCOMES, typed.outcome, errors),
        "reason": _select("reason", "What the reader had to do with them", REASONS, typed.reason, errors),
        "sealed": select_field("sealed", "Sealed", _SEALED, typed.sealed, errors),
        "since": date_field("since", "From", (typed.since_day, typed.since_month, typed.since_year), errors),
        "until": date_field("until", "To", (typed.until_day, typed.until_month, typed.until_year), errors),
    }  # fmt: skip


def _select(
    name: str, label: str, options: Mapping[str, str], chosen: str, errors: list[FormError], anything: str = "Any"
) -> Params:
    return select_field(
        name, label, {"": anything, **{str(key): text for key, text in options.items()}}, chosen, errors
    )


def _words(text: str) -> str | None:
    return text.strip()[:_LONGEST] or None


def _code(codes: type[_C], text: str) -> _C | None:
    return codes(text) if text in {one.value for one in codes} else None


def _id(name: str, label: str, text: str, errors: list[FormError]) -> UUID | None:
    try:
        return UUID(text.strip()) if text.strip() else None
    except ValueError:
        errors.append(FormError(name, f"{label} {_NOT_AN_ID}"))
        return None


def _day(name: str, typed: tuple[str, str, str], errors: list[FormError], days_on: int) -> datetime | None:
    """The start of the day typed, in London, or of a later one; the day of "until" counts whole."""
    try:
        found: date | None = typed_date(typed)
        return datetime.combine(found + timedelta(days=days_on), time(), LONDON) if found else None
    except (ValueError, OverflowError):
        errors.append(FormError(f"{name}_day", "Enter a real date, such as 1 11 2026"))
        return None
