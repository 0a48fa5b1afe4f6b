"""The comparisons and their levels, best agreement first, as SQL over two records `_l` and `_r` (DuckDB).

A pair falls into the first level whose condition holds; a null level says that there is nothing to compare.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement: its name in the model file and its SQL condition."""

    name: str
    condition: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`levels` without the last, `different`, which holds whatever is left over."""

    name: str
    nothing_to_compare: str
    levels: tuple[Level, ...]

    @property
    def level_names(self) -> tuple[str, ...]:
        """All level names, best first, `different` last."""
        return (*(level.name for level in self.levels), "different")


_SWAPPED = "(list_has_any(givens_l, families_r) and list_has_any(families_l, givens_r))"
_YEAR = "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
_MONTH = "substr(birth_l, 6, 2) = substr(birth_r, 6, 2)"
_DAY = "substr(birth_l, 9, 2) = substr(birth_r, 9, 2)"
_TURNED = "substr(birth_l, 6, 2) = substr(birth_r, 9, 2) and substr(birth_l, 9, 2) = substr(birth_r, 6, 2)"
_DEFAULT_DAY = "(substr(birth_l, 5) = '-01-01' or substr(birth_r, 5) = '-01-01')"
# One name alone stands in the other's place: an order mixed up where a name is missing, or Harry Thomas, Thomas Hill.
_CROSSED = (
    "(coalesce(list_has_any(givens_l, families_r), false) or coalesce(list_has_any(families_l, givens_r), false))"
)
_BOTH_DATES = "(length(birth_l) = 10 and length(birth_r) = 10)"
_DAYS_APART = "abs(date_diff('day', try_cast(birth_l as date), try_cast(birth_r as date)))"


def _missing(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


def _any(column: str) -> str:
    return f"list_has_any({column}_l, {column}_r)"


def _misspelt(column: str) -> str:
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"(least(length({left}), length({right})) > 3 and (jaro_winkler_similarity({left}, {right}) >= 0.9 "
        f"or damerau_levenshtein({left}, {right}) <= 1))"
    )


def _number(name: str, *, slips: bool) -> Comparison:
    levels = [Level("same", _any(name))]
    if slips:
        levels.append(Level("slip", f"damerau_levenshtein(list_extract({name}_l, 1), list_extract({name}_r, 1)) <= 1"))
    return Comparison(name, _missing(name), tuple(levels))


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "given",
        _missing("given"),
        (
            Level("exact", "given_l = given_r and length(given_l) > 1"),
            Level("known_as", f"{_any('givens')} and length(given_l) > 1"),
            Level("swapped", _SWAPPED),
            Level("misspelt", _misspelt("given")),
            Level(
                "initial_or_middle",
                "((length(given_l) = 1 or length(given_r) = 1) and left(given_l, 1) = left(given_r, 1)) "
                "or list_contains(middles_l, given_r) or list_contains(middles_r, given_l)",
            ),
            Level("crossed", _CROSSED),
        ),
    ),
    Comparison(
        "family",
        _missing("family"),
        (
            Level("exact", "family_l = family_r"),
            Level("shared", _any("families")),
            Level("swapped", _SWAPPED),
            Level("misspelt", _misspelt("family")),
            Level("crossed", _CROSSED),
        ),
    ),
    Comparison(
        "birth",
        _missing("birth"),
        (
            Level("exact", f"{_BOTH_DATES} and birth_l = birth_r"),
            Level("slip", f"{_BOTH_DATES} and (damerau_levenshtein(birth_l, birth_r) <= 1 or ({_YEAR} and {_TURNED}))"),
            Level("two_parts", f"{_BOTH_DATES} and (({_YEAR})::int + ({_MONTH})::int + ({_DAY})::int) = 2"),
            Level(
                "partial",
                f"{_YEAR} and ((not {_BOTH_DATES} and (length(birth_l) = 4 or length(birth_r) = 4 or {_MONTH})) "
                f"or {_DEFAULT_DAY})",
            ),
            Level("near", f"{_BOTH_DATES} and {_DAYS_APART} <= 400"),
        ),
    ),
    Comparison("sex", _missing("sex"), (Level("same", "sex_l = sex_r"),)),
    Comparison(
        "place",
        f"({_missing('uprns')} and {_missing('address_keys')} and {_missing('postcodes')})",
        (
            Level("dwelling", f"{_any('uprns')} or {_any('address_keys')}"),
            Level("postcode", _any("postcodes")),
        ),
    ),
    Comparison(
        "contact",
        f"({_missing('phones')} and {_missing('emails')})",
        (
            Level("email", _any("emails")),
            Level("phone", _any("phones")),
            Level(
                "email_slip", "jaro_winkler_similarity(list_extract(emails_l, 1), list_extract(emails_r, 1)) >= 0.93"
            ),
        ),
    ),
    Comparison(
        "nhs_number",
        _missing("nhs_number"),
        (
            Level("verified", _any("nhs_verified")),
            Level("same", _any("nhs_number")),
            Level("slip", "damerau_levenshtein(list_extract(nhs_number_l, 1), list_extract(nhs_number_r, 1)) <= 1"),
        ),
    ),
    _number("upn", slips=False),
    _number("nino", slips=True),
    _number("pnc_id", slips=False),
    Comparison("local_id", f"(not coalesce({_any('local_ids')}, false))", (Level("same", _any("local_ids")),)),
)
"""UPN and PNC id carry a check letter, so one wrong character is caught before it comes here; a NINO has none."""
