"""Typed values out of the cells of one row, with the errors and flags found on the way.

A reader asks for each column once, then gives the records with `Cells.translation`. Errors and flags name
columns and rules; no text of theirs holds a value. Codes are those of the feed contract.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeVar

from pydantic import ValidationError

from adapters.cell_values import (
    DATE_SENTINELS,
    parse_date,
    parse_datetime,
    parse_flag,
    parse_money,
    parse_number,
    parse_partial_date,
)
from adapters.port import RawRow, RowError, RowFlag, Translation
from concept_model.errors import ConceptError
from concept_model.identifiers import Identifier, Verification, identifier, normal_postcode, normalise
from concept_model.place import Address
from concept_model.records import ConceptRecord

Sex = Literal["female", "male", "other", "unknown"]
SEXES: Mapping[str, Sex] = {
    "m": "male", "male": "male", "f": "female", "female": "female", "u": "unknown", "unknown": "unknown",
    "x": "other", "other": "other", "indeterminate": "other", "not known": "unknown", "not specified": "unknown",
}  # fmt: skip
MAX_KEY = 200
"""Characters of a partner's own key."""
_MAX_IDENTIFIER = 64
_MAX_UPRN = 12
_MAX_ADDRESS_LINES = 8
_DATE_HOW = "Write the date as YYYY-MM-DD or DD/MM/YYYY."

_Value = TypeVar("_Value")


