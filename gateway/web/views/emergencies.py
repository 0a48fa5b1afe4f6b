"""Emergencies as a template shows them: who, when, for what, and the forms that the reader may fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agreements.register import Register
from gateway.usecases.families.emergencies import Emergency
from gateway.web.forms import NOTHING_TYPED, FormError, Params, choice_field, text_field
from gateway.web.words import instant

_STATES = {
    "open": ("Waits for an answer", "yellow"),
    "unconfirmed": ("Nobody answered in time", "red"),
    "confirmed": ("Justified", "green"),
    "not-justified": ("Not justified", "red"),
    "lifted": ("Lifted by an officer", "grey"),
}


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """One emergency. `answer` and `lift` are forms, where this reader may fill them in."""

    id: str
    who: str
    rows: tuple[tuple[str, str], ...]
    state: str
    colour: str
    answer: dict[str, Params] | None
    lift: dict[str, Params] | None


def emergency_view(
    one: Emergency, register: Register, errors: Sequence[FormError], typed: Mapping[str, str] = NOTHING_TYPED
) -> EmergencyView:
    """What the template shows of an emergency. `typed`: by the field's id, what was typed and was not taken."""
    role, agency = register.role(one.agency, one.role), register.agencies.get(one.agency)
    rows = [
        ("Role", f"{role.title if role else one.role}, {agency.title if agency else one.agency}"),
        ("Team", one.team),
        ("Opened", instant(one.opened_at)),
        ("Purpose", register.purpose_titles.get(one.purpose, one.purpose)),
        ("Answer by", instant(one.confirm_by) if one.confirm_by else "No answer is needed"),
        ("Emergency access", "Rests until an officer lifts that" if one.suspended else "Not suspended"),
        ("Entry of the log", str(one.entry_id)),
    ]
    state, colour = _STATES[one.state]
    return EmergencyView(
        str(one.emergency_id), one.name, tuple(rows), state, colour,
        _answer(one, list(errors), typed) if one.may_answer else None,
        {"reason": _reason(one, "Why may they open families in an emergency again?", list(errors), typed,
                           "lift-reason")}
        if one.may_lift else None,
    )  # fmt: skip


def _answer(one: Emergency, errors: list[FormError], typed: Mapping[str, str]) -> dict[str, Params]:
    options = {"justified": "Yes, it was an emergency", "not-justified": "No, it was not"}
    name = f"answer-{one.emergency_id}"
    choice = choice_field(name, f"Was what {one.name} did justified?", options, typed.get(name, ""), errors)
    return {
        "choice": {**choice, "name": "answer"},
        "reason": _reason(one, "How do you know?", errors, typed, "reason"),
    }  # fmt: skip


def _reason(one: Emergency, label: str, errors: list[FormError], typed: Mapping[str, str], name: str) -> Params:
    field_id = f"{name}-{one.emergency_id}"
    field = text_field(field_id, label, typed.get(field_id, ""), errors, rows="2")
    return {**field, "name": "reason"}
