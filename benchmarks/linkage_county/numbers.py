"""Identifiers with right check digits, telephone numbers and e-mail addresses, a column at a time.

Check digits as the NHS Data Dictionary and the Department for Education's guide to unique pupil numbers define them.
Telephone numbers lie in ranges kept for drama, or beside them.
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage_county.households import TODAY, People

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_NINO_FIRST, _NINO_SECOND = "ABCEGHJKLMNPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ"
_NEVER_ISSUED = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
_WEIGHTS = np.arange(10, 1, -1)


def nhs_numbers(random: Generator, count: int) -> Objects:
    """Ten digits each, no two alike."""
    found: Ints = np.empty(0, dtype=np.int64)
    while len(found) < count:
        body = np.unique(400_000_000 + random.integers(0, 370_000_000, int(count * 1.3) + 20))
        digits = body[:, None] // 10 ** np.arange(8, -1, -1) % 10
        check = 11 - (digits * _WEIGHTS).sum(axis=1) % 11
        check[check == 11] = 0
        found = (body * 10 + check)[check < 10]
    return random.permutation(found)[:count].astype(str).astype(object)


def ninos(random: Generator, count: int) -> Objects:
    """Two letters, six digits, a letter."""
    prefixes = [a + b for a in _NINO_FIRST for b in _NINO_SECOND if a + b not in _NEVER_ISSUED]
    drawn = random.choice(len(prefixes) * 1_000_000, size=count, replace=False) if count < 1000 else _distinct(
        random, len(prefixes) * 1_000_000, count
    )  # fmt: skip
    suffix = random.integers(0, 4, count)
    return np.array(
        [
            f"{prefixes[number // 1_000_000]}{number % 1_000_000:06d}{'ABCD'[last]}"
            for number, last in zip(drawn.tolist(), suffix.tolist(), strict=True)
        ],
        dtype=object,
    )


def upns(random: Generator, count: int) -> Objects:
    """A check letter, three digits of the authority, four of the school, two of the year, three in order."""
    body = 100_000_000_000 + _distinct(random, 899_999_999_999, count)
    digits = body[:, None] // 10 ** np.arange(11, -1, -1) % 10
    letters = (digits * np.arange(2, 14)).sum(axis=1) % 23
    return np.array(
        [_UPN_LETTERS[letter] + str(rest) for letter, rest in zip(letters.tolist(), body.tolist(), strict=True)],
        dtype=object,
    )


def _distinct(random: Generator, below: int, count: int) -> Ints:
    drawn = np.unique(random.integers(0, below, int(count * 1.05) + 50))
    return random.permutation(drawn)[:count]


def phones(random: Generator, people: People) -> tuple[Objects, Objects]:
    """A mobile for everybody aged 11 or more, and one landline per household; "" where there is none."""
    mobile = np.array([f"0770{number:07d}" for number in _distinct(random, 9_999_999, people.count)], dtype=object)
    mobile[people.age < 11] = ""
    last = int(people.household.max()) + 1
    line = _distinct(random, 9_999_999, last)
    landline = np.array([f"0163{number:07d}" for number in line], dtype=object)
    landline[random.random(last) < 0.5] = ""
    return mobile, landline[people.household]


def emails(random: Generator, people: People, given: Objects, family: Objects) -> Objects:
    """What somebody aged 13 or more writes from; "" where there is none."""
    number = random.integers(1, 99, people.count)
    kind = random.integers(0, 4, people.count)
    has = (random.random(people.count) < 0.85) & (people.age >= 13)
    hosts = ("example.org", "example.com", "example.net")
    made = np.full(people.count, "", dtype=object)
    for each in np.flatnonzero(has):
        first, last = (_plain(text) for text in (given[each], family[each]))
        local = (f"{first}.{last}", f"{first}{last}", f"{first[:1]}{last}", f"{last}.{first}")[kind[each]]
        made[each] = f"{local}{number[each] if kind[each] else TODAY - people.born[each]}@{hosts[number[each] % 3]}"
    return made


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if "a" <= letter <= "z")
