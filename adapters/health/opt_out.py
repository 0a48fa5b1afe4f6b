"""The National Data Opt-out: who does not want confidential patient information used beyond their own care.

The check at the Spine answers with the numbers that may be used; a trust sends on, for every number that it asked
about, whether it came back (domain 4.7). An opt-out never limits what is taken in or what is used for somebody's own
care and safety: it is a fact about the person, for uses such as planning and research to leave them out.
"""

from collections.abc import Iterator

from adapters.cells import Cells
from adapters.health.patient_columns import shared_number
from adapters.port import Column, FeedProfile, Translation
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

_OPT_OUT = ("health.opt_out",)

OPT_OUT = FeedProfile(
    name="health-opt-out",
    source="pds",
    title="National Data Opt-out, as checked",
    formats=("csv",),
    row_key=("nhs_number", "checked_on"),
    columns=(
        Column("nhs_number", (), "NHS number that was asked about", required=True),
        Column("opted_out", _OPT_OUT, "Y where the number did not come back from the check, else N", required=True),
        Column("checked_on", _OPT_OUT, "Day of the check", required=True),
    ),
    example_rows=(
        {"nhs_number": "999 000 0018", "opted_out": "Y", "checked_on": "2026-11-01"},
        {"nhs_number": "9990000026", "opted_out": "N", "checked_on": "01/11/2026"},
    ),
)


def read_opt_out(cells: Cells) -> Translation:
    """One person's choice on the day of the check. Every answer stays a fact of its day: the latest day counts."""
    number = shared_number(cells, "nhs_number")
    cells.required("opted_out")
    opted_out = cells.flag("opted_out")
    cells.required("checked_on")
    checked = cells.date("checked_on")

    day = checked.isoformat() if checked else ""

    def build() -> Iterator[ConceptRecord]:
        # The number is the key alone: a check of a choice says nothing of whose number it is.
        yield Circumstance(
            subject=number, item="health.opt_out", occurrence=day, valid_from=checked,
            value={"opted_out": opted_out, "checked": day or None},
        )  # fmt: skip

    return cells.translation(build)
