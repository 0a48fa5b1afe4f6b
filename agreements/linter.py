"""What a schema cannot say of one agreement: names that must exist, law that must cover, dates that must fit.

Each check yields (path in the file, problem, remedy); the loader turns it into an error with its line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agreements.cells import Groundwork
from agreements.compiler import waits_for_protection
from agreements.document import (
    Agreement,
    NeverBothRule,
    PermitRule,
    ProhibitRule,
    Readers,
    ReferRule,
    Selection,
    SupplyRule,
    WithholdingRule,
)
from agreements.document import Gate as GateClause
from agreements.lint_flows import flow_findings
from agreements.lint_law import law_findings
from agreements.patterns import expand_items, matching_items
from agreements.recipients import roles_meant
from agreements.reference_data import Dpia
from agreements.strict_yaml import Path
from agreements.tiers import tier_findings
from concept_model.items import SERVICE_BEARING

Finding = tuple[Path, str, str]


@dataclass(frozen=True)
class Subject:
    """One agreement and what it is checked against."""

    document: Agreement
    ground: Groundwork

    @property
    def parties(self) -> tuple[str, ...]:
        """Ids of its controllers."""
        return tuple(party.id for party in self.document.parties.controllers)

    def clauses(self) -> Iterator[tuple[Path, SupplyRule | Readers]]:
        """Every clause with an id, and its path."""
        for part in ("supply", "rules", "withholding"):
            for number, clause in enumerate(getattr(self.document, part)):
                yield (part, number), clause

    def selections(self) -> Iterator[tuple[Path, Selection]]:
        """Everything that selects cells, with its path; a never-both rule selects twice."""
        for path, clause in self.clauses():
            if isinstance(clause, NeverBothRule):
                yield (*path, "keep"), clause.keep
                yield (*path, "withhold"), clause.withhold
            elif isinstance(clause, Selection):
                yield path, clause


def lint_agreement(document: Agreement, ground: Groundwork) -> Iterator[Finding]:
    """Yield everything wrong with one agreement."""
    subject = Subject(document, ground)
    for check in _CHECKS:
        yield from check(subject)
    yield from tier_findings(document)
    yield from law_findings(document, ground)
    yield from flow_findings(document, ground)


def _unique_ids(subject: Subject) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, clause in subject.clauses():
        if clause.id in seen:
            yield (*path, "id"), "this clause id is used twice", "give every clause its own id"
        seen.add(clause.id)


def _parties(subject: Subject) -> Iterator[Finding]:
    known = {agency.id for agency in subject.ground.documents.agencies.agencies}
    parties = subject.document.parties
    for number, party in enumerate(parties.controllers):
        path = ("parties", "controllers", number)
        if party.id not in known:
            yield (*path, "id"), "no such agency is registered", "add it to agencies.yaml"
        if party.lead and party.accession:
            yield path, "the lead party cannot join by accession", "let the lead sign the agreement itself"
    if len(set(subject.parties)) != len(subject.parties):
        yield ("parties", "controllers"), "a party stands here twice", "name every party once"
    if sum(party.lead for party in parties.controllers) != 1:
        yield ("parties", "controllers"), "exactly one party leads", "mark one party `lead: true`"
    for name, agencies in parties.controller_of:
        if not set(agencies) <= set(subject.parties):
            yield ("parties", "controller_of", name), "a controller here is no party", "name parties only"


def _joint_controllers(subject: Subject) -> Iterator[Finding]:
    parties = subject.document.parties
    if parties.relationship == "joint_controllers":
        if not parties.article_26_summary:
            yield ("parties",), "joint controllers publish their arrangement (Article 26)", "name `article_26_summary`"
        elif not parties.article_26_summary.startswith("https://"):
            path: Path = ("parties", "article_26_summary")
            yield path, "the summary is not at a published address", "write where it is read, https://..."


def _recipients(subject: Subject) -> Iterator[Finding]:
    agencies = subject.ground.documents.agencies
    receiving = {party.id for party in subject.document.parties.controllers if "receives" in party.does}
    for path, clause in subject.clauses():
        if not isinstance(clause, Readers):
            continue
        bounds = subject.parties if isinstance(clause, GateClause) else None
        for number, recipient in enumerate(clause.recipients):
            here = (*path, "recipients", number)
            meant = tuple(roles_meant([recipient], agencies, bounds))
            if not meant:
                yield here, "these recipients mean no registered role of a party", "check agency, roles and family"
            named = set() if recipient.roles == "*" else set(recipient.roles)
            if named - {role for _, role in meant}:
                yield here, "a role named here does not exist there", "check agencies.yaml"
            if isinstance(clause, GateClause) and {agency for agency, _ in meant} - receiving:
                yield here, "this agency does not receive under this agreement", "add `receives` to the party"
        for number, recipient in enumerate(getattr(clause, "except_recipients", ())):
            if not tuple(roles_meant([recipient], agencies)):
                here = (*path, "except_recipients", number)
                yield here, "these recipients mean no registered role", "check agency, roles and family"


def _purposes(subject: Subject) -> Iterator[Finding]:
    known = {purpose.id for purpose in subject.ground.documents.purposes.purposes}
    document = subject.document
    own = {purpose.id for purpose in document.purposes}
    for number, purpose in enumerate(document.purposes):
        if purpose.id not in known:
            yield ("purposes", number, "id"), "no such purpose is registered", "add it to purposes.yaml"
    if own & set(document.incompatible_purposes):
        yield ("incompatible_purposes",), "a purpose is both agreed and incompatible", "remove it from one list"
    for path, clause in subject.clauses():
        if isinstance(clause, Readers) and clause.purposes != "*":
            bounds = own if isinstance(clause, GateClause) else known
            if set(clause.purposes) - bounds:
                yield (*path, "purposes"), "a purpose here is not agreed above", "name purposes of this agreement"


def _assessment(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    if not document.purposes and not document.supply:
        return
    dpia = next((dpia for dpia in subject.ground.documents.dpias if dpia.id == document.dpia), None)
    if dpia is None:
        yield ("dpia",), "no such impact assessment is in the register", "name a document of dpias/"
        return
    for number, purpose in enumerate(document.purposes):
        if purpose.id not in dpia.purposes:
            yield ("purposes", number, "id"), "the impact assessment does not approve it", "amend the assessment first"
    if dpia.approved > document.validity.from_:
        yield ("validity", "from"), "it begins before its impact assessment was approved", "begin later"
    yield from _assessed_data(subject, dpia)


def _assessed_data(subject: Subject, dpia: Dpia) -> Iterator[Finding]:
    approved = set(expand_items(dpia.data))
    for path, clause in subject.selections():
        if isinstance(clause, SupplyRule) and set(expand_items(clause.data, clause.exclude)) - approved:
            yield (*path, "data"), "the impact assessment does not cover an item here", "amend the assessment first"


def _patterns(subject: Subject) -> Iterator[Finding]:
    known = set(subject.ground.vocabulary.sources)
    for path, clause in subject.selections():
        for part in ("data", "exclude"):
            for number, pattern in enumerate(getattr(clause, part)):
                if not matching_items(pattern):
                    yield (*path, part, number), "this names no data item", "use a registered item or `group.*`"
        if clause.sources != "*" and set(clause.sources) - known:
            yield (*path, "sources"), "a source here is not registered", "add it to sources.yaml"
        for pattern in getattr(clause, "transform", {}):
            if not matching_items(pattern):
                yield (*path, "transform", pattern), "this names no data item", "use a registered item or `group.*`"


def _supply(subject: Subject) -> Iterator[Finding]:
    owners = {source.id: source.owner for source in subject.ground.documents.sources.sources}
    disclosing = {party.id for party in subject.document.parties.controllers if "discloses" in party.does}
    for number, rule in enumerate(subject.document.supply):
        path = ("supply", number)
        if rule.party not in disclosing:
            yield (*path, "party"), "this party does not disclose under this agreement", "add `discloses` to the party"
        if rule.sources != "*" and any(owners.get(source) != rule.party for source in rule.sources):
            yield (*path, "sources"), "nobody may supply for another agency", "name only the party's own sources"


def _never_both(subject: Subject) -> Iterator[Finding]:
    for number, rule in enumerate(subject.document.rules):
        if not isinstance(rule, NeverBothRule):
            continue
        keep, withhold = subject.ground.selected(rule.keep), subject.ground.selected(rule.withhold)
        if keep & withhold:
            yield ("rules", number, "withhold"), "a cell stands on both sides", "keep it on one side"


def _row_prohibitions(subject: Subject) -> Iterator[Finding]:
    for number, rule in enumerate(subject.document.rules):
        if not isinstance(rule, ProhibitRule) or rule.rows == "all":
            continue
        if not waits_for_protection(rule):
            problem = "this also bites those who are not protected, and of them nothing has a day"
            yield ("rules", number, "when"), problem, "write `when: {any_of: [protected]}`"
        if set(expand_items(rule.data, rule.exclude)) - SERVICE_BEARING:
            named = ", ".join(sorted(SERVICE_BEARING))
            yield ("rules", number, "data"), "not every item here is judged by its day", f"name only {named}"


def _released(subject: Subject) -> Iterator[Finding]:
    supplied = subject.ground.supplied(subject.document)
    for path, clause in subject.clauses():
        if not isinstance(clause, PermitRule | ReferRule):
            continue
        named = subject.ground.vocabulary.sources if clause.sources == "*" else clause.sources
        cells = subject.ground.selected(clause) & supplied
        if clause.sources == "*" and not cells:
            yield (*path, "sources"), "nothing that this rule releases is supplied", "add a supply clause"
        for source in named if clause.sources != "*" else ():
            if subject.ground.vocabulary.knows(source) and not cells & subject.ground.vocabulary.source_mask(source):
                yield (*path, "sources"), "a source here supplies nothing this rule releases", "add a supply clause"


def _break_glass(subject: Subject) -> Iterator[Finding]:
    glass = subject.document.break_glass
    permits = {rule.id for rule in subject.document.rules if isinstance(rule, PermitRule)}
    if glass is not None and set(glass.widens) - permits:
        yield ("break_glass", "widens"), "this widens no permit rule of this agreement", "name permit rules"
    for number, rule in enumerate(subject.document.rules):
        widened = glass is not None and rule.id in glass.widens
        if isinstance(rule, PermitRule) and not rule.relationships and not widened:
            yield ("rules", number, "relationships"), "no relationship opens this rule", "name one, or widen it"


def _referrals(subject: Subject) -> Iterator[Finding]:
    known = {f"{agency.id}/{role.id}" for agency in subject.ground.documents.agencies.agencies for role in agency.roles}
    kinds = {gateway.id: gateway.kind for gateway in subject.ground.documents.law.gateways}
    duties = [use for use in subject.document.legal.gateways if kinds.get(use.id) == "duty"]
    for number, rule in enumerate(subject.document.rules):
        if not isinstance(rule, ReferRule):
            continue
        if rule.to not in known:
            yield ("rules", number, "to"), "no such role is registered", "write agency/role of agencies.yaml"
        elif rule.to.partition("/")[0] not in subject.parties:
            yield ("rules", number, "to"), "nobody may act for a body that is no party", "name a party's role"
        if rule.duty and not duties:
            yield ("rules", number, "duty"), "no gateway here is a duty", "name the duty it rests on"


def _dates(subject: Subject) -> Iterator[Finding]:
    validity = subject.document.validity
    if validity.to < validity.from_:
        yield ("validity", "to"), "it ends before it begins", "put the dates in order"
    if not validity.from_ <= validity.review <= validity.to:
        yield ("validity", "review"), "the review lies outside validity", "review between `from` and `to`"


def _modes(subject: Subject) -> Iterator[Finding]:
    for number, clause in enumerate(subject.document.withholding):
        if isinstance(clause, WithholdingRule) and clause.mode == "count" and "{count}" not in clause.sentence:
            yield ("withholding", number, "sentence"), "a count needs its place in words", "write {count} in it"


_CHECKS: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    _unique_ids, _parties, _joint_controllers, _recipients, _purposes, _assessment, _patterns, _supply, _never_both,
    _row_prohibitions, _released, _break_glass, _referrals, _dates, _modes,
)  # fmt: skip
