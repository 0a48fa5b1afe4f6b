"""The words of differences: templates by kind, verbs by direction, states and forms."""

from collections.abc import Iterable, Mapping, Sequence

from agreements.difference_aspects import Kind
from agreements.request import Relationship, Tri

UNLESS_SAID = (
    "Unless a line says otherwise: on links that are probable or surer, whatever the reader's relationship to the"
    " family, without break-glass or with it where it is on offer."
)
"""What every sentence leaves out."""

BY_KIND: Mapping[Kind, str] = {
    Kind.GAINED: "{who} also {do} {what}, {after}, for {purposes}",
    Kind.LOST: "{who} no longer {do} {what} (so far {before}), for {purposes}",
    Kind.EARLIER_GAINED: "{who} also {do} of {what} what began before a protection, for {purposes}",
    Kind.EARLIER_LOST: "{who} no longer {do} of {what} what began before a protection, for {purposes}",
    Kind.FINER: "{who} {do} {what} {after}, so far {before}, for {purposes}",
    Kind.COARSER: "{who} {do} {what} {after} only, so far {before}, for {purposes}",
    Kind.ROWS: "{who} {do} of {what} {after}, so far {before}, for {purposes}",
    Kind.BASIS: "what {who} {do} of {what} for {purposes} rests on other grounds (less: {before}. More: {after})",
    Kind.OBLIGATIONS: "obligations change for {who} who {do} {what} for {purposes} (less: {before}. More: {after})",
    Kind.ADVICE: "advice changes for {who} who {do} {what} for {purposes} (less: {before}. More: {after})",
    Kind.REFERRAL: (
        "what {who} ask of {what} for {purposes} ({do}) is referred otherwise (so far: {before}. Now: {after})"
    ),
    Kind.TOLD: (
        "what {who} are told of withheld {what} for {purposes} ({do}) changes (so far: {before}. Now: {after})"
    ),
    Kind.NEVER_BOTH_GAINED: (
        "for {who}, whatever may be shown of {others} in a family also withholds {what}, for {purposes} ({do})"
    ),
    Kind.NEVER_BOTH_LOST: (
        "for {who}, whatever may be shown of {others} in a family no longer withholds {what}, for {purposes} ({do})"
    ),
    Kind.NEVER_BOTH_SET_OFF: (
        "for {who}, {what} might also be shown, which sets off never-both rules for the family, for {purposes} ({do})"
    ),
    Kind.NEVER_BOTH_NOT_SET_OFF: (
        "for {who}, {what} can no longer be shown, which sets off never-both rules no more, for {purposes} ({do})"
    ),
    Kind.SUPPLY_GAINED: "{subject} may also supply {what}",
    Kind.SUPPLY_LOST: "{subject} may no longer supply {what}",
    Kind.PURPOSE_GAINED: "{who} may also declare {subject}",
    Kind.PURPOSE_LOST: "{who} may no longer declare {subject}",
    Kind.BREAK_GLASS: "break-glass changes for {who} (so far: {before}. Now: {after})",
    Kind.AGREEMENT: "agreement {subject} (so far: {before}. Now: {after})",
    Kind.SOURCE: "source {subject} (so far: {before}. Now: {after})",
    Kind.PURPOSE: "purpose {subject} (so far: {before}. Now: {after})",
    Kind.ROLE: "role {subject} (so far: {before}. Now: {after})",
    Kind.TEAM: "team {subject}, to those whom its look-ups are about (so far: {before}. Now: {after})",
}

VERBS: Mapping[str, str] = {
    "view": "see",
    "search": "search by",
    "extract": "extract",
    "match": "match on",
    "statistic": "count in figures",
    "notify": "are notified of",
    "supply": "supply",
}

READER_IS: Mapping[Relationship, str] = {
    Relationship.ALLOCATED_WORKER: "the allocated worker",
    Relationship.TEAM: "in the family's team",
    Relationship.MANAGER: "the team's manager",
    Relationship.MASH: "working the referral in the MASH",
    Relationship.NAMED_CASE: "named on the case",
    Relationship.NONE: "without any part in the family's case",
}

_FORMS = {
    "full": "in full",
    "month": "by month",
    "year": "by year",
    "outward_postcode": "as an outward postcode",
    "band": "as a band",
    "presence": "as the bare fact that there is some",
}


def form_words(codes: Sequence[str]) -> str:
    """Form and limits on rows, as `Difference.before` and `after` hold them."""
    forms = [_FORMS[code] for code in codes if code in _FORMS]
    rows = [_rows(code, shown=codes[0]) for code in codes if code not in _FORMS]
    if not forms and not rows:
        return "every event"
    return ", ".join([*forms, *([f"only {joined(rows, 'or')}"] if rows else [])])


def _rows(code: str, shown: str) -> str:
    """Limits of one rule on rows, with their form where it is not that of the whole."""
    window, roles, form = code.split("/")
    words = f"events of the last {window} days" if window else "events of any day"
    held = f" in which the person is {joined(roles.split(','), 'or')}" if roles else ""
    return f"{words}{held}" if form == shown else f"{words}{held} {_FORMS[form]}"


def _three(yes: str, no: str, unknown: str) -> dict[frozenset[Tri], str]:
    return {
        frozenset({Tri.YES}): yes,
        frozenset({Tri.NO}): no,
        frozenset({Tri.UNKNOWN}): f"of whom it is not known {unknown}",
        frozenset({Tri.YES, Tri.UNKNOWN}): f"{yes} or of whom it is not known {unknown}",
        frozenset({Tri.NO, Tri.UNKNOWN}): f"{no} or of whom it is not known {unknown}",
        frozenset({Tri.YES, Tri.NO}): f"of whom it is known {unknown}",
    }


CONDITIONS: Mapping[str, Mapping[frozenset[Tri], str]] = {
    "minor": {
        frozenset({Tri.YES}): "children",
        frozenset({Tri.NO}): "adults",
        frozenset({Tri.UNKNOWN}): "people whose age is not known",
        frozenset({Tri.YES, Tri.UNKNOWN}): "children and people whose age is not known",
        frozenset({Tri.NO, Tri.UNKNOWN}): "adults and people whose age is not known",
        frozenset({Tri.YES, Tri.NO}): "people whose age is known",
    },
    "agreed_to_help": _three("who agreed to help", "who did not agree to help", "whether they agreed to help"),
    "safeguarding_concern": _three(
        "with a safeguarding concern", "without a safeguarding concern", "whether there is a safeguarding concern"
    ),
    "protected": _three("who are protected", "who are not protected", "whether they are protected"),
    "domestic_abuse": _three(
        "with domestic abuse on record", "without domestic abuse on record", "whether domestic abuse is on record"
    ),
    "objection": _three("who objected", "who did not object", "whether they objected"),
    "restriction": _three(
        "whose record is restricted", "whose record is not restricted", "whether their record is restricted"
    ),
    "perpetrator_in_household": _three(
        "with a perpetrator in the household",
        "without a perpetrator in the household",
        "whether a perpetrator is in the household",
    ),
    "reader_works_with_perpetrator": _three(
        "with whose perpetrator the reader works",
        "with whose perpetrator the reader does not work",
        "whether the reader works with the perpetrator",
    ),
    "named_case": _three("whose case is named", "whose case is not named", "whether their case is named"),
}


def joined(words: Iterable[str], last: str = "and") -> str:
    """One, two or more in a sentence."""
    every = list(words)
    if len(every) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"
