"""Households worked out one person and one place at a time, as the rules read: what the columns are held against."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from linkage.names import family_forms
from linkage.stays import EARLIEST, LATEST


@dataclass(frozen=True)
class PlainStay:
    person: int
    place: int
    start: int
    end: int
    surname: str = ""


def stays_of(sightings):
    """(person, place, first day, last day) each; one stay a person and place, until seen elsewhere."""
    seen = defaultdict(list)
    for person, place, first, last in sightings:
        seen[person, place].append((first, last))
    found = {}
    for key, days in seen.items():
        known = [first for first, _ in days if first != EARLIEST]
        found[key] = (min(known, default=EARLIEST), max(last for _, last in days))
    stays = []
    for (person, place), (start, last) in sorted(found.items()):
        later = [
            max(first, last) for (other, _), (first, until) in found.items() if other == person and until > last
        ]  # fmt: skip
        stays.append((person, place, start, min(later, default=LATEST)))
    return stays


def dwellings_of(rows):
    """(UPRN or None, address or None) each; what names the dwelling of each row, None where nothing does."""
    both = Counter((address, uprn) for uprn, address in rows if uprn is not None and address is not None)
    addresses_of = Counter(uprn for _, uprn in both)
    goes_by = {
        address: min(
            (uprn for told, uprn in both if told == address),
            key=lambda uprn: (-both[address, uprn], addresses_of[uprn], uprn),
        )
        for address, _ in both
    }

    def shell(uprn):
        mine = {address: count for (address, told), count in both.items() if told == uprn}
        return 2 * sum(count for address, count in mine.items() if goes_by[address] != uprn) > sum(mine.values())

    named = []
    for uprn, address in rows:
        if uprn is not None and not shell(uprn):
            named.append(("uprn", uprn))
        elif address in goes_by:
            named.append(("uprn", goes_by[address]))
        else:
            named.append(("address", address) if address is not None else None)
    return named


def households_of(stays):
    """The households as sets of places in `stays`, and the crowded places."""
    crowded, apart = set(), []
    for group in _overlapping(range(len(stays)), stays):
        days = {stays[each].start for each in group if _surnames(_living(group, stays, stays[each].start)) > 4}
        alone = {
            stays[each].person for each in group if any(stays[each].start <= day <= stays[each].end for day in days)
        }
        crowded |= {stays[group[0]].place} if alone else set()
        apart += [[each for each in group if stays[each].person == person] for person in alone]
        apart += _overlapping([each for each in group if stays[each].person not in alone], stays)
    return _joined(apart, stays), crowded


def _living(group, stays, day):
    return [stays[each].surname for each in group if stays[each].start <= day <= stays[each].end]


def _overlapping(numbers, stays):
    numbered = sorted(
        ((number, stays[number]) for number in numbers),
        key=lambda one: (one[1].place, one[1].start, one[1].end, one[1].person),
    )
    groups, until = [], 0
    for number, stay in numbered:
        least = min(14, stay.end - stay.start)
        if groups and stays[groups[-1][0]].place == stay.place and until - stay.start >= least:
            groups[-1].append(number)
            until = max(until, stay.end)
        else:
            groups.append([number])
            until = stay.end
    return groups


def _surnames(names):
    clusters = []
    for name in names:
        forms = set(family_forms(name))
        if forms:
            touching = [each for each in clusters if each & forms]
            clusters = [each for each in clusters if not each & forms] + [forms.union(*touching)]
    return len(clusters)


def _joined(groups, stays):
    def span(group):
        mine = [stays[each] for each in group]
        people = min(each.person for each in mine)
        return min(each.start for each in mine), max(each.end for each in mine), mine[0].place, people

    def moved(before, after):
        there, here = ({stays[each].person for each in group} for group in (before, after))
        shared = there & here
        if not shared or 2 * len(shared) < max(len(there), len(here)):
            return False
        came = min(stays[each].start for each in after if stays[each].person in shared)
        left = max(stays[each].end for each in before if stays[each].person in shared)
        return came != EARLIEST and left - came <= 90

    ordered = sorted(groups, key=span)
    households, household_of, taken = [], {}, set()
    for number, group in enumerate(ordered):
        if number not in household_of:
            household_of[number] = len(households)
            households.append([])
        households[household_of[number]] += group
        heir = next(
            (other for other in range(number + 1, len(ordered)) if other not in taken and moved(group, ordered[other])),
            None,
        )
        if heir is not None:
            taken.add(heir)
            household_of[heir] = household_of[number]
    return {frozenset(each) for each in households}
