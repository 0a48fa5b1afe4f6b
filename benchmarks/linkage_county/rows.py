"""The rows themselves: what each register wrote about each person it met, faults and all."""

from random import Random

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage_county.contacts import Contacts
from benchmarks.linkage_county.faults import misdated, mispostcoded, misspelt, spoil, wrong_digit
from benchmarks.linkage_county.households import NONE, TODAY, Households, People
from benchmarks.linkage_county.naming import PeopleNames
from benchmarks.linkage_county.numbers import emails, nhs_numbers, ninos, phones, upns
from benchmarks.linkage_county.overseas import unmarked
from benchmarks.linkage_county.places import COMMUNAL, FLAT, SCHOOL, Homes, address_texts
from benchmarks.linkage_county.sources import SOURCES
from benchmarks.linkage_county.traditions import TRADITIONS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]
_WRONG_ID, _MEMBERS_ID = 0.003, 0.0015
_CALENDAR_OF_OTHERS = [TRADITIONS.index(each) for each in ("pakistani", "bangladeshi", "african", "arab", "somali")]


class _Writer:
    """One register's clerk for all registers: shares by source are looked up row by row."""

    def __init__(self, random: Generator, people: People, contacts: Contacts) -> None:
        self.random, self.people, self.contacts = random, people, contacts
        self.size = len(contacts.person)
        starts = np.zeros(int(people.household.max()) + 2, dtype=np.int64)
        self.members = np.argsort(people.household, kind="stable")
        np.cumsum(np.bincount(people.household), out=starts[1:])
        self.starts = starts

    def share(self, field: str) -> NDArray[np.float64]:
        """The source's share for each row."""
        return np.array([float(getattr(each, field)) for each in SOURCES])[self.contacts.source]

    def hit(self, chance: NDArray[np.float64] | float) -> Bools:
        """The rows that this befalls."""
        return self.random.random(self.size) < chance

    def relative(self) -> Ints:
        """Another member of each row's household, or the person where there is no other."""
        home = self.people.household[self.contacts.person]
        count = self.starts[home + 1] - self.starts[home]
        chosen = self.members[self.starts[home] + (self.random.random(self.size) * count).astype(np.int64)]
        return np.where(chosen == self.contacts.person, self.members[self.starts[home]], chosen)


def write_rows(
    random: Generator, homes: Homes, households: Households, people: People, names: PeopleNames, contacts: Contacts
) -> dict[str, Objects]:
    """Columns by name, "" where empty."""
    clerk = _Writer(random, people, contacts)
    given, family = _names(clerk, names)
    columns = {"given_name": given, "family_name": family, "birth_date": _births(clerk, households)}
    sex = np.where(people.female[contacts.person], "female", "male").astype(object)
    spoil(random, sex, clerk.hit(0.003), lambda value, _: "male" if value == "female" else "female")
    sex[~clerk.hit(clerk.share("sex"))] = ""
    columns["sex"] = sex
    columns |= _addresses(clerk, homes)
    columns |= _identifiers(clerk)
    columns |= _reachable(clerk, names)
    _capitals(clerk, columns)
    return columns


def _names(clerk: _Writer, names: PeopleNames) -> tuple[Objects, Objects]:
    person = clerk.contacts.person
    given, other = names.given[person], names.other_given[person]
    informal = clerk.hit(clerk.share("informal") + 0.02) & (other != "")
    given[informal] = other[informal]
    middle = names.middle[person]
    both = clerk.hit(clerk.share("middle")) & (middle != "") & ~informal
    given[both] = given[both] + " " + middle[both]
    family, another = names.family[person], names.other_family[person]
    chosen = clerk.hit(0.3) & (another != "")
    family[chosen] = another[chosen]
    former = names.former[person]
    before = clerk.contacts.seen_to < names.changed_on[person]
    kept = (former != "") & (before | clerk.hit(clerk.share("stale") * 1.5))
    family[kept] = former[kept]
    both = (former != "") & ~kept & clerk.hit(0.01)
    family[both] = family[both] + " nee " + former[both]
    unnamed = (clerk.contacts.seen_to - clerk.people.born[person] < 40) & clerk.hit(0.5)
    given[unnamed] = np.where(clerk.people.female[person[unnamed]], "Baby Girl", "Baby Boy")
    _marks(clerk, given, family)
    typo = clerk.share("typo")
    spoil(clerk.random, given, clerk.hit(typo), misspelt)
    spoil(clerk.random, family, clerk.hit(typo * 0.9), misspelt)
    spoil(clerk.random, given, clerk.hit(0.006) & (clerk.people.age[person] >= 18), _titled)
    # Chinese family names come first, which forms of two boxes turn about.
    chinese = clerk.people.tradition[person] == TRADITIONS.index("chinese")
    swapped = clerk.hit(clerk.share("swap") + 0.08 * chinese)
    given[swapped], family[swapped] = family[swapped], given[swapped]
    spoil(
        clerk.random,
        given,
        chinese & clerk.hit(0.5),
        lambda name, own: own.choice((_joined(name), name, _dashed(name))),
    )
    given[clerk.hit(0.004)] = ""
    family[clerk.hit(0.001)] = ""
    return given, family


def _marks(clerk: _Writer, given: Objects, family: Objects) -> None:
    """Three in four systems lose the marks on letters."""
    lost = clerk.contacts.source % 4 != 0
    for column in (given, family):
        spoil(
            clerk.random, column, lost & ~np.array([text.isascii() for text in column]), lambda name, _: unmarked(name)
        )


