"""How alike two words are: the same figures as DuckDB's functions of these names, for one pair without a database."""

from operator import ne

_PREFIX_LENGTH, _PREFIX_WEIGHT, _PREFIX_FROM = 4, 0.1, 0.7
_STRUCK_OUT = "\0"
"""In place of a letter that was met: words hold no such character."""


def one_edit_apart(left: str, right: str) -> bool:
    """At most one character is missing, added, another, or changed places with its neighbour (Damerau 1964)."""
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    turned = short[start : start + 2][::-1]
    return turned == long[start : start + 2] and short[start + 2 :] == long[start + 2 :]


def jaro_winkler(left: str, right: str) -> float:
    """Jaro's similarity, raised for a common beginning where it is above 0.7 (Winkler 1990); 0 to 1."""
    similarity = _jaro(left, right)
    if similarity <= _PREFIX_FROM:
        return similarity
    prefix = 0
    for a, b in zip(left[:_PREFIX_LENGTH], right[:_PREFIX_LENGTH], strict=False):
        if a != b:
            break
        prefix += 1
    return similarity + prefix * _PREFIX_WEIGHT * (1.0 - similarity)


def _jaro(left: str, right: str) -> float:
    if not left or not right:
        return 1.0 if left == right else 0.0
    reach = max(max(len(left), len(right)) // 2 - 1, 0)
    rest, mine, places = right, [], []
    for at, letter in enumerate(left):
        place = rest.find(letter, max(at - reach, 0), at + reach + 1)
        if place >= 0:
            rest = f"{rest[:place]}{_STRUCK_OUT}{rest[place + 1 :]}"
            mine.append(letter)
            places.append(place)
    if not mine:
        return 0.0
    theirs = [right[place] for place in sorted(places)]
    turned = [*map(ne, mine, theirs)].count(True) // 2
    met = len(mine)
    return (met / len(left) + met / len(right) + (met - turned) / met) / 3
