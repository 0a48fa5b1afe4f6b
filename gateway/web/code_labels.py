"""Words of the pages for things that are no data items: roles in an event, relationships, states of a batch."""

from collections.abc import Mapping

_Labels = Mapping[str, str]

ROLES_IN_EVENT: _Labels = {
    "victim": "the victim", "complainant": "the complainant", "witness": "a witness",
    "person reporting": "the person who reported it", "suspect": "a suspect", "offender": "the offender",
    "arrested": "arrested", "charged": "charged", "defendant": "the defendant", "convicted": "convicted",
    "missing person": "the missing person", "child present": "a child present",
    "parent/guardian": "a parent or guardian", "associated": "named in it",
}  # fmt: skip
RELATIONSHIPS: _Labels = {
    "parent": "a parent of", "child": "a child of", "sibling": "a brother or sister of", "partner": "the partner of",
    "former-partner": "a former partner of", "carer": "a carer of", "guardian": "a guardian of",
    "grandparent": "a grandparent of", "relative": "a relative of", "other": "connected with",
}  # fmt: skip
BATCH_STATES: _Labels = {
    "received": "Received", "validating": "Being checked", "waiting": "Waits for you",
    "accepted": "Accepted", "accepted in part": "Accepted in part",
    "refused": "Refused",
}  # fmt: skip
ARTICLE_6: _Labels = {
    "6(1)(a)": "consent", "6(1)(c)": "legal obligation", "6(1)(d)": "vital interests", "6(1)(e)": "public task",
    "6(1)(f)": "legitimate interests",
}  # fmt: skip
"""UK GDPR Article 6(1)."""
