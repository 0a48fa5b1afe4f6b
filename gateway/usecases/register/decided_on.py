"""What a decision rested on, as its entry holds it, so that the decision can be repeated under another register.

`detail.decided_on` of an authorisation, or of a refusal: how the question was asked and, for each subject and link
band, the reader's relationship and the bits of the states known to be yes and to be no (the order of `STATES`). Such
states are not for everybody who may read the log: `without_inputs` takes them out of what officers are shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from agreements.replay import Access, AskedSubject
from agreements.request import Band, DecisionRequest, Direction, Regime, Relationship
from audit.canonical import Json
from gateway.usecases.register.deciding import SubjectDecision

_KEY = "decided_on"
_READER = ("agency", "role", "purpose")
_PARTS = 4


def decided_on(
    blank: DecisionRequest, decided: Iterable[SubjectDecision] | None, *, together: bool = True
) -> Mapping[str, Json]:
    """The part of an entry's detail. `blank` says how it was asked; `together`: the subjects were one profile.

    `decided` is `None` where everybody would have been refused alike, so that no subject was looked at.
    """
    asked = {
        "anyone": decided is None,
        "direction": blank.direction.value,
        "regime": blank.regime.value,
        "break_glass": blank.break_glass,
        "together": together,
        "subjects": {f"{one.person_id}:{one.band}": _inputs(one.asked) for one in decided or ()},
    }
    return {_KEY: asked}


def without_inputs(values: Mapping[str, Json]) -> Mapping[str, Json]:
    """Opened values of an entry without what its decision rested on."""
    detail = values.get("detail")
    if not isinstance(detail, Mapping) or _KEY not in detail:
        return values
    return {**values, "detail": {name: value for name, value in detail.items() if name != _KEY}}


def recorded_access(reference: str, at: datetime, values: Mapping[str, Json]) -> Access | None:
    """The access that an entry's opened values tell, or `None` where they do not hold what its decision rested on."""
    detail, masks = values.get("detail"), values.get("masks")
    asked = detail.get(_KEY) if isinstance(detail, Mapping) else None
    if not isinstance(asked, Mapping) or not isinstance(masks, Mapping):
        return None
    subjects = asked.get("subjects")
    if not isinstance(subjects, Mapping) or not all(isinstance(values.get(name), str) for name in _READER):
        return None
    try:
        return Access(
            reference,
            at,
            agency=str(values["agency"]),
            role=str(values["role"]),
            purpose=str(values["purpose"]),
            direction=Direction(str(asked["direction"])).value,
            regime=Regime(str(asked["regime"])).value,
            break_glass=asked["break_glass"] is True,
            together=asked["together"] is True,
            anyone=asked["anyone"] is True,
            subjects=tuple(_subject(key, str(inputs), masks) for key, inputs in subjects.items()),
        )
    except (KeyError, ValueError):
        return None


def _inputs(asked: DecisionRequest) -> str:
    return f"{asked.relationship.value}/{asked.band.value}/{asked.yes:x}/{asked.no:x}"


def _subject(key: str, inputs: str, masks: Mapping[str, Json]) -> AskedSubject:
    parts: Sequence[str] = inputs.split("/")
    if len(parts) != _PARTS:
        raise ValueError("the inputs of a subject have four parts")
    relationship, band, yes, no = parts
    return AskedSubject(
        Relationship(relationship).value,
        Band(int(band)).value,
        int(yes, 16),
        int(no, 16),
        int(str(masks.get(key) or "0"), 16),
    )
