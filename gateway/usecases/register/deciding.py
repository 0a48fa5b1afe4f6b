"""Decisions about the persons of a family: one a person and link band, each with its masks for the ticket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from agreements.decision import Decision, Permit, Refer, Refusal, RuleUse, Withheld
from agreements.register import Register
from agreements.request import Band, DecisionRequest, Direction, Regime, Relationship, Tri
from concept_model.items import Withholding
from gateway.identity.caller import StaffCaller
from gateway.store.inputs import DecisionInput, Reader
from gateway.store.ledger import TicketSubject
from gateway.usecases.families.declaring import Declaration
from gateway.usecases.register.role_families import FRONT_DOOR, MANAGEMENT, families_of
from gateway.wiring import Wiring

_BAND_OF_NUMBER = {0: Band.VERIFIED, 1: Band.STRONG, 2: Band.PROBABLE, 3: Band.REVIEW}


@dataclass(frozen=True, slots=True)
class SubjectDecision:
    """What was decided for the records of one band of one person."""

    person_id: UUID
    band: int
    asked: DecisionRequest
    decision: Decision
    withheld: Sequence[Withheld]

    @property
    def permit(self) -> Permit | None:
        """The permit, also the one that stands beside a referral."""
        if isinstance(self.decision, Refer):
            return self.decision.permit
        return self.decision if isinstance(self.decision, Permit) else None

    def ticket_subject(self) -> TicketSubject | None:
        """The masks that the ticket carries; None where nothing may be said at all."""
        permit = self.permit
        if permit is None:
            return None
        counted = existing = 0
        for part in self.withheld:
            if part.mode is Withholding.COUNT:
                counted |= part.mask
            elif part.mode is Withholding.EXISTS:
                existing |= part.mask
        shown = permit.vocabulary.in_ticket(permit.mask, permit.earlier)
        return TicketSubject(self.person_id, self.band, shown, counted, existing)


def reader_of(wiring: Wiring, caller: StaffCaller) -> Reader:
    """What the decision inputs need to know of a reader."""
    families = families_of(wiring, caller)
    return Reader(caller.worker_ref, caller.team, MANAGEMENT in families, FRONT_DOOR in families)


def blank_request(
    register: Register,
    caller: StaffCaller,
    purpose: str,
    direction: Direction,
    now: datetime,
    *,
    break_glass: bool = False,
) -> DecisionRequest:
    """A request that says nothing of any subject: a refusal of it depends on who asks and why alone.

    Whoever declares a purpose acts under the law that the purpose is held under.
    """
    regime = register.regimes.get(purpose, Regime.UK_GDPR)
    return DecisionRequest(
        caller.agency, caller.role, purpose, Relationship.NONE, {}, Band.VERIFIED, direction, now, break_glass, regime
    )


def refused_for_anyone(wiring: Wiring, request: DecisionRequest) -> Refusal | None:
    """The refusal that this reader gets for every family, if there is one."""
    decision = wiring.register.decide(request)
    return decision if isinstance(decision, Refusal) and not decision.subject_dependent else None


def decide_subjects(
    wiring: Wiring,
    inputs: Sequence[DecisionInput],
    blank: DecisionRequest,
    declaration: Declaration,
    *,
    together: bool = True,
) -> list[SubjectDecision]:
    """Decide every person and band, in the order of the inputs.

    `together`: they are one profile, and never-both rules look at all of it; else each person is one, as in a search.
    """
    if not together:
        return [one for person in inputs for one in decide_subjects(wiring, [person], blank, declaration)]
    asked = [(person, number) for person in inputs for number in person.bands]
    requests = [
        replace(
            blank,
            relationship=_relationship(person, declaration),
            states=states_of(person, has_case=declaration.has_case),
            band=_BAND_OF_NUMBER[number],
        )
        for person, number in asked
    ]
    decisions = wiring.register.decide_profile(requests)
    explanations = wiring.register.explain_profile(requests)
    return [
        SubjectDecision(
            person.person_id, number, request, decision, () if isinstance(decision, Refusal) else explanation
        )
        for (person, number), request, decision, explanation in zip(
            asked, requests, decisions, explanations, strict=True
        )
    ]


def _relationship(person: DecisionInput, declaration: Declaration) -> Relationship:
    if person.relationship == "none" and declaration.has_case and person.states.get("named_case") == "yes":
        return Relationship.NAMED_CASE
    return Relationship(person.relationship)


def legal_basis_of(uses: Iterable[RuleUse]) -> str | None:
    """The articles that rules rest on, as an entry of the log holds them; `None` for no rule."""
    bases = sorted({basis for use in uses for basis in (*use.article_6, *use.article_9, *use.article_10)})
    return "; ".join(bases) or None


def states_of(person: DecisionInput, *, has_case: bool) -> Mapping[str, Tri]:
    """The states of a person as the register is asked. `has_case`: the reader named a case that may be this one."""
    states = {name: Tri(answer) for name, answer in person.states.items()}
    # A case counts as named only when the reader names one and the family is known to be one.
    if not has_case:
        states["named_case"] = Tri.NO
    # No source records objections or restrictions yet; silence about them is no, or nothing would ever be shown.
    return states | {"objection": Tri.NO, "restriction": Tri.NO}
