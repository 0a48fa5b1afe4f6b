"""Why each cell that is not released is not: exactly one reason a cell, as masks.

What depends on the subject is spoken only where a withholding clause opens it and the request passes its gate; all
the rest is silent, in words that depend on agency, role, purpose, direction and instant alone.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from agreements.compiled import KeyRules
from agreements.decide import Weighed, gate_open
from agreements.decision import Withheld
from agreements.offers import SourceInfo
from agreements.request import DecisionRequest
from agreements.sentences import NOT_INCLUDED, SOMETIMES, not_included, sometimes, topic_masks
from agreements.vocabulary import Vocabulary
from concept_model.items import ITEM_CAPACITY, Withholding


def explain_weighed(
    weighed: Weighed, vocabulary: Vocabulary, sources: Mapping[str, SourceInfo]
) -> tuple[Withheld, ...]:
    """Reasons for every cell that a weighed request is not granted."""
    reasons: list[Withheld] = []
    unsaid = vocabulary.all_mask & ~weighed.granted
    if weighed.granted:
        for voice, mode, cells in _voices(weighed):
            spoken = cells & unsaid & ~weighed.silenced
            unsaid &= ~spoken
            reasons.extend(_per_source(spoken, mode, f"withheld-{mode}", voice, vocabulary, sources))
    reasons.extend(silence(weighed.request, weighed.rules, unsaid, vocabulary, sources))
    return tuple(reasons)


def silence(
    request: DecisionRequest | None,
    rules: KeyRules,
    unsaid: int,
    vocabulary: Vocabulary,
    sources: Mapping[str, SourceInfo],
) -> Iterator[Withheld]:
    """Speak of the role only. `request` gives the instant alone; `None` speaks as for a role without any rule."""
    reach = 0
    if request is not None:
        for permit in rules.permits:
            if permit.gate.starts <= request.now < permit.gate.ends:
                reach |= permit.mask
    for source, cells, topic_sometimes, topic_not_included in _topic_cells(vocabulary):
        part = cells & unsaid
        if not part:
            continue
        owner = sources[source].owner
        if part & reach:
            yield Withheld(source, part & reach, Withholding.SILENT, SOMETIMES, topic_sometimes, owner)
        if part & ~reach:
            yield Withheld(source, part & ~reach, Withholding.SILENT, NOT_INCLUDED, topic_not_included, owner)


@cache
def _topic_cells(vocabulary: Vocabulary) -> tuple[tuple[str, int, str, str], ...]:
    """Source, its cells of one topic, and the two sentences of that topic."""
    return tuple(
        (source, items << (number * ITEM_CAPACITY), sometimes(topic), not_included(topic))
        for number, source in enumerate(vocabulary.sources)
        for topic, items in topic_masks()
    )


def _voices(weighed: Weighed) -> Iterator[tuple[str, str, int]]:
    """Sentence, mode and cells of the withholding clauses whose gate is open, most reserved mode first."""
    heard = [
        (voice.sentence, mode, cells)
        for voice in weighed.rules.voices
        if gate_open(voice.gate, weighed.request, weighed.yes, weighed.no)
        for mode, cells in voice.by_mode
        if mode != Withholding.SILENT.value
    ]
    # Where two clauses speak of one cell the one that says less is heard: exists before count.
    yield from sorted(heard, key=lambda entry: entry[1] == Withholding.COUNT.value)


def _per_source(
    cells: int, mode: str, code: str, sentence: str, vocabulary: Vocabulary, sources: Mapping[str, SourceInfo]
) -> Iterator[Withheld]:
    for source in vocabulary.sources_of(cells):
        part = cells & vocabulary.source_mask(source)
        yield Withheld(source, part, Withholding(mode), code, sentence, sources[source].owner)
