"""The form with which an officer proposes to switch a feed on: what was typed, as terms, and as fields for the page."""

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import BaseModel

from gateway.usecases.feeds.feed_rhythm import FULL, MATCH_ONLY, SwitchTerms
from gateway.usecases.feeds.feed_switch import Switch
from gateway.usecases.feeds.feed_switch_choices import SwitchChoices
from gateway.usecases.intake.batch_checks import ERROR_BUDGET
from gateway.web.forms import FormError, Params, choice_field, select_field, text_field

USES: Mapping[str, str] = {MATCH_ONLY: "For matching only", FULL: "In full, as agreements say"}
_SHORTEST, _LONGEST_SENTENCE, _LONGEST_ARGUMENT = 10, 400, 1000
_MOST_ROWS = 2_000_000_000
_HUNDRED = 100
_FIELD_OF: Mapping[str, str] = {
    "purpose-unknown": "purpose", "source-reserved": "purpose", "purpose-not-live": "purpose",
    "supply-not-agreed": "purpose", "necessity-missing": "necessity", "terms-unknown": "use",
    "argument-missing": "argument",
}  # fmt: skip
_NONE = {"": "Choose one"}


class SwitchForm(BaseModel):
    """What was typed; everything may be empty. `line` is an assessment and its line, with a space between."""

    form_token: str = ""
    purpose: str = ""
    necessity: str = ""
    line: str = ""
    use: str = ""
    argument: str = ""
    rhythm: str = ""
    budget: str = f"{_HUNDRED * ERROR_BUDGET:.0f}"
    usual_rows: str = ""


def form_of(standing: Switch | None, *, plain: bool) -> SwitchForm:
    """The form before anything is typed: the terms that are on, if any are, so that one of them can be changed."""
    if standing is None:
        return SwitchForm(use=MATCH_ONLY if plain else FULL)
    terms = asdict(standing.terms)
    return SwitchForm(
        purpose=terms["purpose"], necessity=terms["necessity"], line=f"{terms['dpia']} {terms['dpia_line']}",
        use=terms["use"], argument=terms["argument"], rhythm=terms["rhythm"],
        budget=f"{_HUNDRED * terms['error_budget']:g}", usual_rows=str(terms["usual_rows"] or ""),
    )  # fmt: skip


def terms_of(typed: SwitchForm, choices: SwitchChoices, errors: list[FormError]) -> SwitchTerms:
    """The terms; what cannot be read is added to `errors`."""
    dpia, _, line = typed.line.partition(" ")
    chosen = next((one for one in choices.lines if (one.dpia, one.line) == (dpia, line)), None)
    if typed.purpose not in choices.purposes:
        errors.append(FormError("purpose", "Choose what the feed is for"))
    if not _SHORTEST <= len(typed.necessity.strip()) <= _LONGEST_SENTENCE:
        text = f"Say in one sentence of {_SHORTEST} to {_LONGEST_SENTENCE} characters why it is needed"
        errors.append(FormError("necessity", text))
    if chosen is None:
        errors.append(FormError("line", "Choose the line of an impact assessment"))
    elif typed.purpose in choices.purposes and typed.purpose not in chosen.purposes:
        errors.append(FormError("line", "Choose a line of an assessment that is about this purpose"))
    if typed.use not in USES:
        errors.append(FormError("use", "Choose how the feed is used"))
    if len(typed.argument.strip()) > _LONGEST_ARGUMENT:
        errors.append(FormError("argument", f"Argue in {_LONGEST_ARGUMENT} characters or fewer"))
    elif choices.plain and typed.use == FULL and not typed.argument.strip():
        errors.append(FormError("argument", "Argue why more than matching is needed"))
    if typed.rhythm not in choices.rhythms:
        errors.append(FormError("rhythm", "Choose how often a file comes"))
    budget = _number("budget", typed.budget, (0, _HUNDRED), "Bad rows must be a whole number from 0 to 100", errors)
    usual = None
    if typed.usual_rows.strip():
        usual = _number(
            "usual_rows", typed.usual_rows, (1, _MOST_ROWS), "The usual size must be a whole number", errors
        )
    return SwitchTerms(
        purpose=typed.purpose, necessity=typed.necessity.strip(), dpia=dpia, dpia_line=line, use=typed.use,
        rhythm=typed.rhythm, argument=typed.argument.strip(), error_budget=(budget or 0) / _HUNDRED, usual_rows=usual,
    )  # fmt: skip


def refused_field(code: str) -> str:
    """The field that a refusal is about."""
    return _FIELD_OF.get(code, "line")


def form_fields(typed: SwitchForm, choices: SwitchChoices, errors: list[FormError]) -> Params:
    """The fields as the page's macros take them."""
    lines = {
        f"{one.dpia} {one.line}": f"{one.title} ({one.dpia}), line {one.line}: {one.risk}" for one in choices.lines
    }
    return {
        "purpose": select_field("purpose", "What it is for", _NONE | choices.purposes, typed.purpose, errors),
        "necessity": text_field(
            "necessity", "Why the purpose cannot do without it", typed.necessity, errors, rows="3",
            hint="One sentence. It is shown to the partner and stands in the log.",
        ),
        "line": select_field(
            "line", "The impact assessment, and the risk that it treats", _NONE | lines, typed.line, errors
        ),
        "use": choice_field("use", "How it is used", USES, typed.use, errors),
        "argument": text_field(
            "argument", "Why more than matching is needed", typed.argument, errors, rows="3",
            hint="Only for a plain demographic system that is to be used in full." if choices.plain
            else "Not needed for this feed.",
        ),
        "rhythm": select_field("rhythm", "How often a file comes", _NONE | choices.rhythms, typed.rhythm, errors),
        "budget": text_field(
            "budget", "Bad rows that a file may have, in a hundred", typed.budget, errors, inputmode="numeric",
            classes="govuk-input--width-3", hint="With more, the whole file is refused. Ten bad rows are always borne.",
        ),
        "usual_rows": text_field(
            "usual_rows", "Usual size in rows (optional)", typed.usual_rows, errors, inputmode="numeric",
            classes="govuk-input--width-10", hint="Else it is learned from the files.",
        ),
    }  # fmt: skip


def _number(name: str, text: str, between: tuple[int, int], wrong: str, errors: list[FormError]) -> int | None:
    lowest, highest = between
    digits = text.strip().replace(",", "")
    if digits.isascii() and digits.isdigit() and lowest <= int(digits[:11]) <= highest:
        return int(digits)
    errors.append(FormError(name, wrong))
    return None
