"""Which agreements a page rests on: those that release something that it shows, and not all that could have.

A clause that would release what a state takes away, of which the reader may not hear, would be missing from the pages
of those alone who have that state: whom somebody protects would be read from the law that a page names (scene S3). So
it is missing as well where nothing is recorded that it would release.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from agreements.decision import Permit, RuleUse
from agreements.register import Register
from gateway.profiles.permitted import PermittedFact, judged_item
from gateway.profiles.views import AgreementUsed


def agreements_used(
    register: Register,
    permits: Mapping[tuple[UUID, int], Permit],
    persons: Collection[UUID],
    facts: Sequence[PermittedFact],
) -> tuple[AgreementUsed, ...]:
    """The clauses that release what is known of those who stand on the page, in order."""
    cells: dict[tuple[UUID, int], int] = defaultdict(int)
    for fact in facts:
        key = fact.fact.person_id, fact.fact.band
        if key[0] in persons:
            item = judged_item(permits[key], fact.source, fact.item.name) or fact.item.name
            cells[key] |= 1 << register.vocabulary.cell(fact.source, item)
    titles = {summary.id: summary.title for summary in register.agreements}
    by_clause: dict[str, RuleUse] = {}
    for key, permit in permits.items():
        for use in permit.uses:
            if use.mask & cells[key]:
                by_clause.setdefault(use.clause, use)
    return tuple(
        AgreementUsed(clause, titles.get(use.agreement, use.agreement), use.gateways, use.article_6, use.obligations)
        for clause, use in sorted(by_clause.items())
    )
