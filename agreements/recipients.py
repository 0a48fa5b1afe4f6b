"""Which roles a document's recipients mean."""

from collections.abc import Iterable, Iterator

from agreements.document import Recipient
from agreements.reference_data import AgencyList


def roles_meant(
    recipients: Iterable[Recipient], agencies: AgencyList, within: Iterable[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield (agency, role) of the register that recipients select, once each; `within` bounds the agencies."""
    bounds = None if within is None else set(within)
    chosen = tuple(recipients)
    for agency in agencies.agencies:
        if bounds is not None and agency.id not in bounds:
            continue
        for role in agency.roles:
            if any(_means(recipient, agency.id, role.id, role.families) for recipient in chosen):
                yield agency.id, role.id


def _means(recipient: Recipient, agency: str, role: str, families: tuple[str, ...]) -> bool:
    if recipient.agency not in {"*", agency}:
        return False
    if recipient.family is not None and recipient.family not in families:
        return False
    return recipient.roles == "*" or role in recipient.roles
