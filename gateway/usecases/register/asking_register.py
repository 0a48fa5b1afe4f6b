"""One question to a register as JSON, and its answer as JSON-ready data."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from agreements.decision import Permit, Refer, Refusal
from agreements.register import Register
from agreements.request import STATES, Band, DecisionRequest, Direction, Regime, Relationship, Tri
from agreements.vocabulary import Vocabulary


def _known(states: dict[str, Tri]) -> dict[str, Tri]:
    if not states.keys() <= set(STATES):
        message = f"a state is one of {', '.join(STATES)}"
        raise ValueError(message)
    return states


class Question(BaseModel):
    """What a request file holds. A state that it does not name is unknown; without `now`, the present is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    agency: str = Field(max_length=100)
    role: str = Field(max_length=100)
    purpose: str = Field(max_length=100)
    relationship: Relationship = Relationship.NONE
    states: Annotated[dict[str, Tri], AfterValidator(_known)] = {}
    band: Literal["verified", "strong", "probable", "review"] = "verified"
    direction: Direction = Direction.VIEW
    now: AwareDatetime | None = None
    break_glass: bool = False
    regime: Regime = Regime.UK_GDPR

    def request(self, present: datetime) -> DecisionRequest:
        """The question as the engine takes it."""
        return DecisionRequest(
            agency=self.agency,
            role=self.role,
            purpose=self.purpose,
            relationship=self.relationship,
            states=self.states,
            band=Band.named(self.band),
            direction=self.direction,
            now=self.now or present,
            break_glass=self.break_glass,
            regime=self.regime,
        )


def answer(register: Register, request: DecisionRequest) -> dict[str, Any]:
    """Decide and explain: `decision` is permit, refer or refusal; `permitted` lists items by source.

    `withheld` gives every item that is not permitted its one reason, by source, with the nearest agreement and the
    smallest change that would release it.
    """
    decision = register.decide(request)
    said: dict[str, Any] = {"decision": type(decision).__name__.lower(), "register_version": register.version}
    permit = decision.permit if isinstance(decision, Refer) else decision if isinstance(decision, Permit) else None
    if isinstance(decision, Refusal):
        said["refusal"] = {
            "code": decision.code, "message": decision.message, "subject_dependent": decision.subject_dependent,
        }  # fmt: skip
    if isinstance(decision, Refer):
        said["refer"] = {
            "to": decision.to, "within_hours": decision.within.total_seconds() / 3600, "code": decision.code,
            "message": decision.message, "items": _by_source(register.vocabulary, decision.mask),
        }  # fmt: skip
    said["permitted"] = _by_source(register.vocabulary, permit.mask) if permit else {}
    if permit:
        said |= _terms(permit)
    if permit and permit.earlier:
        said["permitted_before_protection"] = _by_source(register.vocabulary, permit.earlier)
    said["withheld"] = [
        {
            "source": one.source, "owner": one.owner_agency, "mode": one.mode.value, "code": one.code,
            "message": one.message, "agreement": one.agreement, "change": one.change,
            "items": list(register.vocabulary.items_of(one.mask, one.source)),
        }
        for one in register.explain(request)
    ]  # fmt: skip
    return said


def _terms(permit: Permit) -> Mapping[str, Any]:
    return {
        "coarse": {form: _by_source(permit.vocabulary, mask) for form, mask in permit.coarse},
        "not_after": permit.not_after.isoformat(),
        "rests_on": [
            {
                "clause": use.clause, "items": _by_source(permit.vocabulary, use.mask),
                "legal_gateways": list(use.gateways), "article_6": list(use.article_6),
                "article_9": list(use.article_9), "article_10": list(use.article_10),
                "obligations": list(use.obligations),
            }
            for use in permit.uses
        ],
        "obligations": list(permit.obligations),
        "advice": list(permit.advice),
    }  # fmt: skip


def _by_source(vocabulary: Vocabulary, mask: int) -> dict[str, list[str]]:
    return {source: list(vocabulary.items_of(mask, source)) for source in vocabulary.sources_of(mask)}


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(set(names))