class Cells:
    """The cells of one row, read by column name. An absent column reads as an empty cell."""

    def __init__(self, row: RawRow) -> None:
        self.row = row
        self.errors: list[RowError] = []
        self.flags: list[RowFlag] = []

    # What was found

    def error(self, column: str, code: str, message: str, how_to_fix: str) -> None:
        """Note why the row cannot be taken. The texts are fixed or name only columns and codes of the feed."""
        self.errors.append(RowError(self.row.number, column, code, message, how_to_fix))

    def remark(self, column: str, code: str, message: str) -> None:
        """Note a flag: the row is taken all the same."""
        self.flags.append(RowFlag(self.row.number, column, code, message))

    def translation(self, build: Callable[[], Iterable[ConceptRecord]]) -> Translation:
        """Give the records of `build`, which is called only if no error was noted; any error leaves no record."""
        records: tuple[ConceptRecord, ...] = ()
        if not self.errors:
            try:
                records = tuple(build())
            except (ValidationError, ConceptError):
                self.error("", "row-invalid", "The cells do not fit together.", "Compare the row with the feed's page.")
        if self.errors:
            records = ()
        return Translation(self.row, records=records, errors=tuple(self.errors), flags=tuple(self.flags))

    # Text

    def text(self, name: str) -> str:
        """The cell without spaces around it; empty if not given."""
        return self.row.cells.get(name, "").strip()

    def required(self, name: str) -> str:
        """The cell, which may not be empty."""
        text = self.text(name)
        if not text:
            message = f"The column {name} is empty."
            self.error(name, "required-missing", message, f"Fill in {name}, or leave the row out.")
        return text

    def key(self, name: str, most: int = MAX_KEY) -> str:
        """A required key of the partner's own, of at most `most` characters."""
        text = self.required(name)
        if len(text) > most:
            message = f"The column {name} holds more than {most} characters."
            self.error(name, "text-too-long", message, f"Send the reference alone in {name}.")
        return text

    def lines(self, names: Sequence[str]) -> tuple[str, ...]:
        """The cells that are given, in order, line breaks inside a cell parting lines."""
        return tuple(line.strip() for name in names for line in self.text(name).splitlines() if line.strip())

    # Codes

    def code(self, name: str, allowed: Mapping[str, str], *, keep_unlisted: bool = False) -> str | None:
        """Look a code up in `allowed` (keys in lower case); None for an empty cell.

        A code outside the list is an error, or, with `keep_unlisted`, a flag, and is kept as sent.
        """
        text = self.text(name)
        if not text:
            return None
        known = allowed.get(text.casefold())
        if known is not None:
            return known
        message = f"The column {name} holds a code that is not in its list."
        if keep_unlisted:
            self.remark(name, "code-unlisted", message + " It is kept as sent.")
            return text
        self.error(name, "code-unknown", message, f"Use a code that the feed's page lists for {name}.")
        return None

    def sex(self, name: str) -> Sex | None:
        """Sex as recorded: M, F, U, X or the word."""
        text = self.text(name)
        known = SEXES.get(text.casefold())
        if text and known is None:
            self.code(name, SEXES)
        return known

    def flag(self, name: str) -> bool | None:
        """Y/N, true/false or 1/0."""
        return self._parsed(name, parse_flag, "code-unknown", "Write Y or N.")

    # Numbers

    def number(self, name: str) -> int | float | None:
        """A decimal number."""
        return self._parsed(name, parse_number, "number-invalid", "Write digits, such as 12 or 12.5.")

    def money(self, name: str) -> float | None:
        """Pounds sterling."""
        return self._parsed(name, parse_money, "number-invalid", "Write pounds and pence, such as 412.50.")

    # Dates

    def date(self, name: str) -> dt.date | None:
        """A whole date; a sentinel for "not known" is flagged and read as not given."""
        found = self._parsed(name, parse_date, "date-invalid", _DATE_HOW)
        return None if found and self._is_sentinel(name, found) else found

    def partial_date(self, name: str) -> str | None:
        """A date of which day or month may be missing, as ISO 8601 text."""
        found = self._parsed(name, parse_partial_date, "date-invalid", _DATE_HOW)
        return None if found and self._is_sentinel(name, parse_date(found)) else found

    def datetime(self, name: str) -> dt.datetime | None:
        """A moment; UK time where no offset is given."""
        found = self._parsed(name, parse_datetime, "date-invalid", "Write the time as YYYY-MM-DDTHH:MM.")
        return None if found and self._is_sentinel(name, found.date()) else found

    def period(self, start: str, end: str) -> tuple[dt.date | None, dt.date | None]:
        """Two dates, the second not before the first."""
        first, last = self.date(start), self.date(end)
        self.in_order(start, end, first, last)
        return first, last

    def in_order(self, start: str, end: str, first: dt.date | None, last: dt.date | None) -> None:
        """Check that two dates, or two moments, that were read already make a period."""
        if first and last and last < first:
            message = f"The column {end} is before {start}."
            self.error(end, "period-invalid", message, f"Check {start} and {end}; one may have day and month swapped.")

    # Identifiers and places

    def identifier(self, scheme: str, name: str, *, confirmed: bool = False) -> Identifier | None:
        """An identifier; a check digit or shape that fails is flagged, and the identifier kept as unverified."""
        text = self.text(name)
        if not text:
            return None
        value = normalise(scheme, text)
        if not value or len(value) > _MAX_IDENTIFIER:
            self.remark(name, "check-digit-failed", f"The column {name} holds no {scheme}. It is left out.")
            return None
        found = identifier(scheme, text, confirmed=confirmed)
        if found.verification is Verification.UNVERIFIED and name in self.row.numbers:
            found = self._with_lost_zero(scheme, name, found, confirmed=confirmed)
        if found.verification is Verification.UNVERIFIED:
            message = f"The check digit or shape of {name} fails. It is kept, and never used to link."
            self.remark(name, "check-digit-failed", message)
        return found

    def _with_lost_zero(self, scheme: str, name: str, found: Identifier, *, confirmed: bool) -> Identifier:
        """The identifier with the zero that a workbook's number lost, where its check digit then holds."""
        whole = identifier(scheme, f"0{found.value}", confirmed=confirmed)
        if whole.verification is Verification.UNVERIFIED:
            return found
        self.zero_restored(name)
        return whole

    def zero_restored(self, name: str) -> None:
        """Note that a zero which the sheet had dropped was put back."""
        message = f"The column {name} is a number in the workbook and had lost its first zero. It is put back."
        self.remark(name, "zero-restored", message)

    def address(self, line_names: Sequence[str], postcode: str = "postcode", uprn: str = "uprn") -> Address | None:
        """A postal address, or None where no part is given. A postcode of no known shape is kept as sent."""
        lines = self.lines(line_names)
        code = self.text(postcode)
        number = self.uprn(uprn)
        if not (lines or code or number):
            return None
        if len(lines) > _MAX_ADDRESS_LINES:
            lines = (*lines[: _MAX_ADDRESS_LINES - 1], ", ".join(lines[_MAX_ADDRESS_LINES - 1 :]))
        return Address(lines=lines, postcode=normal_postcode(code) or code or None, uprn=number)

    def uprn(self, name: str) -> str | None:
        """A unique property reference number without leading zeros; all zeros is not given."""
        text = self.text(name)
        if text and not (text.isascii() and text.isdigit() and len(text.lstrip("0")) <= _MAX_UPRN):
            self.error(
                name, "number-invalid", f"The column {name} is no UPRN.", "Write 1 to 12 digits, or leave it empty."
            )
            return None
        return text.lstrip("0") or None

    def _parsed(self, name: str, parse: Callable[[str], _Value | None], code: str, how_to_fix: str) -> _Value | None:
        text = self.text(name)
        value = parse(text) if text else None
        if text and value is None:
            self.error(name, code, f"The column {name} cannot be read.", how_to_fix)
        return value

    def _is_sentinel(self, name: str, day: dt.date | None) -> bool:
        if day not in DATE_SENTINELS:
            return False
        self.remark(name, "date-sentinel", f"The column {name} holds a date that stands for not known.")
        return True
