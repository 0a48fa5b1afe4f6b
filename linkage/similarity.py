"""How alike two words are: the same figures as DuckDB's functions of these names, for one pair without a database."""

from rapidfuzz.distance import OSA, JaroWinkler


def one_edit_apart(left: str, right: str) -> bool:
    """At most one character is missing, added, another, or changed places with its neighbour (Damerau 1964)."""
    return OSA.distance(left, right, score_cutoff=1) <= 1


def jaro_winkler(left: str, right: str) -> float:
    """Jaro's similarity, raised for a common beginning where it is above 0.7 (Winkler 1990); 0 to 1."""
    return JaroWinkler.similarity(left, right)
