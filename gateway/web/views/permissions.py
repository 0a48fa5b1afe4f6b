"""What may I see, and why: the permissions of a role as a template shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from concept_model.items import item_named
from gateway.usecases.register.permissions import Allowance, Exclusion, Permissions, PurposePermissions, SourceItems
from gateway.web.code_labels import ARTICLE_6
from gateway.web.words import LONDON, code_in_words, day, plain_durations

_AN_INSTANT = timedelta(seconds=1)
_DIRECTIONS = {
    "view": "On a family's page",
    "search": "To find a family",
    "extract": "In an extract",
    "match": "To decide which records are one person",
    "statistic": "In figures without names",
    "notify": "As a notice to you",
    "supply": "As your agency supplies it",
}
_FORMS = {
    "full": "",
    "month": " (month only)",
    "year": " (year only)",
    "outward_postcode": " (area only)",
    "band": " (in part)",
    "presence": " (only that there is an entry)",
}


@dataclass(frozen=True, slots=True)
class RuleView:
    """One clause: what it shows or takes away, when, on what it rests and until when."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PurposeView:
    """One purpose: its clauses, what is taken away again, and what it leaves out."""

    title: str
    anchor: str
    allowed: tuple[RuleView, ...]
    excluded: tuple[RuleView, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PermissionsView:
    """The page."""

    role: str
    purposes: tuple[PurposeView, ...]
    never: tuple[str, ...]
    receipt_id: str


def permissions_view(told: Permissions, gateways: Mapping[str, str], receipt_id: str) -> PermissionsView:
    """What the template shows. `gateways` gives each legal gateway's citation by its id."""
    purposes = tuple(_purpose(one, gateways) for one in told.purposes)
    return PermissionsView(told.role_title, purposes, told.never, receipt_id)


def _purpose(one: PurposePermissions, gateways: Mapping[str, str]) -> PurposeView:
    return PurposeView(
        one.title,
        f"purpose-{one.purpose.replace('_', '-')}",
        tuple(_allowance(line, gateways) for line in one.allowed),
        tuple(_exclusion(line) for line in one.excluded),
        one.never,
    )


def _allowance(line: Allowance, gateways: Mapping[str, str]) -> RuleView:
    law = [gateways.get(name, name) for name in line.gateways]
    basis = [*(ARTICLE_6.get(one, f"Article {one}") for one in line.article_6), *line.article_9, *line.article_10]
    rows = [
        ("When", f"{_sentence(line.where)}{f', {line.rows}' if line.rows else ''}"),
        ("What", _items(line.data)),
        ("Agreement", f"{line.agreement} ({line.clause})"),
        ("Law", "; ".join((*law, *basis))),
        ("You must", "; ".join(plain_durations(code_in_words(one)) for one in line.obligations)),
        ("Advice", line.advice or ""),
        ("Until", day((line.until - _AN_INSTANT).astimezone(LONDON).date())),
    ]
    return RuleView(f"{_directions(line.directions)}: held by {line.owner}", tuple(row for row in rows if row[1]))


def _exclusion(line: Exclusion) -> RuleView:
    rows = (("When", _sentence(line.when)), ("What", _items(line.data)), ("Agreement", line.clause))
    return RuleView(f"{_directions(line.directions)}: left out", rows)


def _items(data: Iterable[SourceItems]) -> str:
    return ". ".join(
        f"{part.source_title}: {', '.join(item_named(item).label for item in part.items)}{_FORMS[part.form]}"
        for part in data
    )


def _directions(names: Iterable[str]) -> str:
    return " and ".join(
        words if not place else words[0].lower() + words[1:]
        for place, words in enumerate(_DIRECTIONS[name] for name in names)
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
