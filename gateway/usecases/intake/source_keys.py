"""The keys by which a partner knows persons, households and places; which facts name a second one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from adapters.quick import PlainFact
from gateway.custody import KeyRing

REFERENCES = {"family.relationship": ("other", "person"), "household.membership": ("household", "household")}
"""Items whose value names another record of the same source: stored as that record's id."""
KeyName: TypeAlias = tuple[str, str]
"""Kind of a subject and the partner's own key of it."""


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A partner's own key of a person, household or place, within one source."""

    source: str
    kind: str
    key: str

    def digests(self, ring: KeyRing) -> tuple[bytes, ...]:
        """The digests under which its record is found, newest key version first."""
        return ring.digests("source-record", self.source.encode(), self.kind.encode(), self.key.encode())


def names_of(facts: Iterable[PlainFact]) -> dict[KeyName, None]:
    """Every key that the facts name, once each, in the order met."""
    names: dict[KeyName, None] = {}
    for fact in facts:
        names[fact[1], fact[2]] = None
        if fact[0] in REFERENCES:
            names[referred(fact)] = None
    return names


def referred(fact: PlainFact) -> KeyName:
    """The key that a fact's value names, of one of the items in `REFERENCES`."""
    place, kind = REFERENCES[fact.item]
    return kind, str(json.loads(fact.value)[place])
