"""Teams towards those whom their look-ups are about: one named for a part of the area goes by another name (P1).

Whose worker is of "Early Help North" lives in the north: the name would tell that to whoever was left. The register
says which teams go by another name (`teams` in agencies.yaml), for everybody alike: else an exception would tell.
"""

from collections.abc import Iterable
from dataclasses import replace

from agreements.register import Register
from audit.canonical import parse_canonical
from audit.leaf import parse_leaf
from audit.subject_pack import PackElement, SubjectPack
from gateway.store.viewers import ToldGroup


def groups_as_told(register: Register, told: Iterable[ToldGroup]) -> tuple[ToldGroup, ...]:
    """Who was told of something, by teams under the names that may be told; what becomes one group counts as one."""
    people: dict[tuple[str, str | None, str | None], int] = {}
    for one in told:
        team = register.team_told(one.agency, one.team) if one.team else one.team
        group = (one.agency, one.role, team)
        people[group] = people.get(group, 0) + one.people
    return tuple(ToldGroup(*group, people=count) for group, count in people.items())


def pack_as_told(pack: SubjectPack, register: Register) -> tuple[SubjectPack, dict[str, str]]:
    """The pack without the names of teams that go by another one, and those names by the ids of entries."""
    told: dict[str, str] = {}

    def as_told(element: PackElement) -> PackElement:
        openings = element.openings
        values = {name: parse_canonical(openings[name].value) for name in ("agency", "team") if name in openings}
        agency, team = values.get("agency"), values.get("team")
        if not isinstance(agency, str) or not isinstance(team, str) or register.team_told(agency, team) == team:
            return element
        told[parse_leaf(element.leaf).entry_id] = register.team_told(agency, team)
        return replace(element, openings={name: one for name, one in openings.items() if name != "team"})

    sections = tuple(
        replace(one, elements=tuple(as_told(element) for element in one.elements)) for one in pack.sections
    )
    return replace(pack, sections=sections, since=tuple(as_told(element) for element in pack.since)), told
