"""The text of a CSV file, many lines at once while they are plain, and else line by line."""

import io
import re
from typing import NamedTuple, TextIO

from adapters.formulas import QUOTE_OR_SIGN

UNDECODABLE = re.compile("[\x00\ud800-\udfff]")
"""What bytes that are no text have become, and the null character."""
_BLOCK = 64 * 1024
"""Characters looked at together: fewer than a cell may have, so no cell of a plain line is too long."""
_SIGNS = tuple(sign for sign in QUOTE_OR_SIGN if sign not in "\r\n")


def is_text(block: str) -> bool:
    """Whether all that was read is text: of bytes that are none lone surrogates were made, which cannot be encoded."""
    if block.isascii():
        return True
    try:
        block.encode()
    except UnicodeEncodeError:
        return False
    return True


class PlainLines(NamedTuple):
    """Whole lines without quotation marks and of nothing but text: each is a row, and its cells lie between commas.

    `signed`: a cell of one of them may begin with a sign or an apostrophe.
    """

    lines: list[str]
    signed: bool


class TextAhead:
    """A text file that may be read on line by line after a look at what comes next."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._ahead = io.StringIO(newline="")

    def readline(self, limit: int) -> str:
        """The next line with its end (LF, CRLF or CR), or the first `limit` characters of it; empty at the end."""
        line = self._ahead.readline(limit)
        if line.endswith(("\n", "\r")) or len(line) >= limit:
            return line
        return line + self._text.readline(limit - len(line))

    def plain_lines(self) -> PlainLines | None:
        """The next lines, if they are plain; None where they have to be read one by one, or where nothing is left."""
        held = self._ahead.read()
        held += self._text.read(max(_BLOCK - len(held), 0))
        if held.endswith("\r"):
            # It may be the first half of a line's end.
            held += self._text.read(1)
        end = held.rfind("\n") + 1
        block = held[:end]
        plain = _joined(block) if block else None
        self._ahead = io.StringIO(held[end:] if plain is not None else held, newline="")
        return None if plain is None else PlainLines(plain.split("\n"), _is_signed(plain))


def _joined(block: str) -> str | None:
    """Whole lines joined by line feeds, the last without; None where they are not plain."""
    returns = block.count("\r")
    if '"' in block or returns != block.count("\r\n"):
        return None
    if "\0" in block or not is_text(block):
        return None
    return (block.replace("\r\n", "\n") if returns else block)[:-1]


def _is_signed(lines: str) -> bool:
    # Most signs are nowhere in a block, which is soon found out.
    there = [sign for sign in _SIGNS if sign in lines]
    return lines.startswith(_SIGNS) or any(f",{sign}" in lines or f"\n{sign}" in lines for sign in there)
