"""Custody records: arrest, detention, disposal and bail (PACE 1984 Parts IV and IVA; domain 2.1, practice P8).

An arrest proves nothing, so what a detained person was arrested for is an allegation, and so is every state that rests
on it, until an outcome of conviction or caution is sent. Risk assessments, medical notes and searches are never kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from adapters.cells import Cells
from adapters.police.codes import OUTCOME_CODES, ROLES, Part, is_proven
from adapters.police.handling import at_the_door, handling_column
from adapters.police.involved import Involved, nothing_kept, read_involved
from adapters.port import Column, FeedProfile, Translation
from concept_model.base import Nature, Scalar
from concept_model.records import ConceptRecord
from concept_model.statement import Intervention

_ORDER, _ACCUSED = ("justice.order",), ("crime.allegation", "crime.offence")
_ALL = (*_ORDER, *_ACCUSED, "crime.victim")
_ROLES: Mapping[str, str] = {**ROLES, "detained": "arrested", "detained person": "arrested", "detainee": "arrested"}
CHARGED, BAILED, INVESTIGATED, REMANDED = "charged", "bailed", "released under investigation", "remanded"
DISPOSALS: Mapping[str, str] = {
    "charged": CHARGED, "bailed": BAILED, "bail": BAILED, "released on bail": BAILED,
    "released under investigation": INVESTIGATED, "rui": INVESTIGATED, "remanded": REMANDED,
    "remanded in custody": REMANDED, "no further action": "no further action", "nfa": "no further action",
    "cautioned": "cautioned", "community resolution": "community resolution", "transferred": "transferred",
}  # fmt: skip
"""How a detention ended, in the words of custody systems."""
_BAIL_KINDS: Mapping[str, str] = {
    "before charge": "Bail before charge", "pre-charge": "Bail before charge", "47za": "Bail before charge",
    "after charge": "Bail after charge", "post-charge": "Bail after charge", "38": "Bail after charge",
}  # fmt: skip
"""PACE s.47ZA to s.47ZM before a charge, s.38 after it."""

CUSTODY = FeedProfile(
    name="police-custody",
    source="police",
    title="Custody records: arrest, disposal, bail",
    formats=("csv",),
    never_kept=(
        "appropriate_adult_name", "arresting_officer", "bail_conditions", "cjs_offence_code", "medical_notes",
        "risk_assessment", "strip_search", "victim_ref",
    ),
    columns=(
        Column("custody_ref", (), "The number of the custody record", required=True),
        Column("nominal_ref", (), "The force's own reference of the person", required=True),
        Column("role", _ALL, "detained; where the extract names others too, victim, witness, ...", required=True),
        handling_column(_ALL),
        Column("ho_class", (*_ACCUSED, "crime.victim"), "Home Office class of the offence"),
        Column("offence", (*_ACCUSED, "crime.victim"), "What the person was arrested for", required=True),
        Column("station", _ORDER, "Custody suite"),
        Column("arrested_at", _ALL, "When arrested", required=True),
        Column("released_at", _ORDER, "When the detention ended; empty while it lasts"),
        Column("disposal", (*_ORDER, *_ACCUSED), "charged, bailed, released under investigation, remanded, ..."),
        Column("outcome_code", _ACCUSED, "Home Office outcome, 1 to 22, 1A, 2A, 3A"),
        Column("outcome_date", _ACCUSED, "When the outcome was recorded"),
        Column("bail_kind", _ORDER, "before charge or after charge"),
        Column("bail_from", _ORDER, "First day of bail"),
        Column("bail_to", _ORDER, "Day on which bail ends or the person must come back"),
        Column("court", _ORDER, "Court, where the person is bailed or remanded to one"),
    ),
    example_rows=(
        {
            "custody_ref": "CR0000001", "nominal_ref": "N0000002", "role": "detained", "handling": "open",
            "ho_class": "105A", "offence": "Common assault", "station": "Sampleton", "arrested_at": "2026-03-02T22:10",
            "released_at": "2026-03-03T11:45", "disposal": "bailed", "bail_kind": "before charge",
            "bail_from": "2026-03-03", "bail_to": "2026-06-02",
        },
        {
            "custody_ref": "CR0000002", "nominal_ref": "N0000002", "role": "detained", "handling": "sensitive",
            "ho_class": "58A", "offence": "Criminal damage", "arrested_at": "14/04/2026 19:05",
            "released_at": "15/04/2026 09:30", "disposal": "cautioned", "outcome_code": "2",
            "outcome_date": "15/04/2026",
        },
    ),
)  # fmt: skip


@at_the_door
def read_custody(cells: Cells, handling: str | None) -> Translation:
    """One person's part in one custody record."""
    involved = read_involved(cells, handling, "custody_ref", _ROLES)
    offence: dict[str, Scalar] = {"ho_class": cells.text("ho_class"), "title": cells.required("offence")}
    cells.required("arrested_at")
    at, released = cells.datetime("arrested_at"), cells.datetime("released_at")
    cells.in_order("arrested_at", "released_at", at, released)
    outcome, outcome_date = cells.code("outcome_code", OUTCOME_CODES), cells.date("outcome_date")
    proven = is_proven(outcome, "")
    states = _states(cells, (at.date() if at else None, released.date() if released else None))

    def build() -> Iterator[ConceptRecord]:
        if involved.part in (Part.HARMED, Part.ONLOOKER):
            yield involved.victim(offence, at)
        elif involved.part is Part.ACCUSED:
            told = {"outcome": outcome, "outcome_date": outcome_date.isoformat() if outcome_date else None}
            nature = Nature.FACT if proven else Nature.ALLEGATION
            yield involved.event("crime.offence" if proven else "crime.allegation", nature, {**offence, **told}, at)
            yield from (state.order(involved, nature) for state in states)
        else:
            nothing_kept(cells)

    return cells.translation(build)


@dataclass(frozen=True, slots=True)
class _State:
    """A state of the detained person and how long it lasted."""

    kind: str
    court: str | None
    begins: date | None
    ends: date | None

    def order(self, involved: Involved, nature: Nature) -> Intervention:
        value: dict[str, Scalar] = {"kind": self.kind, "court": self.court, "length": None}
        return involved.intervention("justice.order", nature, value, (self.begins, self.ends))


def _states(cells: Cells, detention: tuple[date | None, date | None]) -> list[_State]:
    """Detention first, then what it ended in, as far as that is a state."""
    disposal = cells.code("disposal", DISPOSALS)
    bail_kind = cells.code("bail_kind", _BAIL_KINDS)
    bail_from, bail_to = cells.period("bail_from", "bail_to")
    court = cells.text("court") or None
    if (bail_from or bail_to) and not bail_kind and not cells.text("bail_kind"):
        message = "The column bail_kind is empty, but a day of bail is filled in."
        cells.error("bail_kind", "required-missing", message, "Fill in bail_kind: before charge or after charge.")
    states = [_State("Police custody", cells.text("station") or None, *detention)]
    if bail_kind:
        states.append(_State(bail_kind, court, bail_from or detention[1], bail_to))
    if disposal == INVESTIGATED:
        states.append(_State("Released under investigation", None, detention[1], None))
    if disposal == REMANDED:
        states.append(_State("Remanded in custody", court, detention[1], None))
    return states
