"""What differs at one point: from the effects that two versions bring about there to marks on cells.

Four aspects are compared apart: what is released and how, how the withheld is spoken of, what is referred, and what
sets off never-both rules in a whole profile.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from agreements.decision import FORMS
from agreements.difference_rules import (
    Barred,
    Capped,
    Effect,
    Paired,
    Possible,
    Referred,
    Released,
    Told,
)
from concept_model.items import Withholding


class Kind(StrEnum):
    """What kind of difference it is."""

    GAINED = "gained"
    LOST = "lost"
    EARLIER_GAINED = "earlier-gained"
    EARLIER_LOST = "earlier-lost"
    FINER = "finer"
    COARSER = "coarser"
    ROWS = "rows"
    BASIS = "basis"
    OBLIGATIONS = "obligations"
    ADVICE = "advice"
    REFERRAL = "referral"
    TOLD = "told"
    NEVER_BOTH_GAINED = "never-both-gained"
    NEVER_BOTH_LOST = "never-both-lost"
    NEVER_BOTH_SET_OFF = "never-both-set-off"
    NEVER_BOTH_NOT_SET_OFF = "never-both-not-set-off"
    SUPPLY_GAINED = "supply-gained"
    SUPPLY_LOST = "supply-lost"
    PURPOSE_GAINED = "purpose-gained"
    PURPOSE_LOST = "purpose-lost"
    BREAK_GLASS = "break-glass"
    AGREEMENT = "agreement"
    SOURCE = "source"
    PURPOSE = "purpose"
    ROLE = "role"
    TEAM = "team"


class Mark(NamedTuple):
    """A kind of difference with what stood before and what stands after, as codes; `cells` is a never-both `keep`."""

    kind: Kind
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    cells: int = 0


Present = Sequence[tuple[Effect, int]]
"""Effects at a point, each with the mask of its cells."""
Marks = tuple[tuple[Mark, int], ...]
_SET = Released(0, None, (), (), (), None)


def compare_released(before: Present, after: Present) -> Marks:
    """Cells gained and lost, and of those that both release: form, limits on rows, bases, obligations and advice."""
    old, new = _released(before), _released(after)
    old_mask, new_mask = _union(old.values()), _union(new.values())
    marks: dict[Mark, int] = {}
    for terms, mask in new.items():
        _add(marks, Mark(Kind.GAINED, (), _shape(terms)), mask & ~old_mask)
    for terms, mask in old.items():
        _add(marks, Mark(Kind.LOST, _shape(terms), ()), mask & ~new_mask)
        for other, other_mask in new.items():
            if mask & other_mask and terms != other:
                for mark in _changes(terms, other):
                    _add(marks, mark, mask & other_mask)
    neither = ~(old_mask | new_mask)
    earlier_before, earlier_after = _earlier(before), _earlier(after)
    _add(marks, Mark(Kind.EARLIER_GAINED), earlier_after & ~earlier_before & neither)
    _add(marks, Mark(Kind.EARLIER_LOST), earlier_before & ~earlier_after & neither)
    return tuple(sorted(marks.items()))


def compare_told(before: Present, after: Present) -> Marks:
    """How cells that neither side releases are spoken of: silent, exists or count, and in which words."""
    old, new = _told(before), _told(after)
    marks: dict[Mark, int] = {}
    both = ~(granted(before) | granted(after))
    for words in old | new:
        for others, mask in new.items():
            _add(marks, Mark(Kind.TOLD, words, others), _unlike(words, others) & mask & old.get(words, 0) & both)
        _add(marks, Mark(Kind.TOLD, words, _SILENT), old.get(words, 0) & ~_union(new.values()) & both)
        _add(marks, Mark(Kind.TOLD, _SILENT, words), new.get(words, 0) & ~_union(old.values()) & both)
    return tuple(sorted(marks.items()))


def compare_referred(before: Present, after: Present) -> Marks:
    """Cells handed to somebody, to somebody else, or no longer."""
    (old, old_mask), (new, new_mask) = _referral(before), _referral(after)
    marks: dict[Mark, int] = {}
    if old != new:
        _add(marks, Mark(Kind.REFERRAL, old, new), old_mask & new_mask)
    _add(marks, Mark(Kind.REFERRAL, old, ()), old_mask & ~new_mask)
    _add(marks, Mark(Kind.REFERRAL, (), new), new_mask & ~old_mask)
    return tuple(sorted(marks.items()))


def compare_pairs(before: Present, after: Present) -> Marks:
    """Never-both rules that bear on a subject, and what of it might set them off, whoever else is in the profile."""
    marks: dict[Mark, int] = {}
    old, new = _pairs(before), _pairs(after)
    for keep in old | new:
        _add(marks, Mark(Kind.NEVER_BOTH_LOST, cells=keep), old.get(keep, 0) & ~new.get(keep, 0))
        _add(marks, Mark(Kind.NEVER_BOTH_GAINED, cells=keep), new.get(keep, 0) & ~old.get(keep, 0))
    might_before, might_after = possible(before), possible(after)
    _add(marks, Mark(Kind.NEVER_BOTH_NOT_SET_OFF), might_before & ~might_after)
    _add(marks, Mark(Kind.NEVER_BOTH_SET_OFF), might_after & ~might_before)
    return tuple(sorted(marks.items()))


def granted(present: Present) -> int:
    """Cells that are released."""
    return _union(mask for effect, mask in present if isinstance(effect, Released)) & ~_withheld(present)


def _earlier(present: Present) -> int:
    """Cells that are released but for a prohibition of what began since a protection."""
    others = [(effect, mask) for effect, mask in present if not (isinstance(effect, Barred) and effect.since)]
    return granted(others) & ~granted(present)


def possible(present: Present) -> int:
    """Cells that might be released, as never-both rules judge it."""
    return _union(mask for effect, mask in present if isinstance(effect, Possible))


def _withheld(present: Present) -> int:
    might = possible(present)
    barred = _union(mask for effect, mask in present if isinstance(effect, Barred))
    return barred | _union(mask for effect, mask in present if isinstance(effect, Paired) and effect.keep & might)


_Rows = tuple[int | None, tuple[str, ...], int]


class _Terms(NamedTuple):
    """How cells are released: form (rank), rows (empty: all), bases, obligations, advice."""

    rank: int
    rows: tuple[_Rows, ...]
    basis: frozenset[str]
    obligations: frozenset[str]
    advice: frozenset[str]


def _released(present: Present) -> dict[_Terms, int]:
    cells = granted(present)
    parts: dict[frozenset[Released], int] = {frozenset(): cells}
    for effect, mask in present:
        if isinstance(effect, Released) and mask & cells:
            parts = _split(parts, effect, mask)
    found: dict[_Terms, int] = {}
    for releases, part in parts.items():
        for cap, mask in _capped(present, part):
            terms = _terms(releases, cap)
            found[terms] = found.get(terms, 0) | mask
    return found


def _split(parts: Mapping[frozenset[Released], int], effect: Released, mask: int) -> dict[frozenset[Released], int]:
    split: dict[frozenset[Released], int] = {}
    for known, cells in parts.items():
        if cells & ~mask:
            split[known] = split.get(known, 0) | cells & ~mask
        if cells & mask:
            split[known | {effect}] = split.get(known | {effect}, 0) | cells & mask
    return split


def _capped(present: Present, cells: int) -> Iterator[tuple[int, int]]:
    caps = sorted(
        ((effect.rank, mask) for effect, mask in present if isinstance(effect, Capped) and mask & cells), reverse=True
    )
    for rank, mask in caps:
        if cells & mask:
            yield rank, cells & mask
            cells &= ~mask
    if cells:
        yield 0, cells


def _terms(releases: Iterable[Released], cap: int) -> _Terms:
    chosen = tuple(releases)
    rank = max(cap, min(one.rank for one in chosen))
    rows = {(one.window_days, one.event_roles, max(cap, one.rank)) for one in chosen}
    rows = {row for row in rows if not any(other != row and _covers(other, row) for other in rows)}
    if rows == {(None, (), rank)}:
        rows = set()
    return _Terms(
        rank,
        tuple(sorted(rows, key=repr)),
        frozenset(law for one in chosen for law in one.basis),
        frozenset(duty for one in chosen for duty in one.obligations),
        frozenset(one.advice for one in chosen if one.advice),
    )


def _covers(wider: _Rows, row: _Rows) -> bool:
    """Whether one rule admits every row that another does, in no coarser form."""
    window = wider[0] is None or (row[0] is not None and row[0] <= wider[0])
    roles = not wider[1] or (bool(row[1]) and set(row[1]) <= set(wider[1]))
    return window and roles and wider[2] <= row[2]


def _changes(old: _Terms, new: _Terms) -> Iterator[Mark]:
    if old.rank != new.rank:
        kind = Kind.FINER if new.rank < old.rank else Kind.COARSER
        yield Mark(kind, (FORMS[old.rank],), (FORMS[new.rank],))
    if old.rows != new.rows:
        yield Mark(Kind.ROWS, _row_codes(old), _row_codes(new))
    for kind, was, now in (
        (Kind.BASIS, old.basis, new.basis),
        (Kind.OBLIGATIONS, old.obligations, new.obligations),
        (Kind.ADVICE, old.advice, new.advice),
    ):
        if was != now:
            yield Mark(kind, tuple(sorted(was - now)), tuple(sorted(now - was)))


def _shape(terms: _Terms) -> tuple[str, ...]:
    return (FORMS[terms.rank], *_row_codes(terms))


def _row_codes(terms: _Terms) -> tuple[str, ...]:
    return tuple(
        f"{window or ''}/{','.join(roles)}/{FORMS[rank]}" for window, roles, rank in terms.rows
    )  # fmt: skip


_SILENT = (Withholding.SILENT.value,)


def _unlike(words: tuple[str, ...], others: tuple[str, ...]) -> int:
    return 0 if words == others else -1


def _told(present: Present) -> dict[tuple[str, ...], int]:
    """Mode and sentences of cells that are spoken of; `exists` is heard before `count`."""
    shown = granted(present)
    if not shown:
        return {}
    silenced = _union(mask for effect, mask in present if isinstance(effect, Barred) and effect.closed)
    unsaid = ~(shown | silenced)
    found: dict[tuple[str, ...], int] = {}
    for mode in (Withholding.EXISTS.value, Withholding.COUNT.value):
        parts: dict[frozenset[str], int] = {}
        for effect, mask in present:
            if isinstance(effect, Told) and effect.mode == mode:
                cells = mask & unsaid
                grown = {known: part & ~cells for known, part in parts.items()}
                for known, part in parts.items():
                    grown[known | {effect.sentence}] = grown.get(known | {effect.sentence}, 0) | part & cells
                fresh = frozenset({effect.sentence})
                grown[fresh] = grown.get(fresh, 0) | cells & ~_union(parts.values())
                parts = grown
        for sentences, cells in parts.items():
            if cells:
                found[mode, *sorted(sentences)] = cells
        unsaid &= ~_union(parts.values())
    return found


def _referral(present: Present) -> tuple[tuple[str, ...], int]:
    shown = granted(present)
    barred = _union(mask for effect, mask in present if isinstance(effect, Barred))
    referrals = [(effect, mask) for effect, mask in present if isinstance(effect, Referred)]
    for effect, mask in sorted(referrals, key=lambda one: (one[0].hours, one[0].order)):
        cells = mask & ~shown & (-1 if effect.duty else ~barred)
        if cells:
            duty = "duty" if effect.duty else "agreed"
            return (effect.to, str(effect.hours), duty, effect.message), cells
    return (), 0


def _pairs(present: Present) -> dict[int, int]:
    found: dict[int, int] = {}
    for effect, mask in present:
        if isinstance(effect, Paired):
            found[effect.keep] = found.get(effect.keep, 0) | mask
    return found


def _add(marks: dict[Mark, int], mark: Mark, mask: int) -> None:
    if mask:
        marks[mark] = marks.get(mark, 0) | mask


def _union(masks: Iterable[int]) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total
