"""Why each cell that is not released is not: exactly one reason a cell, held as masks, spelt out when read.

What depends on the subject is spoken only where a withholding clause opens it and the request passes its gate, or
where the reader is permitted the very state it rests on; all the rest is silent, in words that depend on agency,
role, purpose, direction and instant alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, overload

from agreements.compiled import Gate
from agreements.decide import Weighed, gate_open, may_hear, referral_of
from agreements.decision import Withheld
from agreements.moments import Moment
from agreements.neighbours import Nearest
from agreements.request import DecisionRequest
from agreements.sentences import not_included, not_yet, only_where, sometimes, topic_masks
from agreements.vocabulary import Vocabulary
from concept_model.items import ITEM_CAPACITY, Withholding

SOMETIMES = "role-sometimes"
CONDITION = "condition-not-met"
REFERRED = "referred"
NEVER_BOTH = "never-both"

STATE_ITEMS: Mapping[str, tuple[str, ...]] = {
    "minor": ("identity.birth_date",),
    "agreed_to_help": ("support.agreed_to_help",),
    "safeguarding_concern": ("safeguarding.concern",),
    "protected": ("identity.protected",),
    "domestic_abuse": ("da.incident", "da.risk", "da.support"),
}
"""Items that tell a state. A reader permitted all of them, of every source that supplies them, may hear of it; a
state that stands here under no item is never spoken of."""


class Reason(NamedTuple):
    """One reason and the cells it covers. `message` is `None` where the words go by topic.

    `mode` says whether it is told that there are such facts; a silent reason may still speak, of the rule alone.
    """

    code: str
    mode: Withholding
    mask: int
    message: str | None
    agreement: str
    change: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an explanation needs of the register beside the rules of the key."""

    vocabulary: Vocabulary
    told_by: tuple[tuple[int, int], ...]
    """Bit of a state: the cells that a reader must be permitted to hear of it."""


class Explanation(Sequence[Withheld]):
    """Every cell that is not released, each with exactly one reason. Reads as `Withheld` lines of one source each."""

    __slots__ = ("_lines", "_owners", "_vocabulary", "reasons")

    def __init__(self, reasons: tuple[Reason, ...], vocabulary: Vocabulary, owners: Mapping[str, str]) -> None:
        self.reasons = reasons
        self._vocabulary = vocabulary
        self._owners = owners
        self._lines: tuple[Withheld, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> Withheld: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Withheld, ...]: ...
    def __getitem__(self, index: int | slice) -> Withheld | tuple[Withheld, ...]:
        """Lines by position."""
        return self.lines[index]

    def __len__(self) -> int:
        return len(self.lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Explanation) and self.reasons == other.reasons and self.lines == other.lines

    def __hash__(self) -> int:
        return hash(self.reasons)

    @property
    def lines(self) -> tuple[Withheld, ...]:
        """The reasons spelt out, one line a source and, where the words go by topic, a topic."""
        if self._lines is None:
            self._lines = tuple(
                line for reason in self.reasons for line in _spelt_out(reason, self._vocabulary, self._owners)
            )
        return self._lines


class Silence:
    """The reasons that speak of the role only, under one key and within one moment: a function of what is unsaid.

    A few masks come up again and again, so the explanations of some are remembered; they depend on nothing else.
    """

    __slots__ = ("_known", "_vocabulary", "explained", "nearest")

    _REMEMBERED = 64

    def __init__(self, nearest: Nearest, vocabulary: Vocabulary) -> None:
        self.nearest = nearest
        self._vocabulary = vocabulary
        self._known: dict[int, Explanation] = {}
        self.explained: dict[int, Explanation] = {}
        """Whole explanations by what was asked, as `Moment.decided` keeps decisions."""

    def remember(self, asked: int, explanation: Explanation) -> None:
        """Keep an explanation for the next request that asks the same; the number is bounded."""
        if len(self.explained) < self._REMEMBERED:
            self.explained[asked] = explanation

    def over(self, unsaid: int) -> Explanation:
        """Explain cells of which nothing else is said."""
        found = self._known.get(unsaid)
        if found is None:
            found = Explanation(tuple(_silent(unsaid, self.nearest)), self._vocabulary, self.nearest.owners)
            if len(self._known) < self._REMEMBERED:
                self._known[unsaid] = found
        return found


def explain_weighed(
    request: DecisionRequest, moment: Moment, weighed: Weighed, outlook: Outlook, silence: Silence
) -> Explanation:
    """Explain every cell that a weighed request is not granted."""
    unsaid = outlook.vocabulary.all_mask & ~weighed.granted
    referral = referral_of(request, moment, weighed) if moment.referrals else None
    if not weighed.granted and referral is None:
        return silence.over(unsaid)
    reasons: list[Reason] = []
    if referral is not None:
        rule, cells = referral
        unsaid &= ~cells
        change = f"{rule.to} decides within {int(rule.within.total_seconds() // 3600)} hours."
        reasons.append(Reason(REFERRED, Withholding.SILENT, cells, rule.message, rule.clause, change))
    if weighed.granted:
        for reason in _spoken(request, moment, weighed, outlook):
            cells = reason.mask & unsaid
            if cells:
                unsaid &= ~cells
                reasons.append(reason._replace(mask=cells))
    rest = silence.over(unsaid)
    if not reasons:
        return rest
    return Explanation((*reasons, *rest.reasons), outlook.vocabulary, silence.nearest.owners)


