"""Sex or gender as recorded: one value a person, for sources that differ would tell that it changed (practice P12).

Services go on with what they were told years ago, and none says why another writes something else. Beside a page's
other values disagreement is shown, so that nobody takes a doubt for a fact; here it hints at a gender history (Gender
Recognition Act 2004 s.22) to readers who have no use for it. Matching still compares all of them, and so do stewards.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gateway.profiles.permitted import PermittedFact

SEX = "identity.sex"


def with_one_sex(facts: Sequence[PermittedFact]) -> list[PermittedFact]:
    """The facts without what sources say of somebody's sex otherwise than the one that said it last."""
    said: dict[UUID, dict[object, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        if fact.item.name == SEX:
            said[fact.fact.person_id][fact.fact.value.get("code")].append(fact.fact.recorded_at)
    chosen = {
        person: max(codes, key=lambda code: (max(codes[code]).date(), len(codes[code]), str(code)))
        for person, codes in said.items()
    }
    return [
        fact for fact in facts if fact.item.name != SEX or fact.fact.value.get("code") == chosen[fact.fact.person_id]
    ]
