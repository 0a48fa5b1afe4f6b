"""The second prover: the documents as formulas, one warm solver for all that is released and one for duties.

Unsatisfiable means proved: no request, subject, link band, cell and instant break the promise. A model is a
counterexample. A role is encoded together with its agency, as the engine demands at the door.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import z3

from agreements.counterexample import Found
from agreements.document import PermitRule, ReferRule
from agreements.invariants import Form, Promise
from agreements.lifecycle import RegisterDocuments
from agreements.succession import epochs
from agreements.z3_clauses import bites, fulfilled
from agreements.z3_documents import Reading
from agreements.z3_duties import Silencing
from agreements.z3_language import Knowledge, Language, Solver, conjunction, disjunction, implies, negation
from agreements.z3_released import Releasing

VERSION = f"z3-{z3.get_version_string()}"


class Z3Prover:
    """Proves promises about the documents of one register."""

    def __init__(self, documents: RegisterDocuments, promises: Iterable[Promise]) -> None:
        self._readings = tuple(Reading(part) for part in epochs(documents))
        self._instants = tuple(self._edges(promises))
        self._releasing: Releasing | None = None
        self._silencing: Silencing | None = None

    def broken(self, promise: Promise) -> bool:
        """Whether the promise can be broken."""
        if promise.form is Form.UNKNOWN_NEVER_PERMITS:
            return _unknown_permits(self._readings[0])
        return self._solving(promise).broken(promise)

    def case(self, promise: Promise) -> Found | None:
        """A case in which it is; none where it holds, and none for what is said of clauses alone."""
        return None if promise.form is Form.UNKNOWN_NEVER_PERMITS else self._solving(promise).case(promise)

    def _solving(self, promise: Promise) -> Releasing | Silencing:
        if promise.form in {Form.NEVER_SILENT, Form.DUTY_NEVER_SILENT}:
            self._silencing = self._silencing or Silencing(self._readings, self._language())
            return self._silencing
        self._releasing = self._releasing or Releasing(self._readings, self._language())
        return self._releasing

    def _language(self) -> Language:
        first = self._readings[0]
        moved = {item for reading in self._readings for group in reading.groups() for item in group.items}
        domains: dict[str, list[str] | list[tuple[str, str]]] = {
            "reader": list(first.readers),
            "purpose": [purpose.id for purpose in first.documents.purposes.purposes],
            "source": list(first.sources),
            "item": sorted(moved),
        }
        return Language(domains, self._instants)

    def _edges(self, promises: Iterable[Promise]) -> Iterator[datetime]:
        for promise in promises:
            yield from (edge for span in promise.spans for edge in span)
        for reading in self._readings:
            yield from (edge for span in reading.spans() for edge in span)


def _unknown_permits(reading: Reading) -> bool:
    """Whether some clause's conditions pass, or some prohibition stops biting, because less is known."""
    solver = Solver()
    told, untold = Knowledge(solver, "told"), Knowledge(solver, "untold")
    for mine, more in ((untold.yes, told.yes), (untold.no, told.no)):
        solver.add(*(implies(mine[state], more[state]) for state in mine))
    broken: set[str] = set()
    for admitted in reading.documents.agreements:
        for rule in admitted.document.rules:
            if isinstance(rule, PermitRule | ReferRule):
                perhaps = fulfilled(rule, told, perhaps=True)
                broken.add(conjunction((fulfilled(rule, untold), negation(fulfilled(rule, told)))))
                broken.add(conjunction((perhaps, negation(fulfilled(rule, untold, perhaps=True)))))
            else:
                stopped = negation(bites(rule.when, rule.unless, untold))
                broken.add(conjunction((bites(rule.when, rule.unless, told), stopped)))
    return solver.possible([disjunction(sorted(broken))])
