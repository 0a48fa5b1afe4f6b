"""Role-level sentences: the same words with and without data, so that silence says nothing (scenes)."""

from collections.abc import Iterable

from agreements.compiled import ANY_RELATIONSHIP, RELATIONSHIP_BIT, Gate
from agreements.request import STATE_BIT, Band, Relationship
from concept_model.items import ITEMS

_TOPICS = {
    "identity": "identity",
    "contact": "contact",
    "address": "address",
    "household": "household",
    "family": "family",
    "education": "education",
    "work": "work and benefit",
    "crime": "police",
    "justice": "justice",
    "da": "domestic abuse",
    "child": "missing-child",
    "place": "area",
    "health": "health",
    "care": "social care",
    "support": "family support",
    "safeguarding": "safeguarding",
    "housing": "housing",
    "ctax": "council tax",
    "service": "service directory",
}


def topic_of(item: str) -> str:
    """The plain word for the group an item belongs to."""
    group = item.split(".", 1)[0]
    return _TOPICS.get(group, group)


def topic_masks() -> tuple[tuple[str, int], ...]:
    """Topics with the mask of their item bits, in the order of the item register."""
    masks: dict[str, int] = {}
    for bit, item in enumerate(ITEMS):
        topic = topic_of(item.name)
        masks[topic] = masks.get(topic, 0) | 1 << bit
    return tuple(masks.items())


def not_included(topic: str) -> str:
    """What a role is told of a topic it never sees for this purpose."""
    return f"Your role does not include {topic} information. This does not mean there is any."


def sometimes(topic: str) -> str:
    """What a role is told of a topic it sees for some families only."""
    return f"Your role sees {topic} information in some cases only. This does not mean there is any."


_READER = {
    Relationship.ALLOCATED_WORKER: "the allocated worker",
    Relationship.TEAM: "in the family's team",
    Relationship.MANAGER: "the team's manager",
    Relationship.MASH: "working the referral in the MASH",
    Relationship.NAMED_CASE: "named on the case",
    Relationship.NONE: "without any part in the family's case",
}
_SUBJECT = {
    "minor": ("the person is under 18", "the person is an adult"),
    "agreed_to_help": ("the person agreed to help", "the person did not agree to help"),
    "safeguarding_concern": ("there is a safeguarding concern", "there is no safeguarding concern"),
    "protected": ("the person is protected", "the person is not protected"),
    "domestic_abuse": ("there is domestic abuse on record", "there is no domestic abuse on record"),
    "objection": ("the person objected", "the person did not object"),
    "restriction": ("use of the record is restricted", "use of the record is not restricted"),
    "perpetrator_in_household": ("a perpetrator is in the household", "no perpetrator is in the household"),
    "reader_works_with_perpetrator": ("you work with the perpetrator", "you do not work with the perpetrator"),
    "named_case": ("the person's case is named", "the person's case is not named"),
}
_SURE = {
    Band.REVIEW: "",
    Band.PROBABLE: "the record is probably the person's",
    Band.STRONG: "the record is surely the person's",
    Band.VERIFIED: "the record is verified as the person's",
}


def only_where(gate: Gate, *, states_only: bool = False) -> str:
    """A gate's tests in words a worker understands: what must be so for the rule to speak."""
    parts: list[str] = []
    if not states_only and gate.relationships != ANY_RELATIONSHIP:
        named = [words for one, words in _READER.items() if gate.relationships & RELATIONSHIP_BIT[one]]
        parts.append(f"you are {_either(named)}" if named else "an emergency is declared")
    parts += [yes for state, (yes, _) in _SUBJECT.items() if gate.yes_all & STATE_BIT[state]]
    either = [yes for state, (yes, _) in _SUBJECT.items() if gate.yes_any & STATE_BIT[state]]
    if either:
        parts.append(_either(either))
    parts += [no for state, (_, no) in _SUBJECT.items() if gate.no_all & STATE_BIT[state]]
    if not states_only and gate.min_band > Band.PROBABLE:
        parts.append(_SURE[Band(gate.min_band)])
    return ", and ".join(parts) or "it belongs to the person asked about"


def not_yet(words: str) -> str:
    """What a reader is told who may know the state that a rule waits for."""
    return f"Not shown now. It is shown where {words}."


def _either(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
