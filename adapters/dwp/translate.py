"""A row of the benefit return into concept records."""

from collections.abc import Iterator

from adapters.cells import Cells
from adapters.dwp.codes import BENEFITS, CONDITIONALITY, MATCH_STATUSES, MATCHED
from adapters.port import Translation
from concept_model.person import Person, PersonName
from concept_model.place import Address, Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance


def read_benefit(cells: Cells) -> Translation:
    """One person the council asked about, and the benefit that the department found.

    Where it found nobody or several, the row only repeats the council's own question: it is taken and says nothing.
    """
    cells.required("match_status")
    status = cells.code("match_status", MATCH_STATUSES)
    person, address = _person(cells), _address(cells)
    benefit = _benefit(cells, status)

    def build() -> Iterator[ConceptRecord]:
        if status != MATCHED:
            return
        yield Person.model_validate(person)
        key = person["person"]
        if address:
            yield Residence.model_validate({"person": key, "address": address})
        yield Circumstance.model_validate({"subject": key, "item": "work.benefit", **benefit})

    return cells.translation(build)


def _person(cells: Cells) -> dict[str, object]:
    key = cells.key("la_reference")
    surname, given = cells.text("surname"), cells.text("forename")
    birth_date, nino = cells.partial_date("dob"), cells.identifier("nino", "nino")
    names = (PersonName(family=surname, given=given),) if surname or given else ()
    return {"person": key, "names": names, "birth_date": birth_date, "identifiers": (nino,) if nino else ()}


def _address(cells: Cells) -> Address | None:
    found = cells.address(("address",))
    if found and len(found.lines) == 1:
        # The return has one cell for the address; sent on one line, its lines are parted by commas.
        parts = [part.strip() for part in found.lines[0].split(",", 7) if part.strip()]
        return found.model_copy(update={"lines": tuple(parts)})
    return found


def _benefit(cells: Cells, status: str | None) -> dict[str, object]:
    benefit, out_of_work = cells.code("benefit_type", BENEFITS), cells.flag("out_of_work_benefit")
    conditionality = cells.code("uc_conditionality", CONDITIONALITY)
    start, end = cells.period("claim_start", "claim_end")
    snapshot = cells.date("snapshot_date")
    if benefit:
        occurrence = f"{benefit}/{start.isoformat() if start else ''}"
    else:
        # No claim named: true on the day of the return and no longer.
        occurrence, start, end = f"none/{snapshot.isoformat() if snapshot else ''}", snapshot, snapshot
    value = {
        "benefit": benefit, "out_of_work": out_of_work, "conditionality": conditionality, "matched": status,
    }  # fmt: skip
    return {"occurrence": occurrence, "value": value, "valid_from": start, "valid_to": end}
