"""The linter's legal part: each party's gateway and Article 6 basis, conditions for special-category items."""

from collections.abc import Iterator

from agreements.cells import Groundwork
from agreements.document import Agreement
from agreements.patterns import expand_items, matching_items
from agreements.strict_yaml import Path
from concept_model.items import item_named

_ARTICLES: tuple[tuple[str, int], ...] = (("article_6", 6), ("article_9", 9), ("article_10", 10))


def law_findings(document: Agreement, ground: Groundwork) -> Iterator[tuple[Path, str, str]]:
    """Yield what is wrong with the legal part. A memorandum that moves no data needs none."""
    if not document.supply and not document.purposes:
        return
    yield from _gateways(document, ground)
    yield from _bases(document, ground)
    yield from _special_items(document)


def _gateways(document: Agreement, ground: Groundwork) -> Iterator[tuple[Path, str, str]]:
    known = {gateway.id for gateway in ground.documents.law.gateways}
    parties = {party.id for party in document.parties.controllers}
    for number, use in enumerate(document.legal.gateways):
        path = ("legal", "gateways", number)
        if use.id not in known:
            yield (*path, "id"), "no such gateway is in the legal register", "add it to gateways.yaml"
        if set(use.covers) - parties:
            yield (*path, "covers"), "it covers a body that is no party", "name parties only"
    covered = {party for use in document.legal.gateways for party in use.covers}
    disclosing = [party.id for party in document.parties.controllers if "discloses" in party.does]
    if len(parties) > 1 and set(disclosing) - covered:
        yield ("legal", "gateways"), "a disclosing party has no gateway of its own", "name the law it may share under"


def _bases(document: Agreement, ground: Groundwork) -> Iterator[tuple[Path, str, str]]:
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
    based = {party for use in document.legal.article_6 for party in use.parties}
    if based != parties:
        yield ("legal", "article_6"), "every party, and no other, has its own basis", "name one for each party"


def _special_items(document: Agreement) -> Iterator[tuple[Path, str, str]]:
    nine = {item for use in document.legal.article_9 for item in expand_items(use.data)}
    ten = {item for use in document.legal.article_10 for item in expand_items(use.data)}
    for number, rule in enumerate(document.supply):
        for name in expand_items(rule.data, rule.exclude):
            special = item_named(name).special_category
            covered = nine if special in {"health", "race"} else ten
            if special is not None and name not in covered:
                article = "Article 10" if special == "criminal" else "Article 9"
                yield ("supply", number, "data"), f"{name} has no {article} condition here", f"add it to {article}"
