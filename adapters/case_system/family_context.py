"""The extract of children's social care for Family Context: who is or was involved with a child, and whom to ring.

One row a child; the address is one cell of several lines, the last of them the postcode; dates come with and
without a midnight after them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from adapters.cells import SEXES, Cells
from adapters.port import Column, FeedProfile, Translation
from adapters.tabular.parts import telecom, usual_name
from concept_model.base import Scalar
from concept_model.identifiers import normal_postcode
from concept_model.person import Person
from concept_model.place import Address, Residence
from concept_model.records import ConceptRecord
from concept_model.statement import Intervention

_MAX_LINES = 8
_SERVICE = "Children's social care"
_INVOLVEMENT: Mapping[str, str] = MappingProxyType(
    {"current": "current", "historic": "historic", "not specified": "not specified"}
)
_GENDERS = MappingProxyType({**SEXES, "other": "other"})

_NAME, _RESIDENCE = ("identity.name",), ("address.residence",)
_PROFESSIONAL, _EPISODE = ("care.professional",), ("care.episode",)
_BOTH = _PROFESSIONAL + _EPISODE

PROFILE = FeedProfile(
    name="social-care-involvement",
    source="social_care",
    title="Involvement of children's social care (Family Context extract)",
    formats=("csv",),
    columns=(
        Column("Cms Id", (), "The child's number in the case management system", required=True),
        Column("First Name", _NAME, "First name"),
        Column("Last Name", _NAME, "Last name", required=True),
        Column("Date Of Birth", ("identity.birth_date",), "Date of birth"),
        Column("Gender", ("identity.sex",), "Male, Female or Other"),
        Column("Address", _RESIDENCE, "Address in lines, the last one the postcode"),
        Column("Service Involvement", _BOTH, "Current, Historic or Not Specified", required=True),
        Column("Local Authority Organisation", _PROFESSIONAL, "Council whose service it is"),
        Column("Contact Name", _PROFESSIONAL, "Worker to ring"),
        Column("Contact Role", _PROFESSIONAL, "Role of the worker"),
        Column("Contact Phone", _PROFESSIONAL, "Phone of the worker"),
        Column("Contact Email", _PROFESSIONAL, "E-mail of the worker"),
        Column("Date Current As Of", _BOTH, "Day on which the extract was right"),
        Column("Coverage Start Date", _BOTH, "First day that the extract covers"),
        Column("Coverage End Date", _BOTH, "Last day that the extract covers"),
        Column("Date Of Most Recent Interaction", _BOTH, "Day of the last contact"),
        Column("Start Date Of Last Involvement", _BOTH, "First day of the last involvement"),
    ),
    example_rows=(
        {
            "Cms Id": "1000001", "First Name": "Robin", "Last Name": "Example", "Date Of Birth": "2013-02-11",
            "Gender": "Female", "Address": "1 Example Street\nExampleton\nZZ1 1ZZ", "Service Involvement": "Current",
            "Contact Name": "Jo Example", "Contact Role": "Social Worker", "Contact Phone": "01632 960000",
            "Date Current As Of": "2026-11-15 00:00:00", "Start Date Of Last Involvement": "2026-03-01",
        },
        {
            "Cms Id": "1000002", "First Name": "Alex", "Last Name": "Example", "Date Of Birth": "30/05/2009",
            "Gender": "Male", "Service Involvement": "Historic", "Coverage End Date": "2026-10-31 00:00:00",
            "Date Of Most Recent Interaction": "2025-08-04", "Start Date Of Last Involvement": "2025-01-20",
        },
    ),
)  # fmt: skip


def read_involvement(cells: Cells) -> Translation:
    """One child, their address, the last involvement and the worker to ring."""
    key, family, given = cells.key("Cms Id"), cells.required("Last Name"), cells.text("First Name")
    birth_date = cells.partial_date("Date Of Birth")
    gender = cells.code("Gender", _GENDERS)
    sex = "other" if gender == "other" else cells.sex("Gender") if gender else None
    address = _address(cells)
    cells.required("Service Involvement")
    involvement = cells.code("Service Involvement", _INVOLVEMENT)
    spell = _spell(cells, ended=involvement == "historic")
    professional = _professional(cells, key, spell)

    def build() -> Iterator[ConceptRecord]:
        yield Person(person=key, names=usual_name(family, given), birth_date=birth_date, sex=sex)
        if address:
            yield Residence(person=key, address=address)
        yield Intervention(
            subject=key, item="care.episode", occurrence="last involvement",
            value={"kind": f"{_SERVICE}: {involvement}"}, valid_from=spell.start, valid_to=spell.end,
        )  # fmt: skip
        yield from professional()

    return cells.translation(build)


@dataclass(frozen=True, slots=True)
class _Spell:
    start: date | None
    end: date | None
    last_contact: date | None


def _spell(cells: Cells, *, ended: bool) -> _Spell:
    """When the last involvement began and, if it is over, ended.

    Real extracts hold last contacts from before the involvement began. Such a row is flagged, not lost, and the end
    of an involvement that is over is then the last day by which it must have been: the end of the coverage.
    """
    start, last = cells.date("Start Date Of Last Involvement"), cells.date("Date Of Most Recent Interaction")
    covered = cells.period("Coverage Start Date", "Coverage End Date")[1] or cells.date("Date Current As Of")
    crossed = bool(start and last and last < start)
    if crossed:
        message = "The last contact is before the involvement began. Both dates are kept."
        cells.remark("Date Of Most Recent Interaction", "period-invalid", message)
    if not ended:
        return _Spell(start, None, last)
    end = covered if crossed else last or covered
    if start and end and end < start:
        cells.remark("Coverage End Date", "period-invalid", "The coverage ends before the involvement began.")
        return _Spell(None, end, last)
    return _Spell(start, end, last)


def _professional(cells: Cells, key: str, spell: _Spell) -> Callable[[], Iterator[ConceptRecord]]:
    name, role = cells.text("Contact Name"), cells.text("Contact Role")
    phone, email = telecom(cells, "phone", "Contact Phone"), telecom(cells, "email", "Contact Email")
    value: dict[str, Scalar] = {
        "name": name or None,
        "role": role or None,
        "service": _SERVICE,
        "organisation": cells.text("Local Authority Organisation") or None,
        "phone": phone.value if phone else None,
        "email": email.value if email else None,
        "last_contact": spell.last_contact.isoformat() if spell.last_contact else None,
    }

    def build() -> Iterator[ConceptRecord]:
        if name or phone or email:
            yield Intervention(
                subject=key, item="care.professional", occurrence="last involvement", value=value,
                valid_from=spell.start, valid_to=spell.end,
            )  # fmt: skip

    return build


def _address(cells: Cells) -> Address | None:
    lines = cells.lines(("Address",))
    if not lines:
        return None
    postcode = normal_postcode(lines[-1])
    if postcode:
        lines = lines[:-1]
    if len(lines) > _MAX_LINES:
        lines = (*lines[: _MAX_LINES - 1], ", ".join(lines[_MAX_LINES - 1 :]))
    return Address(lines=lines, postcode=postcode)
