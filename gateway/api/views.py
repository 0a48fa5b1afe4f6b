"""What goes over the wire, apart from what is stored; Pydantic stands here, at the edge, and nowhere inside."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from agreements.request import Direction
from gateway.profiles.views import Profile, Receipt
from gateway.usecases.intake.batches import FINISHED, Progress, told_withdrawn
from gateway.usecases.intake.intake import Batch
from gateway.usecases.intake.mending_documents import is_document
from gateway.usecases.register.asking_register import Question
from gateway.wiring import Wiring


class Sent(BaseModel):
    """A body that a caller sends: closed, of text that a database can hold, and never showing its input in an error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        if _holds_nul(value):
            raise PydanticCustomError("null_character", "holds U+0000, which no text holds")
        return value


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case list() | tuple():
            return any(map(_holds_nul, value))
        case dict():
            return any(_holds_nul(part) for pair in value.items() for part in pair)
        case _:
            return False


class PurposeDeclarationIn(Sent):
    """Why a reader is about to look: chosen from the purposes on offer."""

    purpose: str = Field(max_length=80)
    reason: str = Field(min_length=3, max_length=1000)
    family_id: UUID | None = None
    case_reference: str | None = Field(default=None, max_length=80)
    break_glass: bool = False
    at_risk: str | None = Field(default=None, max_length=400)


class PurposeDeclarationOut(BaseModel):
    """The declaration; send its id as `Hearthgate-Purpose`."""

    declaration_id: UUID
    purpose: str
    expires_at: datetime


class PurposeOfferOut(BaseModel):
    """A purpose on offer, and the agreement it stands in."""

    id: str
    title: str
    agreement: str


class SearchIn(Sent):
    """Who is looked for. Last name first; everything but one of last name, date of birth or a number may stay empty."""

    family_name: str = Field(default="", max_length=100)
    given_name: str = Field(default="", max_length=100)
    birth_date: date | None = None
    postcode: str | None = Field(default=None, max_length=10)
    identifier_scheme: Literal["nhs_number", "upn", "nino", "pnc_id"] | None = None
    identifier: str | None = Field(default=None, max_length=20)


class AccessRequestIn(Sent):
    """A request that a named person decides: to see what is withheld, or a one-off request under a law.

    `law` is an id of the legal register; then `items` are at most twelve, each as `source/item` or an item alone.
    """

    purpose: str = Field(max_length=80)
    items: list[str] = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=3, max_length=1000)
    law: str | None = Field(default=None, max_length=200)
    family_id: UUID | None = None


class AccessAnswerIn(Sent):
    """The decider's answer: `items` as `source/item`, of those asked, none to refuse; `bases` of the legal register.

    `answered_by` names the owner's contact, where somebody records the answer for them.
    """

    items: list[str] = Field(max_length=12)
    bases: list[str] = Field(default=[], max_length=6)
    reason: str = Field(min_length=3, max_length=1000)
    answered_by: str | None = Field(default=None, min_length=3, max_length=100)


class EmergencyAnswerIn(Sent):
    """What a second person says of an emergency, and why."""

    justified: bool
    reason: str = Field(min_length=3, max_length=1000)


class SuspensionEndIn(Sent):
    """Why a reader may break glass again."""

    reason: str = Field(min_length=3, max_length=1000)


class ExplainIn(Sent):
    """One question: about a purpose, about a family under the declaration of `Hearthgate-Purpose`, or hypothetical.

    `source` and `item` narrow the answer. `direction` is for a purpose; a family is asked about as its page is read.
    `hypothetical` is for officers: an invented subject, given by states, never by name or id.
    """

    purpose: str | None = Field(default=None, max_length=80)
    family_id: UUID | None = None
    direction: Direction = Direction.VIEW
    source: str | None = Field(default=None, max_length=80)
    item: str | None = Field(default=None, max_length=80)
    hypothetical: Question | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if sum(one is not None for one in (self.purpose, self.family_id, self.hypothetical)) != 1:
            raise ValueError("one of purpose, family_id and hypothetical")
        return self


class FigureIn(Sent):
    """A figure of the closed list, for a purpose; `rounded_to` 5 rounds what is shown, 1 leaves it exact."""

    purpose: str = Field(max_length=80)
    measure: Literal["single_person_discounts", "suspended_pupils", "tenants_in_arrears", "emergency_attendances"]
    group_by: Literal["postcode_district", "school_year", "arrears_stage", "month"]
    rounded_to: Literal[1, 5] = 1


class CoverageOut(BaseModel):
    """The days that a file covers, both included; of others it says nothing. `from` is null where nobody said it."""

    first: date | None = Field(serialization_alias="from")
    last: date | None = Field(serialization_alias="to")


class ProgressOut(BaseModel):
    """How far a file is while it is taken; `done_at` is when it will be, as things go."""

    rows: int
    bytes: int
    of_bytes: int
    done_at: datetime | None


class WithdrawnOut(BaseModel):
    """What a file withdraws of what its sender supplied before, in facts. `state`: null, waiting, done or given up.

    `facts` is null for a file of keys: whether there was anything under a key is not told.
    """

    state: str | None
    facts: int | None
    waiting: int


class WaitsOut(BaseModel):
    """Why the sender is to confirm a file: `for` fewer-rows or many-withdrawals, `usual` rows, `until` when."""

    reason: str = Field(serialization_alias="for")
    usual: int | None
    until: datetime | None


