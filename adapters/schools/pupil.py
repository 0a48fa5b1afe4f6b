"""The pupil as every school file describes them, and the key that all files of schools share: the UPN."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.cells import Cells
from adapters.port import Column
from adapters.tabular.parts import NO_COLUMN, usual_name
from concept_model.identifiers import Identifier, normalise
from concept_model.person import Person

PUPIL_COLUMNS = (
    Column("upn", ("identity.upn",), "Unique pupil number", required=True),
    Column("surname", ("identity.name",), "Legal last name", required=True),
    Column("forename", ("identity.name",), "Legal first name"),
    Column("dob", ("identity.birth_date",), "Date of birth", required=True),
)
SEX_COLUMN = Column("sex", ("identity.sex",), "M or F as the school records it")

_MAX_UPN = 64
"""Characters: the longest identifier that is kept, and short enough for the key of a pupil's contact."""


@dataclass(frozen=True, slots=True)
class PupilNames:
    """What a file calls the columns that describe a pupil."""

    upn: str = "upn"
    surname: str = "surname"
    forename: str = "forename"
    dob: str = "dob"
    sex: str = "sex"
    ethnicity: str = "ethnicity"
    middle: str = NO_COLUMN


_OWN_NAMES = PupilNames()


def pupil_key(cells: Cells, column: str = "upn") -> str:
    """The UPN in the one form in which all files of schools agree."""
    sent = cells.key(column, most=_MAX_UPN)
    key = normalise("upn", sent)
    if sent and not key:
        cells.error(column, "required-missing", f"The column {column} holds no number.", f"Fill in {column}.")
    return key


def read_pupil(
    cells: Cells, key: str, names: PupilNames = _OWN_NAMES, others: tuple[Identifier, ...] = ()
) -> Callable[[], Person]:
    """Read the columns that describe a pupil; the person is built once the whole row has proved readable."""
    family = cells.required(names.surname)
    given = f"{cells.text(names.forename)} {cells.text(names.middle)}".strip()
    cells.required(names.dob)
    birth_date, sex = cells.partial_date(names.dob), cells.sex(names.sex)
    upn = cells.identifier("upn", names.upn)
    ethnicity = cells.text(names.ethnicity).upper() or None

    def build() -> Person:
        return Person(
            person=key, names=usual_name(family, given), birth_date=birth_date, sex=sex,
            identifiers=(*((upn,) if upn else ()), *others),
            ethnicity=ethnicity, ethnicity_scheme="dfe-ethnicity" if ethnicity else None,
        )  # fmt: skip

    return build
