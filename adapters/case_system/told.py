"""Whether a person was told how information is used: told by which notice, not yet and why, or unsafe until when.

Every person of a family is in one of these states (practice P17). A child may have had the child's version.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapters.cells import Cells
from adapters.port import Column, FeedProfile, Translation
from adapters.tabular.parts import needs
from concept_model.statement import Circumstance

_TOLD = ("support.told",)
TOLD, NOT_YET, UNSAFE = "told", "not yet", "unsafe"
TOLD_STATES: Mapping[str, str] = MappingProxyType({state: state for state in (TOLD, NOT_YET, UNSAFE)})
_NEEDED = {TOLD: "notice_version", NOT_YET: "because", UNSAFE: "review_on"}
"""What each state has to say: without it, nobody could act on the state later."""

PROFILE = FeedProfile(
    name="case-told",
    source="case_system",
    title="Who was told how information is used",
    formats=("csv",),
    row_key=("person_ref", "recorded_on"),
    never_kept=("told_by",),
    columns=(
        Column("person_ref", (), "The person's number in the case system", required=True),
        Column("told_state", _TOLD, "told, not yet or unsafe", required=True),
        Column("recorded_on", _TOLD, "Day on which the state was recorded", required=True),
        Column("notice_version", _TOLD, "Version of the notice; needed where the person was told"),
        Column("child_version", _TOLD, "Y where it was the child's version"),
        Column("because", _TOLD, "Why not yet, in a few words; needed where the person was not told yet"),
        Column("review_on", _TOLD, "Day to look again; needed where telling is unsafe"),
    ),
    example_rows=(
        {
            "person_ref": "P1", "told_state": "told", "recorded_on": "2026-05-01", "notice_version": "3",
            "child_version": "N",
        },
        {"person_ref": "P3", "told_state": "unsafe", "recorded_on": "02/06/2026", "review_on": "2026-09-01"},
    ),
)  # fmt: skip


def read_told(cells: Cells) -> Translation:
    """One person's state from one day on. Every state stays a fact of its day: the latest day counts."""
    key = cells.key("person_ref")
    cells.required("told_state")
    state = cells.code("told_state", TOLD_STATES)
    cells.required("recorded_on")
    day, review = cells.period("recorded_on", "review_on")
    notice, because = cells.text("notice_version"), cells.text("because") or None
    child = cells.flag("child_version")
    needed = _NEEDED.get(state or "")
    if needed and not cells.text(needed):
        needs(cells, needed, "told_state")

    def build() -> Iterator[Circumstance]:
        version = f"{notice}, child's version" if notice and child else notice or None
        yield Circumstance(
            subject=key, item="support.told", occurrence=day.isoformat() if day else "", valid_from=day,
            value={
                "state": state, "notice": version, "because": because,
                "review": review.isoformat() if review else None,
            },
        )  # fmt: skip

    return cells.translation(build)
