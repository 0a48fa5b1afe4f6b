"""The decision: prohibitions first, then permits, forms, obligations and the instant until which it holds.

Pure and total: whatever is wrong with a request is a `Refusal`. The only place where a `Permit` is constructed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agreements.before_protection import earlier_cells
from agreements.compiled import CompiledBar, CompiledReferral, Gate
from agreements.decision import FORMS, Decision, Permit, Refer, Refusal, RuleUse, Terms
from agreements.moments import Grant, Moment
from agreements.periods import EVER
from agreements.request import DecisionRequest, Regime

NOT_PERMITTED = "Your role may not use shared information for this purpose. This attempt is recorded."
_SUBJECT_LEVEL = "We found nothing you may see."
_INVALID = Refusal("request-invalid", NOT_PERMITTED, subject_dependent=False)
_REGIME = Refusal("regime-mismatch", NOT_PERMITTED, subject_dependent=False)
_NO_GLASS = Refusal("break-glass-not-offered", NOT_PERMITTED, subject_dependent=False)
_NOT_IN_FORCE = Refusal("not-in-force", "No agreement in force covers this. Ask your lead.", subject_dependent=False)
_PROHIBITED = Refusal("prohibited", NOT_PERMITTED, subject_dependent=False)


@dataclass(slots=True)
class Weighed:
    """What prohibitions and permits leave of one question: the common ground of deciding and explaining."""

    granted: int
    barred: int
    silenced: int
    """Barred cells whose existence is closed too."""
    paired: int
    """Cells withheld by a never-both rule."""
    opened: list[Grant]
    earlier: int = 0
    """Barred cells of which rows that began before the subject's protection are released."""


def request_problem(request: DecisionRequest) -> Refusal | None:
    """Refuse a request that is not well-formed, rather than guess."""
    return None if request.well_formed else _INVALID


def regime_problem(request: DecisionRequest, regime: Regime) -> Refusal | None:
    """Refuse a use under another law than its purpose is held under (practice P8)."""
    return None if request.regime is regime else _REGIME


def weigh(request: DecisionRequest, moment: Moment, paired: int | None = None) -> Weighed:
    """Apply prohibitions, then gather the permits whose gate the request passes. The request is well-formed.

    `paired`: what never-both rules withhold in the profile that the request is part of; `None` where it stands alone.
    """
    yes, no = request.yes, request.no
    barred, silenced = moment.barred, moment.silenced
    for bar in moment.bars:
        if bar.bites(yes, no):
            barred |= bar.mask
            if not bar.existence_open:
                silenced |= bar.mask
    granted = 0
    opened = []
    for grant in moment.open_to(request):
        if grant.gate.conditions_hold(yes, no):
            granted |= grant.mask
            opened.append(grant)
    reached = granted
    granted &= ~barred
    if paired is None:
        paired = never_both(moment, (request,)) if moment.pairs else 0
    earlier = earlier_cells(request, moment, reached & ~paired) if reached & barred else 0
    return Weighed(granted & ~paired, barred, silenced, paired, opened, earlier)


def never_both(moment: Moment, profile: Sequence[DecisionRequest]) -> int:
    """Cells withheld because the other side of a never-both rule might be shown somewhere in the profile.

    Judged by what permits might release, prohibitions not deducted and unknown states taken either way: so neither
    one more prohibition nor one less known state ever adds a cell.
    """
    possible = 0
    for request in profile:
        for grant in moment.open_to(request):
            if grant.gate.conditions_possible(request.yes, request.no):
                possible |= grant.mask
    withheld = 0
    for pair in moment.pairs:
        if pair.keep & possible and any(pair.bites(request.yes, request.no) for request in profile):
            withheld |= pair.withhold
    return withheld


def decide_weighed(request: DecisionRequest, moment: Moment, weighed: Weighed, terms: Terms) -> Decision:
    """Answer a weighed request."""
    if request.break_glass and not moment.glass:
        return _NO_GLASS
    granted = weighed.granted
    permit = None
    if granted | weighed.earlier:
        grounds = _RestsOn(request, moment, weighed, terms.told_by)
        permit = Permit(granted, _not_after(request, moment, weighed), terms, grounds, weighed.earlier)
    if moment.referrals:
        referral = referral_of(request, moment, weighed)
        if referral is not None:
            rule, cells = referral
            code = "statutory-referral" if rule.duty else "referral"
            return Refer(rule.to, rule.within, code, rule.message, cells, permit)
    return permit or _refusal(request, moment)


