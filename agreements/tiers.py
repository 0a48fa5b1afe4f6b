"""The three tiers of document, and what each must hold before anybody signs it (domain 4.4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agreements.document import Agreement, PermitRule, ReferRule
from agreements.strict_yaml import Path


@dataclass(frozen=True, slots=True)
class TierDemands:
    """What a tier asks. `obligations` are triggers that somebody must answer; `most_disclosers` `None` is any number.

    A memorandum moves nothing: it may only forbid. An agreement joins controllers. A data-use licence is given by one
    controller, for its data alone, so it can neither join sources of several nor be widened by break-glass.
    """

    moves_data: bool
    least_parties: int = 1
    most_disclosers: int | None = None
    obligations: tuple[str, ...] = ()
    break_glass: bool = False


TIERS: Mapping[str, TierDemands] = MappingProxyType(
    {
        "memorandum": TierDemands(moves_data=False, least_parties=2),
        "agreement": TierDemands(
            moves_data=True,
            least_parties=2,
            obligations=("correction_at_source", "personal_data_breach", "subject_access_request"),
            break_glass=True,
        ),
        "data_use_licence": TierDemands(
            moves_data=True,
            most_disclosers=1,
            obligations=("personal_data_breach", "subject_access_request"),
        ),
    }
)
_OPENING = (PermitRule, ReferRule)


def tier_findings(document: Agreement) -> Iterator[tuple[Path, str, str]]:
    """Yield what a document lacks for its tier, or holds beyond it."""
    demands = TIERS[document.tier]
    controllers = document.parties.controllers
    if len(controllers) < demands.least_parties:
        yield ("parties", "controllers"), "this tier joins at least two parties", "name the others, or choose a licence"
    disclosing = [party.id for party in controllers if "discloses" in party.does]
    if demands.most_disclosers is not None and len(disclosing) > demands.most_disclosers:
        yield ("parties", "controllers"), "a licence is given by one party alone", "make it an agreement"
    if document.break_glass is not None and not demands.break_glass:
        yield ("break_glass",), "this tier has no break-glass", "write it in an agreement"
    if not demands.moves_data:
        yield from _moves(document)
        return
    for part in ("purposes", "supply", "rules"):
        if not getattr(document, part):
            yield (part,), "a document of this tier moves data and says nothing here", "write it, or make a memorandum"
    answered = {obligation.on for obligation in document.obligations}
    for trigger in demands.obligations:
        if trigger not in answered:
            yield ("obligations",), f"nobody is bound to act on {trigger}", "add an obligation for it"


def _moves(document: Agreement) -> Iterator[tuple[Path, str, str]]:
    for part in ("purposes", "supply", "withholding"):
        if getattr(document, part):
            yield (part,), "a memorandum moves no data", "move this to an agreement"
    for number, rule in enumerate(document.rules):
        if isinstance(rule, _OPENING):
            yield ("rules", number, "effect"), "a memorandum may only forbid", "move this rule to an agreement"
