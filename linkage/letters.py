"""Words of any script as words of one byte a letter: DuckDB counts bytes where it tells how near two words are."""

from collections import Counter
from collections.abc import Iterable

_ASCII = 128


def bytes_for(words: Iterable[str]) -> tuple[str, str]:
    """Letters that are no ASCII, and for each an ASCII character that no word holds, as SQL's `translate` takes them.

    Put one for the other the words are as near to each other as before. The commonest come first: where there are more
    letters than room for them, as in Chinese, some are left as they are.
    """
    held = Counter(letter for word in words for letter in word)
    free = [chr(code) for code in range(1, _ASCII) if chr(code) not in held]
    foreign = [letter for letter, _ in held.most_common() if not letter.isascii()][: len(free)]
    return "".join(foreign), "".join(free[: len(foreign)])