def _spoken(request: DecisionRequest, moment: Moment, weighed: Weighed, outlook: Outlook) -> Iterator[Reason]:
    """What may be said of this subject, the most telling first; where two speak of one cell, the first is heard."""
    for voice in _voices(request, moment):
        yield voice._replace(mask=voice.mask & ~weighed.silenced)
    barred = _barred_as_told(request, moment, weighed, outlook)
    for known in _known_states(request, moment, weighed, outlook):
        yield known._replace(mask=known.mask & ~barred)
    for pair in moment.pairs:
        # Whether a rule that waits for a state bites would tell the state; so would a side that is only possible.
        if pair.unconditional and pair.keep & weighed.granted:
            change = "It is never shown beside other things that your role sees."
            cells = pair.withhold & weighed.paired & moment.reach
            yield Reason(NEVER_BOTH, Withholding.SILENT, cells, None, pair.clause, change)


def _barred_as_told(request: DecisionRequest, moment: Moment, weighed: Weighed, outlook: Outlook) -> int:
    """Barred cells, without those that a state bars of which the reader may not hear.

    Which items wait for a condition would tell such a state: it is told as of anybody else.
    """
    barred = moment.barred
    for bar in moment.bars:
        if bar.bites(request.yes, request.no) and may_hear(bar.states, weighed.granted, outlook.told_by):
            barred |= bar.mask
    return barred


def _silent(unsaid: int, nearest: Nearest) -> Iterator[Reason]:
    for clause, mask, change in nearest.sometimes:
        if mask & unsaid:
            yield Reason(SOMETIMES, Withholding.SILENT, mask & unsaid, None, clause, change)
    for near in nearest.never:
        if near.mask & unsaid:
            yield Reason(near.code, Withholding.SILENT, near.mask & unsaid, None, near.agreement, near.change)


def _voices(request: DecisionRequest, moment: Moment) -> Iterator[Reason]:
    """Withholding clauses whose gate is open, most reserved mode first: exists is heard before count."""
    if not moment.voices:
        return
    heard = [
        Reason(f"withheld-{mode}", Withholding(mode), cells, voice.sentence, voice.clause, "Ask its owner.")
        for voice in moment.voices
        if gate_open(voice.gate, request, moment)
        for mode, cells in voice.by_mode
        if mode != Withholding.SILENT.value
    ]
    yield from sorted(heard, key=lambda one: one.mode is Withholding.COUNT)


def _known_states(request: DecisionRequest, moment: Moment, weighed: Weighed, outlook: Outlook) -> Iterator[Reason]:
    """Conditions that fail, where the reader is permitted every state that they fail on."""
    for grant in moment.open_to(request):
        failing = _failing(grant.gate, request)
        if failing and may_hear(failing, weighed.granted, outlook.told_by):
            clause, words = grant.permits[0].clause, only_where(grant.gate, states_only=True)
            yield Reason(
                CONDITION, Withholding.EXISTS, grant.mask, not_yet(words), clause, f"It is shown where {words}."
            )


def _failing(gate: Gate, request: DecisionRequest) -> int:
    failing = gate.yes_all & ~request.yes | gate.no_all & ~request.no
    return failing if not gate.yes_any or gate.yes_any & request.yes else failing | gate.yes_any


def _spelt_out(reason: Reason, vocabulary: Vocabulary, owners: Mapping[str, str]) -> Iterator[Withheld]:
    rest = (reason.agreement, reason.change)
    if reason.message is not None:
        for source in vocabulary.sources_of(reason.mask):
            part = reason.mask & vocabulary.source_mask(source)
            yield Withheld(source, part, reason.mode, reason.code, reason.message, owners[source], *rest)
        return
    for source, cells, in_some, in_none in _topic_cells(vocabulary):
        part = cells & reason.mask
        if part:
            message = in_some if reason.code in {SOMETIMES, NEVER_BOTH} else in_none
            yield Withheld(source, part, reason.mode, reason.code, message, owners[source], *rest)


@cache
def _topic_cells(vocabulary: Vocabulary) -> tuple[tuple[str, int, str, str], ...]:
    """Source, its cells of one topic, and the two sentences of that topic."""
    return tuple(
        (source, items << (number * ITEM_CAPACITY), sometimes(topic), not_included(topic))
        for number, source in enumerate(vocabulary.sources)
        for topic, items in topic_masks()
    )
