"""Two registers' masks on one vocabulary: bits go by the order of sources, which a draft may have changed."""

from collections.abc import Callable
from dataclasses import replace

from agreements.compiled import CompiledPermit, KeyRules
from agreements.vocabulary import Vocabulary
from concept_model.items import ITEM_CAPACITY

Move = Callable[[int], int]
_ONE_SOURCE = (1 << ITEM_CAPACITY) - 1


def joint_vocabulary(old: Vocabulary, new: Vocabulary) -> tuple[Vocabulary, Move | None]:
    """Sources of both, the old ones first, and how masks of the new register move to it; `None` where they stay."""
    joint = Vocabulary((*old.sources, *(source for source in new.sources if not old.knows(source))))
    if joint.sources[: len(new.sources)] == new.sources:
        return joint, None
    places = [joint.sources.index(source) * ITEM_CAPACITY for source in new.sources]

    def move(mask: int) -> int:
        moved = 0
        for number, place in enumerate(places):
            moved |= (mask >> (number * ITEM_CAPACITY) & _ONE_SOURCE) << place
        return moved

    return joint, move


def rebased(rules: KeyRules, move: Move) -> KeyRules:
    """A key's rules with every mask moved."""
    return replace(
        rules,
        permits=tuple(_permit(one, move) for one in rules.permits),
        bars=tuple(replace(one, mask=move(one.mask)) for one in rules.bars),
        referrals=tuple(replace(one, mask=move(one.mask)) for one in rules.referrals),
        voices=tuple(
            replace(one, mask=move(one.mask), by_mode=tuple((mode, move(cells)) for mode, cells in one.by_mode))
            for one in rules.voices
        ),
        pairs=tuple(replace(one, keep=move(one.keep), withhold=move(one.withhold)) for one in rules.pairs),
    )


def _permit(rule: CompiledPermit, move: Move) -> CompiledPermit:
    coarse = tuple((rank, move(cells)) for rank, cells in rule.coarse)
    uses = tuple(replace(use, mask=move(use.mask), coarse=coarse) for use in rule.uses)
    return replace(rule, mask=move(rule.mask), coarse=coarse, uses=uses)
