"""Figures without names: counted inside the database, cut by disclosure control, every request an entry.

(0) one instant; a figure of the closed list
(1) the agreements decide, for the direction statistic: each cell that is counted, in a form that is enough
(2) the authorisation, committed; a refusal is an entry too
(3) count; small groups stay back
(4) the outcome, committed; only now return
"""

from dataclasses import dataclass, replace

from agreements.decision import Permit, Refer, Refusal
from agreements.request import Direction, Tri
from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from gateway.errors import AccessRefusedError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.profiles.views import Receipt
from gateway.store.figures import count_groups
from gateway.store.ledger import append
from gateway.usecases.families.disclosure import receipt_for, require_unended
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.deciding import blank_request, legal_basis_of
from gateway.wiring import Wiring
from insight.measures import MEASURES, Measure
from insight.suppression import FigureTable, suppress

_NOT_COVERED = "No agreement lets your role make this figure. This attempt is recorded."

NOTE = (
    "Groups of 1 to 4 are not shown, and some larger ones are left out so that nobody can work the small ones out. "
    "What is counted are records of the one source, as of today."
)

OPT_OUT_NOTE = (
    "Whoever opted out of uses beyond their own care, and whoever was not asked about at the National Data Opt-out in "
    "the last 28 days, is not counted."
)


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """What is asked. `base` is 1 for exact counts or 5 for rounded ones."""

    purpose: str
    measure: str
    group_by: str
    base: int = 1


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """A figure as it may leave."""

    measure: Measure
    table: FigureTable
    base: int
    agreements: tuple[str, ...]
    receipt: Receipt
    note: str = NOTE


def make_figure(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: FigureRequest) -> FigureAnswer:
    """Make one figure. Raises `NotFoundError` (no such figure), `AccessRefusedError` or `PermitEndedError`."""
    # (0) One instant; the figure.
    now = wiring.clock()
    measure = MEASURES.get(asked.measure)
    if measure is None or measure.group_by != asked.group_by:
        raise NotFoundError("there is no such figure; ask for one of the list")
    # (1) The agreements decide.
    purpose = asked.purpose if asked.purpose in wiring.register.purpose_titles else "unknown"
    blank = blank_request(wiring.register, caller, purpose, Direction.STATISTIC, now)
    states = {name: Tri(answer) for name, answer in measure.states.items()}
    decision = wiring.register.decide(replace(blank, states=states))
    permit = decision.permit if isinstance(decision, Refer) else decision
    if not isinstance(permit, Permit) or not _covers(permit, measure):
        sentence = permit.message if isinstance(permit, Refusal) else _NOT_COVERED
        denied = entry(
            wiring, context, caller, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
            purpose=purpose,
            detail={"reasons": ["figure-not-covered"], "query": _query(measure)},
        )  # fmt: skip
        with wiring.database.transaction("hg_desk") as connection:
            append(connection, denied)
        raise AccessRefusedError("figure-not-covered", sentence, denied.entry_id)
    # (2) The authorisation, committed.
    uses = [use for cell in measure.needs for use in permit.uses_of(*cell)]
    clauses = tuple(sorted({use.clause for use in uses}))
    authorised = entry(
        wiring, context, caller, EventClass.CONSULTATION, now, phase=Phase.AUTHORISATION, outcome=Outcome.PENDING,
        decision=Decision.PERMIT, purpose=purpose, agreements=clauses, legal_basis=legal_basis_of(uses),
        detail={"query": _query(measure), "authorised_until": permit.not_after.isoformat()},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, authorised)
    # (3) Count, and cut.
    with wiring.database.transaction("hg_search") as connection:
        counts = count_groups(connection, measure.name, now.astimezone(LONDON).date())
    table = suppress(counts, base=asked.base)
    # (4) The outcome, committed.
    outcome, leaf = _record_outcome(wiring, context, caller, authorised, measure, table)
    require_unended(wiring, context, permit.not_after)
    note = f"{NOTE} {OPT_OUT_NOTE}" if measure.opt_out else NOTE
    return FigureAnswer(measure, table, asked.base, clauses, receipt_for(wiring, outcome, leaf), note)


def _query(measure: Measure) -> str:
    """What is asked, for the log; that the opt-out was applied stands there with it (domain 4.7)."""
    asked = f"{measure.name} by {measure.group_by}"
    return f"{asked}, National Data Opt-out applied" if measure.opt_out else asked


def _covers(permit: Permit, measure: Measure) -> bool:
    return all(permit.allows(*cell) and permit.form(*cell) in enough for cell, enough in measure.needs.items())


def _record_outcome(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, authorised: Entry, measure: Measure,
    table: FigureTable,
) -> tuple[Entry, bytes]:  # fmt: skip
    """No fact is shown here; what each item counts are the groups whose number is."""
    groups = sum(one.count is not None for one in table.figures)
    shown = measure.needs if groups else {}
    counts = dict.fromkeys(sorted({item for _, item in shown}), groups)
    outcome = entry(
        wiring, context, caller, authorised.event, authorised.at, phase=Phase.OUTCOME,
        refers_to=authorised.entry_id, decision=Decision.PERMIT, purpose=authorised.purpose,
        agreements=authorised.agreements, legal_basis=authorised.legal_basis,
        outcome=Outcome.DONE if table.figures else Outcome.NOTHING_FOUND,
        items_shown=tuple(counts), shown_counts=counts, sources=tuple(sorted({source for source, _ in shown})),
        detail={"row_count": len(table.figures)},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        return outcome, append(connection, outcome)
