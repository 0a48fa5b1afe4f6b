"""What holds of break-glass in every register, asked of the engine itself at the corners of every widened rule."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from agreements.compiled import CompiledPermit, Key, KeyRules
from agreements.counterexample import Found
from agreements.prove_corners import Corner, least_known, permitted_at
from agreements.register import Register
from agreements.request import Relationship
from agreements.vocabulary import set_bits

_INSTANT = timedelta(microseconds=1)


def crossed_prohibition(register: Register) -> Found | None:
    """Something released by break-glass at an instant and of a subject where a prohibition bites."""
    for key, permit, stranger in _widened(register):
        gate = permit.gate
        for bar in register.index[key].bars:
            now = max(bar.starts, gate.starts)
            if bar.limit is not None or not bar.mask & permit.mask or now >= min(bar.ends, gate.ends):
                continue
            for yes, no in least_known(gate):
                corner = Corner(stranger, yes, no, gate.min_band, now, break_glass=True)
                shown = permitted_at(register, key, corner) if bar.bites(yes, no) else None
                if shown is not None and shown.mask & bar.mask:
                    return corner.found(key, register, shown.mask & bar.mask, permit.clause)
    return None


def widened_otherwise(register: Register) -> Found | None:
    """Something released by break-glass although another test than the relationship is not passed."""
    for key, permit, stranger in _widened(register):
        for corner in _one_short(permit, stranger):
            shown = permitted_at(register, key, corner)
            if shown is None:
                continue
            cells = 0
            for use in shown.uses:
                cells |= use.mask if use.clause == permit.clause else 0
            if cells and not _passes(register.index[key], permit.clause, corner):
                return corner.found(key, register, cells, permit.clause)
    return None


def _widened(register: Register) -> Iterator[tuple[Key, CompiledPermit, Relationship]]:
    """Rules that break-glass widens, each with a relationship that does not open it."""
    for key, rules in register.index.items():
        for permit in rules.permits:
            strangers = [one for one in reversed(Relationship) if not permit.gate.related(one)]
            if permit.break_glass_for is not None and strangers:
                yield key, permit, strangers[0]


def _one_short(permit: CompiledPermit, stranger: Relationship) -> Iterator[Corner]:
    gate = permit.gate
    for yes, no in least_known(gate):
        for bit in set_bits(yes):
            yield Corner(stranger, yes & ~(1 << bit), no, gate.min_band, gate.starts, break_glass=True)
        for bit in set_bits(no):
            yield Corner(stranger, yes, no & ~(1 << bit), gate.min_band, gate.starts, break_glass=True)
        for band in range(1, gate.min_band):
            yield Corner(stranger, yes, no, band, gate.starts, break_glass=True)
        if gate.starts > datetime.min.replace(tzinfo=gate.starts.tzinfo):
            yield Corner(stranger, yes, no, gate.min_band, gate.starts - _INSTANT, break_glass=True)
        yield Corner(stranger, yes, no, gate.min_band, gate.ends, break_glass=True)


def _passes(rules: KeyRules, clause: str, corner: Corner) -> bool:
    """Whether the clause, in any of its spans, passes every test but that of the relationship."""
    return any(
        permit.clause == clause
        and permit.gate.starts <= corner.now < permit.gate.ends
        and permit.gate.min_band <= corner.band
        and permit.gate.conditions_hold(corner.yes, corner.no)
        for permit in rules.permits
    )
