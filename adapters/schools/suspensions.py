"""Suspensions and permanent exclusions (domain 2.4.3)."""

from collections.abc import Iterator

from adapters.cells import Cells
from adapters.port import Translation
from adapters.schools.codes import SUSPENSION_CATEGORIES, SUSPENSION_REASONS
from adapters.schools.pupil import pupil_key, read_pupil
from adapters.tabular.parts import occurrence
from concept_model.records import ConceptRecord
from concept_model.statement import Event

_REASONS = ("reason1", "reason2", "reason3")


def read_suspension(cells: Cells) -> Translation:
    """One suspension or exclusion of one pupil."""
    key = pupil_key(cells)
    pupil = read_pupil(cells, key)
    school = cells.key("school_urn")
    for name in ("category", "start_date"):
        cells.required(name)
    category = cells.code("category", SUSPENSION_CATEGORIES)
    start, end = cells.period("start_date", "end_date")
    sessions = cells.number("sessions")
    if sessions is not None and sessions < 0:
        cells.error("sessions", "number-invalid", "The column sessions is below zero.", "Send the sessions missed.")
    reasons = "; ".join(filter(None, (_reason(cells, name) for name in _REASONS)))

    def build() -> Iterator[ConceptRecord]:
        yield pupil()
        yield Event(
            subject=key, item="education.exclusion",
            occurrence=occurrence(school, category or "", start.isoformat() if start else ""),
            value={"category": category, "reasons": reasons or None, "sessions": sessions},
            valid_from=start, valid_to=end,
        )  # fmt: skip

    return cells.translation(build)


def _reason(cells: Cells, name: str) -> str:
    sent = cells.text(name)
    if not sent:
        return ""
    words = SUSPENSION_REASONS.get(sent.upper())
    if words:
        return f"{sent.upper()} {words}"
    # A local or Welsh code: the national set's "other", with the school's own code kept.
    cells.remark(name, "code-unlisted", f"The column {name} holds a code outside the national set. It is kept.")
    return f"OT other ({sent})"