def _titled(name: str, random: Random) -> str:
    return f"{random.choice(('Mr', 'Mrs', 'Miss', 'Ms', 'Dr'))} {name}"


def _joined(name: str) -> str:
    return name.replace(" ", "").capitalize()


def _dashed(name: str) -> str:
    return name.replace(" ", "-")


def _births(clerk: _Writer, households: Households) -> Objects:
    """As ISO text. Who came from a country without registers of birth often has 1 January on every paper."""
    people, person = clerk.people, clerk.contacts.person
    born = people.born.astype("datetime64[D]").astype(str).astype(object)
    came = households.arrived[people.household] > TODAY - 3652
    first = came & np.isin(people.tradition, _CALENDAR_OF_OTHERS) & (clerk.random.random(people.count) < 0.15)
    born[first] = [day[:4] + "-01-01" for day in born[first]]
    written = born[person]
    spoil(clerk.random, written, clerk.hit(clerk.share("birth_fault")), misdated)
    unknown = clerk.hit(0.002)
    written[unknown] = "1900-01-01"
    written[~clerk.hit(clerk.share("birth"))] = ""
    return written


def _addresses(clerk: _Writer, homes: Homes) -> dict[str, Objects]:
    home = clerk.contacts.home.copy()
    schools = np.flatnonzero(homes.kind == SCHOOL)
    pupils = clerk.hit(0.004) & (clerk.people.age[clerk.contacts.person] < 17)
    home[pupils] = schools[home[pupils] % len(schools)]
    beside = clerk.hit(0.006)
    home[beside] = np.minimum(home[beside] + 1, homes.count - 1)
    style = clerk.share("style").astype(np.int64)
    style = np.where(clerk.hit(0.2), clerk.random.integers(0, 6, clerk.size), style)
    address = np.array(address_texts(homes, home, style), dtype=object)
    spoil(clerk.random, address, clerk.hit(clerk.share("typo")), misspelt)
    address[~clerk.hit(clerk.share("address"))] = ""
    postcode = homes.postcode[home]
    spoil(clerk.random, postcode, clerk.hit(0.015), mispostcoded)
    postcode[~clerk.hit(clerk.share("postcode"))] = ""
    uprn = homes.uprn[home]
    parent = (homes.kind[home] == FLAT) & clerk.hit(0.06)
    uprn[parent] = homes.building[home[parent]]
    written = uprn.astype(str).astype(object)
    written[~clerk.hit(clerk.share("uprn"))] = ""
    return {"postcode": postcode, "uprn": written, "address": address}


def _identifiers(clerk: _Writer) -> dict[str, Objects]:
    people, random = clerk.people, clerk.random
    issued = {
        "nhs_number": nhs_numbers(random, people.count),
        "nino": np.where(people.age >= 16, ninos(random, people.count), "").astype(object),
        "upn": np.where((people.age >= 4) & (people.age <= 18), upns(random, people.count), "").astype(object),
    }
    columns = {}
    for name, share in (("nhs_number", "nhs"), ("nino", "nino"), ("upn", "upn")):
        whose = np.where(clerk.hit(_MEMBERS_ID), clerk.relative(), clerk.contacts.person)
        written = issued[name][whose]
        spoil(random, written, clerk.hit(_WRONG_ID), wrong_digit)
        written[~clerk.hit(clerk.share(share))] = ""
        columns[name] = written
    return columns


def _reachable(clerk: _Writer, names: PeopleNames) -> dict[str, Objects]:
    people, person = clerk.people, clerk.contacts.person
    mobile, landline = phones(clerk.random, people)
    mail = emails(clerk.random, people, names.given, names.family)
    # A child is reached through a parent, and so now and then is a grown-up.
    child = people.age[person] < 16
    lent = np.where(clerk.hit(np.where(child, 0.9, 0.05)), clerk.relative(), person)
    own = mobile[lent]
    own = np.where((own == "") | clerk.hit(0.15), landline[person], own)
    spoil(clerk.random, own, clerk.hit(0.01), wrong_digit)
    own[~clerk.hit(clerk.share("phone"))] = ""
    email = mail[lent]
    email[~clerk.hit(clerk.share("email"))] = ""
    return {"phone": own, "email": email}


def _capitals(clerk: _Writer, columns: dict[str, Objects]) -> None:
    upper = clerk.share("upper") > 0
    for name in ("given_name", "family_name", "address"):
        spoil(clerk.random, columns[name], upper, lambda value, _: value.upper())


def labels(
    homes: Homes, households: Households, people: People, contacts: Contacts, at_home: Ints
) -> dict[str, NDArray[np.generic]]:
    """The truth beside each row; `at_home` is the home of today of each person."""
    person = contacts.person
    kind = homes.kind[at_home[person]]
    bands = np.array(["0-4", "5-17", "18-34", "35-64", "65-79", "80+"], dtype=object)
    edges = np.searchsorted([5, 18, 35, 65, 80], people.age[person], side="right")
    has_twin = np.zeros(people.count, dtype=bool)
    second = np.flatnonzero(people.twin_of != NONE)
    has_twin[second] = has_twin[people.twin_of[second]] = True
    return {
        "person_truth": person,
        "household_truth": np.where(kind == COMMUNAL, NONE, people.household[person]),
        "home_kind": kind,
        "name_group": np.array(TRADITIONS, dtype=object)[people.tradition[person]],
        "sex": np.where(people.female[person], "female", "male").astype(object),
        "age_band": bands[edges],
        "deprivation_decile": homes.decile[at_home[person]],
        "new_arrival": households.arrived[people.household[person]] > TODAY - 1096,
        "twin": has_twin[person],
    }
