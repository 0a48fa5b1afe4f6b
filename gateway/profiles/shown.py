"""Which facts an answer shows: what its outcome in the log counts, by item, and no fact beside them.

A fact is shown where something of it stands in the answer: as an entry of a section, as an address, in a heading, as a
relationship, or as the household that puts two members onto one page. Facts that were loaded and say nothing in the
answer, such as a former name, are not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from gateway.profiles.closure import person_of_record
from gateway.profiles.golden import heading_text
from gateway.profiles.permitted import PermittedFact

HEADING_ITEMS = frozenset(
    {
        "identity.name", "identity.former_name", "identity.birth_date", "identity.sex", "identity.nhs_number",
        "identity.upn", "identity.nino", "identity.pnc_id", "contact.phone", "contact.email",
    }
)  # fmt: skip
"""What is told of who somebody is, and never as an entry of a section."""
RESIDENCE, MEMBERSHIP, RELATIONSHIP = "address.residence", "household.membership", "family.relationship"


def in_section(fact: PermittedFact) -> bool:
    """Whether a fact of a member is an entry of one of the page's sections."""
    return fact.item.name not in HEADING_ITEMS and fact.item.name not in {RESIDENCE, MEMBERSHIP, RELATIONSHIP}


def shown_on_page(persons: Iterable[UUID], facts: Sequence[PermittedFact]) -> list[PermittedFact]:
    """The facts that a family's page shows of its members, of all that are permitted."""
    members = set(persons)
    mine = [fact for fact in facts if fact.fact.person_id in members]
    owners = person_of_record(mine)
    living: dict[str, set[UUID]] = {}
    for fact in mine:
        if fact.item.name == MEMBERSHIP:
            living.setdefault(_text(fact, "household"), set()).add(fact.fact.person_id)

    def shown(fact: PermittedFact) -> bool:
        if fact.item.name == RELATIONSHIP:
            return owners.get(_text(fact, "other")) is not None
        if fact.item.name == MEMBERSHIP:
            return len(living[_text(fact, "household")]) > 1
        return fact.item.name == RESIDENCE or in_section(fact) or in_heading(fact)

    return [fact for fact in mine if shown(fact)]


def shown_in_hits(persons: Iterable[UUID], facts: Iterable[PermittedFact]) -> list[PermittedFact]:
    """The facts that hits of a search show: headings, and postcodes of addresses."""
    found = set(persons)
    return [
        fact for fact in facts
        if fact.fact.person_id in found
        and (in_heading(fact) or (fact.item.name == RESIDENCE and _text(fact, "postcode")))
    ]  # fmt: skip


def in_heading(fact: PermittedFact) -> bool:
    """Whether a fact says something in its person's heading."""
    return bool(heading_text(fact))


def counts_of(facts: Iterable[PermittedFact]) -> dict[str, int]:
    """How many facts of each item, as an outcome holds them."""
    return dict(sorted(Counter(fact.item.name for fact in facts).items()))


def sources_of(facts: Iterable[PermittedFact]) -> tuple[str, ...]:
    """The sources that say them, in order."""
    return tuple(sorted({fact.source for fact in facts}))


def _text(fact: PermittedFact, name: str) -> str:
    return str(fact.fact.value.get(name) or "")
