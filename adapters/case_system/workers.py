"""Who works with a person: allocated workers of the council, and professionals of any service."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from adapters.cells import Cells
from adapters.port import Translation
from adapters.tabular.parts import occurrence, telecom
from concept_model.base import Scalar
from concept_model.records import ConceptRecord
from concept_model.statement import Intervention

ALLOCATION_ROLES: Mapping[str, str] = MappingProxyType({role: role for role in ("allocated_worker", "manager", "duty")})
_ROLE_WORDS = {"allocated_worker": "Allocated worker", "manager": "Manager", "duty": "Duty worker"}


def read_allocation(cells: Cells) -> Translation:
    """One worker's time with one person. A named worker is an involved professional too."""
    key, worker = cells.key("person_ref"), cells.key("worker_ref")
    cells.required("role")
    role = cells.code("role", ALLOCATION_ROLES) or ""
    name, team = cells.text("worker_name"), cells.text("team") or None
    cells.required("start_date")
    start, end = cells.period("start_date", "end_date")

    def build() -> Iterator[ConceptRecord]:
        spell = occurrence(worker, role, _day(start))
        yield Intervention(
            subject=key, item="care.allocation", occurrence=spell,
            value={"worker": worker, "team": team, "role": role}, valid_from=start, valid_to=end,
        )  # fmt: skip
        if name:
            yield Intervention(
                subject=key, item="care.professional", occurrence=spell,
                value={"name": name, "role": _ROLE_WORDS[role], "service": team}, valid_from=start, valid_to=end,
            )  # fmt: skip

    return cells.translation(build)


def read_professional(cells: Cells) -> Translation:
    """One professional's time with one person."""
    key, name = cells.key("person_ref"), cells.required("name")
    role, service, organisation = cells.text("role"), cells.text("service"), cells.text("organisation")
    phone, email = telecom(cells, "phone", "phone"), telecom(cells, "email", "email")
    start, end = cells.period("start_date", "end_date")
    last_contact = cells.date("last_contact")
    value: dict[str, Scalar] = {
        "name": name,
        "role": role or None,
        "service": service or None,
        "organisation": organisation or None,
        "phone": phone.value if phone else None,
        "email": email.value if email else None,
        "last_contact": last_contact.isoformat() if last_contact else None,
    }

    def build() -> tuple[Intervention, ...]:
        spell = occurrence(organisation, service, role, name, _day(start))
        return (
            Intervention(
                subject=key, item="care.professional", occurrence=spell, value=value, valid_from=start, valid_to=end
            ),
        )

    return cells.translation(build)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
