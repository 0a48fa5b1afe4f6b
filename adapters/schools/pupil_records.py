"""Pupil records of the Department for Education's service for schools: JSON, an object whose `value` is the list."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from adapters.cells import Cells
from adapters.errors import FeedUnreadableError
from adapters.json_text import parse_json
from adapters.port import FeedProfile, RawRow, RowError, Translation
from adapters.row_path import RowPath, json_path
from adapters.sources import whole
from adapters.tabular.parts import usual_name
from concept_model.identifiers import normalise
from concept_model.person import Person

_AS_SENT = "Send the answer of the service as it came: a JSON object with the list `value`."
_NO_TEXT = re.compile("[\ud800-\udfff\x00]")


@dataclass(frozen=True, slots=True)
class PupilRecordsFeed:
    """A `Feed` of DfE pupil records. Members that the profile does not list stay in `cells` and are never read."""

    profile: FeedProfile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split the list into rows. Raise `FeedUnreadableError` if the body is not such an object."""
        body = whole(source)
        try:
            document = parse_json(body)
        except ValueError:
            raise FeedUnreadableError("The file is not JSON in UTF-8.", _AS_SENT) from None
        records = document.get("value") if isinstance(document, dict) else None
        if not isinstance(records, list):
            raise FeedUnreadableError("The file is no JSON object with a list `value`.", _AS_SENT)
        canonical = {column.name.casefold(): column.name for column in self.profile.columns}
        return (_row(number, record, canonical) for number, record in enumerate(records, start=1))

    def translate(self, row: RawRow) -> Translation:
        """Turn one record into a person or row errors."""
        return read_pupil_record(Cells(row)) if row.problem is None else Translation(row, errors=(row.problem,))

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """An answer of the service with that record."""
        return json.dumps({"value": [{name: text for name, text in row.cells.items() if keeps(name)}]})


def read_pupil_record(cells: Cells) -> Translation:
    """One pupil. Post-16 records have no UPN: their key is the unique learner number."""
    column = "UPN" if cells.text("UPN") or not cells.text("ULN") else "ULN"
    key = normalise(column.lower(), cells.key(column)) if column == "UPN" else f"uln/{cells.key('ULN')}"[:200]
    family, given = cells.required("Surname"), f"{cells.text('Forename')} {cells.text('Middlenames')}".strip()
    birth_date = cells.partial_date("DOB")
    # `Gender` is the older name of the same column; where both are sent, the newer one counts.
    sex = cells.sex("Sex" if cells.text("Sex") else "Gender")
    identifiers = tuple(filter(None, (cells.identifier("upn", "UPN"), cells.identifier("uln", "ULN"))))

    def build() -> tuple[Person, ...]:
        names = usual_name(family, given)
        return (Person(person=key, names=names, birth_date=birth_date, sex=sex, identifiers=identifiers),)

    return cells.translation(build)


def _row(number: int, record: object, canonical: Mapping[str, str]) -> RawRow:
    path = RowPath(json_path(("value", number - 1)), begins=(("", "."),))
    if not isinstance(record, dict):
        return RawRow(number, {}, problem=_problem(number, "row-shape", "The record is no JSON object."), path=path)
    cells = {
        canonical.get(name.strip().casefold(), name.strip()): _text(value)
        for name, value in record.items()
        if value is not None and not isinstance(value, dict | list)
    }
    for name, value in record.items():
        column = canonical.get(name.strip().casefold())
        if column and isinstance(value, dict | list):
            message = f"The member {column} is no single value."
            return RawRow(number, cells, problem=_problem(number, "row-shape", message, column), path=path)
        if column and _NO_TEXT.search(cells.get(column, "")):
            message = f"The member {column} holds characters that are no text."
            return RawRow(number, {}, problem=_problem(number, "encoding-invalid", message, column), path=path)
    return RawRow(number, cells, path=path)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem(number: int, code: str, message: str, column: str = "") -> RowError:
    return RowError(number, column, code, message, _AS_SENT)
