"""Entries as a spreadsheet: one row an entry, the columns below, no cell that a spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from audit.canonical import Json, canonical_json
from gateway.usecases.intake.spreadsheets import harmless
from gateway.usecases.log.log_lines import OpenedEntry

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "at": "instant in UTC, RFC 3339",
        "entry": "id of the entry, by which its receipt is fetched",
        "leaf": "its place in the tree, from 0",
        "intact": "yes, or no where what is stored does not fit the sealed leaf; then the rest is empty",
        "event": "class of the act: consultation, disclosure, search, denied and so on",
        "phase": "authorisation (before anything was shown), outcome, or single",
        "refers_to": "entry of the authorisation that an outcome completes",
        "who": "worker's reference or machine's id",
        "role": "role in the register",
        "team": "team",
        "agency": "agency in the register",
        "on_behalf_of": "for whom, where somebody acts for another",
        "authentication": "how they proved who they are",
        "client": "system that asked",
        "network": "address of that system as the gateway saw it",
        "channel": "page, api, print, export, notice or command line",
        "purpose": "purpose in the register",
        "reason": "what the reader has to do with the subjects",
        "justification": "the reader's own words",
        "case_reference": "the reader's own reference",
        "legal_basis": "articles relied on",
        "statutory_power": "enactment, of a request without an agreement",
        "agreements": "clauses relied on, separated by a space",
        "decision": "what the agreements said",
        "outcome": "what came of it",
        "reasons": "codes behind a refusal, separated by a space",
        "family": "household's id",
        "subjects": "person ids, separated by a space",
        "items_shown": "items shown, each with how many of it",
        "sources": "sources whose facts were shown, separated by a space",
        "recipient_agency": "agency that received a disclosure",
        "sealed": "yes where a subject who asks who looked is not told",
        "release_on": "day on which a sealed entry may be told, where set",
        "retention": "how long the entry is kept",
        "register": "version of the register that decided",
        "request": "id of the request",
        "trace": "id of the trace",
        "detail": "everything else that the entry holds, as JSON",
    }
)
"""The columns in order, and what each holds. Absent and erased values are empty."""

_SAME = (
    "event", "phase", "refers_to", "who", "role", "team", "agency", "on_behalf_of", "authentication", "client",
    "purpose", "reason", "legal_basis", "decision", "outcome",
)  # fmt: skip
_LISTS = ("agreements", "subjects", "sources")
_OF_DETAIL = (
    "network", "channel", "justification", "case_reference", "statutory_power", "recipient_agency", "release_on",
    "retention",
)  # fmt: skip


def header_row() -> str:
    """The first line, with its line end."""
    return _row(COLUMNS)


def entry_row(entry: OpenedEntry) -> str:
    """The line of an entry, with its line end (RFC 4180)."""
    line, values = entry.line, entry.values
    detail = values.get("detail")
    held = dict(detail) if isinstance(detail, Mapping) else {}
    counts = values.get("shown_counts")
    cells = {
        **{name: _text(values.get(name)) for name in _SAME},
        **{name: " ".join(getattr(line, name)) for name in _LISTS},
        **{name: _text(held.pop(name, None)) for name in _OF_DETAIL},
        "at": line.at.isoformat(),
        "entry": str(line.entry_id),
        "leaf": "" if line.index is None else str(line.index),
        "intact": _yes(said=line.intact),
        "event": line.event,
        "reasons": _text(held.pop("reasons", None)),
        "family": line.household or "",
        "items_shown": " ".join(f"{name}={count}" for name, count in sorted(counts.items()))
        if isinstance(counts, Mapping) and counts
        else " ".join(line.items_shown),
        "sealed": _yes(said=line.sealed) if line.intact else "",
        "register": _text(values.get("register_version")),
        "request": _text(values.get("request_id")),
        "trace": _text(values.get("trace_id")),
        "detail": canonical_json(held).decode() if held else "",
    }
    return _row(cells[name] for name in COLUMNS)


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return str(value)


def _yes(*, said: bool) -> str:
    return "yes" if said else "no"
