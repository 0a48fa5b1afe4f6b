"""The reason of an access in words: to an officer, and to the person who asks who looked at them."""

from collections.abc import Iterable

from gateway.review.rules import ReviewRules

NO_REASON_FOR_SUBJECT = "We have no record of why. You may ask us to look into it."


def reason_sentence(rules: ReviewRules, path: str | None) -> str:
    """The reason in the words that an officer reads; a path that the document no longer has counts as none."""
    found = rules.path(path) if path else None
    return found.officer if found else rules.unexplained_sentence


def subject_sentence(rules: ReviewRules, path: str | None) -> str:
    """The reason in the words that the person themselves may read: nothing about anybody else stands in it."""
    found = rules.path(path) if path else None
    return found.subject if found else NO_REASON_FOR_SUBJECT


def evidence_sentences(rules: ReviewRules, signals: Iterable[str]) -> tuple[str, ...]:
    """What makes an access doubtful, one sentence a signal, in the document's order; unknown ones are left out."""
    wanted = set(signals)
    return tuple(one.officer for one in rules.suspicions if one.id in wanted)
