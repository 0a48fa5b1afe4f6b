"""The demo's members of staff, as the provider knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from gateway.clock import new_secret

_COUNCIL = "northvale_council"
_REQUIRED = ("email", "worker_ref", "name", "agency", "role", "team")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person who may sign in. `second_factor`: after the e-mailed code an authenticator app is asked as well."""

    subject: str
    email: str
    worker_ref: str
    name: str
    agency: str
    role: str
    team: str
    second_factor: bool
    totp_secret: bytes = field(repr=False)

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """From `{email, worker_ref, name, agency, role, team}`, all text; `subject` and `second_factor` may be given.

        People outside the council have a second factor unless the entry says otherwise. Raises `ValueError`.
        """
        if not all(isinstance(entry.get(name), str) and entry[name] for name in _REQUIRED):
            raise ValueError("an entry of the demo staff lacks one of " + ", ".join(_REQUIRED))
        return cls(
            subject=str(entry.get("subject") or f"staff-{entry['worker_ref']}"),
            **{name: entry[name] for name in _REQUIRED},
            second_factor=bool(entry.get("second_factor", entry["agency"] != _COUNCIL)),
            totp_secret=new_secret(20).encode("ascii"),
        )

    @property
    def claims(self) -> dict[str, str]:
        """What every token says of this person."""
        return {
            "sub": self.subject,
            "worker_ref": self.worker_ref,
            "name": self.name,
            "agency": self.agency,
            "role": self.role,
            "team": self.team,
        }


def staff_by_email(entries: Iterable[Mapping[str, Any]]) -> dict[str, StaffMember]:
    """Everyone, by e-mail address in lower case; `ValueError` where there is no one or an address comes twice."""
    members = [StaffMember.from_entry(entry) for entry in entries]
    by_email = {member.email.lower(): member for member in members}
    if not members or len(by_email) != len(members) or len({member.subject for member in members}) != len(members):
        raise ValueError("the demo staff is empty, or an address or a subject comes twice")
    return by_email
