"""What is said of what is not shown: one line an owner, in the mode that the rules allow (scenes, words)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from agreements.decision import Withheld
from agreements.neighbours import NEVER_CODES
from agreements.vocabulary import Vocabulary
from concept_model.items import ITEM_CAPACITY, Withholding
from gateway.profiles.loaded import WithheldCount
from gateway.profiles.views import WithheldLine

REPLY_WORKING_DAYS = 3
_SATURDAY = 5


def withheld_lines(
    counts: Sequence[WithheldCount],
    reasons: Iterable[Withheld],
    agency_titles: Mapping[str, str],
    now: datetime,
) -> tuple[WithheldLine, ...]:
    """Lines for what exists and may be told of: a number in count mode, a sentence in exists mode."""
    spoken = [part for part in reasons if part.mode is not Withholding.SILENT]
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for count in counts:
        bit = 1 << (count.source_no * ITEM_CAPACITY + count.item_no)
        part = next((p for p in spoken if p.mask & bit and p.mode.value == count.mode), None)
        if part is not None:
            totals[part.owner_agency, part.mode.value, part.message] += count.entries
    lines = []
    for (owner, mode, template), entries in sorted(totals.items()):
        title = agency_titles.get(owner, owner)
        sentence = template.format(owner=title, count=entries, reply_by=reply_day(now))
        lines.append(WithheldLine(title, mode, sentence, entries if mode == Withholding.COUNT.value else None))
    return tuple(lines)


def role_lines(reasons: Iterable[Withheld], vocabulary: Vocabulary, granted: int) -> tuple[WithheldLine, ...]:
    """Sentences about topics that this role never sees for this purpose: the same for every family, data or none.

    `reasons` explain a request that says nothing of any subject, `granted` is what that request would be granted.
    """
    never: dict[str, int] = defaultdict(int)
    sometimes = granted
    for part in reasons:
        if part.code in NEVER_CODES:
            never[part.message] |= _items(part.mask, vocabulary)
        else:
            sometimes |= part.mask
    reachable = _items(sometimes, vocabulary)
    return tuple(
        WithheldLine("", Withholding.SILENT.value, message) for message, items in never.items() if not items & reachable
    )


def reply_day(now: datetime) -> str:
    """The weekday by which the owner answers: three working days on."""
    day = now.date()
    left = REPLY_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day.strftime("%A")


def _items(mask: int, vocabulary: Vocabulary) -> int:
    items = 0
    window = (1 << ITEM_CAPACITY) - 1
    for number in range(len(vocabulary.sources)):
        items |= mask >> (number * ITEM_CAPACITY) & window
    return items
