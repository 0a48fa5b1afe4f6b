"""Plans and goals of early help, and what adults answered when they were offered it (practice P5, P17)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapters.case_system.told import TOLD_STATES
from adapters.cells import Cells
from adapters.port import Translation
from adapters.tabular.parts import needs, occurrence
from concept_model.base import Scalar
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Goal, Intervention

ANSWERS: Mapping[str, str] = MappingProxyType({answer: answer for answer in ("yes", "no", "withdrawn")})


def read_plan(cells: Cells) -> Translation:
    """One plan of one person; with a title, one goal of that plan, to which `status` and `due_date` then belong."""
    key, plan = cells.key("person_ref"), cells.key("plan_ref")
    title, status = cells.text("title"), cells.text("status") or None
    start, end = cells.period("start_date", "end_date")
    due = cells.date("due_date")
    cells.in_order("start_date", "due_date", start, due)
    closed = "closed" if end else "open"
    episode: dict[str, Scalar] = {
        "kind": cells.text("plan_kind") or None,
        "status": closed if title else status or closed,
    }
    goal: dict[str, Scalar] = {
        "title": title,
        "measure": cells.text("measure") or None,
        "target": cells.text("target") or None,
        "status": status,
        "due": due.isoformat() if due else None,
    }
    for name in ("measure", "target"):
        if goal[name] and not title:
            needs(cells, "title", name)

    def build() -> Iterator[ConceptRecord]:
        yield Intervention(
            subject=key, item="support.episode", occurrence=plan, value=episode, valid_from=start, valid_to=end
        )
        if title:
            yield Goal(
                subject=key, item="support.goal", occurrence=occurrence(plan, title), value=goal,
                valid_from=start, valid_to=end,
            )  # fmt: skip

    return cells.translation(build)


def read_agreed_to_help(cells: Cells) -> Translation:
    """One adult's answer on one day, and whether they were told how information is used.

    Every answer stays a fact of its day: the latest day counts, in whatever order the rows come.
    """
    key = cells.key("person_ref")
    cells.required("recorded_on")
    day = cells.date("recorded_on")
    answer, state = cells.code("answer", ANSWERS), cells.code("told_state", TOLD_STATES)
    recorded_by, notice = cells.text("recorded_by") or None, cells.text("notice_version") or None
    if not (cells.text("answer") or cells.text("told_state")):
        cells.required("answer")
    if day is None and cells.text("recorded_on") and not cells.errors:
        message = "The column recorded_on holds a date that stands for not known."
        cells.error("recorded_on", "required-missing", message, "Fill in the day of the answer.")

    def build() -> Iterator[ConceptRecord]:
        occurred = day.isoformat() if day else ""
        if answer:
            yield Circumstance(
                subject=key, item="support.agreed_to_help", occurrence=occurred,
                value={"answer": answer, "recorded_by": recorded_by}, valid_from=day,
            )  # fmt: skip
        if state:
            yield Circumstance(
                subject=key, item="support.told", occurrence=occurred,
                value={"state": state, "notice": notice}, valid_from=day,
            )  # fmt: skip

    return cells.translation(build)
