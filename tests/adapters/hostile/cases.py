"""What a hostile or broken file is here: a body, the feed it is sent to, and what has to become of it."""

from collections import Counter
from dataclasses import dataclass, field

from adapters.errors import FeedUnreadableError, SuspiciousContentError
from adapters.port import translate_rows
from adapters.registry import FEEDS


@dataclass(frozen=True)
class Refused:
    """The whole file is refused before any row; `word` stands in the reason."""

    word: str
    suspicious: bool = False


@dataclass(frozen=True)
class Rows:
    """Every good row is taken, every other handed back with its code."""

    good: int
    bad: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One file."""

    name: str
    feed: str
    body: bytes = field(repr=False)
    outcome: Refused | Rows
    media: str = "csv"


def outcome_of(feed: str, body: bytes) -> tuple[Refused | Rows, str]:
    """What became of a file, and what was said of it."""
    good, bad, words = 0, Counter[str](), []
    try:
        for translation in translate_rows(FEEDS[feed], body):
            good += not translation.errors
            # The first error is the reason; others of the same row are told beside it.
            bad.update(error.code for error in translation.errors[:1])
            words += [f"{error.message} {error.how_to_fix}" for error in translation.errors]
            assert not (translation.errors and translation.records)
    except FeedUnreadableError as error:
        if good or not error.how_to_fix:
            msg = "a file is refused before its first row, with a remedy"
            raise AssertionError(msg) from error
        return Refused(error.message, isinstance(error, SuspiciousContentError)), f"{error.message} {error.how_to_fix}"
    return Rows(good, dict(bad)), " ".join(words)
