"""Weekly session marks of one pupil at one school. Session counts, never percentages (domain 2.4.1)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from adapters.cells import Cells
from adapters.port import Translation
from adapters.schools.codes import SEN_PROVISION, Counts, attendance_codes
from adapters.schools.pupil import pupil_key, read_pupil
from adapters.tabular.parts import occurrence
from concept_model.base import Scalar
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

SESSIONS_A_WEEK = 10
"""Two registration sessions on each of five days."""
_TO_FRIDAY = timedelta(days=4)
_LAST_WEEK = date.max - _TO_FRIDAY


def session_counts(codes: Iterable[Counts]) -> dict[str, int]:
    """Count sessions. `possible` leaves out sessions that no pupil could attend, so it sums the other four."""
    counted = Counter(codes)
    counts = {kind.value: counted[kind] for kind in Counts if kind is not Counts.NOT_POSSIBLE}
    return {"possible": sum(counts.values()), **counts}


def read_attendance(cells: Cells) -> Translation:
    """One pupil's week at one school, with what the school sends beside it."""
    key = pupil_key(cells)
    pupil = read_pupil(cells, key)
    school, year_group = cells.key("school_urn"), cells.text("year_group")
    cells.required("week_commencing")
    week = _week(cells)
    marks = _marks(cells, week)
    meals = cells.flag("fsm")
    provision = cells.code("sen", SEN_PROVISION)

    def build() -> Iterator[ConceptRecord]:
        yield pupil()
        if week:
            value: dict[str, Scalar] = {**session_counts(marks), "term": f"Week of {week.isoformat()}"}
            yield Circumstance(
                subject=key, item="education.attendance", occurrence=occurrence(school, week.isoformat()),
                value=value, valid_from=week, valid_to=week + _TO_FRIDAY,
            )  # fmt: skip
        if year_group:
            enrolment: dict[str, Scalar] = {"school": school, "urn": school, "year_group": year_group}
            yield Circumstance(subject=key, item="education.enrolment", occurrence=school, value=enrolment)
        if meals is not None:
            yield Circumstance(subject=key, item="education.meals", value={"eligible": meals})
        if provision:
            yield Circumstance(subject=key, item="education.sen", value={"provision": provision})

    return cells.translation(build)


def _week(cells: Cells) -> date | None:
    week = cells.date("week_commencing")
    if week and week > _LAST_WEEK:
        cells.error(
            "week_commencing", "date-invalid", "The column week_commencing is out of range.", "Send a real week."
        )
        return None
    if cells.text("week_commencing") and not week and not cells.errors:
        message = "The column week_commencing holds a date that stands for not known."
        cells.error("week_commencing", "required-missing", message, "Fill in week_commencing.")
    return week


def _marks(cells: Cells, week: date | None) -> Sequence[Counts]:
    marks = cells.required("marks").upper().split()
    if len(marks) > SESSIONS_A_WEEK:
        message = f"The column marks holds more than {SESSIONS_A_WEEK} session codes."
        cells.error("marks", "row-shape", message, "Send one week a row, codes separated by spaces.")
        return ()
    if week is None:
        return ()
    table = attendance_codes(week)
    known = [table[mark] for mark in marks if mark in table]
    if len(known) < len(marks):
        message = "The column marks holds a code that was not in force in that week."
        cells.error("marks", "code-unknown", message, "Use the attendance codes of the regulations in force.")
    return known
