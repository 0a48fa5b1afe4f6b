"""The two kinds of caller. Both are values: who, for which agency, until when, and how we know."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StaffCaller:
    """A person at work, signed in through their identity provider.

    `subject` is the provider's `sub`; `worker_ref` the key the case system uses for allocations; `agency` and `role`
    are codes of the register (`northvale_council`, `early_help_worker`); `authentication` says how the person proved
    who they are, from RFC 8176 `amr` values (`oidc+email+otp`); after `expires_at` this value counts for nothing.
    `client` is the system that asks for them, where their token names one (RFC 9068 `client_id`).
    """

    subject: str
    worker_ref: str
    name: str = field(repr=False)
    agency: str
    role: str
    team: str
    authentication: str
    expires_at: datetime
    client: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerCaller:
    """A partner's machine, authenticated by its own key (RFC 7523). `scopes` are those of its token (RFC 9068)."""

    client_id: str
    agency: str
    scopes: frozenset[str]
    expires_at: datetime


Caller = StaffCaller | PartnerCaller
