"""Search: which tokens a person is found by, and how well a candidate answers a query.

Tokens here are plain text and personal data; the gateway stores and compares them only under its keyed HMAC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from concept_model.identifiers import normalise
from linkage.addresses import postcode
from linkage.names import family_forms, given_and_middle, given_forms
from linkage.sound import sound_key
from linkage.standardise import birth_date

_FULL_DATE = 10


@dataclass(frozen=True, slots=True, repr=False)
class SearchQuery:
    """What a worker typed. Everything is optional; `identifier` is (scheme, value)."""

    given: str = ""
    family: str = ""
    birth_date: str | None = None
    postcode: str | None = None
    identifier: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CandidateFacts:
    """What this reader may know of a candidate, and nothing else: score and reasons are cut from it alone (P14)."""

    given_names: tuple[str, ...] = ()
    family_names: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """`score` orders hits (0 is no hit); `reasons` are keys of `HIT_WORDS`, strongest first."""

    score: int
    reasons: tuple[str, ...]


_POINTS = {
    "identifier": 60, "birth-date": 25, "family": 20, "family-part": 15, "family-sound": 10, "given": 12,
    "given-known-as": 9, "given-sound": 5, "postcode": 8, "birth-date-part": 6, "postcode-district": 3,
}  # fmt: skip
_BIRTH_DATE_DIFFERS = 12
HIT_WORDS = {
    "identifier": "The number is the same.",
    "birth-date": "The date of birth is the same.",
    "family": "The last name is the same.",
    "family-part": "Part of the last name agrees.",
    "family-sound": "The last name sounds alike.",
    "given": "The first name is the same.",
    "given-known-as": "The first name is a short form or spelling.",
    "given-sound": "The first name sounds alike.",
    "postcode": "The postcode is the same.",
    "birth-date-part": "The date of birth agrees in part.",
    "postcode-district": "The postcode district is the same.",
}
"""One sentence per reason of a hit."""


def search_tokens(
    given_names: Sequence[str] = (),
    family_names: Sequence[str] = (),
    birth_date_text: str | None = None,
    postcodes: Sequence[str] = (),
    identifiers: Sequence[tuple[str, str]] = (),
) -> frozenset[str]:
    """All tokens that facts of one person are found by, such as `family:cole` or `dob:2016-05-01`."""
    tokens: set[str] = set()
    for name in given_names:
        forms, middles = given_and_middle(name)
        tokens.update(f"given:{form}" for form in (*forms, *middles))
        tokens.update(f"given-sound:{sound_key(form)}" for form in forms[:1] if sound_key(form))
    for name in family_names:
        forms = family_forms(name)
        tokens.update(f"family:{form}" for form in forms)
        tokens.update(f"family-sound:{sound_key(form)}" for form in forms if sound_key(form))
    tokens |= _date_tokens(birth_date_text)
    for code in map(postcode, postcodes):
        if code:
            tokens |= {f"postcode:{code}", f"postcode-district:{code.split()[0]}"}
    tokens.update(f"id:{scheme}:{normalise(scheme, value)}" for scheme, value in identifiers if value.strip())
    return frozenset(tokens)


def unsearchable(query: SearchQuery) -> tuple[str, ...]:
    """Which parts of a query were filled in and find nobody, whoever is held: `family`, `birth_date`, `postcode`.

    They hold no token: half a postcode, a year of two digits, a date that stands for none, a name without letters.
    """
    found = {
        "family": bool(query.family.strip()) and not family_forms(query.family),
        "birth_date": bool(query.birth_date) and birth_date(query.birth_date) is None,
        "postcode": bool((query.postcode or "").strip()) and postcode(query.postcode or "") is None,
    }
    return tuple(name for name, nothing in found.items() if nothing)


def query_tokens(query: SearchQuery) -> frozenset[str]:
    """The tokens that fetch candidates: the telling ones if any were given, else the first name alone.

    A year, a district and a first name order hits; they would fetch too many. Names are tried in either order.
    """
    all_tokens = search_tokens(
        (query.given,),
        (query.family,),
        query.birth_date,
        (query.postcode or "",),
        (query.identifier,) if query.identifier else (),
    )
    telling = {
        token for token in all_tokens if token.startswith(("family:", "family-sound:", "dob:", "postcode:", "id:"))
    }
    if not telling:
        by_given = frozenset(token for token in all_tokens if token.startswith(("given:", "given-sound:")))
        return by_given or all_tokens
    if query.given and query.family:
        telling.update(f"family:{form}" for form in family_forms(query.given))
    return frozenset(telling)


def score_hit(query: SearchQuery, facts: CandidateFacts) -> Hit:
    """How well a candidate, cut to what the reader may know, answers the query."""
    reasons = [
        *_identifier_reasons(query, facts),
        *_date_reasons(query, facts),
        *_best("family", query.family, facts.family_names),
        *_best("given", query.given, facts.given_names),
        *_postcode_reasons(query, facts),
    ]
    score = sum(_POINTS[reason] for reason in reasons)
    if birth_date(query.birth_date) and facts.birth_dates and not {"birth-date", "birth-date-part"} & set(reasons):
        score -= _BIRTH_DATE_DIFFERS
    return Hit(max(score, 0), tuple(sorted(reasons, key=lambda reason: (-_POINTS[reason], reason))))


def _date_tokens(text: str | None) -> set[str]:
    born = birth_date(text)
    if not born:
        return set()
    tokens = {f"dob-year:{born[:4]}"}
    if len(born) == _FULL_DATE:
        year, month, day = born.split("-")
        tokens |= {f"dob:{born}", f"dob-month:{year}-{month}", f"dob-day:{month}-{day}"}
    return tokens


def _identifier_reasons(query: SearchQuery, facts: CandidateFacts) -> list[str]:
    if query.identifier is None or not query.identifier[1].strip():
        return []
    scheme, value = query.identifier
    wanted = normalise(scheme, value)
    same = any(each == scheme and normalise(scheme, held) == wanted for each, held in facts.identifiers)
    return ["identifier"] if same else []


def _date_reasons(query: SearchQuery, facts: CandidateFacts) -> list[str]:
    wanted = _date_tokens(query.birth_date)
    held = {token for born in facts.birth_dates for token in _date_tokens(born)}
    if any(token.startswith("dob:") for token in wanted & held):
        return ["birth-date"]
    return ["birth-date-part"] if wanted & held else []


def _best(kind: str, wanted: str, held: Sequence[str]) -> list[str]:
    """The strongest agreement of one name with any held: equal, a form or part, alike in sound."""
    forms_of = given_forms if kind == "given" else family_forms
    forms = forms_of(wanted)
    if not forms:
        return []
    theirs = [forms_of(name) for name in held]
    if any(forms[0] == other[0] for other in theirs if other):
        return [kind]
    if any(set(forms) & set(other) for other in theirs):
        return ["given-known-as" if kind == "given" else "family-part"]
    sounds = {sound_key(form) for other in theirs for form in other} - {""}
    return [f"{kind}-sound"] if sounds & {sound_key(form) for form in forms} else []


def _postcode_reasons(query: SearchQuery, facts: CandidateFacts) -> list[str]:
    wanted = postcode(query.postcode or "")
    held = {code for code in map(postcode, facts.postcodes) if code}
    if not wanted:
        return []
    if wanted in held:
        return ["postcode"]
    return ["postcode-district"] if wanted.split()[0] in {code.split()[0] for code in held} else []
