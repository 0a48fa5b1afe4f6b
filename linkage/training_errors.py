"""What goes wrong when people are written down: slips, short forms, turned dates, another member's number."""

from dataclasses import replace
from random import Random

from linkage.nicknames import short_forms
from linkage.record import LinkIdentifier, LinkRecord

_TYPO, _SHORT_FORM, _SWAPPED, _BY_MIDDLE_NAME, _INITIAL, _BLANK = 0.025, 0.06, 0.005, 0.02, 0.01, 0.01
_DATE_SLIP, _DATE_PART, _DATE_DEFAULT = 0.02, 0.02, 0.01
_WRONG_SEX, _LENT_NUMBER, _NUMBER_TYPO = 0.01, 0.0015, 0.003


class Errors:
    """Spoils records at rates such as linkage studies of British registers report; guesses, stated as such."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def spoil(self, record: LinkRecord, lent: tuple[LinkIdentifier, ...]) -> LinkRecord:
        """The record as it may have been written; `lent` are numbers of another member of the household."""
        given, family = record.given_names[0], record.family_names
        first, _, rest = given.partition(" ")
        forms = short_forms(first.lower())
        if forms and self._happens(_SHORT_FORM):
            first = self._random.choice(forms).title()
        if len(rest) > 1 and self._happens(_BY_MIDDLE_NAME):
            first, rest = rest, ""
        if self._happens(_INITIAL):
            first, rest = first[0], ""
        given = f"{self._typo(first)} {rest}".strip()
        families = tuple(self._typo(each) for each in family)
        if self._happens(_SWAPPED):
            given, families = families[0], (given, *families[1:])
        if self._happens(_BLANK):
            given = ""
        return replace(
            record,
            given_names=(given,),
            family_names=families,
            birth_date=self._date(record.birth_date),
            sex={"male": "female", "female": "male"}.get(record.sex or "") if self._happens(_WRONG_SEX) else record.sex,
            streets=tuple(self._typo(each) for each in record.streets),
            emails=tuple(self._typo(each) for each in record.emails),
            identifiers=self._numbers(record.identifiers, lent),
        )

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance

    def _typo(self, name: str) -> str:
        if len(name) < 4 or not self._happens(_TYPO):  # noqa: PLR2004 - a short name is rarely misspelt
            return name
        at = self._random.randrange(1, len(name) - 1)
        letter = self._random.choice("aeioustrnlm")
        return self._random.choice(
            (
                name[:at] + name[at + 1 :],
                name[:at] + letter + name[at:],
                name[:at] + letter + name[at + 1 :],
                name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            )
        )

    def _date(self, born: str | None) -> str | None:
        if born is None:
            return None
        year, month, day = born.split("-")
        if self._happens(_DATE_DEFAULT):
            return f"{year}-01-01"
        if self._happens(_DATE_PART):
            return self._random.choice((year, f"{year}-{month}"))
        if not self._happens(_DATE_SLIP):
            return born
        wrong_day = f"{self._random.randint(1, 28):02d}"
        wrong_month = f"{self._random.randint(1, 12):02d}"
        wrong_year = str(int(year) + self._random.choice((-10, -1, 1, 10)))
        slips = [f"{year}-{month}-{wrong_day}", f"{year}-{wrong_month}-28", f"{wrong_year}-{month}-{day}"]
        if int(day) <= 12:  # noqa: PLR2004 - months
            slips.append(f"{year}-{day}-{month}")
        slip = self._random.choice(slips)
        return slip.replace("-02-29", "-02-28")

    def _numbers(
        self, numbers: tuple[LinkIdentifier, ...], lent: tuple[LinkIdentifier, ...]
    ) -> tuple[LinkIdentifier, ...]:
        if lent and self._happens(_LENT_NUMBER):
            return lent
        return tuple(self._mistype(each) if self._happens(_NUMBER_TYPO) else each for each in numbers)

    def _mistype(self, number: LinkIdentifier) -> LinkIdentifier:
        at = self._random.randrange(2, len(number.value) - 1)
        digit = str(self._random.randrange(10))
        return LinkIdentifier(number.scheme, number.value[:at] + digit + number.value[at + 1 :])
