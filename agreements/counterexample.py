"""A case in which a promise does not hold: one question about one subject, one cell, and the clauses at work.

Provers find them; the engine is then asked the same question, so that no counterexample is a mistake of a prover.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agreements.decision import Permit, Refer
from agreements.invariants import Form, Promise
from agreements.periods import LONDON
from agreements.register import Register
from agreements.request import STATE_BIT, Band, DecisionRequest, Direction, Regime, Relationship, Tri
from concept_model.items import item_named

_DOES = {
    Direction.VIEW: "view",
    Direction.SEARCH: "search by",
    Direction.EXTRACT: "extract",
    Direction.MATCH: "match by",
    Direction.STATISTIC: "count",
    Direction.NOTIFY: "be notified of",
    Direction.SUPPLY: "supply",
}


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request, one cell, and the clause (`<agreement>@<version>/<rule>`) that releases it or has the duty.

    `confirmed`: the engine, asked this request, does what the promise forbids.
    """

    request: DecisionRequest
    source: str
    item: str
    clause: str
    confirmed: bool = False

    def record(self) -> dict[str, object]:
        """The question as JSON, as `hearthgate decide` takes it, with the cell and the clause."""
        asked = self.request
        return {
            "agency": asked.agency,
            "role": asked.role,
            "purpose": asked.purpose,
            "direction": asked.direction.value,
            "relationship": asked.relationship.value,
            "states": {name: value.value for name, value in sorted(asked.states.items())},
            "band": asked.band.word,
            "now": asked.now.isoformat(),
            "break_glass": asked.break_glass,
            "regime": asked.regime.value,
            "source": self.source,
            "item": self.item,
            "clause": self.clause,
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What a prover found, in the prover's own terms. States that are not named are unknown."""

    reader: tuple[str, str]
    purpose: str
    direction: str
    relationship: Relationship
    states: Mapping[str, Tri]
    band: Band
    now: datetime
    break_glass: bool
    source: str
    item: str
    clause: str


def states_of(yes: int, no: int) -> Mapping[str, Tri]:
    """States by name, from bits; those of neither bit are unknown and are not named."""
    return {name: Tri.YES if yes & bit else Tri.NO for name, bit in STATE_BIT.items() if (yes | no) & bit}


def confirmed(found: Found, promise: Promise, register: Register) -> Counterexample:
    """Ask the engine what a prover found, under the law that the purpose is held under."""
    request = DecisionRequest(
        agency=found.reader[0],
        role=found.reader[1],
        purpose=found.purpose,
        relationship=found.relationship,
        states=dict(found.states),
        band=found.band,
        direction=Direction(found.direction),
        now=found.now,
        break_glass=found.break_glass,
        regime=register.regimes.get(found.purpose, Regime.UK_GDPR),
    )
    case = Counterexample(request, found.source, found.item, found.clause)
    return Counterexample(request, found.source, found.item, found.clause, confirmed=_breaks(case, promise, register))


def _breaks(case: Counterexample, promise: Promise, register: Register) -> bool:
    decision = register.decide(case.request)
    permit = decision.permit if isinstance(decision, Refer) else decision
    shown = isinstance(permit, Permit) and permit.allows(case.source, case.item)
    if promise.form in {Form.NEVER_SILENT, Form.DUTY_NEVER_SILENT}:
        cell = register.vocabulary.cell(case.source, case.item)
        return not shown and not (isinstance(decision, Refer) and decision.mask >> cell & 1)
    return shown and isinstance(permit, Permit) and case.clause in {
        use.clause for use in permit.uses_of(case.source, case.item)
    }  # fmt: skip


def in_words(case: Counterexample, register: Register) -> str:
    """One sentence that an officer can read: who, why, what they are to the family, of whom, when, what and by what."""
    asked = case.request
    agency = register.agencies[asked.agency]
    title = next((role.title for role in agency.roles if role.id == asked.role), asked.role)
    purpose = register.purpose_titles.get(asked.purpose, asked.purpose)
    known = [f"{name} {value.value}" for name, value in sorted(asked.states.items()) if value is not Tri.UNKNOWN]
    at = asked.now.astimezone(LONDON)
    glass = ", breaking glass" if asked.break_glass else ""
    return (
        f"{title} of {agency.title}, for “{purpose}” ({asked.purpose}), relationship {asked.relationship.value}{glass},"
        f" of a subject with {', '.join(known) or 'nothing known'} and link band {asked.band.word},"
        f" on {at.day} {at:%B %Y at %H:%M}, would {_DOES[asked.direction]} {case.source}: {case.item}"
        f" ({item_named(case.item).label})"
    )
