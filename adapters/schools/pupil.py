"""The pupil as every school file describes them, and the key that all files of schools share: the UPN."""

from collections.abc import Callable

from adapters.cells import Cells
from adapters.port import Column
from adapters.tabular.parts import usual_name
from concept_model.identifiers import normalise
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


def pupil_key(cells: Cells) -> str:
    """The UPN in the one form in which all files of schools agree."""
    sent = cells.key("upn", most=_MAX_UPN)
    key = normalise("upn", sent)
    if sent and not key:
        cells.error("upn", "required-missing", "The column upn holds no number.", "Fill in upn.")
    return key


def read_pupil(cells: Cells, key: str) -> Callable[[], Person]:
    """Read the columns that describe a pupil; the person is built once the whole row has proved readable."""
    family, given = cells.required("surname"), cells.text("forename")
    cells.required("dob")
    birth_date, sex = cells.partial_date("dob"), cells.sex("sex")
    upn = cells.identifier("upn", "upn")
    ethnicity = cells.text("ethnicity").upper() or None

    def build() -> Person:
        return Person(
            person=key, names=usual_name(family, given), birth_date=birth_date, sex=sex,
            identifiers=(upn,) if upn else (),
            ethnicity=ethnicity, ethnicity_scheme="dfe-ethnicity" if ethnicity else None,
        )  # fmt: skip

    return build