class _RestsOn:
    """The grounds of one permit, spelt out when first asked for."""

    __slots__ = ("_coarse", "_granted", "_moment", "_opened", "_request", "_told_by", "_uses")

    def __init__(
        self, request: DecisionRequest, moment: Moment, weighed: Weighed, told_by: Iterable[tuple[int, int]]
    ) -> None:
        self._request = request
        self._moment = moment
        self._granted = weighed.granted | weighed.earlier
        self._opened = weighed.opened
        self._told_by = told_by
        self._coarse: tuple[tuple[str, int], ...] | None = None
        self._uses: tuple[RuleUse, ...] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _RestsOn):
            return NotImplemented
        return self.coarse() == other.coarse() and self.uses() == other.uses()

    def __hash__(self) -> int:
        return hash((self.coarse(), self.uses()))

    def coarse(self) -> tuple[tuple[str, int], ...]:
        """The finest form that any one permit grants, capped by the coarsest limit."""
        if self._coarse is None:
            self._coarse = self._shapes(self._moment.caps)
        return self._coarse

    def told(self) -> tuple[tuple[str, int], ...]:
        """As `coarse`, under the limits that bite whatever the states, or wait for such as the reader may hear of."""
        heard = [cap for cap in self._moment.caps if may_hear(cap.states, self._granted, self._told_by)]
        return self.coarse() if len(heard) == len(self._moment.caps) else self._shapes(heard)

    def uses(self) -> tuple[RuleUse, ...]:
        """Rules relied on, in order of clause."""
        if self._uses is None:
            self._uses = tuple(self._relied_on())
        return self._uses

    def _relied_on(self) -> Iterator[RuleUse]:
        permits = (permit for grant in self._opened for permit in grant.permits)
        for permit in sorted(permits, key=lambda one: (one.clause, one.gate.starts)):
            for use in permit.uses:
                cells = use.mask & self._granted
                if cells:
                    yield use if cells == use.mask else replace(use, mask=cells)

    def _shapes(self, caps: Sequence[CompiledBar]) -> tuple[tuple[str, int], ...]:
        if not caps and not any(one.shaped for one in self._opened):
            return ()
        by_rank = [0] * len(FORMS)
        for grant in self._opened:
            for permit in grant.permits:
                for rank, cells in permit.coarse:
                    by_rank[rank] |= cells & self._granted
        _keep_finest(by_rank)
        for cap in caps:
            if cap.limit is not None and cap.bites(self._request.yes, self._request.no):
                _cap(by_rank, cap.limit, cap.mask)
        return tuple((FORMS[rank], cells) for rank, cells in enumerate(by_rank) if rank and cells)


def may_hear(states: int, granted: int, told_by: Iterable[tuple[int, int]]) -> bool:
    """Whether a reader is permitted every item that tells of some states, of every source that supplies it."""
    heard = sum(bit for bit, telling in told_by if states & bit and telling and not telling & ~granted)
    return not states & ~heard


def _keep_finest(by_rank: list[int]) -> None:
    taken = 0
    for rank, cells in enumerate(by_rank):
        by_rank[rank] = cells & ~taken
        taken |= cells


def _cap(by_rank: list[int], limit: int, mask: int) -> None:
    for rank in range(limit):
        moved = by_rank[rank] & mask
        by_rank[rank] ^= moved
        by_rank[limit] |= moved


def _not_after(request: DecisionRequest, moment: Moment, weighed: Weighed) -> datetime:
    """The earliest end of what is relied on, or the first instant of a prohibition that will bear on it."""
    granted = weighed.granted | weighed.earlier
    not_after = EVER[1]
    for grant in weighed.opened:
        if not grant.mask & ~granted:
            not_after = min(not_after, grant.ends)
        elif not grant.mask & granted:
            continue
        else:
            not_after = min(not_after, *(one.gate.ends for one in grant.permits if one.mask & granted))
        if grant.glass_for is not None and not grant.related(request.relationship):
            not_after = min(not_after, request.now + grant.glass_for)
    for starts, mask in moment.coming:
        if mask & granted:
            not_after = min(not_after, starts)
    if request.break_glass:
        # The question itself is refused once break-glass is no longer on offer.
        offers = (one for grant in moment.grants if grant.glass_for is not None for one in grant.permits)
        not_after = min(not_after, max(one.gate.ends for one in offers))
    # A permit that begins may open the other side of a never-both rule.
    return min(not_after, moment.ends) if moment.pairs else not_after


def gate_open(gate: Gate, request: DecisionRequest, moment: Moment) -> bool:
    """Whether a request passes the gate of a rule that stands in the moment."""
    return (
        moment.starts <= request.now
        and gate.min_band <= request.band
        and gate.related(request.relationship)
        and gate.conditions_hold(request.yes, request.no)
    )


def referral_of(request: DecisionRequest, moment: Moment, weighed: Weighed) -> tuple[CompiledReferral, int] | None:
    """Who decides, and the cells handed over; `None` where no referral is due.

    A duty goes first, then the most urgent; whoever it is hands on or decides all that is due, so that no referral
    silences another. A duty-marked item is referred even where a prohibition bites (practice P3).
    """
    first: CompiledReferral | None = None
    due = 0
    for rule in moment.referrals:
        cells = rule.mask & ~weighed.granted & (-1 if rule.duty else ~weighed.barred)
        if not cells or not gate_open(rule.gate, request, moment):
            continue
        due |= cells
        if first is None or (not rule.duty, rule.within) < (not first.duty, first.within):
            first = rule
    return (first, due) if first is not None else None


def _refusal(request: DecisionRequest, moment: Moment) -> Refusal:
    if not moment.grants:
        return _NOT_IN_FORCE
    if not moment.reach & ~moment.barred:
        return _PROHIBITED
    return _SUBJECT_REFUSALS[_nearest_failure(request, moment)]


_SUBJECT_REFUSALS = {
    code: Refusal(code, _SUBJECT_LEVEL, subject_dependent=True)
    for code in ("relationship-required", "link-uncertain", "condition-not-met", "prohibited-here")
}


def _nearest_failure(request: DecisionRequest, moment: Moment) -> str:
    related = [grant for grant in moment.grants if grant.related(request.relationship)]
    if not related:
        return "relationship-required"
    sure = [grant for grant in related if grant.gate.min_band <= request.band]
    if not sure:
        return "link-uncertain"
    if not any(grant.gate.conditions_hold(request.yes, request.no) for grant in sure):
        return "condition-not-met"
    return "prohibited-here"
