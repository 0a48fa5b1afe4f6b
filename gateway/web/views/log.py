"""The audit log in plain words: a line an entry, and one entry in full."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.canonical import Json
from audit.entry import Decision, EventClass, Outcome, Phase, Reason
from concept_model.errors import UnknownItemError
from concept_model.items import item_named
from gateway.usecases.log.log_lines import LogLine
from gateway.usecases.log.reading_log import LogEntry
from gateway.usecases.log.verifying_log import Verdict
from gateway.web.words import code_in_words, counted, instant

EVENTS: Mapping[str, str] = {
    EventClass.COLLECTION: "Received data",
    EventClass.ALTERATION: "Changed data",
    EventClass.CONSULTATION: "Looked at own agency's data",
    EventClass.DISCLOSURE: "Was shown another agency's data",
    EventClass.COMBINATION: "Joined records",
    EventClass.ERASURE: "Erased data",
    EventClass.SEARCH: "Searched",
    EventClass.EXPORT: "Exported",
    EventClass.PRINT: "Printed",
    EventClass.SIGN_IN: "Signed in or out",
    EventClass.OVERRIDE: "Opened in an emergency",
    EventClass.DENIED: "Was refused",
    EventClass.VERIFICATION: "Read or verified the log",
    EventClass.CONFIGURATION: "Declared or configured",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.PENDING: "Allowed; see the entry that completes it",
    Outcome.DONE: "Done",
    Outcome.NOTHING_FOUND: "Nothing found",
    Outcome.DENIED: "Refused",
    Outcome.ERROR: "Failed",
}
PHASES: Mapping[str, str] = {
    Phase.AUTHORISATION: "Allowed, before anything was shown",
    Phase.OUTCOME: "What was shown",
    Phase.SINGLE: "The whole act",
}
DECISIONS: Mapping[str, str] = {
    Decision.PERMIT: "Allowed",
    Decision.PART: "Allowed in part",
    Decision.REFER: "Passed to a person to decide",
    Decision.REFUSE: "Refused",
    Decision.NOT_ASKED: "No agreement was asked",
}
REASONS: Mapping[str, str] = {
    Reason.ALLOCATED: "Allocated to somebody of the family",
    Reason.SAME_TEAM: "In the team that somebody of the family is with",
    Reason.MANAGES_TEAM: "Manages that team",
    Reason.FRONT_DOOR_DUTY: "On duty at the front door",
    Reason.NAMED_CASE: "Named a case of their own",
    Reason.EMERGENCY: "Opened in an emergency",
    Reason.OWN_SERVICE: "The records are their own service's",
    Reason.ANSWERS_REQUEST: "Answered a request",
    Reason.NONE: "None that is known",
}
_LABELS: Mapping[str, str] = {
    "who": "Who", "role": "Role", "team": "Team", "agency": "Agency", "service": "Service",
    "on_behalf_of": "On behalf of",
    "authentication": "How they proved who they are", "phase": "Part of the act", "purpose": "Purpose",
    "reason": "What they had to do with these people",
    "declaration": "Declaration", "legal_basis": "Legal basis", "agreements": "Agreements relied on",
    "decision": "What the agreements said", "outcome": "What came of it", "household": "Family",
    "subjects": "People concerned", "items_shown": "Kinds of data shown", "shown_counts": "How many of each",
    "sources": "From", "sealed": "Sealed", "detail": "More", "request_id": "Request", "trace_id": "Trace",
    "register_version": "Version of the register", "vocabulary_hash": "Hash of the list of items",
    "masks": "Permitted masks", "client": "Client", "log_id": "Log",
}  # fmt: skip
_ABSENT: tuple[Json, ...] = (None, "", [], {}, ())
_SEALED = {True: "Yes: a subject who asks who looked is not told", False: "No"}
_TURNED_OUT = "The stored words do not fit the sealed entry. Verify the log and tell the data protection officer."


@dataclass(frozen=True, slots=True)
class Names:
    """What the register calls purposes, agencies, roles (`agency/role`) and sources."""

    purposes: Mapping[str, str]
    agencies: Mapping[str, str]
    roles: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogLineView:
    """One entry in the table."""

    href: str
    at: str
    event: str
    who: str
    purpose: str
    outcome: str
    place: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class LogEntryView:
    """One entry in full. `completes` is the address of the authorisation; `completed_by` those of what came of it."""

    title: str
    entry_id: str
    warning: str
    sentence: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    place: str
    proof: str
    completes: str
    completed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What a verification found."""

    sound: bool
    title: str
    sentence: str


