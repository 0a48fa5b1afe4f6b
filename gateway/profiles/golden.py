"""The heading of a member: values that the reader's sources agree on first, disagreement beside it, never hidden."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from gateway.profiles.permitted import PermittedFact
from gateway.profiles.views import GoldenIdentity, GoldenValue

_IDENTIFIER_LABELS = {
    "identity.nhs_number": "NHS number",
    "identity.upn": "Unique pupil number",
    "identity.nino": "National Insurance number",
    "identity.pnc_id": "Police National Computer id",
}
_NAME_USES = {"usual": 0, "official": 1, "nickname": 2, "alias": 3}


def heading_text(fact: PermittedFact) -> str:
    """What a fact puts into a heading; empty for a fact of another item, and for one whose form leaves no words."""
    text = _TEXTS.get(fact.item.name)
    return "" if text is None else text(fact.fact.value)


def golden_identity(facts: Sequence[PermittedFact], titles: Mapping[str, str]) -> GoldenIdentity:
    """Choose the heading of one person from their permitted identity facts."""

    def of(item: str) -> tuple[GoldenValue, ...]:
        return _ranked([fact for fact in facts if fact.item.name == item], titles)

    identifiers = tuple((label, value) for item, label in _IDENTIFIER_LABELS.items() for value in of(item))
    return GoldenIdentity(
        of("identity.name"), of("identity.birth_date"), of("identity.sex"), identifiers, of("contact.phone"),
        of("contact.email"),
    )  # fmt: skip


def full_name(value: Mapping[str, object]) -> str:
    """A name as one line, first names first."""
    return " ".join(str(part) for part in (value.get("given"), value.get("family")) if part)


def _identifier(value: Mapping[str, object]) -> str:
    number = str(value.get("value") or "")
    return f"{number} (check digit fails)" if value.get("verification") == "unverified" else number


def _field(name: str) -> Callable[[Mapping[str, object]], str]:
    return lambda value: str(value.get(name) or "")


_TEXTS: Mapping[str, Callable[[Mapping[str, object]], str]] = {
    "identity.name": full_name,
    "identity.birth_date": _field("date"),
    "identity.sex": _field("code"),
    **dict.fromkeys(_IDENTIFIER_LABELS, _identifier),
    "contact.phone": _field("value"),
    "contact.email": _field("value"),
}
"""The items of a heading, each with how its value reads there."""


def _ranked(facts: Sequence[PermittedFact], titles: Mapping[str, str]) -> tuple[GoldenValue, ...]:
    by_value: dict[str, list[PermittedFact]] = defaultdict(list)
    shown: dict[str, str] = {}
    for fact in facts:
        words = heading_text(fact)
        if words:
            key = words.casefold()
            by_value[key].append(fact)
            # Of several ways of writing one value, the one that is not all capitals reads best.
            shown[key] = min(shown.get(key, words), words, key=_shouted)

    def rank(key: str) -> tuple[int, int, int, str]:
        said = by_value[key]
        uses = min(_NAME_USES.get(str(fact.fact.value.get("use")), 0) for fact in said)
        newest = max(_said_on(fact) for fact in said)
        return uses, -len({fact.source for fact in said}), -newest.toordinal(), key

    return tuple(
        GoldenValue(
            shown[key],
            tuple(sorted({titles[fact.source] for fact in by_value[key]})),
            max(_said_on(fact) for fact in by_value[key]),
        )
        for key in sorted(by_value, key=rank)
    )


def _shouted(text: str) -> tuple[bool, bool, str]:
    return any(len(word) > 1 and word.isupper() for word in text.split()), text.islower(), text


def _said_on(fact: PermittedFact) -> date:
    return fact.fact.valid_from or fact.fact.recorded_at.date()
