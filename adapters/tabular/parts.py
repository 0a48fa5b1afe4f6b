"""Parts that every feed of plain columns needs: ways to reach a person, and keys of several parts. Pure."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from adapters.cells import Cells
from concept_model.person import PersonName, Telecom

NO_COLUMN = " "
"""A column that no file can have, because names of columns lose the spaces around them: reads as not given."""
_SHORTEST, _LONGEST = 3, 200
_MAX_OCCURRENCE = 200
_NATIONAL_DIGITS = 10
"""Of a telephone number in the United Kingdom without its first zero."""


def telecom(cells: Cells, system: Literal["phone", "email"], name: str) -> Telecom | None:
    """A phone number or e-mail address as sent. One that cannot be used is flagged and left out; the row stays."""
    text = cells.text(name)
    if not text:
        return None
    if not _SHORTEST <= len(text) <= _LONGEST or (system == "email" and "@" not in text):
        cells.remark(name, "contact-invalid", f"The column {name} holds no {system} that can be used. It is left out.")
        return None
    if system == "phone" and name in cells.row.numbers and len(text) == _NATIONAL_DIGITS and not text.startswith("0"):
        cells.zero_restored(name)
        text = f"0{text}"
    return Telecom(system=system, value=text)


def telecoms(cells: Cells, *, phones: Sequence[str] = (), emails: Sequence[str] = ()) -> tuple[Telecom, ...]:
    """Every phone number and e-mail address of a row that can be used."""
    found = [telecom(cells, "phone", name) for name in phones] + [telecom(cells, "email", name) for name in emails]
    return tuple(filter(None, found))


def usual_name(family: str, given: str, title: str = "") -> tuple[PersonName, ...]:
    """The one name of a row, or none where neither part of it is given."""
    return (PersonName(family=family, given=given, title=title),) if family or given else ()


def occurrence(*parts: str) -> str:
    """A key of several parts. One too long for a statement becomes its SHA-256, the same on every resend."""
    key = "/".join(parts)
    return key if len(key) <= _MAX_OCCURRENCE else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def needs(cells: Cells, column: str, needed_by: str) -> None:
    """Note that a column that may be empty is needed because another one is filled in."""
    message = f"The column {column} is empty, but {needed_by} is filled in."
    cells.error(column, "required-missing", message, f"Fill in {column}, or empty {needed_by}.")
