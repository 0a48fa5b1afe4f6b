"""What can go wrong in the application itself. Status codes are in `gateway/problems.py`, nowhere else."""

from datetime import datetime
from typing import ClassVar

from concept_model.errors import DataSharingError

JUST_ENDED = "the agreement that this rests on has just ended; nothing was released"


class GatewayError(DataSharingError):
    """Root of the gateway's own errors."""

    code: ClassVar[str] = "gateway-error"


class KeyCustodyError(GatewayError):
    """A key is missing, open to others or not the one that was used."""

    code: ClassVar[str] = "key-custody"


class ConfigurationError(GatewayError):
    """Settings or registered files do not allow a start; the message names the file and the remedy."""

    code: ClassVar[str] = "configuration"


class NotFoundError(GatewayError):
    """No such thing for this caller: also the answer to every refusal that depends on a subject."""

    code: ClassVar[str] = "not-found"


class AccessRefusedError(GatewayError):
    """Refused for who asks and why, whatever the family: said openly, and already in the log."""

    code: ClassVar[str] = "access-refused"

    def __init__(self, reason: str, sentence: str, receipt: str | None) -> None:
        """`reason` is the refusal's code, `sentence` the words for the reader, `receipt` the entry's id."""
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.receipt = receipt


class ReferredError(GatewayError):
    """A named person decides, with a clock; nothing is released meanwhile."""

    code: ClassVar[str] = "referred"

    def __init__(self, to: str, answer_by: datetime, sentence: str, receipt: str | None) -> None:
        """`to` is the role that decides."""
        super().__init__(sentence)
        self.to = to
        self.answer_by = answer_by
        self.sentence = sentence
        self.receipt = receipt


class DeclarationError(GatewayError):
    """A purpose must be declared, or the declaration is over, another's, or for another family."""

    code: ClassVar[str] = "purpose-not-declared"


class ForbiddenError(GatewayError):
    """The caller may not use this operation at all. `recorded`: that they tried is in the log already."""

    code: ClassVar[str] = "forbidden"

    def __init__(self, sentence: str, *, recorded: bool = False) -> None:
        super().__init__(sentence)
        self.recorded = recorded


class BodyTooLargeError(GatewayError):
    """The pushed body is over the limit."""

    code: ClassVar[str] = "payload-too-large"


class BodyUnreadableError(GatewayError):
    """The pushed body cannot be decompressed or decoded."""

    code: ClassVar[str] = "body-unreadable"


class UploadOffsetError(GatewayError):
    """A part of an upload does not begin where the last one ended, or the upload has ended."""

    code: ClassVar[str] = "upload-offset"


class ContentDigestError(GatewayError):
    """The body does not have the digest that its sender gave it."""

    code: ClassVar[str] = "content-digest-mismatch"


class UnsupportedMediaError(GatewayError):
    """The feed does not come in that format."""

    code: ClassVar[str] = "unsupported-media-type"


class RecordRejectedError(GatewayError):
    """One record was pushed and not taken; each of `fields` has pointer, code, message and how_to_fix."""

    code: ClassVar[str] = "record-rejected"

    def __init__(self, reason: str, sentence: str, fields: tuple[object, ...], receipt: str | None = None) -> None:
        """`reason` is the code of the first error, or of why the whole was refused; `receipt` the entry's id."""
        super().__init__(sentence)
        self.reason = reason
        self.fields = fields
        self.receipt = receipt


class IdempotencyConflictError(GatewayError):
    """The same Idempotency-Key came with other content."""

    code: ClassVar[str] = "idempotency-conflict"


class NothingToConfirmError(GatewayError):
    """The batch does not wait for its sender, or not any more."""

    code: ClassVar[str] = "nothing-to-confirm"


class AnsweredBeforeError(GatewayError):
    """Somebody has answered this request; the first answer stands."""

    code: ClassVar[str] = "already-answered"


class AlreadyDisputedError(GatewayError):
    """A dispute of the same fact is open; its owner has been asked."""

    code: ClassVar[str] = "already-disputed"


class ReviewGrewError(GatewayError):
    """An item of review is about more than its reader saw: what was done since joined it."""

    code: ClassVar[str] = "review-grew"


class MatchContradictedError(GatewayError):
    """Two records were to be one person's, and others of the same two people cannot be."""

    code: ClassVar[str] = "match-contradicted"


class CorrectionAwaitedError(GatewayError):
    """A dispute was to be answered with a corrected row, and no such row has come since it was raised."""

    code: ClassVar[str] = "correction-awaited"


class ErasureHeldError(GatewayError):
    """A legal hold stands on the person who was to be erased; nothing was erased."""

    code: ClassVar[str] = "erasure-held"


class FeedOffError(GatewayError):
    """Nobody has switched this feed on, or what its switch rested on has ended; nothing was taken."""

    code: ClassVar[str] = "feed-off"


class WebhookAddressError(GatewayError):
    """Messages may not go to this address, or the agency has as many webhooks as it may."""

    code: ClassVar[str] = "webhook-address"


class ProofNotReadyError(GatewayError):
    """The entry is durable and its leaf is not in the tree yet."""

    code: ClassVar[str] = "proof-not-ready"


class PermitEndedError(GatewayError):
    """What the permit rested on ended before the answer could leave; nothing was released."""

    code: ClassVar[str] = "permit-ended"
