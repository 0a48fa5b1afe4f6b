"""What translating one resource found amiss. Columns are element paths of the standard; no text holds a value."""

from datetime import date

from adapters.health.fhir import Element
from adapters.health.fhir_dates import first_day, last_day, partial_date, period_texts
from adapters.port import RawRow, RowError, RowFlag

_DATE_SENTINELS = frozenset({"1811-11-11", "1900-01-01", "1901-01-01"})


class Findings:
    """Errors and flags of one row, gathered while it is translated."""

    def __init__(self, row: RawRow) -> None:
        self._row = row.number
        self.errors: list[RowError] = []
        self.flags: list[RowFlag] = []

    def error(self, column: str, code: str, message: str, how_to_fix: str) -> None:
        """Note a fault that loses the row."""
        self.errors.append(RowError(self._row, column, code, message, how_to_fix))

    def flag(self, column: str, code: str, message: str) -> None:
        """Note a remark on a row that is taken all the same; each remark once."""
        remark = RowFlag(self._row, column, code, message)
        if remark not in self.flags:
            self.flags.append(remark)

    def missing(self, column: str) -> None:
        """Note that a required element is absent."""
        self.error(column, "required-missing", f"{column} is missing.", f"Send {column}.")

    def unlisted(self, column: str) -> None:
        """Note a code outside its list."""
        self.flag(column, "code-unlisted", f"The code in {column} is not in its list; it is kept as sent.")

    def failed_check(self, column: str) -> None:
        """Note an identifier whose check digit fails."""
        self.flag(column, "check-digit-failed", f"A check digit in {column} fails: kept as unverified.")

    def person_date(self, column: str, sent: str) -> str | None:
        """A partial date of a person's life; a date that systems write for "unknown" reads as absent."""
        if not sent:
            return None
        found = partial_date(sent)
        if found is None:
            self._bad_date(column)
        elif found in _DATE_SENTINELS:
            self.flag(column, "date-sentinel", f"{column} holds a date that stands for unknown: treated as missing.")
            return None
        return found

    def period(self, column: str, parent: Element) -> tuple[date | None, date | None]:
        """The first and last day of the element's period, either open."""
        return self.days(f"{column}.period", *period_texts(parent))

    def days(self, column: str, start: str, end: str) -> tuple[date | None, date | None]:
        """First and last day of a period sent as two dates, either of which may be empty."""
        begins, ends = first_day(start), last_day(end)
        if (start and begins is None) or (end and ends is None):
            self._bad_date(column)
            return None, None
        if begins and ends and ends < begins:
            self.error(column, "period-invalid", f"{column} ends before it starts.", "Send start and end in order.")
            return None, None
        return begins, ends

    def _bad_date(self, column: str) -> None:
        self.error(column, "date-invalid", f"{column} is not a FHIR date.", "Send YYYY, YYYY-MM or YYYY-MM-DD.")
