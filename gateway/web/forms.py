"""Fields of forms as the GOV.UK macros take them, with what was typed and what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

Params = dict[str, Any]
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})
"""What a form holds that nobody has filled in; else by field, what was typed and was not taken, to be shown again."""


@dataclass(frozen=True, slots=True)
class FormError:
    """What is wrong with a field; the text names the field and never repeats what was typed."""

    field: str
    text: str


def message_for(field: str, errors: Iterable[FormError]) -> Params:
    """The `errorMessage` of a field, if there is one."""
    text = next((error.text for error in errors if error.field == field), None)
    return {"errorMessage": {"text": text}} if text else {}


def text_field(
    name: str, label: str, value: str, errors: Sequence[FormError], *, hint: str = "", classes: str = "", **more: Any
) -> Params:
    """An input or a textarea."""
    return {
        "id": name, "name": name, "label": {"text": label, "classes": "govuk-label--s"}, "value": value,
        "classes": classes, **({"hint": {"text": hint}} if hint else {}), **message_for(name, errors), **more,
    }  # fmt: skip


def choice_field(
    name: str, legend: str, options: Mapping[str, str], chosen: str, errors: Sequence[FormError]
) -> Params:
    """Radios. The first one's id is the field's name, so that an error links to it."""
    return {
        "name": name,
        "idPrefix": name,
        "fieldset": {"legend": {"text": legend, "classes": "govuk-fieldset__legend--s"}},
        "items": [{"value": value, "text": text, "checked": value == chosen} for value, text in options.items()],
        **message_for(name, errors),
    }


def select_field(name: str, label: str, options: Mapping[str, str], chosen: str, errors: Sequence[FormError]) -> Params:
    """A select."""
    return {
        "id": name,
        "name": name,
        "label": {"text": label, "classes": "govuk-label--s"},
        "items": [{"value": value, "text": text, "selected": value == chosen} for value, text in options.items()],
        **message_for(name, errors),
    }


def date_field(
    name: str, legend: str, typed: tuple[str, str, str], errors: Sequence[FormError], *, hint: str = ""
) -> Params:
    """Day, month and year. The fields are called `<name>_day` and so on."""
    wrong = " govuk-input--error" if any(error.field == f"{name}_day" for error in errors) else ""
    parts = zip(("day", "month", "year"), typed, (2, 2, 4), strict=True)
    return {
        "id": name,
        "fieldset": {"legend": {"text": legend, "classes": "govuk-fieldset__legend--s"}},
        **({"hint": {"text": hint}} if hint else {}),
        "items": [
            {
                "id": f"{name}_{part}", "name": f"{name}_{part}", "label": part.capitalize(), "value": value,
                "classes": f"govuk-input--width-{width}{wrong}",
            }
            for part, value, width in parts
        ],
        **message_for(f"{name}_day", errors),
    }  # fmt: skip


def typed_date(typed: tuple[str, str, str]) -> date | None:
    """The date typed, None where nothing was. Raises `ValueError` where it is no date."""
    if not any(part.strip() for part in typed):
        return None
    day, month, year = (int(part) for part in typed)
    return date(year, month, day)