class BatchOut(BaseModel):
    """A pushed file and what became of it. It never says who was already known.

    `state`: received, validating, waiting, accepted, accepted in part, linked, refused. `outcome` is what was decided
    on it (accepted, accepted in part, refused), whether or not linkage has run over it since. Of `validate` nothing is
    stored. `mended` rows of `rejected` have come again and were taken; `left` were mended before and passed over.
    """

    batch_id: UUID
    feed: str
    state: str
    outcome: str | None
    mode: str
    validate_only: bool = Field(serialization_alias="validate")
    schema_version: str | None
    coverage: CoverageOut
    rows: int
    accepted: int
    rejected: int
    refused: int
    flagged: int
    mends: UUID | None
    mended: int
    left: int
    withdrawn: WithdrawnOut
    waits: WaitsOut | None
    progress: ProgressOut | None
    columns_not_kept: list[str]
    items_not_covered: list[str]
    message: str | None
    how_to_fix: str | None
    code: str | None
    errors: str | None
    received_at: datetime
    finished_at: datetime | None
    linked_at: datetime | None
    receipt: UUID | None
    signed_receipt: str | None


def batch_view(wiring: Wiring, batch: Batch, progress: Progress | None = None) -> BatchOut:
    """A batch as its sender sees it."""
    outcome = batch.state if batch.state in FINISHED else None
    address = f"/v1/batches/{batch.batch_id}"
    waits = (
        WaitsOut(reason=batch.waits_for, usual=batch.rows_usual, until=batch.confirm_by) if batch.waits_for else None
    )
    return BatchOut(
        batch_id=batch.batch_id,
        feed=batch.feed,
        state="linked" if batch.linked_at else batch.state,
        outcome=outcome,
        mode=batch.mode,
        validate_only=batch.validate_only,
        schema_version=batch.schema_version,
        coverage=CoverageOut(first=batch.coverage_from, last=batch.coverage_to),
        rows=batch.rows_read,
        accepted=batch.rows_accepted,
        rejected=batch.rows_rejected,
        refused=batch.rows_refused,
        flagged=batch.rows_flagged,
        mends=batch.mends,
        mended=batch.rows_mended,
        left=batch.rows_left,
        withdrawn=WithdrawnOut(state=batch.withdrawals, facts=told_withdrawn(batch), waiting=batch.facts_to_withdraw),
        waits=waits,
        progress=None if progress is None else ProgressOut(**asdict(progress)),
        columns_not_kept=list(batch.columns_not_kept or ()),
        items_not_covered=list(batch.items_not_covered or ()),
        message=batch.refusal_message or _waiting_words(batch) or _empty_words(batch) or _kept_words(batch),
        how_to_fix=batch.refusal_remedy,
        code=batch.refusal_code,
        errors=_errors_address(wiring, batch, address) if outcome else None,
        received_at=batch.received_at,
        finished_at=batch.finished_at,
        linked_at=batch.linked_at,
        receipt=batch.receipt_entry,
        signed_receipt=f"{address}/receipt" if outcome else None,
    )


def _errors_address(wiring: Wiring, batch: Batch, address: str) -> str | None:
    """Where bad rows are to be fetched: a sheet, or a document of records of a feed that has no table."""
    if not (batch.rows_rejected or batch.rows_refused):
        return None
    feed = wiring.feeds.get(batch.feed)
    return f"{address}/errors" if feed is not None and is_document(feed.profile) else f"{address}/errors.csv"


def _empty_words(batch: Batch) -> str | None:
    if batch.rows_read or batch.mends or batch.state not in FINISHED:
        return None
    if batch.facts_withdrawn:
        return "This file holds no row: everything that you supplied before is withdrawn, as a full file says."
    return "This file holds no row, so nothing changed. If rows were meant to be in it, look at the export."


def _waiting_words(batch: Batch) -> str | None:
    if batch.state == "waiting" and batch.waits_for == "fewer-rows":
        return (
            f"This file has {batch.rows_read} rows; yours usually have about {batch.rows_usual}. Nothing is taken yet:"
            " confirm it if it is right, or give it up."
        )
    if batch.state == "waiting":
        return (
            "This file does not name much of what you supplied before, which would be withdrawn. Nothing is taken yet:"
            " confirm it if it is right, or give it up."
        )
    if batch.withdrawals == "waiting":
        return (
            f"{batch.facts_to_withdraw} facts that this file does not name any more stay until its bad rows are mended,"
            " or until you confirm that they are to be withdrawn."
        )
    return None


def _kept_words(batch: Batch) -> str | None:
    count = len(batch.columns_not_kept or ())
    if not count:
        return None
    columns = "1 column" if count == 1 else f"{count} columns"
    kept = "it" if count == 1 else "them"
    return f"You sent {columns} we are not allowed to take. We did not keep {kept}. You did nothing wrong."


def receipt_view(receipt: Receipt) -> dict[str, Any]:
    """The receipt members of an answer: the entry, the promise, and where the proof will be."""
    return {
        "entry": str(receipt.entry_id),
        "promise": receipt.promise,
        "proof": f"/v1/receipts/{receipt.entry_id}",
    }


def profile_view(profile: Profile) -> dict[str, Any]:
    """A profile as JSON-ready data, in a fixed order."""
    return asdict(profile)
