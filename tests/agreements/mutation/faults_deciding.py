"""Mistakes in what is done with the compiled form: deciding, remembering, explaining.

A text that does not stand in its file as often as told is an error of this list and stops the harness.
"""

from tests.agreements.mutation.fault import Fault

DECIDING = (
    Fault("prohibition applied before the permits are added", "decide.py", "    granted &= ~barred\n", ""),
    Fault(
        "unconditional prohibitions ignored",
        "decide.py",
        "barred, silenced = moment.barred, moment.silenced",
        "barred, silenced = 0, 0",
    ),
    Fault("conditional prohibitions ignored", "decide.py", "if bar.bites(yes, no):", "if bar.unconditional:"),
    Fault(
        "a prohibition's cells that are closed alone are barred",
        "decide.py",
        "            barred |= bar.mask\n            if not bar.existence_open:\n",
        "            if not bar.existence_open:\n                barred |= bar.mask\n",
    ),
    Fault("unknown does not bite a when", "compiled.py", "if self.when_all & no or", "if self.when_all & ~yes or"),
    Fault("unknown does not bite any of a when", "compiled.py", "not self.when_any & ~no)", "not self.when_any & yes)"),
    Fault(
        "unknown lifts an unless",
        "compiled.py",
        "lifted_by_any = bool(self.unless_any & yes)",
        "lifted_by_any = bool(self.unless_any & ~no)",
    ),
    Fault("one of all lifts an unless", "compiled.py", "not self.unless_all & ~yes", "bool(self.unless_all & yes)"),
    Fault("lifting ignored", "compiled.py", "return not (lifted_by_any or lifted_by_all)", "return True"),
    Fault("state tests skipped", "decide.py", "if grant.gate.conditions_hold(yes, no):", "if grant.gate:"),
    Fault("unknown counts as yes", "compiled.py", "if self.yes_all & ~yes or", "if self.yes_all & no or"),
    Fault("unknown counts as no", "compiled.py", "self.no_all & ~no:", "self.no_all & yes:"),
    Fault(
        "unknown is one of any",
        "compiled.py",
        "return not self.yes_any or bool(self.yes_any & yes)",
        "return not self.yes_any or True",
    ),
    Fault(
        "all are needed where any is enough",
        "compiled.py",
        "return not self.yes_any or bool(self.yes_any & yes)",
        "return not self.yes_any & ~yes",
    ),
    Fault("an unknown state is taken for no", "request.py", "        elif value is Tri.NO:", "        else:"),
    Fault(
        "one subject's conditions stand for the profile",
        "register.py",
        "self._worded(request, decide_weighed(request, moment, weigh(request, moment, paired), self._terms))",
        "self._worded(request, decide_weighed(request, moment, weigh(requests[0], moment, paired), self._terms))",
    ),
    Fault(
        "an answer is remembered for the next subject",
        "register.py",
        "decision = moment.decided.get(request.asked & moment.matters)",
        "decision = next(iter(moment.decided.values()), None)",
    ),
    Fault(
        "an answer is remembered for minors and adults alike",
        "moments.py",
        "        return tested\n",
        "        return tested & ~1\n",
    ),
    Fault(
        "states that prohibitions test are left out of what is remembered",
        "moments.py",
        "for bite in (*self.bars, *self.caps, *self.pairs):",
        "for bite in ():",
    ),
    Fault(
        "states of never-both rules are left out of what is remembered",
        "moments.py",
        "for bite in (*self.bars, *self.caps, *self.pairs):",
        "for bite in (*self.bars, *self.caps):",
        law=True,
    ),
    Fault(
        "answers are remembered without band and relationship",
        "request.py",
        "return -1 << 2 * len(STATES) | states",
        "return states",
    ),
    Fault(
        "states known to be no are left out of what is remembered",
        "request.py",
        "| states << len(STATES) | states",
        "| states",
    ),
    Fault(
        "grants that were open stay open for the next reader",
        "moments.py",
        "key = request.asked >> 2 * len(STATES) << 1 | request.break_glass",
        "key = request.break_glass",
    ),
    Fault(
        "grants that were open stay open without break-glass",
        "moments.py",
        "key = request.asked >> 2 * len(STATES) << 1 | request.break_glass",
        "key = request.asked >> 2 * len(STATES) << 1",
        law=True,
    ),
    Fault(
        "band compared the wrong way",
        "moments.py",
        "if grant.gate.min_band <= request.band",
        "if grant.gate.min_band >= request.band",
    ),
    Fault(
        "band must be higher than what is enough",
        "moments.py",
        "if grant.gate.min_band <= request.band",
        "if grant.gate.min_band < request.band",
    ),
    Fault("relationship skipped", "moments.py", "and (grant.related(request.relationship) or", "and (True or"),
    Fault(
        "break-glass widens every rule",
        "moments.py",
        "(request.break_glass and grant.glass_for is not None)",
        "request.break_glass",
    ),
    Fault(
        "break-glass widens without being asked for",
        "moments.py",
        "(request.break_glass and grant.glass_for is not None)",
        "grant.glass_for is not None",
    ),
    Fault(
        "break-glass crosses conditions",
        "decide.py",
        "if grant.gate.conditions_hold(yes, no):",
        "if grant.gate.conditions_hold(yes, no) or (request.break_glass and grant.glass_for):",
    ),
    Fault(
        "break-glass crosses prohibitions",
        "decide.py",
        "    granted &= ~barred\n",
        "    granted &= ~(0 if request.break_glass else barred)\n",
    ),
    Fault(
        "break-glass answers where it is not on offer",
        "decide.py",
        "if request.break_glass and not moment.glass:",
        "if request.break_glass and not moment.grants:",
    ),
    Fault(
        "break-glass never ends",
        "decide.py",
        "not_after = min(not_after, request.now + grant.glass_for)",
        "not_after = min(not_after, EVER[1])",
        law=True,
    ),
    Fault(
        "regime of the request ignored",
        "register.py",
        "if timeline is None or request.regime is not timeline.rules.regime:\n"
        "            return self._not_permitted(request)",
        "if timeline is None:\n            return self._not_permitted(request)",
    ),
    Fault(
        "the last instant of a span is in it",
        "moments.py",
        "one.gate.starts <= starts < one.gate.ends",
        "one.gate.starts <= starts <= one.gate.ends",
        3,
    ),
    Fault(
        "a bar begins a moment late",
        "moments.py",
        "bar.starts <= starts < bar.ends]",
        "bar.starts < starts < bar.ends]",
    ),
    Fault(
        "the moment before is kept at its end",
        "moments.py",
        "if latest.starts <= now < latest.ends:",
        "if latest.starts <= now <= latest.ends:",
    ),
    Fault(
        "an edge belongs to the moment before it",
        "moments.py",
        "bisect_right(self.edges, now) - 1",
        "max(bisect_right(self.edges, now - EVER[0].resolution) - 1, 0)",
    ),
    Fault(
        "a permit lasts to the latest end",
        "decide.py",
        "not_after = min(not_after, grant.ends)",
        "not_after = max(request.now + EVER[0].resolution, grant.ends)",
        law=True,
    ),
    Fault(
        "the latest end among permits of one gate",
        "moments.py",
        "ends=min(permit.gate.ends for permit in group)",
        "ends=max(permit.gate.ends for permit in group)",
        law=True,
    ),
    Fault(
        "a permit outlasts the start of a prohibition",
        "decide.py",
        "            not_after = min(not_after, starts)\n",
        "            pass\n",
        law=True,
    ),
    Fault(
        "the coarsest form granted",
        "decide.py",
        "        _keep_finest(by_rank)\n",
        "        by_rank.reverse()\n        _keep_finest(by_rank)\n        by_rank.reverse()\n",
    ),
    Fault(
        "limits ignored", "decide.py", "if cap.limit is not None and cap.bites(", "if cap.limit is None and cap.bites("
    ),
    Fault(
        "a limit waits for states to be known",
        "decide.py",
        "cap.bites(self._request.yes, self._request.no)",
        "cap.bites(self._request.yes, ~self._request.yes)",
    ),
    Fault(
        "a limit refines what is coarser",
        "decide.py",
        "    for rank in range(limit):\n",
        "    for rank in range(len(by_rank)):\n",
    ),
    Fault(
        "limits leave out forms that nobody transforms",
        "decide.py",
        "self._shapes() if self._moment.caps or any(",
        "self._shapes() if any(",
    ),
    Fault(
        "never both ignored", "decide.py", "return Weighed(granted & ~paired, barred", "return Weighed(granted, barred"
    ),
    Fault("the sides of never both swapped", "decide.py", "withheld |= pair.withhold", "withheld |= pair.keep"),
    Fault(
        "never both looks at one subject at a time",
        "register.py",
        "weigh(request, moment, paired), self._terms",
        "weigh(request, moment), self._terms",
    ),
    Fault(
        "never both looks at what is surely shown",
        "decide.py",
        "if grant.gate.conditions_possible(request.yes, request.no):",
        "if grant.gate.conditions_hold(request.yes, request.no):",
    ),
    Fault(
        "never both bites when it bites for all",
        "decide.py",
        "any(pair.bites(request.yes, request.no) for request in profile)",
        "all(pair.bites(request.yes, request.no) for request in profile)",
    ),
    Fault(
        "an impossible condition keeps a side",
        "compiled.py",
        "if self.yes_all & no or self.no_all & yes:",
        "if self.yes_all & no:",
    ),
    Fault(
        "a prohibition loses a duty's referral",
        "decide.py",
        "(-1 if rule.duty else ~weighed.barred)",
        "~weighed.barred",
    ),
    Fault("every referral crosses prohibitions", "decide.py", "(-1 if rule.duty else ~weighed.barred)", "-1"),
    Fault(
        "a referral takes what is shown", "decide.py", "cells = rule.mask & ~weighed.granted & ", "cells = rule.mask & "
    ),
    Fault(
        "the first permit of a gate alone is named",
        "decide.py",
        "for grant in self._opened for permit in grant.permits)",
        "for grant in self._opened for permit in grant.permits[:1])",
    ),
    Fault(
        "grounds name cells that are withheld",
        "decide.py",
        "cells = use.mask & self._granted\n"
        "                if cells:\n                    yield use if cells == use.mask else replace(use, mask=cells)",
        "yield use",
    ),
    Fault(
        "a failed condition is told to everybody",
        "explain.py",
        "if failing and _may_hear(failing, weighed.granted, outlook):",
        "if failing:",
    ),
    Fault(
        "documents are taken in the order they come",
        "register.py",
        "agreements=tuple(sorted(documents.agreements, key=lambda admitted: admitted.document.reference))",
        "agreements=documents.agreements",
    ),
    Fault(
        "a withheld cell has two reasons",
        "explain.py",
        "                unsaid &= ~cells\n                reasons.append(",
        "                reasons.append(",
        law=True,
    ),
    Fault(
        "a referral's gate is not asked",
        "decide.py",
        "if not cells or not gate_open(rule.gate, request, moment):",
        "if not cells:",
    ),
)
