"""A request under a law that is named (practice P4), as the register is asked about it: of no subject at all.

Some prohibitions depend on a subject's states. So the register is asked three times: of a subject of whom nothing is
known, of one in every state and of one in none. What all three refuse is refused whoever the family is, and may be said
openly; what one of them allows is left to the person who decides, and decided again for the family when it is read.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agreements.decision import Decision, Permit, Refer, Refusal
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from agreements.statutory import NamedAnswer, NamedLaw
from gateway.store.desk_tables import AccessAnswerRow, AccessRequestRow
from gateway.wiring import Wiring

CONTACT = "contact"
"""The last part of a decider whose agency names no role for it: its contact, a person outside this gateway."""
_ANYBODY = tuple(dict.fromkeys(STATES, answer) for answer in (Tri.UNKNOWN, Tri.YES, Tri.NO))
_REMEDIES = {
    "items-unknown": " Write each as source/item, such as housing/housing.tenancy, or an item that somebody supplies.",
    "owners-differ": " Write each item as source/item: an item alone means every source that supplies it.",
}


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the person who decides answered: cells as `source/item`, entries of the legal register, their own reason.

    `answered_by` names the owner's contact where somebody recorded the answer for them.
    """

    items: tuple[str, ...]
    bases: tuple[str, ...]
    reason: str
    answered_by: str | None


def cells_named(wiring: Wiring, items: Sequence[str], now: datetime) -> tuple[tuple[str, str], ...]:
    """Source and item of each name, once. An item without a source means every source that supplies it now.

    What is not registered, or supplied by nobody, comes back with no source: the register refuses it.
    """
    cells: list[tuple[str, str]] = []
    for name in items:
        source, slash, item = name.partition("/")
        if slash:
            cells.append((source, item))
            continue
        suppliers = [one for one in wiring.register.vocabulary.sources if name in _supplied(wiring, one, now)]
        cells += [(one, name) for one in suppliers] or [("", name)]
    return tuple(dict.fromkeys(cells))


def written(cells: Sequence[tuple[str, str]]) -> list[str]:
    """Cells as they are stored and told: `source/item`."""
    return [f"{source}/{item}" for source, item in cells]


def read_cells(items: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The cells of what `written` wrote."""
    return tuple((name.partition("/")[0], name.partition("/")[2]) for name in items)


def question(agency: str, role: str, purpose: str, now: datetime) -> DecisionRequest:
    """The question of a requester, about nobody yet."""
    return DecisionRequest(agency, role, purpose, Relationship.NONE, {}, Band.VERIFIED, Direction.VIEW, now)


def judged(
    wiring: Wiring, asked: DecisionRequest, named: NamedLaw, answer: NamedAnswer | None = None
) -> tuple[Decision, ...]:
    """What the register says of a subject of whom nothing is known, of one in every state and of one in none."""
    return tuple(
        wiring.register.decide_statutory(replace(asked, states=states), named, answer) for states in _ANYBODY
    )  # fmt: skip


def refused_for_everybody(decisions: Sequence[Decision]) -> Refusal | None:
    """The refusal that holds whoever the subject is, with what to do about it; `None` where there is none."""
    first = decisions[0]
    if not isinstance(first, Refusal) or not all(isinstance(one, Refusal) for one in decisions):
        return None
    return replace(first, message=first.message + _REMEDIES.get(first.code, ""))


def referral(decisions: Sequence[Decision]) -> Refer:
    """The referral of a request that is not refused for everybody."""
    return next(one for one in decisions if isinstance(one, Refer))


def open_to_somebody(decisions: Sequence[Decision]) -> int:
    """Mask of the cells that some permit releases."""
    mask = 0
    for one in decisions:
        mask |= one.mask if isinstance(one, Permit) else 0
    return mask


def law_of(wiring: Wiring, row: AccessRequestRow) -> str | None:
    """The law that a request names, opened."""
    if row.sealed_law is None:
        return None
    return wiring.custody.field.unseal(row.sealed_law, row.request_id.bytes).decode()


def named_in(wiring: Wiring, row: AccessRequestRow) -> NamedLaw:
    """The law and cells of a stored request."""
    return NamedLaw(law_of(wiring, row) or "", read_cells(row.items))


def seal_answer(wiring: Wiring, row: AccessRequestRow, answer: StoredAnswer) -> bytes:
    """An answer as it is kept."""
    content = [answer.items, answer.bases, answer.reason, answer.answered_by]
    return wiring.custody.field.seal(json.dumps(content).encode(), row.request_id.bytes)


def open_answer(wiring: Wiring, row: AccessAnswerRow) -> StoredAnswer:
    """An answer as it was given."""
    items, bases, reason, by = json.loads(wiring.custody.field.unseal(row.sealed_answer, row.request_id.bytes))
    return StoredAnswer(tuple(items), tuple(bases), reason, by)


def as_judged(row: AccessRequestRow, person: str, at: datetime, answer: StoredAnswer) -> NamedAnswer:
    """An answer as the register judges it."""
    return NamedAnswer(
        row.decider_role, person, row.subject, at, read_cells(answer.items), answer.bases, answer.reason
    )  # fmt: skip


def _supplied(wiring: Wiring, source: str, now: datetime) -> frozenset[str]:
    owner = wiring.register.owner_of(source, now)
    return wiring.register.decide_supply(owner, source, now).items if owner else frozenset()
