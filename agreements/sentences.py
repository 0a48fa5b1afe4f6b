"""Role-level sentences: the same words with and without data, so that silence says nothing (scenes)."""

from concept_model.items import ITEMS

NOT_INCLUDED = "role-not-included"
SOMETIMES = "role-sometimes"
MATCHING_ONLY = "matching-only"

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
