"""The tests of a compiled rule in words: when a reader sees what it releases, and what takes it away. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from agreements.compiled import ANY_RELATIONSHIP, CompiledBar, CompiledPair, CompiledPermit, Gate
from agreements.decision import RuleUse
from agreements.request import Band
from agreements.sentences import only_where

_ANY_TIME = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def where(permit: CompiledPermit) -> str:
    """When a rule releases: "where you are the allocated worker, and the person agreed to help"."""
    words = f"where {only_where(permit.gate)}"
    if permit.break_glass_for is None:
        return words
    minutes = int(permit.break_glass_for.total_seconds() // 60)
    lasting = "it stays open" if not permit.gate.relationships else "or where an emergency is declared,"
    return f"{words}; {lasting} for {minutes} minutes"


def rows_limit(use: RuleUse) -> str:
    """Which entries of its items a rule releases: "only those of the last 90 days"; empty for all of them."""
    limits = []
    if use.window_days is not None:
        limits.append(f"of the last {use.window_days} {'day' if use.window_days == 1 else 'days'}")
    if use.event_roles:
        limits.append(f"in which the person is {_either(use.event_roles)}")
    return f"only those {' and '.join(limits)}" if limits else ""


def taken_away(bar: CompiledBar | CompiledPair) -> str:
    """When a prohibition, a limit or a never-both rule bears: "never where ..., or where we do not know"."""
    told = "in a coarser form" if isinstance(bar, CompiledBar) and bar.limit is not None else "never"
    if isinstance(bar, CompiledBar) and bar.since == bar.mask:
        told = "never, of what began since a protection,"
    if bar.when_all or bar.when_any:
        # What is not known counts as the answer that protects: the reader must not take silence for a no.
        told += f" where {_states(bar.when_all, bar.when_any)}, or where we do not know"
    lifted = [_states(0, bar.unless_any)] if bar.unless_any else []
    lifted += [_states(bar.unless_all, 0)] if bar.unless_all else []
    return told + (f", unless we know that {_either(lifted)}" if lifted else "")


def _states(yes_all: int, yes_any: int) -> str:
    return only_where(Gate(ANY_RELATIONSHIP, yes_all, yes_any, 0, Band.REVIEW, *_ANY_TIME), states_only=True)


def _either(choices: Sequence[str]) -> str:
    return " or ".join(choices)
