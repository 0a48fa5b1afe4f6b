"""Addresses that came without a UPRN: what the gazetteer calls their property, or all others who say the same text.

A UPRN found so is evidence of linkage alone. It stands beside what the partner sent, in the working copy of a fact that
linkage reads (`uprn_by` names the rule), and is found anew by every run; no fact is written, and no reader is shown it.
The address of a refuge is neither matched nor learnt from, by whomever it is told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import Connection

from gateway.store.gazetteer import (
    addresses_near,
    replace_addresses,
    sent_addresses,
    standing_made_of,
    standing_of_gazetteer,
)
from gateway.store.identities import IdentityFact
from linkage.addresses import uprn
from linkage.file_addresses import uprn_of
from linkage.gazetteer import AddressMatch, Gazetteer, KnownAddress, street_key
from linkage.written_address import WrittenAddress, written_address

RESIDENCE = "address.residence"
MATCHED_BY = "uprn_by"
"""Of a residence's value in linkage's working copy: the rule by which its UPRN was found."""
_TOGETHER = 2000


@dataclass(slots=True)
class SeenAddresses:
    """UPRNs that records name beside a text, by the text in its one form, and what is a refuge's: UPRNs and texts."""

    uprns: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refuges: set[str] = field(default_factory=set)

    def learn(self, facts: Iterable[IdentityFact]) -> None:
        """Take in what facts say of addresses."""
        for fact in facts:
            if fact.item != RESIDENCE:
                continue
            told, number = written(fact), _sent_uprn(fact)
            if is_refuge(fact):
                self.refuges.update(filter(None, (number, told.text if told.tells_a_dwelling else None)))
            elif number and told.tells_a_dwelling:
                self.uprns[told.text].add(number)


def refresh_gazetteer(connection: Connection) -> None:
    """Make the addresses that are matched with anew, if anything of the gazetteer has changed since."""
    standing = standing_of_gazetteer(connection)
    if standing_made_of(connection) != standing:
        known = sent_addresses(connection)
        replace_addresses(
            connection, standing,
            ((one, street_key(written_address(one.lines.split("\n"), one.postcode))) for one in known),
        )  # fmt: skip


def with_uprns(
    connection: Connection, facts: Sequence[IdentityFact],
    seen_of: Callable[[Collection[str], Collection[str]], SeenAddresses],
) -> list[IdentityFact]:  # fmt: skip
    """The facts, with the UPRNs that are found for residences without one.

    `seen_of(texts, uprns)` gives what records say of these texts, and which of these are a refuge's.
    """
    asked = {place: written(fact) for place, fact in enumerate(facts) if _lacks_uprn(fact)}
    found: dict[int, AddressMatch] = {}
    # By postcode, so that the addresses of each are read once.
    places = sorted(
        (place for place, told in asked.items() if told.tells_a_dwelling), key=lambda place: asked[place].postcode or ""
    )
    for start in range(0, len(places), _TOGETHER):
        part = places[start : start + _TOGETHER]
        gazetteer = _near(connection, [asked[place] for place in part])
        found |= _found(facts, {place: asked[place] for place in part}, gazetteer, seen_of)
    return [
        replace(fact, value={**fact.value, "uprn": found[place].uprn, MATCHED_BY: found[place].rule.value})
        if place in found
        else fact
        for place, fact in enumerate(facts)
    ]


def matched_by_rule(facts: Iterable[IdentityFact]) -> Mapping[str, int]:
    """How many residences were given a UPRN, by rule."""
    counts: dict[str, int] = defaultdict(int)
    for fact in facts:
        if fact.item == RESIDENCE and fact.value.get(MATCHED_BY):
            counts[str(fact.value[MATCHED_BY])] += 1
    return dict(sorted(counts.items()))


def written(fact: IdentityFact) -> WrittenAddress:
    """The address of a residence, taken apart."""
    return _taken_apart(str(fact.value.get("lines") or ""), fact.value.get("postcode"))


@lru_cache(maxsize=50_000)
def _taken_apart(lines: str, postcode: str | None) -> WrittenAddress:
    return written_address(lines.split("\n"), postcode)


def is_refuge(fact: IdentityFact) -> bool:
    """Whether a residence is that of somebody in a refuge."""
    return fact.value.get("kind") == "refuge"


def teaches(fact: IdentityFact) -> str | None:
    """The text for which a residence names a UPRN that was sent with it; None where it names none."""
    if fact.item != RESIDENCE or is_refuge(fact) or _sent_uprn(fact) is None:
        return None
    told = written(fact)
    return told.text if told.tells_a_dwelling else None


def _found(
    facts: Sequence[IdentityFact], asked: Mapping[int, WrittenAddress], gazetteer: Gazetteer,
    seen_of: Callable[[Collection[str], Collection[str]], SeenAddresses],
) -> dict[int, AddressMatch]:  # fmt: skip
    seen = seen_of({told.text for told in asked.values()}, ())
    uprns = {text: frozenset(numbers) for text, numbers in seen.uprns.items()}
    found = {
        place: match
        for place, told in asked.items()
        if told.text not in seen.refuges
        and (match := uprn_of(told, gazetteer, uprns, facts[place].valid_from, facts[place].valid_to))
    }
    refuges = seen_of((), {match.uprn for match in found.values()}).refuges
    return {place: match for place, match in found.items() if match.uprn not in refuges}


def _near(connection: Connection, asked: Iterable[WrittenAddress]) -> Gazetteer:
    told = list(asked)
    near = addresses_near(
        connection,
        {one.postcode for one in told if one.postcode},
        {key for one in told if (key := street_key(one))},
    )
    return Gazetteer(
        KnownAddress(one.uprn, _taken_apart(one.lines, one.postcode), one.valid_from, one.valid_to) for one in near
    )


def _lacks_uprn(fact: IdentityFact) -> bool:
    return fact.item == RESIDENCE and not uprn(str(fact.value.get("uprn") or "")) and not is_refuge(fact)


def _sent_uprn(fact: IdentityFact) -> str | None:
    return None if fact.value.get(MATCHED_BY) else uprn(str(fact.value.get("uprn") or ""))
