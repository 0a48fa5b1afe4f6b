"""Districts in a list of hits, which agreements release so that two people of one name can be told apart.

They are shown where they do that and nowhere else. Beside everybody, a hit that had none among relatives who have one
would say that somebody's home is withheld, and so that they are protected. So would the one of two people of one name
who had none: where the district of one of them is not known or is withheld, it is shown beside none of them.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from gateway.profiles.permitted import PermittedFact
from gateway.profiles.shown import RESIDENCE
from gateway.profiles.views import GoldenIdentity

_DISTRICT = "outward_postcode"
_Found = Sequence[tuple[UUID, GoldenIdentity]]


def shown_beside(found: _Found, facts: Iterable[PermittedFact]) -> list[PermittedFact]:
    """The facts without districts of whom name and date of birth tell apart, or whose districts do not tell apart."""
    facts = list(facts)
    districts = {fact.fact.person_id for fact in facts if _is_district(fact) and fact.fact.value.get("postcode")}
    told = {person for group in _alike_groups(found) if len(group) > 1 and group <= districts for person in group}
    return [fact for fact in facts if not _is_district(fact) or fact.fact.person_id in told]


def _is_district(fact: PermittedFact) -> bool:
    return fact.item.name == RESIDENCE and fact.form == _DISTRICT


def _alike_groups(found: _Found) -> list[set[UUID]]:
    """Everybody found, in groups of whom each can be taken for another of the group."""
    groups: list[set[UUID]] = []
    headings = dict(found)
    for person, heading in found:
        met = [group for group in groups if any(_alike(heading, headings[other]) for other in group)]
        groups = [group for group in groups if group not in met] + [{person}.union(*met)]
    return groups


def _alike(one: GoldenIdentity, other: GoldenIdentity) -> bool:
    """Whether a reader of both headings could take the one for the other."""
    names = {value.value.casefold() for value in one.names} & {value.value.casefold() for value in other.names}
    days = [{value.value for value in each.birth_dates} for each in (one, other)]
    return bool(names) and (not all(days) or not days[0].isdisjoint(days[1]))
