"""Persons on a page: the heading, who says so, and every value that sources give differently."""

from dataclasses import dataclass

from gateway.profiles.views import GoldenIdentity, GoldenValue
from gateway.web.words import code_words, moment_text

NAMELESS = "Name not shown to your role"


@dataclass(frozen=True, slots=True)
class SaidValue:
    """A value and who says so."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """One kind of value: the first is the heading's, others are what sources say differently."""

    label: str
    values: tuple[SaidValue, ...]


def heading_name(identity: GoldenIdentity) -> str:
    """The name that a person is shown under."""
    return identity.names[0].value if identity.names else NAMELESS


def born(identity: GoldenIdentity) -> str:
    """When the person was born, in words; empty where this reader may not know."""
    return moment_text(identity.birth_dates[0].value) if identity.birth_dates else ""


def identity_rows(identity: GoldenIdentity) -> tuple[IdentityRow, ...]:
    """Every permitted value of the heading, kind by kind."""
    kinds: list[tuple[str, tuple[SaidValue, ...]]] = [
        ("Name", tuple(_said(value, value.value) for value in identity.names)),
        ("Date of birth", tuple(_said(value, moment_text(value.value)) for value in identity.birth_dates)),
        ("Sex", tuple(_said(value, code_words("identity.sex", "code", value.value)) for value in identity.sexes)),
    ]
    by_label: dict[str, list[SaidValue]] = {}
    for label, value in identity.identifiers:
        by_label.setdefault(label, []).append(_said(value, value.value))
    kinds += [(label, tuple(values)) for label, values in by_label.items()]
    kinds += [
        ("Phone", tuple(_said(value, value.value) for value in identity.phones)),
        ("E-mail", tuple(_said(value, value.value) for value in identity.emails)),
    ]
    return tuple(IdentityRow(label, values) for label, values in kinds if values)


def _said(value: GoldenValue, text: str) -> SaidValue:
    return SaidValue(text, f"{joined(value.sources)}, {moment_text(value.as_of.isoformat())}")


def joined(names: tuple[str, ...]) -> str:
    """Names as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
