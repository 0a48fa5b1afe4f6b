"""The linter of single flows: which owner's facts a rule gives to whom, for what, and whether the law lets it.

Law that looks at both ends of a flow stands here: what leaves DPA 2018 Part 3 or enters it (practice P8), law that is
good for some uses only, and sources that law keeps for purposes of certain natures (practice P9).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agreements.cells import Groundwork
from agreements.document import Agreement, Gate, PermitRule, ReferRule
from agreements.recipients import roles_meant
from agreements.reference_data import Gateway, Purpose
from agreements.request import Direction
from agreements.strict_yaml import Path
from concept_model.items import ITEMS

_FIGURES = tuple(item.name for item in ITEMS if item.data_class == "D0")
"""Items without persons, which no law about people limits."""


@dataclass(frozen=True)
class _Flow:
    """One rule with the cells that it can release."""

    document: Agreement
    ground: Groundwork
    rule: Gate
    path: Path
    cells: int

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """Registered purposes that the rule serves."""
        own = {purpose.id for purpose in self.document.purposes}
        wanted = own if self.rule.purposes == "*" else own & set(self.rule.purposes)
        return tuple(one for one in self.ground.documents.purposes.purposes if one.id in wanted)

    @property
    def recipients(self) -> frozenset[str]:
        """Agencies that it reaches."""
        parties = [party.id for party in self.document.parties.controllers]
        meant = roles_meant(self.rule.recipients, self.ground.documents.agencies, parties)
        return frozenset(agency for agency, _ in meant)

    def gateways(self, owner: str) -> tuple[Gateway, ...]:
        """What an owner rests on here."""
        used = {use.id for use in self.document.legal.gateways if owner in use.covers}
        return tuple(gateway for gateway in self.ground.documents.law.gateways if gateway.id in used)


def flow_findings(document: Agreement, ground: Groundwork) -> Iterator[tuple[Path, str, str]]:
    """Yield what is wrong with the flows of one agreement."""
    supplied = ground.supplied(document)
    for number, rule in enumerate(document.rules):
        if not isinstance(rule, PermitRule | ReferRule):
            continue
        flow = _Flow(document, ground, rule, ("rules", number), ground.selected(rule) & supplied)
        yield from _regimes(flow)
        yield from _good_for(flow)
        yield from _reserved(flow)
    yield from _joint_index(document, ground)


def _regimes(flow: _Flow) -> Iterator[tuple[Path, str, str]]:
    regimes = {purpose.regime for purpose in flow.purposes}
    competent = {agency.id for agency in flow.ground.documents.agencies.agencies if agency.competent_authority}
    if "dpa_part_3" in regimes and flow.recipients - competent:
        problem = "a purpose under DPA 2018 Part 3 is for competent authorities, and a recipient here is none"
        yield (*flow.path, "purposes"), problem, "name another purpose, or mark the agency in agencies.yaml"
    if "uk_gdpr" not in regimes:
        return
    for source in flow.ground.documents.sources.sources:
        held = source.regime == "dpa_part_3" and flow.cells & flow.ground.vocabulary.source_mask(source.id)
        if held and not any(gateway.leaves_part_3 for gateway in flow.gateways(source.owner)):
            problem = f"{source.id} is held under DPA 2018 Part 3, and nothing {source.owner} rests on lets it leave"
            yield (*flow.path, "sources"), problem, "cover the owner by a gateway that says leaves_part_3"


def _good_for(flow: _Flow) -> Iterator[tuple[Path, str, str]]:
    directions = tuple(Direction) if flow.rule.directions == "*" else flow.rule.directions
    known = flow.ground.vocabulary
    personal = flow.cells & ~known.mask(known.sources, _FIGURES)
    for owner in flow.ground.owners:
        if not personal & flow.ground.owner_mask(owner) or flow.recipients == {owner}:
            continue
        gateways = flow.gateways(owner)
        for direction in directions:
            if gateways and not any(_serves(gateway, direction) for gateway in gateways):
                problem = f"nothing {owner} rests on here is good for `{direction.value}`"
                yield (*flow.path, "directions"), problem, "cover the owner by another gateway"


def _serves(gateway: Gateway, direction: Direction) -> bool:
    return not gateway.only_directions or direction in gateway.only_directions


def _reserved(flow: _Flow) -> Iterator[tuple[Path, str, str]]:
    reservations = {reservation.id: reservation for reservation in flow.ground.documents.law.reservations}
    for source in flow.ground.documents.sources.sources:
        reservation = reservations.get(source.reserved_under or "")
        if reservation is None or not flow.cells & flow.ground.vocabulary.source_mask(source.id):
            continue
        barred = [purpose.id for purpose in flow.purposes if purpose.nature not in reservation.natures]
        if barred:
            problem = f"{reservation.cite} keeps {source.id} from the purpose {barred[0]}"
            yield (*flow.path, "sources"), problem, "leave the source out of this rule"


def _joint_index(document: Agreement, ground: Groundwork) -> Iterator[tuple[Path, str, str]]:
    """Who joins records of several owners for one purpose controls the index jointly (practice P7)."""
    if document.parties.relationship == "joint_controllers":
        return
    for rule in document.rules:
        if not isinstance(rule, PermitRule) or not (rule.directions == "*" or Direction.MATCH in rule.directions):
            continue
        cells = ground.selected(rule) & ground.supplied(document)
        owners = [owner for owner in ground.owners if cells & ground.owner_mask(owner)]
        if len(owners) > 1:
            problem = "records of several controllers are joined here, so they control the index jointly"
            yield ("parties", "relationship"), problem, "write joint_controllers and `article_26_summary`"
            return
