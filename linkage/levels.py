"""The comparisons and their levels, best agreement first.

A pair falls into the first level whose condition holds; where there is nothing to compare, the comparison is silent.
Each condition is SQL for a million pairs and a function for one (`linkage.conditions`).
"""

from dataclasses import dataclass

from linkage import conditions as c


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement: its name in the model file and its condition.

    `told` where the comparison before it has said the same, so that here it weighs nothing.
    """

    name: str
    condition: c.Condition
    told: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`levels` without the last, `different`, which holds whatever is left over."""

    name: str
    nothing_to_compare: c.Condition
    levels: tuple[Level, ...]

    @property
    def level_names(self) -> tuple[str, ...]:
        """All level names, best first, `different` last."""
        return (*(level.name for level in self.levels), "different")


_SWAPPED = c.shared("givens", "families") & c.shared("families", "givens")
# One name alone stands in the other's place: an order mixed up where a name is missing, or Harry Thomas, Thomas Hill.
_CROSSED = c.shared("givens", "families") | c.shared("families", "givens")

# The first of January of two years: a day and a month that stand for none agree on nothing.
_NEW_YEARS = c.DEFAULT_DAY & c.TWO_PARTS & ~c.SAME_YEAR


def _number(name: str, *, slips: bool) -> Comparison:
    levels = [Level("same", c.shared(name))]
    if slips:
        levels.append(Level("slip", c.one_edit(name)))
    return Comparison(name, c.missing(name), tuple(levels))


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "given",
        c.missing("given"),
        (
            Level("exact", c.same("given") & c.written_out()),
            Level("known_as", c.shared("givens") & c.written_out()),
            Level("swapped", _SWAPPED),
            Level("misspelt", c.misspelt("given")),
            Level("initial_or_middle", c.initials() | c.shared("middles", "givens") | c.shared("givens", "middles")),
            Level("crossed", _CROSSED),
            Level("turned", c.turned_about()),
            Level("alike", c.alike("given")),
        ),
    ),
    Comparison(
        "middle", c.missing("middles"), (Level("same", c.shared("middles")), Level("initial", c.middle_initials()))
    ),
    Comparison(
        "family",
        c.missing("family"),
        (
            Level("exact", c.same("family")),
            Level("shared", c.shared("families")),
            Level("swapped", _SWAPPED, told=True),
            Level("misspelt", c.misspelt("family")),
            Level("crossed", _CROSSED, told=True),
            Level("turned", c.turned_about(), told=True),
            Level("alike", c.alike("family")),
        ),
    ),
    Comparison(
        "birth",
        c.missing("birth"),
        (
            Level("exact", c.FULL_DATES & c.SAME_DATE & ~c.DEFAULT_DAY),
            # Whoever comes without papers is written down as born on the first of January, brothers and namesakes too.
            Level("new_year", c.FULL_DATES & c.SAME_DATE),
            Level(
                "slip",
                c.FULL_DATES & ((c.AT_LEAST_TWO_PARTS & ~_NEW_YEARS & c.DATE_SLIP) | (c.SAME_YEAR & c.TURNED)),
            ),
            Level("two_parts", c.FULL_DATES & c.TWO_PARTS & ~_NEW_YEARS),
            Level("partial", c.SAME_YEAR & ((~c.FULL_DATES & (c.YEAR_ALONE | c.SAME_MONTH)) | c.DEFAULT_DAY)),
            Level("near", c.FULL_DATES & c.WITHIN_400_DAYS),
        ),
    ),
    # Who bears one name is of one sex, father and son as well as one person: beside a name it says nothing more.
    Comparison(
        "sex",
        c.missing("sex"),
        (Level("as_named", c.same("sex") & c.shared("givens"), told=True), Level("same", c.same("sex"))),
    ),
    Comparison(
        "place",
        c.missing("uprns", "address_keys", "postcodes"),
        (
            Level("dwelling", c.shared("uprns") | c.shared("address_keys")),
            Level("text", c.text_alike()),
            Level("street", c.shared("postcodes") & c.misspelt("street")),
            Level("postcode", c.shared("postcodes")),
            Level("similar", c.misspelt("street")),
        ),
    ),
    Comparison(
        "contact",
        c.missing("phones", "emails"),
        (
            Level("email", c.shared("emails")),
            Level("phone", c.shared("phones")),
            Level("email_slip", c.email_near()),
        ),
    ),
    Comparison(
        "nhs_number",
        c.missing("nhs_number"),
        (
            Level("verified", c.shared("nhs_verified")),
            Level("same", c.shared("nhs_number")),
            Level("slip", c.one_edit("nhs_number")),
        ),
    ),
    _number("upn", slips=False),
    _number("nino", slips=True),
    _number("pnc_id", slips=False),
    _number("national_id", slips=True),
    Comparison("local_id", c.none_shared("local_ids"), (Level("same", c.shared("local_ids")),)),
)
"""UPN and PNC id carry a check letter, so one wrong character is caught before it comes here; a NINO has none."""
CONCLUSIVE = c.shared("verified_ids") & c.FULL_DATES & c.AT_LEAST_TWO_PARTS
"""One verified identifier, and the dates of birth agree on two of day, month and year (domain 2.13)."""
BY_FREQUENCY = {"given": ("exact", "known_as"), "family": ("exact", "shared")}
"""Levels at which two strangers agree only because the name is common."""
NEARLY = {"given": ("misspelt", "alike"), "family": ("misspelt", "alike")}
"""Levels at which two names are nearly one: a slip mostly makes a name that nobody bears, another's name is borne."""
TOLD = {each.name: frozenset(level.name for level in each.levels if level.told) for each in COMPARISONS}
"""Per comparison the levels that say what another one has said: names in each other's place are one fact, not two."""
ONE_HOME = ("dwelling", "text", "street")
"""Levels of `place` at which two records may tell one home: people who share it write it as differently as one person.

"70J East Street" is "Flat 10, East Point, 70 East Street", and no key of a dwelling tells.
"""
