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


def golden_identity(facts: Sequence[PermittedFact], titles: Mapping[str, str]) -> GoldenIdentity:
    """Choose the heading of one person from their permitted identity facts."""

    def of(item: str, text: Callable[[Mapping[str, object]], str]) -> tuple[GoldenValue, ...]:
        return _ranked([fact for fact in facts if fact.item.name == item], text, titles)

    identifiers = tuple((label, value) for item, label in _IDENTIFIER_LABELS.items() for value in of(item, _identifier))
    return GoldenIdentity(
        of("identity.name", full_name),
        of("identity.birth_date", lambda value: str(value.get("date") or "")),
        of("identity.sex", lambda value: str(value.get("code") or "")),
        identifiers,
        of("contact.phone", lambda value: str(value.get("value") or "")),
        of("contact.email", lambda value: str(value.get("value") or "")),
    )


def full_name(value: Mapping[str, object]) -> str:
    """A name as one line, first names first."""
    return " ".join(str(part) for part in (value.get("given"), value.get("family")) if part)


def _identifier(value: Mapping[str, object]) -> str:
    number = str(value.get("value") or "")
    return f"{number} (check digit fails)" if value.get("verification") == "unverified" else number


def _ranked(
    facts: Sequence[PermittedFact], text: Callable[[Mapping[str, object]], str], titles: Mapping[str, str]
) -> tuple[GoldenValue, ...]:
    by_value: dict[str, list[PermittedFact]] = defaultdict(list)
    shown: dict[str, str] = {}
    for fact in facts:
        words = text(fact.fact.value)
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
