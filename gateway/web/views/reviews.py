"""Review as templates show it: a line an item, one item with its evidence, and what a worker is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agreements.register import Register
from gateway.usecases.review.reviewing import ReviewCase, ReviewedUse, ReviewItem, ReviewOutcome
from gateway.usecases.review.reviewing_questions import ReviewQuestion
from gateway.web.forms import NOTHING_TYPED, FormError, Params, choice_field, text_field
from gateway.web.views.log import EVENTS
from gateway.web.words import instant

KINDS: Mapping[str, str] = {
    "doubtful-access": "Looked at a family with no reason on record, or a doubtful one",
    "access-by-lot": "Drawn by lot",
    "break-glass": "Opened a family in an emergency",
    "break-glass-suspended": "Tried to open an emergency while that right rests",
    "break-glass-not-justified": "An emergency that was not justified",
    "break-glass-unconfirmed": "An emergency that nobody confirmed in time",
    "paper-journal": "Used the paper journal while the log was down",
    "purpose-not-offered": "Tried a purpose that the role may not use",
    "items-not-included": "Asked for what the role may not have",
    "statutory-request": "Asked for something under a law, without an agreement",
    "statutory-disclosure": "Read what was granted under a law",
    "statutory-request-unanswered": "A request under a law was not answered in time",
}
_ENDING = {
    "expiry": ("An agreement ends within {days} days", "An agreement has ended"),
    "review": ("The review of an agreement is due within {days} days", "The review of an agreement is overdue"),
    "assessment": ("The review of an impact assessment is due within {days} days",
                   "The review of an impact assessment is overdue"),
    "law": ("A law that an agreement rests on ends within {days} days", "A law that an agreement rests on has ended"),
}  # fmt: skip
_GOES_ON = "An agreement goes on under statute though its review is overdue"
OUTCOMES: Mapping[str, str] = {
    ReviewOutcome.EXPLAINED: "Explained",
    ReviewOutcome.REMINDER_GIVEN: "A reminder was given",
    ReviewOutcome.REFERRED: "Passed to the manager or HR",
    ReviewOutcome.MISUSE: "Misuse",
    ReviewOutcome.CANNOT_TELL: "Nobody can tell",
}
_HOW = {"raised": "Raised", "ranked": "Ranked", "sampled": "By lot"}
_STATES = {
    "open": ("To look at", "yellow"),
    "asked": ("Worker asked", "blue"),
    "answered": ("Worker answered", "turquoise"),
    "closed": ("Closed", "grey"),
}


@dataclass(frozen=True, slots=True)
class ReviewLineView:
    """One item in the table."""

    href: str
    what: str
    worker: str
    role: str
    uses: int
    how: str
    at: str
    state: str
    colour: str


@dataclass(frozen=True, slots=True)
class UseView:
    """One use: a heading, what is known of it, and what makes it doubtful."""

    at: str
    href: str
    rows: tuple[tuple[str, str], ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewCaseView:
    """One item in full; `close` and `ask` are forms where this officer may fill them in. `own`: it is about them."""

    id: str
    line: ReviewLineView
    uses: tuple[UseView, ...]
    asked: tuple[tuple[str, str], ...]
    closed: tuple[tuple[str, str], ...]
    close: dict[str, Params] | None
    ask: Params | None
    own: bool


def review_line(item: ReviewItem, register: Register) -> ReviewLineView:
    """What the table shows of an item."""
    role, agency = register.role(item.agency, item.role), register.agencies.get(item.agency)
    state, colour = _STATES[item.state]
    named = f"{role.title if role else item.role or 'The gateway'}, {agency.title if agency else item.agency}"
    return ReviewLineView(
        f"/reviews/{item.review_id}", kind_words(item.kind), item.worker,
        named, item.uses, _HOW[item.how], instant(item.raised_at), state, colour,
    )  # fmt: skip


def kind_words(kind: str) -> str:
    """What an item is about. A warning's kind is `agreement-`, what ends, and the days left, `overdue` or `daily`."""
    about, _, stage = kind.removeprefix("agreement-").partition("-")
    if kind.startswith("agreement-") and about in _ENDING:
        before, after = _ENDING[about]
        return {"overdue": after, "daily": _GOES_ON}.get(stage, before.format(days=stage))
    return KINDS.get(kind, kind.replace("-", " ").capitalize())


def review_case(
    case: ReviewCase, register: Register, errors: Sequence[FormError], typed: Mapping[str, str] = NOTHING_TYPED
) -> ReviewCaseView:
    """What the template shows of one item. `typed`: by field, what was typed and was not taken."""
    asked = case.asked
    told = [] if asked is None else [("Asked", asked.question), ("Answer", asked.answer or "Not yet")]
    closed = [] if case.outcome is None else [("Outcome", OUTCOMES[case.outcome]), ("Words", case.words or "")]
    item = case.item
    return ReviewCaseView(
        str(item.review_id), review_line(item, register), tuple(_use(one, register) for one in case.used),
        tuple(told), tuple(closed), _close(list(errors), typed) if item.may_close else None,
        text_field("question", "Ask the worker", typed.get("question", ""), list(errors), rows="3",
                   hint="An item is a question, not a charge. The worker reads these words.")
        if item.may_close and item.state == "open" and item.role else None,
        not item.may_close and case.outcome is None,
    )  # fmt: skip


def question_rows(one: ReviewQuestion, register: Register) -> tuple[tuple[str, str], ...]:
    """What a worker sees of what they are asked about."""
    purposes = register.purpose_titles
    looked = tuple(("You looked", f"{instant(at)}: {purposes.get(purpose, purpose)}") for at, purpose in one.uses)
    return (*looked, ("Question", one.question))


def _use(one: ReviewedUse, register: Register) -> UseView:
    rows = [
        ("What", EVENTS.get(one.event, one.event)),
        ("Purpose", register.purpose_titles.get(one.purpose, one.purpose)),
        ("Team", one.team or "None on record"),
    ]
    if one.said is not None:
        rows.append(("They said", one.said))
    if one.case_reference is not None:
        rows.append(("Case", one.case_reference))
    if one.is_access or one.reason:
        rows.append(("Reason on record", one.reason or "Not looked up yet"))
    if one.agreements:
        rows.append(("Agreement", ", ".join(one.agreements)))
    return UseView(instant(one.at), f"/log/{one.entry_id}", tuple(rows), one.evidence)


def _close(errors: list[FormError], typed: Mapping[str, str]) -> dict[str, Params]:
    options = {outcome.value: OUTCOMES[outcome] for outcome in ReviewOutcome}
    return {
        "outcome": choice_field("outcome", "What did you find?", options, typed.get("outcome", ""), errors),
        "words": text_field("words", "Say how you know", typed.get("words", ""), errors, rows="3"),
    }
