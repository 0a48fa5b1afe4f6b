"""How sure it is that records shown are one person's: words from what this reader may see alone (practice P14).

Bands that decide come from all evidence; words do not, or they would tell that other records exist.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from uuid import UUID

from gateway.link_record import Said, link_record
from gateway.profiles.permitted import PermittedFact
from linkage.evidence import claims_between
from linkage.explain import band_from_claims, explain_link
from linkage.record import Band
from linkage.standardise import StandardRecord, standardise

ONE_RECORD = "One record that you may see."
_ORDER = (Band.VERIFIED, Band.STRONG, Band.PROBABLE, Band.REVIEW)


def match_words(facts: Sequence[PermittedFact]) -> dict[UUID, str]:
    """For each record of one person, how well it fits the others shown; the best fit of each is what counts."""
    records = _records(facts)
    best: dict[UUID, tuple[int, str]] = {}
    for one, other in combinations(sorted(records), 2):
        claims = claims_between(records[one], records[other])
        found = (_ORDER.index(band_from_claims(claims)), explain_link(claims))
        for record in (one, other):
            best[record] = min(best.get(record, found), found)
    return {record: best[record][1] if record in best else ONE_RECORD for record in records}


def weakest(words: Mapping[UUID, str]) -> str:
    """The words for the whole person: those of the record that fits least."""
    return max(words.values(), key=_doubt, default=ONE_RECORD)


def is_sure(words: str) -> bool:
    """Whether the words ask for no check."""
    return _doubt(words)[0] == 0


def _doubt(words: str) -> tuple[int, str]:
    return (1 if words.startswith("Probably") else 0), words


def _records(facts: Sequence[PermittedFact]) -> dict[UUID, StandardRecord]:
    by_record: dict[UUID, list[PermittedFact]] = {}
    for fact in facts:
        by_record.setdefault(fact.fact.record_id, []).append(fact)
    return {
        record: standardise(link_record(record, found[0].source, _said(found))) for record, found in by_record.items()
    }


def _said(facts: Sequence[PermittedFact]) -> list[Said]:
    # A former name is never cited, not even as the reason of a link (practice P12).
    return [(one.item.name, one.fact.value) for one in facts if one.item.name != "identity.former_name"]
