"""The linter's legal part: each party's gateway and Article 6 basis, conditions for special-category items.

Which kinds of body an entry of the law covers, and whether it is a power at all, is data of the legal register.
"""

from collections.abc import Iterator

from agreements.cells import Groundwork
from agreements.document import Agreement, PermitRule, SupplyRule
from agreements.patterns import expand_items, matching_items
from agreements.strict_yaml import Path
from concept_model.items import ITEMS, item_named

_ARTICLES: tuple[tuple[str, int], ...] = (("article_6", 6), ("article_9", 9), ("article_10", 10))
_NO_POWERS = frozenset({"exemption", "guidance", "consent"})
_Finding = tuple[Path, str, str]


def law_findings(document: Agreement, ground: Groundwork) -> Iterator[_Finding]:
    """Yield what is wrong with the legal part. A memorandum that moves no data needs none."""
    if not document.supply and not document.purposes:
        return
    yield from _gateways(document, ground)
    yield from _bases(document, ground)
    yield from _special_items(document, ground)


def _gateways(document: Agreement, ground: Groundwork) -> Iterator[_Finding]:
    known = {gateway.id: gateway for gateway in ground.documents.law.gateways}
    kinds = _kinds(ground)
    parties = {party.id for party in document.parties.controllers}
    for number, use in enumerate(document.legal.gateways):
        path = ("legal", "gateways", number)
        gateway = known.get(use.id)
        if gateway is None:
            yield (*path, "id"), "no such gateway is in the legal register", "add it to gateways.yaml"
        elif gateway.kind in _NO_POWERS:
            article = "an" if gateway.kind == "exemption" else ""
            problem = f"{gateway.cite} is {article} {gateway.kind}, which gives no power to share".replace("  ", " ")
            yield (*path, "id"), problem, "name a power or duty"
        else:
            for at, party in enumerate(use.covers):
                if gateway.covers_kinds and kinds.get(party) not in gateway.covers_kinds:
                    problem = f"{gateway.cite} does not cover {party}, a body of the kind {kinds.get(party)}"
                    yield (*path, "covers", at), problem, "name law that does"
        if set(use.covers) - parties:
            yield (*path, "covers"), "it covers a body that is no party", "name parties only"
    covered = {party for use in document.legal.gateways for party in use.covers}
    disclosing = [party.id for party in document.parties.controllers if "discloses" in party.does]
    if len(parties) > 1 and set(disclosing) - covered:
        yield ("legal", "gateways"), "a disclosing party has no gateway of its own", "name the law it may share under"


def _bases(document: Agreement, ground: Groundwork) -> Iterator[_Finding]:
    known = {basis.id: basis for basis in ground.documents.law.bases}
    parties = {party.id for party in document.parties.controllers}
    for part, article in _ARTICLES:
        for number, use in enumerate(getattr(document.legal, part)):
            path = ("legal", part, number)
            basis = known.get(use.basis)
            if basis is None or basis.article != article:
                yield (*path, "basis"), f"no such Article {article} basis is registered", "add it to gateways.yaml"
            elif basis.policy_document_needed and not use.policy_document:
                yield path, "this condition needs an appropriate policy document", "name `policy_document`"
            for at, pattern in enumerate(getattr(use, "data", ())):
                if not matching_items(pattern):
                    yield (*path, "data", at), "this names no data item", "use a registered item or `group.*`"
    yield from _article_6_kinds(document, ground)
    based = {party for use in document.legal.article_6 for party in use.parties}
    if based != parties:
        yield ("legal", "article_6"), "every party, and no other, has its own basis", "name one for each party"


def _article_6_kinds(document: Agreement, ground: Groundwork) -> Iterator[_Finding]:
    kinds = _kinds(ground)
    known = {basis.id: basis for basis in ground.documents.law.bases}
    for number, use in enumerate(document.legal.article_6):
        basis = known.get(use.basis)
        for at, party in enumerate(use.parties):
            if basis is not None and basis.covers_kinds and kinds.get(party) not in basis.covers_kinds:
                problem = f"{basis.law} is not for {party}, a body of the kind {kinds.get(party)}"
                yield ("legal", "article_6", number, "parties", at), problem, "name a basis that is"


def _kinds(ground: Groundwork) -> dict[str, str]:
    return {agency.id: agency.kind for agency in ground.documents.agencies.agencies}


def _special_items(document: Agreement, ground: Groundwork) -> Iterator[_Finding]:
    supplied = ground.supplied(document)
    nine = {item for use in document.legal.article_9 for item in expand_items(use.data)}
    ten = {item for use in document.legal.article_10 for item in expand_items(use.data)}
    for part, rules in (("supply", document.supply), ("rules", document.rules)):
        for number, rule in enumerate(rules):
            if not isinstance(rule, SupplyRule | PermitRule):
                continue
            for name in _named(rule, supplied, ground):
                special = item_named(name).special_category
                covered = nine if special in {"health", "race"} else ten
                if special is not None and name not in covered:
                    article = "Article 10" if special == "criminal" else "Article 9"
                    yield (part, number, "data"), f"{name} has no {article} condition here", f"add it to {article}"


def _named(rule: SupplyRule | PermitRule, released: int, ground: Groundwork) -> tuple[str, ...]:
    """Items that a rule speaks of: a permit's pattern means what is supplied, its plain names what they say."""
    if isinstance(rule, SupplyRule):
        return expand_items(rule.data, rule.exclude)
    plain = {pattern for pattern in rule.data if not pattern.endswith("*")}
    bits = ground.items_in(ground.selected(rule) & released)
    return tuple(item.name for bit, item in enumerate(ITEMS) if bits >> bit & 1 or item.name in plain)
