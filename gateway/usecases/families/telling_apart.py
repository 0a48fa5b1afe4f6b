"""Districts in a list of hits, which agreements release so that two people of one name can be told apart.

They are shown where they do that and nowhere else. Beside everybody, a hit that had none among relatives who have one
would say that somebody's home is withheld, and so that they are protected.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from gateway.profiles.permitted import PermittedFact
from gateway.profiles.shown import RESIDENCE
from gateway.profiles.views import GoldenIdentity

_DISTRICT = "outward_postcode"


def shown_beside(found: Sequence[tuple[UUID, GoldenIdentity]], facts: Iterable[PermittedFact]) -> list[PermittedFact]:
    """The facts without districts of whom name and date of birth tell apart from everybody else who was found."""
    alike = {
        person for person, identity in found
        if any(_alike(identity, heading) for other, heading in found if other != person)
    }  # fmt: skip
    return [
        fact for fact in facts
        if fact.item.name != RESIDENCE or fact.form != _DISTRICT or fact.fact.person_id in alike
    ]  # fmt: skip


def _alike(one: GoldenIdentity, other: GoldenIdentity) -> bool:
    """Whether a reader of both headings could take the one for the other."""
    names = {value.value.casefold() for value in one.names} & {value.value.casefold() for value in other.names}
    days = [{value.value for value in each.birth_dates} for each in (one, other)]
    return bool(names) and (not all(days) or not days[0].isdisjoint(days[1]))