def line_view(line: LogLine, names: Names) -> LogLineView:
    """One entry in the table."""
    return LogLineView(
        href=f"/log/{line.entry_id}",
        at=instant(line.at),
        event=EVENTS.get(line.event, line.event),
        who=_who(line, names),
        purpose=_purpose(line, names),
        outcome=OUTCOMES.get(line.outcome or "", line.outcome or "") if line.intact else "Does not fit its seal",
        place=_place(line.index),
        sealed=line.sealed,
    )


def entry_view(entry: LogEntry, names: Names) -> LogEntryView:
    """One entry in plain words first, then field by field."""
    line = entry.line
    shown = [(name, entry.values[name]) for name in _LABELS if entry.values.get(name) not in _ABSENT]
    titled = {"role": names.roles.get(f"{line.agency}/{line.role}", code_in_words(line.role or ""))}
    rows = tuple(
        (_LABELS[name], (titled[name],) if name in titled else _words(name, value, names)) for name, value in shown
    )
    return LogEntryView(
        title=EVENTS.get(line.event, line.event),
        entry_id=str(line.entry_id),
        warning="" if line.intact else _TURNED_OUT,
        sentence=_sentence(line, names),
        rows=rows,
        place=_place(line.index),
        proof=_proof(entry.tree_size),
        completes=f"/log/{line.refers_to}" if line.refers_to else "",
        completed_by=tuple(f"/log/{one}" for one in entry.completed_by),
    )


def verdict_view(verdict: Verdict) -> VerdictView:
    """The verdict in words."""
    if verdict.finding is not None:
        return VerdictView(False, "Something in the log was changed", f"{verdict.sentence()}. Tell the DPO now.")
    waiting = f" {counted(verdict.waiting, 'entry', 'entries')} not yet in the tree." if verdict.waiting else ""
    sentence = (
        f"All {counted(verdict.size, 'entry', 'entries')} are as they were signed, "
        f"under {counted(verdict.checkpoints, 'checkpoint')}.{waiting}{_left(verdict.maps_left)}"
    )
    return VerdictView(True, "The log is whole", sentence)


def _left(maps: int) -> str:
    if not maps:
        return ""
    each = "map of who was looked up was" if maps == 1 else "maps of who was looked up were"
    return f" {maps:,} earlier {each} not taken anew, which takes long: the command hearthgate audit verify does it."


def _sentence(line: LogLine, names: Names) -> str:
    if not line.intact:
        return ""
    purpose = _purpose(line, names)
    reason = f", for the purpose: {purpose}" if purpose else ""
    about = f". It concerns {counted(len(line.subjects), 'person', 'people')}" if line.subjects else ""
    return f"{_who(line, names)}, on {instant(line.at)}: {EVENTS.get(line.event, line.event).lower()}{reason}{about}."


def _who(line: LogLine, names: Names) -> str:
    agency = names.agencies.get(line.agency, code_in_words(line.agency)) if line.agency else ""
    role = names.roles.get(f"{line.agency}/{line.role}", code_in_words(line.role)) if line.role else ""
    return ", ".join(filter(None, (line.who or "Erased", role, agency)))


def _purpose(line: LogLine, names: Names) -> str:
    return names.purposes.get(line.purpose, code_in_words(line.purpose)) if line.purpose else ""


def _place(index: int | None) -> str:
    return "Waits for its place in the tree" if index is None else f"Leaf {index:,}"


def _proof(tree_size: int | None) -> str:
    if tree_size is None:
        return "Its proof is made within a second."
    return f"Proved under the newest checkpoint, of {counted(tree_size, 'entry', 'entries')}: see its receipt."


def _words(name: str, value: Json, names: Names) -> tuple[str, ...]:
    if isinstance(value, bool):
        return (_SEALED[value],)
    if isinstance(value, Mapping):
        return tuple(
            f"{_item_or_key(str(key))}: {_flat(each)}" for key, each in value.items() if each not in ("", None)
        )
    if isinstance(value, list | tuple):
        return tuple(_listed(name, str(each), names) for each in value)
    text = str(value)
    tables: Mapping[str, Mapping[str, str]] = {
        "phase": PHASES, "decision": DECISIONS, "outcome": OUTCOMES, "reason": REASONS,
    }  # fmt: skip
    if name in {"agency", "purpose"}:
        titles = {"agency": names.agencies, "purpose": names.purposes}.get(name, {})
        return (titles.get(text, code_in_words(text)),)
    return (tables.get(name, {}).get(text, text),)


def _listed(name: str, code: str, names: Names) -> str:
    if name == "sources":
        return names.sources.get(code, code)
    return _item_or_key(code) if name == "items_shown" else code


def _flat(value: Json) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _item_or_key(name: str) -> str:
    try:
        return item_named(name).label
    except UnknownItemError:
        return code_in_words(name) if name.isidentifier() else name
