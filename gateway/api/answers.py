"""Shapes of answers that use cases make as dataclasses: told by the contract, and never run through on the way out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.profiles.views import Coverage, GoldenIdentity, Profile
from gateway.usecases.families.reading_granted import Granted
from gateway.usecases.register.explaining import WithheldItems
from gateway.usecases.register.permissions import Allowance, Exclusion, Permissions
from gateway.usecases.telling.reading_notices import Incident, Notice


class ReceiptOut(BaseModel):
    """The entry of a disclosure, the signed promise that it will be in the log's tree, and where the proof will be."""

    entry: UUID
    promise: str
    proof: str


class LiveOut(BaseModel):
    """The process answers."""

    status: Literal["live"]


class ReadyOut(BaseModel):
    """The log can be written, which register is in force, and how far witnesses vouch for the log.

    `unwitnessed_since` is null when the newest checkpoint has the quorum; `witness_problems` are codes.
    """

    status: Literal["ready"]
    register_version: str = Field(serialization_alias="register")
    unwitnessed_since: datetime | None
    witness_problems: list[str]


class TokenOut(BaseModel):
    """A token (RFC 6749 section 5.1), good for `expires_in` seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class TokenErrorOut(BaseModel):
    """Why there is no token (RFC 6749 section 5.2)."""

    error: str
    error_description: str


class HitOut(BaseModel):
    """A person found: the handle that opens the family, the heading, and why, in words."""

    family_id: UUID
    identity: GoldenIdentity
    postcodes: list[str]
    reasons: list[str]


class SearchOut(BaseModel):
    """What a search found; nothing found is no proof that there is nobody."""

    hits: list[HitOut]
    more: bool
    coverage: list[Coverage]
    foot: str
    at: datetime
    request_id: str
    receipt: ReceiptOut


@dataclass(frozen=True, slots=True)
class FamilyOut(Profile):
    """One family, cut to what one reader may see for one purpose, with the receipt of this reading."""

    at: datetime
    request_id: str
    receipt: ReceiptOut


class ProofOut(BaseModel):
    """A receipt that anybody can check offline. `proof` is a c2sp.org/tlog-proof@v1 file; `index` counts from 0.

    `witnesses` known witnesses have cosigned its checkpoint; without the `quorum`, `unwitnessed_since` says since when
    the log has gone on without them.
    """

    entry_id: UUID
    recorded_at: datetime
    index: int
    tree_size: int
    leaf: str = Field(description="The bytes in the tree, as base64", json_schema_extra={"contentEncoding": "base64"})
    checkpoint: str
    proof: str
    witnesses: int
    quorum: bool
    unwitnessed_since: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedNoticeOut(Notice):
    """An opened notice. `family_id` is given to whom a referral names: they look with a purpose of their own."""

    pupil: GoldenIdentity | None
    incidents: tuple[Incident, ...]
    advice: tuple[str, ...]
    family_id: UUID | None
    at: datetime
    request_id: str
    receipt: ReceiptOut


class RequestTakenOut(BaseModel):
    """The same words whether there is anything to see or not."""

    access_request_id: UUID
    decided_by: str
    answer_by: datetime
    detail: str
    entry: UUID
    request_id: str


@dataclass(frozen=True, slots=True)
class GrantedOut(Granted):
    """What was granted under a law, with the receipt of this reading."""

    at: datetime
    request_id: str
    receipt: ReceiptOut


class GroupOut(BaseModel):
    """One group of a figure; `count` is null where it stays back."""

    group: str
    count: int | None
    suppressed: bool


class FigureOut(BaseModel):
    """A figure as it may leave; `total` is null where it would give a small group away."""

    measure: str
    title: str
    group_by: str
    unit: str
    figures: list[GroupOut]
    total: int | None
    rounded_to: int
    note: str
    agreements: list[str]
    at: datetime
    request_id: str
    receipt: ReceiptOut


@dataclass(frozen=True, slots=True)
class PermissionsOut(Permissions):
    """What a role may see, and why, with the receipt of having asked."""

    at: datetime
    request_id: str
    receipt: ReceiptOut


class ExplanationOut(BaseModel):
    """Why something is shown or not, for a purpose or a family. `withheld` gives every item one reason.

    Where a line has no `items`, it is the line of the family's page: an owner holds something that stays back.
    """

    about: Literal["role", "family"]
    purpose: str
    direction: str
    permitted: list[Allowance]
    excluded: list[Exclusion]
    withheld: list[WithheldItems]
    refusal: str | None
    not_after: datetime | None
    note: str
    register_version: str
    at: datetime
    request_id: str
    receipt: ReceiptOut


class RestsOnOut(BaseModel):
    """A clause relied on, its items by source, and its bases for the owner of those sources."""

    clause: str
    items: dict[str, list[str]]
    legal_gateways: list[str]
    article_6: list[str]
    article_9: list[str]
    article_10: list[str]
    obligations: list[str]


class ReasonOut(BaseModel):
    """Why items of one source are withheld."""

    source: str
    owner: str
    mode: str
    code: str
    message: str
    agreement: str
    change: str
    items: list[str]


class HypotheticalOut(BaseModel):
    """What the register answers about an invented subject; the last members stand beside a permit alone."""

    about: Literal["hypothetical"]
    decision: Literal["permit", "refer", "refusal"]
    register_version: str
    refusal: dict[str, str | bool] | None = None
    refer: dict[str, str | float | dict[str, list[str]]] | None = None
    permitted: dict[str, list[str]]
    withheld: list[ReasonOut]
    coarse: dict[str, dict[str, list[str]]] = {}
    not_after: datetime | None = None
    rests_on: list[RestsOnOut] = []
    obligations: list[str] = []
    advice: list[str] = []
    at: datetime
    request_id: str
    receipt: ReceiptOut


class KeyOut(BaseModel):
    """A public key (RFC 7517, RFC 8037); `x` is base64url."""

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class KeySetOut(BaseModel):
    """Public keys, newest first."""

    keys: list[KeyOut]
