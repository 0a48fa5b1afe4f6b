"""Which data items serve to tell persons apart and bring their records together: all that a match-only feed keeps."""

from concept_model.items import ITEMS

_PREFIXES = ("identity.", "contact.")
_BESIDE = frozenset({"address.residence", "family.relationship", "household.membership", "education.enrolment"})
_NOT = frozenset({"contact.safe", "identity.ethnicity", "identity.protected"})


def is_linkable(name: str) -> bool:
    """Whether linkage compares an item of this name."""
    return name not in _NOT and (name.startswith(_PREFIXES) or name in _BESIDE)


MATCHING_ITEMS = frozenset(item.name for item in ITEMS if is_linkable(item.name)) | {"identity.protected"}
"""What a feed for matching alone may keep. Protection is kept with it: a match must never make an address known."""
