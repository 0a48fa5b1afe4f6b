"""Past accesses from the log against a draft register. Reading the log for it is an entry, committed first.

This is a use of the log that DPA 2018 s.62(4) allows: to check that processing is, and would be, lawful.
"""

import json
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from agreements.difference_words import Names
from agreements.drafts import as_if_in_force
from agreements.periods import EVER
from agreements.register import Register, compile_register
from agreements.replay import Access, ReaderChange, ReplayReport, replay
from agreements.vocabulary import Vocabulary
from audit.canonical import Json
from audit.entry import Entry
from concept_model.items import item_named
from gateway.store.log import judged_entries, one_picture
from gateway.usecases.log.log_parts import LogParts, record
from gateway.usecases.register.comparing_registers import Folder
from gateway.usecases.register.decided_on import recorded_access
from gateway.usecases.register.exporting_register import documents_to_export

EARLIER = "recorded without what the decision rested on"
ERASED = "erased"
OTHER_ITEMS = "recorded with another list of sources or items"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft compiled as if it had been in force all along, within the dates of its documents, and its names."""

    register: Register
    names: Names


@dataclass(slots=True)
class LogReplay:
    """What replaying found, and how many accesses could not be replayed, by reason."""

    report: ReplayReport
    left_out: dict[str, int] = field(default_factory=dict)


def drafted(draft: Folder, current: Folder, now: datetime) -> Drafted:
    """Compile a draft beside the register in force. Raises `AgreementFileError`."""
    held = documents_to_export(current.register, current.signed, now, current.overlay)
    documents = documents_to_export(draft.register, draft.signed, now, draft.overlay)
    register = compile_register(documents if draft.signed else as_if_in_force(documents, EVER[0], held))
    return Drafted(register, Names.of(compile_register(held), register))


def replay_log(parts: LogParts, read: Entry, draft: Register, at: datetime | None) -> LogReplay:
    """Judge every access of the log by a draft, at one instant or, with `None`, each at its own.

    `read` is the entry of this reading and is committed first. Rows are streamed: memory does not grow with the log.
    """
    record(parts, read)
    left_out: dict[str, int] = {}
    with parts.database.transaction("hg_desk") as connection:
        one_picture(connection)
        report = replay(_accesses(judged_entries(connection), draft, left_out), draft, at)
    return LogReplay(report, left_out)


def _accesses(rows: Iterator[Row[Any]], draft: Register, left_out: dict[str, int]) -> Iterator[Access]:
    sources = draft.vocabulary.sources
    known = {Vocabulary(sources[:count]).hash for count in range(1, len(sources) + 1)}
    for row in rows:
        access, reason = _access(row, known, draft.purpose_titles)
        if access is not None:
            yield access
        elif reason is not None:
            left_out[reason] = left_out.get(reason, 0) + 1


def _access(row: Row[Any], known: set[str], purposes: Container[str]) -> tuple[Access | None, str | None]:
    """The access, or why it is left out; neither for an entry that is about nobody's data."""
    values = {name: _opened(getattr(row, name)) for name in _FIELDS}
    if values["at"] is None:
        return None, ERASED
    access = recorded_access(str(row.entry_id), datetime.fromisoformat(str(values["at"])), values)
    if access is None:
        # A refused push has no role: a machine supplies and reads nothing. A purpose that the register does not
        # have is one of the gateway's own, such as switching feeds on: no agreement was asked.
        refused = row.event_class == "denied" and values["role"] is not None and str(values["purpose"]) in purposes
        return None, EARLIER if values["masks"] or refused else None
    if str(values["vocabulary_hash"]) not in known:
        return None, OTHER_ITEMS
    return access, None


_FIELDS = ("at", "agency", "role", "purpose", "masks", "detail", "vocabulary_hash")


def _opened(text: str | None) -> Json:
    value: Json = None if text is None else json.loads(text)
    return value


def replay_data(found: LogReplay) -> dict[str, Any]:
    """The replay as JSON-ready data."""
    data = asdict(found.report)
    data["judged_at"] = found.report.judged_at.isoformat() if found.report.judged_at else None
    return data | {"left_out": found.left_out}


def replay_lines(found: LogReplay, names: Names) -> Iterator[str]:
    """The replay in sentences; people appear as ids of entries alone."""
    report = found.report
    judged = f"as if at {report.judged_at.isoformat()}" if report.judged_at else "each as at its own instant"
    yield f"{report.accesses} accesses judged again, {judged}, the draft as if in force within its documents' dates."
    for reason, count in sorted(found.left_out.items()):
        yield f"{count} accesses cannot be replayed: {reason}."
    changed = [one for one in report.readers if one.more or one.less or one.opened]
    if not changed:
        yield "Nobody would have seen more or less."
    for one in changed:
        yield _reader_line(one, names)
    for item in report.items:
        label, source = item_named(item.item).label, names.sources.get(item.source, item.source)
        yield f"{label} ({source}): seen in {item.more} accesses more, in {item.less} less."


def _reader_line(one: ReaderChange, names: Names) -> str:
    role = names.roles.get((one.agency, one.role), one.role)
    agency = names.agencies.get(one.agency, one.agency)
    purpose = names.purposes.get(one.purpose, one.purpose)
    parts = [
        f"{count} {words} (entries {', '.join(examples)})"
        for count, words, examples in (
            (one.more, "with more", one.more_examples),
            (one.less, "with less", one.less_examples),
            (one.opened, "no longer refused whoever is asked about", one.opened_examples),
        )
        if count
    ]
    return f"{role}, {agency}, “{purpose}”, {one.direction}: of {one.accesses} accesses {'; '.join(parts)}."
