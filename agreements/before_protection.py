"""Of a protected person, what began before the protection goes on as of anybody, where a prohibition says so.

Whoever may not know of a protection would read it from what is missing: the health visitor of years ago, the nursery.
So `rows: since_protection` bars rows and not the cell. Which rows, row-level security judges by their day.
"""

from agreements.moments import Moment
from agreements.request import PROTECTED, STATE_BIT, DecisionRequest

_PROTECTED = STATE_BIT[PROTECTED]


def earlier_cells(request: DecisionRequest, moment: Moment, reached: int) -> int:
    """Of the cells that permits reach, those that nothing bars but what such a prohibition does.

    And that would be released of the same subject, were they not protected: so whatever is promised of anybody holds
    here too. Where it is not known whether they are, because that is disputed, row-level security goes by the day of
    what is disputed; where there is no day, it shows nothing.
    """
    since, barred = _barred(moment, request.yes, request.no)
    if not since & reached:
        return 0
    yes, no = request.yes & ~_PROTECTED, request.no | _PROTECTED
    rows, cells = _barred(moment, yes, no)
    return reached & since & _permitted(request, moment, yes, no) & ~(barred | rows | cells | moment.barred)


def _barred(moment: Moment, yes: int, no: int) -> tuple[int, int]:
    """Cells of which some rows are barred alone, and those barred whole."""
    since = whole = 0
    for bar in moment.bars:
        if bar.bites(yes, no):
            since |= bar.since
            whole |= bar.mask & ~bar.since
    return since, whole


def _permitted(request: DecisionRequest, moment: Moment, yes: int, no: int) -> int:
    """Cells that permits open to a subject of other states, but for never-both rules, which count as set off."""
    cells = 0
    for grant in moment.open_to(request):
        if grant.gate.conditions_hold(yes, no):
            cells |= grant.mask
    for pair in moment.pairs:
        if pair.bites(yes, no):
            cells &= ~pair.withhold
    return cells
