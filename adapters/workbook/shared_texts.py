"""The table of texts that a workbook's cells share: kept as one run of bytes, so that its size is what it says."""

import re
from array import array
from collections.abc import Iterable

from adapters.errors import SuspiciousContentError

MAX_TEXT_BYTES = 64 * 1024 * 1024
MAX_TEXTS = 4_000_000
LONGEST_CELL = 32_767
"""Characters in one cell, as Excel itself limits it."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SharedTexts:
    """Texts by their index."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Raise `SuspiciousContentError` where there are more than a table of people needs."""
        self._bytes = bytearray()
        self._ends = array("Q")
        for text in texts:
            # One character more than a cell may have, so that the cell is refused when it is met.
            self._bytes += text[: LONGEST_CELL + 1].encode("utf-8", "surrogatepass")
            self._ends.append(len(self._bytes))
            if len(self._bytes) > MAX_TEXT_BYTES or len(self._ends) > MAX_TEXTS:
                raise SuspiciousContentError("The workbook holds too much text.", "Send the table as CSV.")

    def __len__(self) -> int:
        """How many there are."""
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        """One text. Raise `IndexError` for an index outside the table, negative ones included."""
        if index < 0:
            raise IndexError(index)
        start = self._ends[index - 1] if index else 0
        return self._bytes[start : self._ends[index]].decode("utf-8", "surrogatepass")


def unescaped(text: str) -> str:
    """Text with its `_xHHHH_` escapes, which stand for characters that XML cannot hold (ISO/IEC 29500-1, 22.4.2.4)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
