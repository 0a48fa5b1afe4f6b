"""A CSV file in the making: good rows first, then faults and repeats at known rates."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from gateway.demo.northvale.delivery import BAD_RATE, DUPLICATE_RATE, Delivery, FileEntry, how_many
from gateway.demo.northvale.registrar import Key

INVALID_UTF8 = "\udce9"
"""Written as the lone byte E9: an e acute of Windows-1252 inside a UTF-8 file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way in which a row goes wrong. `code` is what an honest reader would call it."""

    code: str
    column: str = ""
    value: str = ""
    other: str = ""
    """For a period: the column of its end, which then lies before its start."""


def missing(column: str) -> Fault:
    """A required cell left empty."""
    return Fault("required-missing", column)


def no_date(column: str, value: str = "31/02/2019") -> Fault:
    """A date that no calendar has."""
    return Fault("date-invalid", column, value)


def no_code(column: str, value: str) -> Fault:
    """A code that the list does not hold."""
    return Fault("code-unknown", column, value)


def backwards(start: str, end: str) -> Fault:
    """An end before the start."""
    return Fault("period-invalid", start, "2001-03-01", end)


TOO_MANY = Fault("row-shape", value="+")
TOO_FEW = Fault("row-shape", value="-")


@dataclass(slots=True)
class Row:
    """A row and what is known of it."""

    cells: list[str]
    keys: tuple[Key, ...] = ()
    planted: bool = False
    flagged: bool = False
    bad: str = ""


@dataclass(slots=True)
class Sheet:
    """A table of one feed. `style` is how the partner's system writes headers: as agreed, upper or title case."""

    feed: str
    file: str
    columns: tuple[str, ...]
    faults: Sequence[Fault]
    style: str = "plain"
    mark: bool = False
    """Whether the file begins with a byte order mark."""
    uncovered: tuple[str, ...] = ()
    delimiter: str = ","
    above: tuple[tuple[str, ...], ...] = ()
    """Rows above that of the column names."""
    label: str | None = None
    """What stands left of the column names, where the file has a column of labels; empty left of a row."""
    form: str = "csv"
    render: Callable[["Sheet"], str] | None = None
    """For another format than CSV: the text of the file."""
    rows: list[Row] = field(default_factory=list)

    def cells_of(self, row: Row) -> dict[str, str]:
        """The cells of a row by column."""
        return dict(zip(self.columns, row.cells, strict=True))

    def add(self, cells: Mapping[str, str], *keys: Key, planted: bool = False, flagged: bool = False) -> Row:
        """Add a good row; a column that is not named stays empty."""
        unknown = cells.keys() - set(self.columns)
        if unknown:
            msg = f"{self.feed} has no column {sorted(unknown)}"
            raise KeyError(msg)
        row = Row([cells.get(column, "") for column in self.columns], keys, planted, flagged)
        self.rows.append(row)
        return row

    def deliver(self, delivery: Delivery, *, rate: float = BAD_RATE) -> None:
        """Spoil and repeat some rows, write the file, and note what was written."""
        rng = delivery.world.rng("sheet", self.file)
        self._spoil(rng, rate)
        repeats = self._repeat(rng)
        (delivery.folder / self.file).write_bytes(self._text().encode("utf-8", "surrogateescape"))
        bad = [row for row in self.rows if row.bad]
        entry = FileEntry(
            feed=self.feed,
            file=self.file,
            format=self.form,
            rows=len(self.rows),
            bad_rows=len(bad),
            expected_accepted=len(self.rows) - len(bad),
            flagged_rows=sum(row.flagged and not row.bad for row in self.rows),
            duplicate_rows=repeats,
            bad_by_code=dict(sorted(Counter(row.bad for row in bad).items())),
            uncovered_columns=self.uncovered,
        )
        delivery.add(entry, [key for row in self.rows if not row.bad for key in row.keys])

    def _spoil(self, rng: Random, rate: float) -> None:
        free = [row for row in self.rows if not row.planted and not row.bad]
        if not self.faults or not self.rows:
            return
        if not free or len(self.rows) == 1:
            # All here belongs to a scene, or there is one row only: the fault goes into a copy, as when a row is
            # keyed twice.
            free = [Row(list(self.rows[-1].cells))]
            self.rows += free
        count = min(len(free), how_many(len(self.rows), rate))
        for number, row in enumerate(rng.sample(free, count)):
            self.spoil_row(row, self.faults[number % len(self.faults)])

    def spoil_row(self, row: Row, fault: Fault) -> None:
        """Break one row in one way."""
        row.bad = fault.code
        if fault.value == "+":
            row.cells.append("see notes")
        elif fault.value == "-":
            row.cells = row.cells[:-2]
        else:
            at = self.columns.index(fault.column)
            row.cells[at] = row.cells[at] + fault.value if fault.value == INVALID_UTF8 else fault.value
        if fault.other:
            row.cells[self.columns.index(fault.other)] = "1999-02-01"

    def _repeat(self, rng: Random) -> int:
        good = [row for row in self.rows if not row.bad and not row.planted]
        chosen = rng.sample(good, round(len(good) * DUPLICATE_RATE))
        for row in chosen:
            self.rows.append(Row(list(row.cells), row.keys, row.planted, row.flagged))
        return len(chosen)

    def _text(self) -> str:
        if self.render:
            return self.render(self)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n", delimiter=self.delimiter)
        writer.writerows(self.above)
        left = [] if self.label is None else [self.label]
        writer.writerow([*left, *(self._header(column) for column in self.columns)])
        writer.writerows([*[""] * len(left), *row.cells] for row in self.rows)
        return ("\ufeff" if self.mark else "") + out.getvalue()

    def _header(self, column: str) -> str:
        if self.style == "title":
            return f"{column.capitalize()} "
        return column.upper() if self.style == "upper" else column
